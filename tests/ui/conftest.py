"""A whole window for tests that use it as a person would."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from netviz.engine.config import RunConfig
from netviz.engine.events import State
from netviz.launch import WindowOptions
from netviz.ui.app import build_window
from netviz.ui.main_window import MainWindow
from netviz.ui.settings import Settings

OpenWindow = Callable[..., MainWindow]


@pytest.fixture
def open_window(qtbot: QtBot, qapp: QApplication, tmp_path: Path) -> Iterator[OpenWindow]:
    """Open windows on runs of the bundled digits; they are closed when the test ends."""
    windows: list[MainWindow] = []

    def open_one(data_dir: Path | None = None, mirror: str = "", **values: object) -> MainWindow:
        config = RunConfig.parse({"epochs": 2, "threads": 1, **values})
        folder = data_dir or tmp_path / "data"
        options = WindowOptions(config, folder, mirror, size=(1280, 720))
        window, _ = build_window(qapp, options, Settings(tmp_path / "window.ini"))
        windows.append(window)
        window.show()
        qtbot.waitExposed(window)
        with qtbot.waitSignal(window.controller.prepared, timeout=30_000):
            window.controller.open()
        return window

    yield open_one
    for window in windows:
        window.close()
        window.deleteLater()


def wait_for_state(qtbot: QtBot, window: MainWindow, state: State, timeout: int = 30_000) -> None:
    """Wait until the run of `window` is in `state`."""
    qtbot.waitUntil(lambda: window.controller.state is state, timeout=timeout)
