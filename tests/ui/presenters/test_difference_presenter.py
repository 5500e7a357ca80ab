"""What the runs of a race differ by, below the loss, as a person would see it."""

from collections.abc import Mapping

import numpy as np
import pytest
from PySide6.QtCore import QPoint, QRect, Qt
from PySide6.QtGui import QContextMenuEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from netviz.engine.curves.smoothing import Smoother
from netviz.engine.protocol.run_state import State
from netviz.ui.plots.difference_strip import DifferenceStrip
from netviz.ui.shell.main_window import MainWindow
from tests.ui.conftest import OpenWindow, wait_for_state
from tests.ui.painting import painted

LEFT = Qt.MouseButton.LeftButton
START, END = 40, 120


@pytest.fixture
def window(open_window: OpenWindow, qtbot: QtBot) -> MainWindow:
    window = open_window(batch_size=100, epochs=3)
    window.resize(1280, 720)
    window.controller.train_one_epoch()
    wait_for_state(qtbot, window, State.PAUSED)
    return window


def race(qtbot: QtBot, window: MainWindow, *lanes: Mapping[str, object], end: int = END) -> None:
    """Race from here to the end."""
    window.controller.race(lanes)
    rows = window.panel.race_card
    qtbot.waitUntil(lambda: len(rows.rows) == len(lanes), timeout=30_000)
    wait_for_state(qtbot, window, State.FINISHED)
    qtbot.waitUntil(lambda: max(row.lane.steps for row in rows.rows) >= end, timeout=30_000)
    window.loss_plot.redraw()
    QApplication.processEvents()


def rates(qtbot: QtBot, window: MainWindow) -> DifferenceStrip:
    race(qtbot, window, *({"learning_rate": rate} for rate in (0.001, 0.003, 0.01)))
    lanes = window.panel.race_card.rows
    qtbot.waitUntil(lambda: {row.lane.steps for row in lanes} == {END}, timeout=30_000)
    window.loss_plot.redraw()
    return window.loss_plot.difference_strip


def losses(window: MainWindow) -> dict[int, np.ndarray]:
    """Return the loss of each step of the race of each run."""
    plot, rows = window.loss_plot, window.panel.race_card.rows
    found = {line: track.between(START, END)[1] for line, track in plot.ghosts.tracks.items()}
    (shown,) = [row.lane.line for row in rows if row.lane.is_shown]
    found[shown] = plot.history.losses[START:]
    return {row.lane.line: found[row.lane.line] for row in rows}


def average(values: np.ndarray) -> np.ndarray:
    smoother = Smoother(20)
    smoother.update(values)
    return smoother.averages


def check_curves(window: MainWindow, base: int) -> None:
    """The curves are those of the runs' own losses."""
    strip, rows, known = (
        window.loss_plot.difference_strip,
        window.panel.race_card.rows,
        losses(window),
    )
    for row in rows:
        if row.lane.line != base:
            steps, values = strip.curve(row.lane.line)
            wanted = average(known[row.lane.line] - known[base])
            np.testing.assert_array_equal(values, wanted[steps - START - 1])
            assert steps[-1] == END


def choose(menu_of: DifferenceStrip, start: str) -> None:
    """Choose in the menu of the title what begins so."""
    menu = menu_of.title_button.menu()
    menu.aboutToShow.emit()
    next(action for action in menu.actions() if action.text().startswith(start)).trigger()


def test_below_the_loss_stands_what_the_runs_differ_by(window: MainWindow, qtbot: QtBot) -> None:
    plot = window.loss_plot
    assert not plot.difference_strip.isVisible()
    assert not plot.difference_action.isVisible()
    before = QRect(plot.geometry()), QRect(plot.canvas.geometry())
    strip = rates(qtbot, window)
    assert strip.isVisible()
    assert plot.geometry() == before[0]
    assert plot.canvas.area.height() >= 110
    a, b, c = (row.lane.line for row in window.panel.race_card.rows)
    check_curves(window, a)
    assert "Difference from A on the same batches" in strip.title_button.text()
    words = [text.text for text in painted(strip).texts]
    assert {"worse", "better", "0", f"+{strip.limit:g}", f"−{strip.limit:g}"} <= {*words}
    assert strip.values_at(END).keys() == {"B", "C"}
    assert strip.values_at(END)["B"] == strip.curve(b)[1][-1]
    assert strip.values_at(END)["C"] == strip.curve(c)[1][-1]
    window.panel.race_card.go_on_button.click()
    qtbot.waitUntil(lambda: not strip.isVisible(), timeout=30_000)
    QApplication.processEvents()
    assert (plot.geometry(), plot.canvas.geometry()) == before
    assert not plot.difference_action.isVisible()


