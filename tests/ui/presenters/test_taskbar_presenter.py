"""The taskbar follows a run: while it trains, and not longer."""

from collections.abc import Callable

from pytestqt.qtbot import QtBot

from netviz.engine.protocol.run_state import State
from netviz.ui.presenters.taskbar_presenter import TaskbarPresenter
from netviz.ui.shell.main_window import MainWindow
from tests.ui.conftest import wait_for_state


class Noting:
    """Notes what it is shown."""

    def __init__(self) -> None:
        self.shown: list[float | None] = []

    def show(self, done: float | None) -> None:
        self.shown.append(done)


def test_progress_is_shown_while_the_run_trains(
    open_window: Callable[..., MainWindow], qtbot: QtBot
) -> None:
    window, taskbar = open_window(epochs=2, hidden=(8,), batch_size=50), Noting()
    TaskbarPresenter(window, taskbar)
    window.controller.start()
    wait_for_state(qtbot, window, State.FINISHED)
    fractions = [done for done in taskbar.shown if done is not None]
    assert fractions == sorted(fractions)
    assert 0 < fractions[0] < 0.6
    assert fractions[-1] <= 1
    assert taskbar.shown[-1] is None


def test_a_held_run_shows_none(open_window: Callable[..., MainWindow], qtbot: QtBot) -> None:
    window, taskbar = open_window(epochs=1000, hidden=(8,)), Noting()
    TaskbarPresenter(window, taskbar)
    window.controller.start()
    qtbot.waitUntil(lambda: any(taskbar.shown), timeout=20_000)
    window.controller.pause()
    wait_for_state(qtbot, window, State.PAUSED)
    assert taskbar.shown[-1] is None
