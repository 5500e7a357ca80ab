"""A bounded hand-over of events between two threads; free of Qt."""

from dataclasses import replace
from threading import Lock

import numpy as np

from netviz.engine.protocol.events import (
    EpochFinished,
    Event,
    InLane,
    Loading,
    LookedBack,
    Progress,
)
from netviz.engine.protocol.observations import Observation, Prediction

CAPACITY_POINTS = 20_000
"""Steps that all waiting `Progress` may hold together; beyond it, points are thinned out."""


class Mailbox:
    """Takes events from the training thread until the GUI thread collects them.

    Nothing that happens only once is ever dropped. Of the observations of one kind only the
    newest waits. Waiting progress is merged, and when it grows too large it is thinned out to
    the smallest and the largest loss of each stretch. So a window that was away for an hour
    costs little more memory than one that was away for a minute.

    Attributes
    ----------
    is_urgent
        Whether something waits that must not wait for the next frame.
    """

    def __init__(self) -> None:
        self._events: list[Event] = []
        self._points = 0
        self._limit = CAPACITY_POINTS
        self._predicted = 0
        self._lock = Lock()
        self.is_urgent = False

    @property
    def waiting(self) -> tuple[Event, ...]:
        """What waits to be collected, oldest first; it stays in the box."""
        with self._lock:
            return tuple(self._events)

    def put(self, event: Event) -> bool:
        """Leave an event, from any thread; return whether to tell the one who collects.

        That is where the box was empty before, or where the event is urgent.
        """
        with self._lock:
            told = _told(event)
            was_empty, is_urgent = not self._events, self._is_urgent(told)
            self.is_urgent |= is_urgent
            if isinstance(told, Progress):
                self._add_progress(event, told)
            else:
                if isinstance(told, Observation):
                    self._forget_older(event)
                if not (isinstance(event, LookedBack) and self._replaces_look(event)):
                    self._events.append(event)
        return was_empty or is_urgent

    def collect(self) -> list[Event]:
        """Take all waiting events, oldest first; from any thread."""
        with self._lock:
            waiting, self._events = self._events, []
            self._points, self._limit = 0, CAPACITY_POINTS
            self.is_urgent = False
        return waiting

    def _is_urgent(self, event: Event) -> bool:
        """Tell what the user waits for from what is merely newer than what is on the screen."""
        if isinstance(event, Prediction):
            before, self._predicted = self._predicted, event.request
            return event.request != before
        return not isinstance(event, Progress | EpochFinished | Loading | Observation)

    def _forget_older(self, observation: Event) -> None:
        kind, whose = type(_told(observation)), _whose(observation)
        for index in range(len(self._events) - 1, -1, -1):
            event = self._events[index]
            if type(_told(event)) is kind and _whose(event) == whose:
                del self._events[index]
                return

    def _replaces_look(self, looked: LookedBack) -> bool:
        """Put a look in the place of the last that waits, if that is at the same step.

        What was observed since is of this step too.
        """
        for index in range(len(self._events) - 1, -1, -1):
            event = self._events[index]
            if isinstance(event, LookedBack):
                if (event.run, event.step) == (looked.run, looked.step):
                    self._events[index] = looked
                    return True
                return False
        return False

    def _add_progress(self, event: Event, progress: Progress) -> None:
        whose, index = _whose(event), len(self._events) - 1
        while index >= 0 and _may_be_passed(self._events[index], whose):
            index -= 1
        last = self._events[index] if index >= 0 else None
        told = _told(last) if last else None
        if last and isinstance(told, Progress) and _whose(last) == whose:
            self._events[index] = _with(last, _merged(told, progress))
        else:
            self._events.append(event)
        self._points += len(progress.steps)
        if self._points > self._limit:
            self._thin_out()

    def _thin_out(self) -> None:
        enough, before = CAPACITY_POINTS * 3 // 4, self._points + 1
        while enough < self._points < before:
            before, self._points = self._points, 0
            for index, event in enumerate(self._events):
                told = _told(event)
                if isinstance(told, Progress):
                    thinned = _thinned(told)
                    self._events[index] = _with(event, thinned)
                    self._points += len(thinned.steps)
        # Many stretches of two or three steps cannot shrink: do not try again too soon.
        self._limit = CAPACITY_POINTS if self._points <= enough else 2 * self._points


def _told(event: Event) -> Event:
    """Return what happened, to whichever run of a race."""
    return event.event if isinstance(event, InLane) else event


def _whose(event: Event) -> tuple[int, int]:
    """Return which run it happened to: the one at hand has line 0."""
    return event.run, event.line if isinstance(event, InLane) else 0


def _with(event: Event, progress: Progress) -> Event:
    return replace(event, event=progress) if isinstance(event, InLane) else progress


def _may_be_passed(event: Event, whose: tuple[int, int]) -> bool:
    """Whether progress may be told before `event` as well as after it."""
    told = _told(event)
    is_of_another_lane = isinstance(told, Progress) and _whose(event) != whose
    return isinstance(told, Observation | LookedBack) or (
        is_of_another_lane and event.run == whose[0]
    )


def _merged(first: Progress, second: Progress) -> Progress:
    return replace(
        second,
        steps=np.concatenate([first.steps, second.steps]),
        losses=np.concatenate([first.losses, second.losses]),
        learning_rates=np.concatenate([first.learning_rates, second.learning_rates]),
    )


def _thinned(progress: Progress) -> Progress:
    kept = _extremes(progress.losses)
    return replace(
        progress,
        steps=progress.steps[kept],
        losses=progress.losses[kept],
        learning_rates=progress.learning_rates[kept],
    )


def _extremes(losses: np.ndarray) -> np.ndarray:
    """Return sorted indices of the least and the greatest of every four losses, and the last."""
    count = len(losses) // 4 * 4
    groups = losses[:count].reshape(-1, 4)
    starts = np.arange(0, count, 4)
    found = [starts + groups.argmin(axis=1), starts + groups.argmax(axis=1)]
    return np.unique(np.concatenate([*found, np.arange(count, len(losses)), [len(losses) - 1]]))