def test_the_base_is_chosen_in_the_title_and_in_a_row(window: MainWindow, qtbot: QtBot) -> None:
    strip, card = rates(qtbot, window), window.panel.race_card
    _, b, c = (row.lane.line for row in card.rows)
    choose(strip, "B")
    assert "from B " in strip.title_button.text()
    assert [row.is_base for row in card.rows] == [False, True, False]
    check_curves(window, b)
    row = card.rows[2]
    place = row.rect().center()
    event = QContextMenuEvent(QContextMenuEvent.Reason.Mouse, place, row.mapToGlobal(place))
    QApplication.sendEvent(row, event)
    assert row.menu.isVisible()
    row.compare_action.trigger()
    row.menu.close()
    assert "from C " in strip.title_button.text()
    check_curves(window, c)
    with qtbot.waitSignal(window.controller.race_changed):
        qtbot.mouseClick(card.rows[1], LEFT)
    window.loss_plot.redraw()
    assert "from C " in strip.title_button.text()
    check_curves(window, c)
    choose(strip, "The run in the window")
    assert "from B " in strip.title_button.text()
    check_curves(window, b)


@pytest.mark.parametrize(
    "others", [({"batch_size": 100}, {"batch_size": 200}), ({"order": 1}, {"order": 2})]
)
def test_a_run_on_other_batches_or_with_another_loss_is_left_out(
    window: MainWindow, qtbot: QtBot, others: tuple[dict[str, int], ...]
) -> None:
    race(qtbot, window, *others, end=60)
    strip, card = window.loss_plot.difference_strip, window.panel.race_card
    assert not strip.isVisible()
    assert not any(row.compare_action.isEnabled() for row in card.rows)
    card.go_on_button.click()
    qtbot.waitUntil(lambda: not card.isVisible(), timeout=30_000)
    lanes = ({"loss": "mse"}, {"learning_rate": 0.01}, {"learning_rate": 0.02})
    window.controller.change({"epochs": 4})
    race(qtbot, window, *lanes, end=160)
    assert strip.isVisible()
    assert "from B on the same batches, without A" in strip.title_button.text()
    assert [row.compare_action.isEnabled() for row in card.rows] == [False, True, True]
    assert strip.comparison is not None
    assert [run.letter for run in strip.comparison.runs] == ["B", "C"]


def test_the_step_under_the_mouse_is_marked_in_both(window: MainWindow, qtbot: QtBot) -> None:
    strip, plot = rates(qtbot, window), window.loss_plot
    QTest.mouseMove(strip, QPoint(round(plot.canvas.x_pixel(80)), strip.height() // 2))
    qtbot.waitUntil(lambda: strip.crosshair == 80)
    assert plot.readout.isVisible()
    words = [text.text for text in painted(strip).texts]
    for letter in "BC":
        assert any(word.startswith(f"{letter} ") for word in words)
    QTest.mouseMove(strip, QPoint(2, strip.height() // 2))
    qtbot.waitUntil(lambda: strip.crosshair is None)


def test_it_is_folded_away_and_gives_way_where_there_is_no_room(
    window: MainWindow, qtbot: QtBot
) -> None:
    strip, plot = rates(qtbot, window), window.loss_plot
    plot.difference_action.trigger()
    assert not strip.isVisible()
    plot.difference_action.trigger()
    assert strip.isVisible()
    low = strip.height()
    window.resize(1600, 1100)
    QApplication.processEvents()
    assert strip.height() > low
    window.resize(window.minimumSize())
    QApplication.processEvents()
    assert not strip.isVisible()
    window.resize(1280, 720)
    QApplication.processEvents()
    assert strip.isVisible()
    assert strip.height() == low
    for _ in range(2):
        window.actions_by_key["stage"].trigger()
    assert strip.isVisible()
