"""What a frame costs, and how much memory a run takes, as it grows longer."""

import gc
import mmap
import statistics
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path
from time import perf_counter

import numpy as np
from numpy.typing import NDArray
from PySide6.QtWidgets import QApplication, QVBoxLayout, QWidget

from netviz.benchmarks.measuring import Outcome, Plan, middle_half
from netviz.engine.protocol.events import Progress
from netviz.engine.protocol.ledger import LedgerEntry
from netviz.engine.protocol.run_state import Measurement
from netviz.engine.run.history import StepHistory
from netviz.ui.look.branch_colors import branch_token
from netviz.ui.look.style_sheet import dress_window
from netviz.ui.look.theme import Theme
from netviz.ui.plots.accuracy_plot import AccuracyPlot
from netviz.ui.plots.difference_strip import ComparedRun, Comparison
from netviz.ui.plots.ghost import Ghost
from netviz.ui.plots.loss_plot import LossPlot

LENGTHS = (1_000, 100_000, 1_000_000)
STEPS_PER_FRAME = 100
_EPOCHS = 500
_MOST_MS = 4.0
_GHOSTS = 12
_LANES = 4
_MOST_WITH_GHOSTS_MS = 5.0
_CHUNK = 1_000
_MOST_RATIO = 1.3
"""How much more a frame of the longest run may cost than one of the shortest."""

Rates = Callable[[NDArray[np.int64], int], NDArray[np.float64]]
"""Learning rates of the given steps of a run of the given length."""


def _constant(steps: NDArray[np.int64], _length: int) -> NDArray[np.float64]:
    return np.full(len(steps), 0.001)


