"""A bounded hand-over of events between two threads; free of Qt."""

from collections import deque
from dataclasses import replace
from threading import Lock

import numpy as np

from netviz.engine.events import Event, Progress

CAPACITY_POINTS = 20_000
"""Steps that one waiting `Progress` may hold; beyond it, points are thinned out."""


class Mailbox:
    """Takes events from the training thread until the GUI thread collects them.

    Nothing that happens only once is ever dropped. Waiting progress is merged into one event,
    and when that grows too large it is thinned out to the smallest and the largest loss of
    each stretch, so that a window that was away for an hour costs no more memory than one
    that was away for a minute.
    """

    def __init__(self) -> None:
        self._events: deque[Event] = deque()
        self._lock = Lock()

    def put(self, event: Event) -> bool:
        """Leave an event, from any thread; return whether the box was empty before."""
        with self._lock:
            last = self._events[-1] if self._events else None
            if isinstance(event, Progress) and isinstance(last, Progress) and event.run == last.run:
                self._events[-1] = _merged(last, event)
            else:
                self._events.append(event)
        return last is None

    def collect(self) -> list[Event]:
        """Take all waiting events, oldest first; from any thread."""
        with self._lock:
            waiting = list(self._events)
            self._events.clear()
        return waiting


def _merged(first: Progress, second: Progress) -> Progress:
    steps = np.concatenate([first.steps, second.steps])
    losses = np.concatenate([first.losses, second.losses])
    rates = np.concatenate([first.learning_rates, second.learning_rates])
    if len(steps) > CAPACITY_POINTS:
        kept = _extremes(losses)
        steps, losses, rates = steps[kept], losses[kept], rates[kept]
    return replace(second, steps=steps, losses=losses, learning_rates=rates)


def _extremes(losses: np.ndarray) -> np.ndarray:
    """Return sorted indices of the least and the greatest of every four losses, and the last."""
    count = len(losses) // 4 * 4
    groups = losses[:count].reshape(-1, 4)
    starts = np.arange(0, count, 4)
    found = [starts + groups.argmin(axis=1), starts + groups.argmax(axis=1)]
    return np.unique(np.concatenate([*found, np.arange(count, len(losses)), [len(losses) - 1]]))
