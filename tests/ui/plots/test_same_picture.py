"""A plot shows the same picture whichever way it came to its size and its data."""

import math
import random
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, Phase, example, given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray
from PySide6.QtCore import QPoint, QRect
from PySide6.QtGui import QImage
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QVBoxLayout, QWidget
from pytestqt.qtbot import QtBot

from netviz.engine.protocol.ledger import LedgerEntry
from netviz.engine.protocol.run_state import Measurement
from netviz.ui.look.theme import Theme
from netviz.ui.plots.accuracy_plot import AccuracyPlot
from netviz.ui.plots.ghost import Ghost
from netviz.ui.plots.loss_plot import LossPlot
from netviz.ui.plots.metric_plot import MetricPlot
from netviz.ui.shell.message_bar import MessageBar
from tests.ui.plots.using_plots import UNTRAINED, progress

LOSSES = {
    "falling": [2.3, 1.9, 1.2, 0.8, 0.9, 0.5, 0.4],
    "flat": [2.31, 2.29] * 10,
    "exploding": [2.0, 40.0, 3e8, 4.5e27],
    "not a number": [math.nan, math.inf],
    "long": [0.3, 0.2, 0.25] * 300,
}
NOTICES = ("", "The run has diverged.", "The loss is far above that of an untrained network. " * 6)

happenings = st.one_of(
    st.tuples(st.just("size"), st.integers(430, 1300), st.integers(215, 500)),
    st.tuples(st.just("notice"), st.sampled_from(NOTICES)),
    st.tuples(st.just("train"), st.sampled_from([*LOSSES]), st.sampled_from([0.01, 10.0])),
    st.tuples(st.sampled_from(["measure", "change the loss", "log y", "hold", "clear"])),
    st.tuples(st.just("beside"), st.integers(0, 3)),
    st.tuples(st.sampled_from(["draw", "settle"])),
)


def beside(line: int, begins: int) -> Ghost:
    """A run that goes on longer than the one at hand, with two epochs of its own."""
    steps = begins + 300 * line
    noise = np.random.default_rng(line).normal(size=steps)
    losses = (0.4 * line * np.exp(0.3 * noise)).astype(np.float32)
    ends = (0, begins + 100, steps)
    epochs = tuple(
        Measurement(epoch, step, 0.3, 0.9, 0.4, 0.2 * line + 0.1 * epoch, 1.0, 1e4)
        for epoch, step in enumerate(ends)
    )
    label, loss = f"lr 0.{line}", ((0, "cross-entropy"),)
    return Ghost(line, label, f"run {line} ({label})", begins, losses, epochs, loss)


class Told:
    """Tells a plot of a run that goes on; what it tells depends on what was told before only."""

    def __init__(self, plot: MetricPlot) -> None:
        self.plot = plot
        self.step = self.epoch = 0
        self.entries: list[LedgerEntry] = []
        self._begin()

    def tell(self, what: str, *values: Any) -> None:
        plot = self.plot
        match what:
            case "train":
                losses, rate = LOSSES[values[0]], values[1]
                plot.add_progress(progress(self.step + 1, losses, self.epoch + 1, 0.6, rate))
                self.step += len(losses)
            case "measure":
                self.epoch += 1
                good = 0.9 / self.epoch
                plot.add_measurement(
                    Measurement(self.epoch, self.step, 0.3, good, 0.4, good - 0.1, 1.0, 1e4)
                )
            case "change the loss" if self.step:
                names = ["cross-entropy", "mse"][:: 1 if len(self.entries) % 2 else -1]
                self.entries.append(LedgerEntry(self.step, 1, "loss", *reversed(names)))
                plot.set_ledger_entries(tuple(self.entries))
            case "log y":
                plot.set_log_y(not plot.log_y)
            case "hold":
                plot.set_view_paused(not plot.is_view_paused)
            case "beside":
                others = [beside(line, self.step) for line in range(1, values[0] + 1)]
                plot.ghosts.set_ghosts(others, "cross-entropy")
            case "clear":
                self._begin()

    def _begin(self) -> None:
        self.step = self.epoch = 0
        self.entries = []
        self.plot.clear(10)
        self.plot.add_measurement(UNTRAINED)


def picture_of(plot: MetricPlot) -> QImage:
    if focused := QApplication.focusWidget():
        focused.clearFocus()
    # An earlier test may have left the mouse over a button; Qt notices where it goes in a window.
    for x in (2, 1):
        QTest.mouseMove(plot.window().windowHandle(), QPoint(x, 1))
    QApplication.processEvents()
    return plot.grab().toImage()


