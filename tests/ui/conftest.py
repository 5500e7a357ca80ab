"""A whole window for tests that use it as a person would."""

import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from netviz import paths
from netviz.engine.options.run_config import RunConfig
from netviz.engine.protocol.events import State
from netviz.launch import WindowOptions
from netviz.ui.app import build_window
from netviz.ui.look import damaged_resources, icons, style_sheet, theme
from netviz.ui.shell.main_window import MainWindow
from netviz.ui.shell.settings import Settings

OpenWindow = Callable[..., MainWindow]


@pytest.fixture(name="theme")
def dressed_theme(qapp: QApplication) -> theme.Theme:
    """The theme that an application is dressed in, for widgets without a window."""
    dressed = theme.Theme()
    style_sheet.dress_application(dressed)
    return dressed


@pytest.fixture
def open_window(qtbot: QtBot, qapp: QApplication, tmp_path: Path) -> Iterator[OpenWindow]:
    """Open windows on runs of the bundled digits; they are closed when the test ends."""
    windows: list[MainWindow] = []

    def open_one(
        data_dir: Path | None = None, mirror: str = "", until: str = "prepared", **values: object
    ) -> MainWindow:
        config = RunConfig.parse({"epochs": 2, "threads": 1, **values})
        folder = data_dir or tmp_path / "data"
        options = WindowOptions(config, folder, mirror, size=(1280, 720))
        window, _ = build_window(qapp, options, Settings(tmp_path / "window.ini"))
        windows.append(window)
        window.show()
        qtbot.waitExposed(window)
        with qtbot.waitSignal(getattr(window.controller, until), timeout=30_000):
            window.controller.open()
        return window

    yield open_one
    for window in windows:
        window.close()
        window.deleteLater()


@pytest.fixture
def resources(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A copy of the shipped files to do harm to, in use as if NetViz had only now started."""
    folder = Path(shutil.copytree(paths.resources_dir(), tmp_path / "resources"))
    monkeypatch.setattr(paths, "resources_dir", lambda: folder)
    _begin_anew()
    yield folder
    _begin_anew()


@pytest.fixture(autouse=True)
def nothing_stood_in(request: pytest.FixtureRequest) -> Iterator[None]:
    """Fail a test in which an icon was not found: its name has a slip of the pen."""
    yield
    if "resources" not in request.fixturenames:
        assert damaged_resources.problem() == ""


def _begin_anew() -> None:
    for cached in (icons._svg, icons._icon, style_sheet._picture_folder, theme.load_fonts):
        cached.cache_clear()
    damaged_resources.forget_damaged()


def wait_for_state(qtbot: QtBot, window: MainWindow, state: State, timeout: int = 30_000) -> None:
    """Wait until the run of `window` is in `state`."""
    qtbot.waitUntil(lambda: window.controller.state is state, timeout=timeout)
