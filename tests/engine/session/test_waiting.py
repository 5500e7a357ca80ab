"""Waiting for a command comes to its end."""

import threading
import time
from queue import SimpleQueue

from netviz.engine.session.waiting import next_within


def test_what_is_there_is_taken_at_once() -> None:
    inbox: SimpleQueue[str] = SimpleQueue()
    inbox.put("pause")
    assert next_within(inbox, 60) == "pause"


def test_what_comes_in_time_is_taken() -> None:
    inbox: SimpleQueue[str] = SimpleQueue()
    threading.Timer(0.01, inbox.put, ["pause"]).start()
    assert next_within(inbox, 60) == "pause"


def test_the_wait_ends_however_short_it_is() -> None:
    inbox: SimpleQueue[str] = SimpleQueue()
    until = time.monotonic() + 2  # enough for CPython's own wait to hang many times over
    while time.monotonic() < until:
        inbox.put("pause")
        inbox.get()
        assert next_within(inbox, 1e-6) is None
