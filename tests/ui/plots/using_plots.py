"""The plots of a run as a person uses them: what they are told, and the mouse."""

import math
from collections.abc import Sequence
from typing import Any

import numpy as np
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtGui import QWheelEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QAbstractButton, QApplication
from pytestqt.qtbot import QtBot

from netviz.engine.protocol.events import Progress
from netviz.engine.protocol.ledger import LedgerEntry
from netviz.engine.protocol.run_state import Measurement
from netviz.ui.plots.metric_plot import MetricPlot

UNTRAINED = Measurement(0, 0, 2.304, 0.102, 2.305, 0.098, 0, 0)


def progress(
    first: int, losses: Sequence[float], epoch: int = 1, correct: float = 0.5, rate: float = 0.01
) -> Progress:
    steps = np.arange(first, first + len(losses))
    rates = np.full(len(losses), rate)
    batch = int(steps[-1]) if len(losses) else 0
    return Progress(
        1, steps, np.array(losses, np.float32), rates, epoch, batch, 100, correct, 7e4, 1.0
    )


def measured(epoch: int, step: int, train: float = 0.95, test: float = 0.9) -> Measurement:
    return Measurement(epoch, step, 0.2, train, 0.3, test, 1.0, 7e4)


def changed(step: int, old: float = 0.1, new: float = 0.01) -> LedgerEntry:
    return LedgerEntry(step, 1, "learning_rate", old, new)


def show(plot: MetricPlot, *data: Progress | Measurement | LedgerEntry) -> None:
    """Tell a plot what happened, the changes as the whole ledger, and draw it."""
    for item in data:
        if isinstance(item, Progress):
            plot.add_progress(item)
        elif isinstance(item, Measurement):
            plot.add_measurement(item)
    if ledger := tuple(item for item in data if isinstance(item, LedgerEntry)):
        plot.set_ledger_entries(ledger)
    plot.refresh()


def show_short_run(plot: MetricPlot) -> None:
    """Tell a plot of three steps, of which one has no loss, and of a change."""
    show(plot, UNTRAINED, progress(1, [2.0, math.nan, 1.0]), measured(1, 3), changed(2))


def points(plot: MetricPlot, name: str) -> list[tuple[float, float]]:
    """Return the points of a curve as it is drawn."""
    x, y = plot.curve(name)
    return list(zip(x.tolist(), y.tolist(), strict=True))


def hover(plot: MetricPlot, step: float) -> None:
    place = QPoint(round(plot.canvas.x_pixel(step)), round(plot.canvas.area.center().y()))
    QTest.mouseMove(plot.canvas.viewport(), place)


def wheel(
    plot: MetricPlot,
    step: float,
    notches: int,
    keys: Qt.KeyboardModifier = Qt.KeyboardModifier.NoModifier,
) -> None:
    plot.grab()  # nobody turns the wheel over what was not painted yet
    viewport = plot.canvas.viewport()
    place = QPointF(plot.canvas.x_pixel(step), plot.canvas.area.center().y())
    event = QWheelEvent(
        place,
        QPointF(viewport.mapToGlobal(place.toPoint())),
        QPoint(),
        QPoint(0, 120 * notches),
        Qt.MouseButton.NoButton,
        keys,
        Qt.ScrollPhase.NoScrollPhase,
        False,
    )
    QApplication.sendEvent(viewport, event)


def click(qtbot: QtBot, button: QAbstractButton) -> None:
    qtbot.mouseClick(button, Qt.MouseButton.LeftButton)


def action(plot: MetricPlot, text: str) -> Any:
    return next(item for item in plot.menu.actions() if item.text() == text)


def drag(plot: MetricPlot, by: QPoint) -> None:
    """Drag from the middle of a plot."""
    viewport, center = plot.canvas.viewport(), plot.canvas.area.center().toPoint()
    QTest.mousePress(viewport, Qt.MouseButton.LeftButton, pos=center)
    for part in (1, 2, 3):
        QTest.mouseMove(viewport, center + by * part / 3)
    QTest.mouseRelease(viewport, Qt.MouseButton.LeftButton, pos=center + by)
