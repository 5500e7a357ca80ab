"""A run that lies over others in a plot: what is known of it, and where on the axis; free of Qt."""

import math
from dataclasses import dataclass, field
from functools import cached_property
from itertools import pairwise
from typing import Any

import numpy as np
from numpy.typing import NDArray

from netviz.engine.curves.smoothing import Smoother
from netviz.engine.protocol.run_state import Measurement

Changes = tuple[tuple[int, Any], ...]
"""After which steps which value of a setting was in use, oldest first; the first is 0."""


@dataclass(frozen=True, eq=False)
class OverlaidRun:
    """A run, as far as it is known.

    Attributes
    ----------
    line
        Number of the run within the session.
    name
        What the legend calls it.
    token, dash
        Its colour in the theme, and which pattern tells it from others of that colour.
    losses
        Loss of each step, ``float32 [n]``.
    measurements
        What was measured of it, oldest first.
    functions, batch_sizes
        The loss function and the batch size of its steps.
    rates
        Learning rate of each step, ``float64 [k]``; of the first steps only where more are not
        known.
    steps
        Numbers of its steps, increasing, ``int64 [n]``; None for all from 1 on.
    begins
        The last step that it shares with runs drawn before it; its curve begins there.
    images
        How many images an epoch has; 0 where that is not known.
    is_at_hand
        Whether it is the one that the window shows.
    """

    line: int
    name: str
    token: str
    losses: NDArray[np.float32]
    measurements: tuple[Measurement, ...]
    functions: Changes
    batch_sizes: Changes
    rates: NDArray[np.float64] = field(default_factory=lambda: np.empty(0))
    steps: NDArray[np.int64] | None = None
    begins: float = 0
    images: int = 0
    dash: int = 0
    is_at_hand: bool = False


class OverlayTrack:
    """A run with what is computed of it, which is kept while it only grows.

    Attributes
    ----------
    run
        The run.
    """

    def __init__(self, run: OverlaidRun, half_life: float, before: "OverlayTrack | None") -> None:
        self.run = run
        self._smoother = Smoother(half_life)
        known = before._smoother if before else None
        # What changes the averages of steps that are known is another run, with another number.
        if known and known.half_life == half_life and len(known) <= len(run.losses):
            self._smoother = known

    def take(self, run: OverlaidRun, half_life: float) -> bool:
        """Be the run as it is told anew, if nothing is computed of what has changed in it."""
        is_same = half_life == self._smoother.half_life and _facts(run) == _facts(self.run)
        if is_same:
            self.run = run
        return is_same

    @cached_property
    def steps(self) -> NDArray[np.int64]:
        """Numbers of its steps, ``[n]``."""
        run = self.run
        return np.arange(1, len(run.losses) + 1) if run.steps is None else run.steps

    @cached_property
    def averages(self) -> NDArray[np.float32]:
        """The smoothed loss of each step, ``[n]``; no average reaches across loss functions."""
        changes = [self.count_until(after) for after, _ in self.run.functions if after]
        self._smoother.update(self.run.losses, changes)
        return self._smoother.averages[: len(self.run.losses)]

    @property
    def measured(self) -> list[Measurement]:
        """What was measured after its epochs."""
        return [each for each in self.run.measurements if each.epoch]

    @property
    def last_step(self) -> int:
        """The last step of which anything is known."""
        measured = self.run.measurements[-1].step if self.run.measurements else 0
        return max(measured, int(self.steps[-1]) if len(self.steps) else 0)

    def count_until(self, step: float) -> int:
        """Return how many of its steps come no later than `step`."""
        return int(np.searchsorted(self.steps, step, side="right"))

    def function_at(self, step: int) -> str:
        """Return the loss function of a step."""
        return str(value_at(self.run.functions, step))

    def epochs_at(self, steps: NDArray[Any]) -> NDArray[np.float64]:
        """Return how many epochs were trained after each of some steps; NaN where nobody knows.

        Each epoch ended with a measurement; within one every step counts alike.
        """
        anchors, epochs = self._epochs
        found: NDArray[np.float64] = np.interp(steps, anchors, epochs)
        found[np.asarray(steps) > anchors[-1]] = math.nan
        return found

    @cached_property
    def _epochs(self) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """Return some of its steps and the epochs done then, to the last step that is known."""
        done = {0: 0.0} | {each.step: float(each.epoch) for each in self.measured}
        last, end = max(done), self.last_step
        sizes, images = self.run.batch_sizes, self.run.images
        if not images and len(done) > 1:  # as many as the epoch before had
            images = (last - sorted(done)[-2]) * int(value_at(sizes, last))
        if images and end > last:
            changes = [after for after, _ in sizes if last < after < end]
            for start, stop in pairwise([last, *changes, end]):
                batches = math.ceil(images / int(value_at(sizes, start + 1)))
                done[stop] = done[start] + (stop - start) / batches
        steps = sorted(done)
        return np.array(steps, np.float64), np.array([done[step] for step in steps])


def _facts(run: OverlaidRun) -> tuple[object, ...]:
    """Return what figures of a run depend on; its steps are only added to."""
    lengths = len(run.losses), len(run.rates), len(run.measurements)
    return *lengths, run.functions, run.batch_sizes, run.begins, run.images


def value_at(changes: Changes, step: int) -> Any:
    """Return the value of a setting that a step was trained with."""
    found = [value for after, value in changes if after < step]
    return found[-1] if found else changes[0][1]
