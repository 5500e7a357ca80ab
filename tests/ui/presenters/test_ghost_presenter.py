"""Runs that were left, in the plots of a whole window."""

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QMenu
from pytestqt.qtbot import QtBot

from netviz.engine.protocol.run_state import State
from netviz.ui.presenters.ghost_presenter import GhostPresenter
from netviz.ui.shell.main_window import MainWindow
from tests.ui.conftest import OpenWindow, wait_for_state


def go_back(qtbot: QtBot, window: MainWindow, step: int) -> None:
    with qtbot.waitSignal(window.controller.prepared, timeout=30_000):
        window.controller.go_back(step)
    qtbot.waitUntil(lambda: window.controller.step == step)
    wait_for_state(qtbot, window, State.PAUSED)


def train(qtbot: QtBot, window: MainWindow, batches: int) -> None:
    for _ in range(batches):
        step = window.controller.step
        window.controller.train_one_batch()
        qtbot.waitUntil(lambda step=step: window.controller.step > step, timeout=30_000)
    wait_for_state(qtbot, window, State.PAUSED)
    for plot in (window.loss_plot, window.accuracy_plot):
        plot.refresh()


def drawn(window: MainWindow) -> list[int]:
    lines = [[ghost.line for ghost in plot.ghosts.all] for plot in plots(window)]
    assert lines[0] == lines[1]
    return sorted(lines[0])


def plots(window: MainWindow) -> tuple:
    return window.loss_plot, window.accuracy_plot


def presenter(window: MainWindow) -> GhostPresenter:
    found = window.findChild(GhostPresenter)
    assert isinstance(found, GhostPresenter)
    return found


@pytest.fixture
def window(open_window: OpenWindow, qtbot: QtBot) -> MainWindow:
    """A window on a run that parted from another one in the middle of its only epoch."""
    window = open_window(epochs=1)
    window.controller.start()
    wait_for_state(qtbot, window, State.FINISHED)
    go_back(qtbot, window, 300)
    window.controller.change({"learning_rate": 0.01})
    train(qtbot, window, 3)
    return window


def test_what_came_after_stays_as_a_ghost_until_one_goes_on_with_it(
    window: MainWindow, qtbot: QtBot
) -> None:
    plot = window.loss_plot
    assert drawn(window) == [1]
    x, _ = plot.ghosts.curve(1)
    assert (x[0], x[-1]) == (300, 400)
    assert plot.canvas.x_range[1] > 400
    assert window.accuracy_plot.ghosts.curve(1)[0].tolist() == [0, 400]
    (label,) = plot.ghosts.labels.labels
    assert label.text == "lr 0.001"
    place: QPoint = label.box.center().toPoint()
    QTest.mouseMove(plot.canvas.viewport(), place)
    QTest.mouseClick(plot.canvas.viewport(), Qt.MouseButton.LeftButton, pos=place)
    menu = QApplication.activePopupWidget()
    assert isinstance(menu, QMenu)
    go = menu.actions()[0]
    assert go.text() == "Go on with run 1 (lr 0.001)"
    with qtbot.waitSignal(window.controller.prepared, timeout=30_000):
        go.trigger()
    menu.close()
    qtbot.waitUntil(lambda: window.controller.step == 400)
    plot.refresh()
    assert drawn(window) == [2]
    x, _ = plot.ghosts.curve(2)
    assert (x[0], x[-1]) == (300, 303)
    assert [ghost.label for ghost in plot.ghosts.all] == ["lr 0.01"]
    window.actions_by_key["undo"].trigger()
    qtbot.waitUntil(lambda: drawn(window) == [1])


def test_the_label_follows_the_settings_of_the_run_at_hand(
    window: MainWindow, qtbot: QtBot
) -> None:
    window.controller.change({"learning_rate": 0.001})
    qtbot.waitUntil(lambda: window.loss_plot.ghosts.all[0].label == "run 1")
    window.controller.change({"optimizer": "sgd"})
    qtbot.waitUntil(lambda: window.loss_plot.ghosts.all[0].label == "optimizer Adam")


def test_losses_of_another_function_are_not_drawn_beside(window: MainWindow, qtbot: QtBot) -> None:
    window.controller.change({"loss": "mse"})
    train(qtbot, window, 2)
    assert len(window.loss_plot.ghosts.curve(1)[0]) == 0
    assert len(window.accuracy_plot.ghosts.curve(1)[0]) == 2
    assert window.loss_plot.canvas.x_range == window.accuracy_plot.canvas.x_range
    window.actions_by_key["undo"].trigger()
    qtbot.waitUntil(lambda: window.controller.settings.confirmed.loss == "cross-entropy")
    window.loss_plot.refresh()
    assert len(window.loss_plot.ghosts.curve(1)[0]) > 0


def test_the_three_left_last_are_drawn_and_others_can_be(window: MainWindow, qtbot: QtBot) -> None:
    for step in (200, 100, 50):
        go_back(qtbot, window, step)
        train(qtbot, window, 2)
    ghosts = presenter(window)
    assert drawn(window) == [2, 3, 4]
    with qtbot.waitSignal(ghosts.shown_changed) as told:
        ghosts.set_shown(1, True)
    assert told.args == [frozenset({1, 2, 3, 4})]
    assert drawn(window) == [1, 2, 3, 4]
    # Run 3 parted from run 2's past at step 200, which is run 1's.
    starts = {ghost.line: ghost.begins for ghost in window.loss_plot.ghosts.all}
    assert starts == {1: 50, 2: 300, 3: 200, 4: 100}
    window.loss_plot.ghosts.hide_requested.emit(3)
    assert drawn(window) == [1, 2, 4]
    assert "Run 3 is hidden" in window.status
    switch = window.accuracy_plot.menu.ghosts_action
    switch.trigger()
    assert drawn(window) == []
    switch.trigger()
    assert drawn(window) == [1, 2, 3, 4]


def test_the_switch_holds_for_both_plots_and_is_remembered(
    window: MainWindow, open_window: OpenWindow, qtbot: QtBot
) -> None:
    before = window.loss_plot.canvas.x_range
    assert window.loss_plot.menu.ghosts_action.isEnabled()
    window.loss_plot.menu.ghosts_action.trigger()
    assert not window.accuracy_plot.menu.ghosts_action.isChecked()
    assert drawn(window) == []
    assert window.loss_plot.canvas.x_range[1] <= before[1]
    window.close()
    again = open_window()
    assert not again.loss_plot.menu.ghosts_action.isChecked()
    assert not again.loss_plot.menu.ghosts_action.isEnabled()
    assert "drawn in grey then" in again.loss_plot.menu.ghosts_action.toolTip()


def test_nothing_moves_where_a_run_is_left(window: MainWindow, qtbot: QtBot) -> None:
    places = [plot.canvas.area.getRect() for plot in plots(window)]
    for on in (False, True):
        window.loss_plot.menu.ghosts_action.setChecked(on)
        assert [plot.canvas.area.getRect() for plot in plots(window)] == places