@pytest.mark.parametrize("kind", [LossPlot, AccuracyPlot])
def test_the_picture_does_not_depend_on_the_way_to_it(
    qtbot: QtBot, theme: Theme, kind: Callable[[Theme], MetricPlot]
) -> None:
    @settings(
        max_examples=12,
        phases=[Phase.explicit, Phase.generate],
        suppress_health_check=[HealthCheck.function_scoped_fixture],
    )
    @given(st.lists(happenings, min_size=2, max_size=14))
    @example([("train", "flat", 0.01), ("draw",), ("train", "flat", 10.0), ("size", 431, 479)])
    @example([("log y",), ("size", 703, 447)])
    @example(
        [
            ("notice", NOTICES[1]),
            *[("train", "falling", 10.0), ("settle",), ("log y",), ("settle",)],
            ("size", 470, 281),
        ]
    )
    def come_there_and_compare(happened: list[tuple[Any, ...]]) -> None:
        host, bar, plot = QWidget(), MessageBar(theme), kind(theme)
        column = QVBoxLayout(host)
        column.addWidget(bar)
        column.addWidget(plot, 1)
        qtbot.addWidget(host)
        host.resize(700, 300)
        host.show()
        drawn: list[int] = []
        plot.drawn.connect(lambda _: drawn.append(len(drawn)))
        run, told = Told(plot), list[tuple[Any, ...]]()
        for what, *values in happened:
            drawn.clear()
            match what:
                case "size":
                    host.resize(*values)
                case "notice" if values[0]:
                    bar.show_message("warning", values[0], actions=[("Go back", bar.hide)])
                case "notice":
                    bar.close_message()
                case "settle":
                    QApplication.processEvents()
                case "draw":
                    plot.refresh()
                case _:
                    run.tell(what, *values)
                    told.append((what, *values))
            told += [("draw",)] * bool(drawn)
        drawn.clear()
        QApplication.processEvents()
        plot.refresh()
        told += [("draw",)] * bool(drawn)
        QApplication.processEvents()

        fresh, still = kind(theme), QWidget()
        fresh.setParent(still)
        qtbot.addWidget(still)
        still.resize(host.size())
        fresh.setGeometry(plot.geometry())
        still.show()
        again = Told(fresh)
        for what, *values in told:
            if what == "draw":
                fresh.redraw()
            else:
                again.tell(what, *values)
        QApplication.processEvents()
        assert fresh.canvas.geometry() == plot.canvas.geometry()
        assert fresh.canvas.area == plot.canvas.area
        assert picture_of(fresh) == picture_of(plot)
        for each in (host, still):
            each.hide()

    come_there_and_compare()


def on_the_screen(widget: QWidget) -> NDArray[np.int64]:
    """Return the colours that were painted so far, ``[height, width, 4]``; paints nothing."""
    picture = widget.screen().grabWindow(widget.window().winId()).toImage()
    picture = picture.copy(QRect(widget.mapTo(widget.window(), QPoint(0, 0)), widget.size()))
    values = np.frombuffer(picture.constBits(), np.uint8)
    return values.reshape(picture.height(), picture.width(), 4).astype(np.int64)


@pytest.mark.parametrize("kind", [LossPlot, AccuracyPlot])
@pytest.mark.parametrize("seed", range(6))
def test_to_paint_only_what_is_new_shows_the_same_as_to_paint_all(
    qtbot: QtBot, theme: Theme, kind: Callable[[Theme], MetricPlot], seed: int
) -> None:
    chance, plot = random.Random(seed), kind(theme)
    qtbot.addWidget(plot)
    plot.resize(chance.randint(430, 900), chance.randint(215, 400))
    plot.show()
    qtbot.waitExposed(plot)
    run = Told(plot)
    run.tell("beside", seed % 4)
    for _ in range(25):
        what = chance.choice(["train"] * 6 + ["measure", "change the loss", "log y"])
        name = chance.choice(["falling", "flat", "exploding", "not a number", "long"])
        run.tell(what, name, chance.choice([0.01, 10.0]))
        plot.refresh()
        QApplication.processEvents()
        bit_by_bit = on_the_screen(plot.canvas)
        plot.canvas.viewport().repaint()
        differences = np.abs(on_the_screen(plot.canvas) - bit_by_bit).max(axis=2)
        # Qt rounds a line that leaves the picture by where it is cut off: of a steep one a pixel
        # at the edge is another now and then.
        assert np.count_nonzero(differences > 4) <= 3, f"other after {what} {name}"
