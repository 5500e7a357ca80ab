"""The frame clock ticks when it is asked to, and less often where a frame is costly."""

from time import thread_time

import pytest
from pytestqt.qtbot import QtBot

from netviz.bridge.frame_clock import FASTEST_MS, SLOWEST_MS, FrameClock


@pytest.fixture
def clock(qtbot: QtBot) -> FrameClock:
    return FrameClock()


def test_it_ticks_once_however_often_it_was_asked(qtbot: QtBot, clock: FrameClock) -> None:
    ticks: list[None] = []
    clock.ticked.connect(lambda: ticks.append(None))
    for _ in range(3):
        clock.request()
    qtbot.waitUntil(lambda: bool(ticks))
    with qtbot.waitSignal(clock.ticked):
        clock.request()
    assert len(ticks) == 2


def test_a_costly_frame_makes_the_next_ones_rarer(qtbot: QtBot, clock: FrameClock) -> None:
    def work() -> None:
        end = thread_time() + 0.03
        while thread_time() < end:
            pass

    assert clock.interval_ms == FASTEST_MS
    clock.ticked.connect(work)
    intervals = []
    for _ in range(8):
        with qtbot.waitSignal(clock.ticked):
            clock.request()
        intervals.append(clock.interval_ms)
    assert intervals == sorted(intervals)
    assert 2 * FASTEST_MS < intervals[-1] <= SLOWEST_MS
    clock.ticked.disconnect(work)
    for _ in range(4):  # the first of these still counts the work of the frame before it
        with qtbot.waitSignal(clock.ticked):
            clock.request()
    assert clock.interval_ms < intervals[-1], "and cheap ones make them as frequent as before"


def test_what_the_window_did_for_long_before_slows_no_frame(
    qtbot: QtBot, clock: FrameClock
) -> None:
    end = thread_time() + 0.3
    while thread_time() < end:
        pass
    with qtbot.waitSignal(clock.ticked):
        clock.request()
    assert clock.interval_ms == FASTEST_MS


def test_once_stopped_it_ticks_no_more(qtbot: QtBot, clock: FrameClock) -> None:
    clock.request()
    clock.stop()
    clock.request()
    with qtbot.assertNotEmitted(clock.ticked, wait=50):
        pass
