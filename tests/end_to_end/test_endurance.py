"""Hundreds of runs begun and dropped: memory and threads stay flat."""

import threading
from collections.abc import Callable

import psutil
import pytest
from pytestqt.qtbot import QtBot

from netviz.engine.events import State
from netviz.ui.main_window import MainWindow

ROUNDS, SETTLED = 500, 100
GROWTH_BYTES = 24 * 2**20


@pytest.mark.slow
@pytest.mark.usefixtures("few_digits")
def test_start_stop_and_reset_leave_memory_and_threads_flat(
    open_window: Callable[..., MainWindow], qtbot: QtBot
) -> None:
    run = open_window(epochs=1000, hidden=(16,)).controller
    process = psutil.Process()

    def go_round() -> None:
        with qtbot.waitSignal(run.progressed):
            run.start()
        run.stop()
        with qtbot.waitSignal(run.prepared):
            run.reset()

    for _ in range(SETTLED):
        go_round()
    before = process.memory_info().rss, process.num_threads(), threading.active_count()
    for _ in range(ROUNDS - SETTLED):
        go_round()
    after = process.memory_info().rss, process.num_threads(), threading.active_count()
    assert after[0] - before[0] < GROWTH_BYTES
    assert after[1:] <= before[1:]
    assert run.state is State.IDLE