def _four_steps(steps: NDArray[np.int64], length: int) -> NDArray[np.float64]:
    return 0.1 * np.exp2(-(4 * steps // length))


def _every_step_another(steps: NDArray[np.int64], _length: int) -> NDArray[np.float64]:
    return 0.1 / steps


class _Plots(QWidget):
    """Both plots of the window over a run of some length, and the record that the engine keeps."""

    def __init__(self, theme: Theme, steps: int, rates: Rates = _constant) -> None:
        super().__init__()
        self._rates, self._length = rates, steps
        dress_window(self, theme)
        self.plots = LossPlot(theme), AccuracyPlot(theme)
        self.history = StepHistory()
        self._step = 0
        self._lanes = range(0)
        self._random = np.random.default_rng(0)
        column = QVBoxLayout(self)
        for plot in self.plots:
            column.addWidget(plot)
        self.resize(700, 420)
        self.show()
        while self._step < steps:
            self.add(min(_CHUNK, steps - self._step))

    def add(self, count: int) -> None:
        """Add `count` made-up steps."""
        steps = np.arange(self._step + 1, self._step + 1 + count)
        losses = self._losses(steps, 5)
        rates = self._rates(steps, self._length)
        self._step += count
        report = Progress(1, steps, losses, rates, 1, self._step, 10**7, 0.9, 2e4, 60.0)
        self.history.extend(steps, losses, rates)
        for plot in self.plots:
            plot.add_progress(report)
            for line in self._lanes:
                plot.ghosts.catch_up(line, steps, self._losses(steps, line))

    def add_story(self) -> None:
        """Add what a long run has beside its steps: epochs that overfit, and changes."""
        fractions = np.arange(1, _EPOCHS + 1) / _EPOCHS
        tests = 0.3 + 2 * np.exp(-30 * fractions) + 0.4 * fractions
        for epoch, (fraction, test) in enumerate(
            zip(fractions.tolist(), tests.tolist(), strict=True), 1
        ):
            train, step = 2.3 * 0.99**epoch, round(fraction * self._length)
            measured = Measurement(epoch, step, train, 1 - train / 3, test, 0.9, 1.0, 2e4)
            for plot in self.plots:
                plot.add_measurement(measured)
        changes = tuple(
            LedgerEntry(nth * self._length // 6, 1, "learning_rate", 0.1 / nth, 0.1 / (nth + 1))
            for nth in range(1, 6)
        )
        for plot in self.plots:
            plot.set_ledger_entries(changes)

    def _losses(self, steps: NDArray[np.int64], line: int) -> NDArray[np.float32]:
        """Make up the losses of a run."""
        noise = self._random.normal(size=len(steps))
        return (2.3 / (1 + 2e-5 * line * steps) * np.exp(0.3 * noise)).astype(np.float32)

    def add_ghosts(self, count: int, lanes: int = 0) -> None:
        """Draw runs that were left beside it, as long as it is, with the figures of its epochs.

        As many of them as `lanes` are drawn in colour, go on with it and are compared with it.
        """
        self._lanes = range(1, lanes + 1)
        ghosts = [
            self._ghost(line, line * self._length // (4 * count)) for line in range(1, count + 1)
        ]
        at_hand = count + 1
        runs = [ComparedRun(line, "A", f"lr {line}", branch_token(line)) for line in self._lanes]
        comparison = Comparison(
            (*runs, ComparedRun(at_hand, "B", "lr", branch_token(at_hand))),
            at_hand,
            False,
            at_hand,
            0,
        )
        for plot in self.plots:
            plot.ghosts.set_ghosts(ghosts, "cross-entropy")
        if lanes:
            self.plots[0].compare(comparison)

    def _ghost(self, line: int, begins: int) -> Ghost:
        losses = self._losses(np.arange(1, self._length + 1), line)
        measured = tuple(
            Measurement(
                epoch,
                epoch * self._length // _EPOCHS,
                0.3,
                0.9,
                0.4,
                0.9 - 0.02 * line,
                1.0,
                2e4,
            )
            for epoch in range(_EPOCHS + 1)
        )
        loss = ((0, "cross-entropy"),)
        ghost = Ghost(line, f"lr {line}", f"run {line}", begins, losses, measured, loss)
        if line not in self._lanes:
            return ghost
        return replace(ghost, begins=0, token=branch_token(line), width=2, widens=True)

    def frame_ms(self) -> float:
        """Draw a frame with new steps, as Qt paints it in the window; return the milliseconds."""
        self.add(STEPS_PER_FRAME)
        began = perf_counter()
        for plot in self.plots:
            plot.refresh()
        QApplication.processEvents()
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
    rounds = _rounds(runs, plan)
    costs = list(zip(*rounds, strict=True))
    outcomes = [
        Outcome(f"a frame at {steps:,} steps", statistics.median(cost), *middle_half(cost), "ms")
        for steps, cost in zip(lengths, costs, strict=True)
    ]
    flat = _flatness(f"a frame at {lengths[-1]:,} steps / at {lengths[0]:,}", rounds)
    memory = Outcome(
        "memory of a million steps, window and engine", more_mb, more_mb, more_mb, "MB", 80, False
    )
    return [*outcomes, flat, memory]


def everything_on(plan: Plan) -> list[Outcome]:
    """Cost of a frame of a long run with epochs, changes, the best epoch and overfitting."""
    app = QApplication(["netviz"])
    length = LENGTHS[1 if plan.quick else -1]
    run = _Plots(Theme(dark=True, parent=app), length, _four_steps)
    run.add_story()
    app.processEvents()
    costs = [row[0] for row in _rounds([run], plan)]
    what = f"a frame at {length:,} steps with epochs, changes and overfitting"
    median, spread = statistics.median(costs), middle_half(costs)
    return [Outcome(what, median, *spread, "ms", _MOST_MS, at_least=False)]


def ghosts(plan: Plan) -> list[Outcome]:
    """Cost of a frame of a long run with all of `everything_on` and runs that were left."""
    return [_with_ghosts(plan, f"{_GHOSTS} earlier runs", _GHOSTS, 0)]


def race(plan: Plan) -> list[Outcome]:
    """The same with four of five runs of a race more, and what they differ by."""
    what = f"a race of {_LANES + 1} and {_GHOSTS} earlier runs"
    return [_with_ghosts(plan, what, _GHOSTS + _LANES, _LANES)]


def _with_ghosts(plan: Plan, others: str, count: int, lanes: int) -> Outcome:
    app = QApplication(["netviz"])
    length = LENGTHS[1 if plan.quick else -1]
    run = _Plots(Theme(dark=True, parent=app), length, _four_steps)
    run.add_story()
    run.add_ghosts(count, lanes)
    app.processEvents()
    costs = [row[0] for row in _rounds([run], plan)]
    what = f"a frame at {length:,} steps with everything and {others} as long"
    median, spread = statistics.median(costs), middle_half(costs)
    return Outcome(what, median, *spread, "ms", _MOST_WITH_GHOSTS_MS, at_least=False)


def rate_strip(plan: Plan) -> list[Outcome]:
    """Cost of a frame with the curve of a learning rate that changes, as the run grows longer."""
    app = QApplication(["netviz"])
    theme = Theme(dark=True, parent=app)
    lengths = LENGTHS[0], LENGTHS[1 if plan.quick else -1]
    outcomes = []
    for kind, rates in (("four steps", _four_steps), ("every step another", _every_step_another)):
        runs = [_Plots(theme, steps, rates) for steps in lengths]
        app.processEvents()
        what = f"a frame at {lengths[1]:,} steps / at {lengths[0]:,}, learning rate {kind}"
        outcomes.append(_flatness(what, _rounds(runs, plan)))
        for run in runs:
            run.close()
    return outcomes


def _rounds(runs: Sequence[_Plots], plan: Plan) -> list[list[float]]:
    """Draw a frame of each run by turns; return the milliseconds of each round."""
    return [[run.frame_ms() for run in runs] for _ in range(10 if plan.quick else 200)][5:]


def _flatness(what: str, rounds: list[list[float]]) -> Outcome:
    """Set the last run of each round against the first."""
    ratios = [row[-1] / row[0] for row in rounds]
    median, spread = statistics.median(ratios), middle_half(ratios)
    return Outcome(what, median, *spread, "x", _MOST_RATIO, at_least=False)


def resident_mb() -> float:
    """Return the memory that this process has in use; on Linux only, elsewhere 0."""
    statistics_file = Path("/proc/self/statm")
    if not statistics_file.exists():
        return 0.0
    pages = int(statistics_file.read_text(encoding="ascii").split()[1])
    return pages * mmap.PAGESIZE / 2**20
