"""A notice that comes and goes leaves every part of the window as large as it was."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication, QMainWindow
from pytestqt.qtbot import QtBot

from netviz.engine.options.run_config import RunConfig
from netviz.launch import WindowOptions
from netviz.ui.app import build_window
from netviz.ui.shell.main_window import MainWindow
from netviz.ui.shell.settings import Settings

Open = Callable[[], MainWindow]


@pytest.fixture
def open_one(qtbot: QtBot, qapp: QApplication, tmp_path: Path) -> Iterator[Open]:
    """Open windows whose training does not begin."""
    windows: list[MainWindow] = []

    def open_window() -> MainWindow:
        settings = Settings(tmp_path / "window.ini")
        window, _ = build_window(qapp, WindowOptions(RunConfig(), tmp_path), settings)
        window.resize(1280, 720)
        windows.append(window)
        with qtbot.waitSignal(window.modes.keeper.settled):
            window.show()
        return window

    yield open_window
    for window in windows:
        window.close()
        window.deleteLater()


def heights(window: MainWindow) -> list[int]:
    return [window.loss_plot.height(), window.accuracy_plot.height(), window.docks[2].height()]


def test_the_views_have_their_height_back_after_each_notice(open_one: Open, qtbot: QtBot) -> None:
    window = open_one()
    before = heights(window)
    for _ in range(3):
        window.message_bar.show_message("warning", "Something is the matter.", "Do this.")
        qtbot.waitUntil(lambda: sum(heights(window)) < sum(before))
        window.message_bar.close_message()
        qtbot.waitUntil(lambda: heights(window) == before)


def test_a_part_that_was_moved_meanwhile_stays(open_one: Open, qtbot: QtBot) -> None:
    window = open_one()
    before, area = heights(window), window.docks[2].parentWidget()
    assert isinstance(area, QMainWindow)
    window.message_bar.show_message("warning", "Something is the matter.", "Do this.")
    qtbot.waitUntil(lambda: sum(heights(window)) < sum(before))
    area.resizeDocks([window.docks[0]], [400], Qt.Orientation.Horizontal)
    qtbot.waitUntil(lambda: window.docks[0].width() == 400)
    window.message_bar.close_message()
    qtbot.waitUntil(lambda: sum(heights(window)) == sum(before))
    assert window.docks[0].width() == 400


def test_a_notice_at_the_end_is_not_remembered(open_one: Open, qtbot: QtBot) -> None:
    window = open_one()
    before = heights(window)
    window.message_bar.show_message("warning", "Something is the matter.", "Do this.")
    qtbot.waitUntil(lambda: sum(heights(window)) < sum(before))
    window.close()
    again = open_one()
    qtbot.waitUntil(lambda: heights(again) == before)
