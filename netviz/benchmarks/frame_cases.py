"""What a frame costs, and how much memory a run takes, as it grows longer."""

import gc
import mmap
import statistics
from pathlib import Path
from time import perf_counter

import numpy as np
from PySide6.QtWidgets import QApplication, QVBoxLayout, QWidget

from netviz.benchmarks.measuring import Outcome, Plan, middle_half
from netviz.engine.protocol.events import Progress
from netviz.engine.run.history import StepHistory
from netviz.ui.look.style_sheet import dress_window
from netviz.ui.look.theme import Theme
from netviz.ui.plots.accuracy_plot import AccuracyPlot
from netviz.ui.plots.loss_plot import LossPlot

LENGTHS = (1_000, 100_000, 1_000_000)
STEPS_PER_FRAME = 100
_CHUNK = 1_000


class _Plots(QWidget):
    """Both plots of the window over a run of some length, and the record that the engine keeps."""

    def __init__(self, theme: Theme, steps: int) -> None:
        super().__init__()
        dress_window(self, theme)
        self.plots = LossPlot(theme), AccuracyPlot(theme)
        self.history = StepHistory()
        self._step = 0
        self._random = np.random.default_rng(0)
        column = QVBoxLayout(self)
        for plot in self.plots:
            column.addWidget(plot)
        self.resize(700, 420)
        self.show()
        while self._step < steps:
            self.add(min(_CHUNK, steps - self._step))

    def add(self, count: int) -> None:
        """Train `count` steps in play."""
        steps = np.arange(self._step + 1, self._step + 1 + count)
        noise = self._random.normal(size=count)
        losses = (2.3 / (1 + 1e-4 * steps) * np.exp(0.3 * noise)).astype(np.float32)
        rates = np.full(count, 0.001)
        self._step += count
        report = Progress(1, steps, losses, rates, 1, self._step, 10**7, 0.9, 2e4, 60.0)
        self.history.extend(steps, losses, rates)
        for plot in self.plots:
            plot.add_progress(report)

    def frame_ms(self) -> float:
        """Draw a frame with new steps, painted; return the milliseconds."""
        self.add(STEPS_PER_FRAME)
        began = perf_counter()
        for plot in self.plots:
            plot.refresh()
            plot.repaint()
            plot.canvas.viewport().repaint()
        return 1000 * (perf_counter() - began)


def frames(plan: Plan) -> list[Outcome]:
    """Cost of a frame, by turns at each length, and memory of the longest run."""
    app = QApplication(["netviz"])
    theme = Theme(dark=True, parent=app)
    lengths = LENGTHS[:2] if plan.quick else LENGTHS
    shorter = [_Plots(theme, steps) for steps in lengths[:-1]]
    gc.collect()
    before = resident_mb()
    longest = _Plots(theme, lengths[-1])
    more_mb = (resident_mb() - before) * 1_000_000 / lengths[-1]
    runs = [*shorter, longest]
    app.processEvents()  # so that the windows are exposed and really painted
    rounds = [[run.frame_ms() for run in runs] for _ in range(10 if plan.quick else 200)]
    costs = list(zip(*rounds[5:], strict=True))
    outcomes = [
        Outcome(f"a frame at {steps:,} steps", statistics.median(cost), *middle_half(cost), "ms")
        for steps, cost in zip(lengths, costs, strict=True)
    ]
    ratios = [row[-1] / row[0] for row in rounds[5:]]
    name = f"a frame at {lengths[-1]:,} steps / at {lengths[0]:,}"
    flat = Outcome(name, statistics.median(ratios), *middle_half(ratios), "x", 1.3, at_least=False)
    memory = Outcome(
        "memory of a million steps, window and engine", more_mb, more_mb, more_mb, "MB", 80, False
    )
    return [*outcomes, flat, memory]


def resident_mb() -> float:
    """Return the memory that this process has in use; on Linux only, elsewhere 0."""
    statistics_file = Path("/proc/self/statm")
    if not statistics_file.exists():
        return 0.0
    pages = int(statistics_file.read_text(encoding="ascii").split()[1])
    return pages * mmap.PAGESIZE / 2**20
