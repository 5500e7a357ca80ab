"""A whole window for tests that use it as a person would."""

import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from netviz import paths
from netviz.engine.options.run_config import RunConfig
from netviz.engine.protocol.run_state import State
from netviz.launch import WindowOptions
from netviz.ui.app import build_window
from netviz.ui.look import damaged_resources
from netviz.ui.look.style_sheet import dress_application
from netviz.ui.look.theme import Theme
from netviz.ui.shell.main_window import MainWindow
from netviz.ui.shell.settings import Settings

OpenWindow = Callable[..., MainWindow]


@pytest.fixture(name="theme")
def application_theme(qapp: QApplication) -> Theme:
    """The theme of the whole application, for widgets without a window."""
    theme = Theme()
    dress_application(theme)
    return theme


@pytest.fixture
def open_window(qtbot: QtBot, qapp: QApplication, tmp_path: Path) -> Iterator[OpenWindow]:
    """Open windows on runs of the bundled digits; they are closed when the test ends."""
    windows: list[MainWindow] = []

    def open_one(
        data_dir: Path | None = None,
        mirror: str = "",
        until: str = "prepared",
        *,
        zones: bool = False,
        **values: object,
    ) -> MainWindow:
        """Open one; `zones` of the learning rate would train copies beside every other test."""
        config = RunConfig.parse({"epochs": 2, "threads": 1, **values})
        folder = data_dir or tmp_path / "data"
        options = WindowOptions(config, folder, mirror, size=(1280, 720))
        settings = Settings(tmp_path / "window.ini")
        settings.set("rate_zones", zones)
        window, _ = build_window(qapp, options, settings)
        windows.append(window)
        window.show()
        qtbot.waitExposed(window)
        with qtbot.waitSignal(getattr(window.controller, until), timeout=30_000):
            window.controller.open()
        return window

    yield open_one
    for window in windows:
        window.close()
        # Closing does not wait for a probe of a large network; Qt aborts if it deletes its thread.
        qtbot.waitUntil(lambda run=window.controller: not run.is_running, timeout=60_000)
        window.deleteLater()


@pytest.fixture
def resources(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A copy of the shipped files that a test may damage; the window reads these instead."""
    folder = Path(shutil.copytree(paths.resources_dir(), tmp_path / "resources"))
    monkeypatch.setattr(paths, "resources_dir", lambda: folder)
    return folder


@pytest.fixture(autouse=True)
def no_icon_is_missing(request: pytest.FixtureRequest) -> Iterator[None]:
    """Fail a test in which an icon was not found, since its name is misspelt somewhere."""
    yield
    if "resources" not in request.fixturenames:
        assert damaged_resources.problem() == ""


def wait_for_state(qtbot: QtBot, window: MainWindow, state: State, timeout: int = 30_000) -> None:
    """Wait until the run of `window` is in `state`."""
    qtbot.waitUntil(lambda: window.controller.state is state, timeout=timeout)


def draw_line(qtbot: QtBot, window: MainWindow, *, upright: bool = True) -> None:
    """Draw a line through the middle of the pad."""
    left = Qt.MouseButton.LeftButton
    pad = window.pad.pad
    side = min(pad.width(), pad.height())
    centre = pad.rect().center()
    step = QPoint(0, side // 4) if upright else QPoint(side // 4, 0)
    qtbot.mousePress(pad, left, pos=centre - step)
    qtbot.mouseMove(pad, centre)
    qtbot.mouseMove(pad, centre + step)
    qtbot.mouseRelease(pad, left, pos=centre + step)
    assert not pad.canvas.is_empty
