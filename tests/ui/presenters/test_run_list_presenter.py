"""Deleting runs in the table, and undoing it."""

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QApplication, QPushButton
from pytestqt.qtbot import QtBot

from netviz.engine.protocol.run_state import State
from netviz.ui.dialogs.compare_runs_dialog import CompareRunsDialog
from netviz.ui.shell.main_window import MainWindow
from netviz.ui.views.runs.run_view import RunView
from tests.ui.conftest import OpenWindow, wait_for_state

CONTROL = Qt.KeyboardModifier.ControlModifier
SHIFT = Qt.KeyboardModifier.ShiftModifier


@pytest.fixture
def window(open_window: OpenWindow, qtbot: QtBot) -> MainWindow:
    """A window on run 3; runs 1 and 2 were left after 2 steps and 1."""
    window = open_window(epochs=1)
    run = window.controller
    window.views.show_view(window.views.view(RunView))
    run.train_one_batch()
    qtbot.waitUntil(lambda: run.step == 1, timeout=30_000)
    run.train_one_batch()
    qtbot.waitUntil(lambda: run.step == 2, timeout=30_000)
    for _ in range(2):
        wait_for_state(qtbot, window, State.PAUSED)
        with qtbot.waitSignal(run.prepared, timeout=30_000):
            run.reset()
        run.train_one_batch()
        qtbot.waitUntil(lambda: run.step == 1, timeout=30_000)
    wait_for_state(qtbot, window, State.PAUSED)
    return window


def numbers(window: MainWindow) -> list[int]:
    return [row.line for row in window.views.view(RunView).model.rows]


def click(qtbot: QtBot, window: MainWindow, line: int, *modifiers: Qt.KeyboardModifier) -> None:
    view = window.views.view(RunView)
    place = view.table.visualRect(view.model.index(numbers(window).index(line), 0)).center()
    left = Qt.MouseButton.LeftButton
    qtbot.mouseClick(view.table.viewport(), left, *modifiers, pos=place)


def press(qtbot: QtBot, window: MainWindow, key: Qt.Key) -> None:
    table = window.views.view(RunView).table
    table.setFocus()
    QApplication.processEvents()
    qtbot.keyClick(table, key)


def test_delete_asks_nothing_and_ctrl_z_brings_it_back(window: MainWindow, qtbot: QtBot) -> None:
    view = window.views.view(RunView)
    before = view.model.rows
    click(qtbot, window, 1)
    press(qtbot, window, Qt.Key.Key_Delete)
    qtbot.waitUntil(lambda: numbers(window) == [2, 3], timeout=30_000)
    assert window.message_bar.text.startswith("Run 1 was deleted.")
    assert window.actions_by_key["undo"].text() == "&Undo deleting Run 1"
    assert "brings back" not in window.status
    qtbot.keyClick(window, Qt.Key.Key_Z, CONTROL)
    qtbot.waitUntil(lambda: numbers(window) == [1, 2, 3], timeout=30_000)
    assert view.model.rows == before
    assert not window.message_bar.isVisible()
    qtbot.keyClick(window, Qt.Key.Key_Z, CONTROL | SHIFT)
    qtbot.waitUntil(lambda: numbers(window) == [2, 3], timeout=30_000)


def test_several_are_deleted_at_once_but_not_the_run_at_hand(
    window: MainWindow, qtbot: QtBot
) -> None:
    view = window.views.view(RunView)
    click(qtbot, window, 1)
    click(qtbot, window, 3, SHIFT)
    assert not view.go_action.isEnabled()  # with which one?
    view.delete_action.trigger()
    qtbot.waitUntil(lambda: not view.has_content, timeout=30_000)
    assert window.message_bar.text.startswith("2 runs were deleted.")
    # Nothing is left in the table that could have the focus; Ctrl+Z is not the pad's all the same.
    assert not window.pad.pad.hasFocus()
    (undo,) = (
        button
        for button in window.message_bar.findChildren(QPushButton)
        if button.text() == "Undo delete"
    )
    undo.click()
    qtbot.waitUntil(lambda: numbers(window) == [1, 2, 3], timeout=30_000)


def test_the_run_at_hand_cannot_be_deleted(window: MainWindow, qtbot: QtBot) -> None:
    view = window.views.view(RunView)
    click(qtbot, window, 3)
    assert not view.delete_action.isEnabled()
    with qtbot.assertNotEmitted(view.deletion_requested):
        press(qtbot, window, Qt.Key.Key_Delete)


def test_after_a_deletion_undo_goes_on_to_what_was_done_before(
    window: MainWindow, qtbot: QtBot
) -> None:
    """Deleting the run that this one came in the place of keeps the way back to it."""
    run, undo = window.controller, window.actions_by_key["undo"]
    click(qtbot, window, 2)
    press(qtbot, window, Qt.Key.Key_Delete)
    qtbot.waitUntil(lambda: numbers(window) == [1, 3], timeout=30_000)
    assert undo.text() == "&Undo deleting Run 2"
    undo.trigger()
    qtbot.waitUntil(lambda: numbers(window) == [1, 2, 3], timeout=30_000)
    assert undo.text() == "&Undo leaving step 1"
    with qtbot.waitSignal(run.prepared, timeout=30_000) as told:
        undo.trigger()
    assert told.args[0].origin.line == 2


def test_the_row_below_is_selected_then_to_delete_on(window: MainWindow, qtbot: QtBot) -> None:
    click(qtbot, window, 1)
    for rest in ([2, 3], []):
        press(qtbot, window, Qt.Key.Key_Delete)
        qtbot.waitUntil(lambda rest=rest: numbers(window) == rest, timeout=30_000)


def test_what_was_deleted_cannot_be_undone_once_another_run_is_left(
    window: MainWindow, qtbot: QtBot
) -> None:
    click(qtbot, window, 1)
    press(qtbot, window, Qt.Key.Key_Delete)
    qtbot.waitUntil(lambda: numbers(window) == [2, 3], timeout=30_000)
    with qtbot.waitSignal(window.controller.prepared, timeout=30_000):
        window.controller.reset()
    assert window.actions_by_key["undo"].text() == "&Undo leaving step 1"
    assert not window.message_bar.isVisible()
    assert numbers(window) == [2, 3, 4]


def test_the_settings_of_several_runs_are_compared_and_copied(
    window: MainWindow, qtbot: QtBot
) -> None:
    run, view = window.controller, window.views.view(RunView)
    run.change({"learning_rate": 0.03})
    qtbot.waitUntil(lambda: view.model.rows[2].config.learning_rate == 0.03)
    click(qtbot, window, 1)
    assert not view.compare_action.isEnabled()
    click(qtbot, window, 3, CONTROL)
    view.compare_action.trigger()
    (dialog,) = window.findChildren(CompareRunsDialog)
    dialog.copy_button.click()
    copied = QGuiApplication.clipboard().text().splitlines()
    names = [view.model.rows[0].name, view.model.rows[2].name]
    assert copied == ["\t".join(["Setting", *names]), "Learning rate\t0.001\t0.03"]
    assert dialog.table.item(0, 2).text() == "0.03"
    assert not dialog.isModal()
    qtbot.keyClick(dialog, Qt.Key.Key_Escape)
    qtbot.waitUntil(lambda: not window.findChildren(CompareRunsDialog))
