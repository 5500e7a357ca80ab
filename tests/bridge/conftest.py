"""Controllers with a run, closed when the test ends."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from pytestqt.qtbot import QtBot

from netviz.bridge.controller import Controller
from netviz.engine.options.run_config import RunConfig
from netviz.engine.protocol.run_state import State
from tests.bridge.window import CONFIG, Window


@pytest.fixture
def open_window(qtbot: QtBot) -> Iterator[Callable[..., Window]]:
    windows: list[Window] = []

    def open_window(config: RunConfig = CONFIG, data_dir: Path | None = None) -> Window:
        windows.append(Window(Controller(config, data_dir), qtbot))
        return windows[-1]

    yield open_window
    for window in windows:
        assert window.controller.close()


@pytest.fixture
def window(open_window: Callable[..., Window]) -> Window:
    """A window whose first run is ready."""
    window = open_window()
    window.expect("prepared", window.controller.open)
    return window


@pytest.fixture
def controller(window: Window) -> Controller:
    return window.controller


@pytest.fixture
def paused(window: Window) -> Controller:
    """A controller of a run that was trained one step."""
    window.expect_state(State.PAUSED, window.controller.train_one_batch)
    return window.controller
