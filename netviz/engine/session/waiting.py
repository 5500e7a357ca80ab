"""Waiting for the next command, for a while."""

from queue import Empty, SimpleQueue
from typing import TypeVar

T = TypeVar("T")


def next_within(inbox: SimpleQueue[T], wait_s: float) -> T | None:
    """The next of a queue if it comes within so many seconds, else None.

    For a queue that only the calling thread takes from. To ask without waiting first is no detail:
    in CPython 3.11 `SimpleQueue.get` waits for ever where its time is up at once and what was put
    before had been taken without waiting.
    """
    try:
        return inbox.get_nowait()
    except Empty:
        pass
    try:
        return inbox.get(timeout=wait_s)
    except Empty:
        return None
