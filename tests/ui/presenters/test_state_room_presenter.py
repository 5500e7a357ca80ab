"""How much is kept of a run's past, as it is set in the window."""

from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication, QPushButton
from pytestqt.qtbot import QtBot

from netviz.engine.options.run_config import RunConfig
from netviz.engine.protocol import events
from netviz.engine.protocol.run_state import State
from netviz.engine.protocol.state_budget import MB, StateBudget
from netviz.launch import WindowOptions
from netviz.paths import states_dir
from netviz.ui.app import build_window
from netviz.ui.dialogs.state_room_dialog import StateRoomDialog
from netviz.ui.shell.main_window import MainWindow
from netviz.ui.shell.settings import Settings
from tests.ui.conftest import OpenWindow, wait_for_state


def asked(window: MainWindow) -> StateRoomDialog:
    """Choose the entry of the menu, and return the dialog."""
    window.actions_by_key["state_room"].trigger()
    (dialog,) = [each for each in window.findChildren(StateRoomDialog) if each.isVisible()]
    return dialog


def apply(qtbot: QtBot, window: MainWindow, memory_mb: int, disk_mb: int) -> None:
    dialog = asked(window)
    dialog.memory_field.setValue(memory_mb)
    dialog.disk_field.setValue(disk_mb)
    with qtbot.waitSignal(dialog.destroyed):
        qtbot.keyClick(dialog.disk_field, Qt.Key.Key_Return)


def files() -> list[Path]:
    return list(states_dir().glob("*/*.state"))


def test_it_holds_at_once_for_the_run_at_hand_and_is_remembered(
    open_window: OpenWindow, qtbot: QtBot, qapp: QApplication, tmp_path: Path
) -> None:
    window = open_window()
    assert asked(window).budget == StateBudget()
    asked(window).close()
    window.controller.start()
    wait_for_state(qtbot, window, State.FINISHED)
    assert not states_dir().exists()
    apply(qtbot, window, 0, 100)
    qtbot.waitUntil(lambda: len(files()) > 3)
    window.controller.go_back(650)
    qtbot.waitUntil(lambda: window.controller.step == 650, timeout=30_000)
    apply(qtbot, window, 0, 0)
    qtbot.waitUntil(lambda: not files())
    window.settings.save()
    options = WindowOptions(RunConfig(), tmp_path / "data")
    other, _ = build_window(qapp, options, Settings(tmp_path / "window.ini"))
    qtbot.addWidget(other)
    assert asked(other).budget == StateBudget(0, 0)


def test_what_the_command_line_asks_for_is_not_remembered(
    qtbot: QtBot, qapp: QApplication, tmp_path: Path
) -> None:
    asked_for = WindowOptions(RunConfig(), going_back_memory_mb=64, going_back_disk_mb=0)
    for options, budget in (
        (asked_for, StateBudget(64 * MB, 0)),
        (WindowOptions(RunConfig()), StateBudget()),
    ):
        window, _ = build_window(qapp, options, Settings(tmp_path / "window.ini"))
        qtbot.addWidget(window)
        assert asked(window).budget == budget
        window.settings.save()


def test_a_size_in_the_settings_that_is_no_number_is_the_usual_one(
    qtbot: QtBot, qapp: QApplication, tmp_path: Path
) -> None:
    settings = Settings(tmp_path / "window.ini")
    settings.set("going_back_memory_mb", "-3")
    settings.set("going_back_disk_mb", "much")
    window, _ = build_window(qapp, WindowOptions(RunConfig()), settings)
    qtbot.addWidget(window)
    assert asked(window).budget == StateBudget()


@pytest.mark.parametrize("key", [Qt.Key.Key_Escape, None])
def test_nothing_changes_before_apply(
    open_window: OpenWindow, qtbot: QtBot, key: Qt.Key | None
) -> None:
    window = open_window()
    dialog = asked(window)
    dialog.memory_field.setValue(1)
    if key:
        qtbot.keyClick(dialog, key)
    else:
        dialog.usual_button.click()
        dialog.close()
    qtbot.waitUntil(lambda: not window.findChildren(StateRoomDialog))
    assert asked(window).budget == StateBudget()


def test_a_disk_that_takes_nothing_is_told_in_passing(
    open_window: OpenWindow, qtbot: QtBot
) -> None:
    window = open_window()
    run = window.controller
    run.states_not_written.emit(events.StatesNotWritten(run.run, "The disk is full.", "So it is."))
    assert window.message_bar.text == "The disk is full. So it is."
    (button,) = [
        each
        for each in window.message_bar.findChildren(QPushButton)
        if each.text() == "Memory for going back…"
    ]
    button.click()
    assert [each for each in window.findChildren(StateRoomDialog) if each.isVisible()]
    window.message_bar.close_message()
