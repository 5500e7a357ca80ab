"""What stands on the screen is what the window would paint anew, whatever happened before."""

from PySide6.QtGui import QImage
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from netviz.engine.protocol.run_state import State
from netviz.ui.shell.main_window import MainWindow
from tests.ui.conftest import OpenWindow, wait_for_state


def on_screen(window: MainWindow) -> QImage:
    """Return the pixels that were painted, part by part, since the window was opened."""
    return QApplication.primaryScreen().grabWindow(int(window.winId())).toImage()


def painted_anew(window: MainWindow) -> QImage:
    return window.grab().toImage().convertToFormat(on_screen(window).format())


def test_no_part_of_a_picture_is_left_from_before(qtbot: QtBot, open_window: OpenWindow) -> None:
    window = open_window()
    run = window.controller

    def assert_whole() -> None:
        assert on_screen(window) == painted_anew(window)

    qtbot.waitUntil(assert_whole)
    run.train_one_epoch()
    wait_for_state(qtbot, window, State.PAUSED)
    qtbot.waitUntil(assert_whole)
    with qtbot.waitSignal(run.prepared, timeout=20_000):
        run.reset()
    qtbot.waitUntil(assert_whole)
