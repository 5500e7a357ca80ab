"""The frame clock ticks when it is asked to, and less often where a frame is costly."""

from time import thread_time

import pytest
from pytestqt.qtbot import QtBot

from netviz.bridge.frame_clock import DRAWING_SHARE, FASTEST_MS, SLOWEST_MS, FrameClock


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
    for _ in range(4):
        with qtbot.waitSignal(clock.ticked):
            clock.request()
    # Three frames of 30 ms and more were counted, a tenth of each.
    assert clock.interval_ms >= min(SLOWEST_MS, 0.2 * 30 / DRAWING_SHARE)


def test_once_stopped_it_ticks_no_more(qtbot: QtBot, clock: FrameClock) -> None:
    clock.request()
    clock.stop()
    clock.request()
    with qtbot.assertNotEmitted(clock.ticked, wait=50):
        pass
