"""A run that has failed is rescued by a click, and the failed try stays to be looked at."""

import pytest
from PySide6.QtWidgets import QPushButton
from pytestqt.qtbot import QtBot

from netviz.engine.protocol.run_state import State
from netviz.ui.shell.main_window import MainWindow
from netviz.ui.views.runs.run_view import RunView
from tests.ui.conftest import OpenWindow, wait_for_state


@pytest.fixture
def failed(qtbot: QtBot, open_window: OpenWindow) -> MainWindow:
    window = open_window(optimizer="sgd", loss="mse", learning_rate=0.1, epochs=1000)
    window.controller.start()
    qtbot.waitUntil(lambda: window.controller.step > 100)
    window.controller.change({"weight_decay": 10.0, "learning_rate": 1000.0})
    wait_for_state(qtbot, window, State.FAILED)
    return window


def way_back(window: MainWindow) -> QPushButton:
    buttons = window.message_bar.findChildren(QPushButton)
    (button,) = [each for each in buttons if "Back to" in each.text() and each.isVisible()]
    return button


def rescue(qtbot: QtBot, window: MainWindow) -> int:
    """Take the way back that is offered, and return the number of the run that goes on."""
    with qtbot.waitSignal(window.controller.prepared, timeout=30_000) as told:
        way_back(window).click()
    return int(told.args[0].origin.line)


def test_the_failed_try_is_drawn_and_listed_beside_the_one_that_goes_on(
    qtbot: QtBot, failed: MainWindow
) -> None:
    failed_at = failed.controller.step
    line = rescue(qtbot, failed)
    wait_for_state(qtbot, failed, State.PAUSED)
    assert (line, failed.controller.step < failed_at) == (2, True)
    assert failed.controller.config.learning_rate < 1000
    assert [ghost.line for ghost in failed.loss_plot.ghosts.all] == [1]
    rows = {row.line: row for row in failed.views.view(RunView).rows}
    assert (rows[1].state, rows[1].steps) == ("failed", failed_at)
    assert rows[2].parted.endswith(f"step {failed.controller.step:,}")
    failed.controller.start()
    qtbot.waitUntil(lambda: failed.controller.step > failed_at + 50)
    assert failed.controller.state is State.RUNNING


@pytest.mark.parametrize("way", ["undo", "table"])
def test_one_comes_back_to_it_as_it_was(qtbot: QtBot, failed: MainWindow, way: str) -> None:
    said, failed_at = failed.message_bar.text, failed.controller.step
    rescue(qtbot, failed)
    wait_for_state(qtbot, failed, State.PAUSED)
    assert not failed.message_bar.isVisible()
    with qtbot.waitSignal(failed.controller.failed, timeout=30_000):
        if way == "undo":
            failed.actions_by_key["undo"].trigger()
        else:
            failed.controller.go_on_with(1)
    wait_for_state(qtbot, failed, State.FAILED)
    assert (failed.message_bar.text, failed.controller.step) == (said, failed_at)
    assert rescue(qtbot, failed) == 3
    wait_for_state(qtbot, failed, State.PAUSED)
