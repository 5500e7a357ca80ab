"""Hundreds of runs begun and dropped: memory and threads stay flat."""

import threading
from collections.abc import Callable

import psutil
import pytest
from pytestqt.qtbot import QtBot

from netviz.engine.protocol.run_state import State
from netviz.ui.shell.main_window import MainWindow
from tests.support import wait_for_autosave

ROUNDS, SETTLED = 220, 60
GROWTH_BYTES = 12 * 2**20


@pytest.mark.slow
@pytest.mark.usefixtures("few_digits")
def test_start_stop_and_reset_leave_memory_and_threads_flat(
    open_window: Callable[..., MainWindow], qtbot: QtBot
) -> None:
    run = open_window(epochs=1000, hidden=(16,)).controller
    process = psutil.Process()

    def threads() -> tuple[int, int]:
        """Count the system's threads and Python's, once no autosave is being written."""
        wait_for_autosave()
        return process.num_threads(), threading.active_count()

    def go_round() -> None:
        with qtbot.waitSignal(run.progressed):
            run.start()
        run.stop()
        with qtbot.waitSignal(run.prepared):
            run.reset()

    for _ in range(SETTLED):
        go_round()
    memory, before = process.memory_info().rss, threads()
    for _ in range(ROUNDS - SETTLED):
        go_round()
    assert process.memory_info().rss - memory < GROWTH_BYTES
    # A thread that has left Python takes a moment to leave the system.
    qtbot.waitUntil(lambda: all(n <= most for n, most in zip(threads(), before, strict=True)))
    assert run.state is State.IDLE
