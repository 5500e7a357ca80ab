"""Another run that is drawn beside the run at hand, such as one that was left; free of Qt."""

import math
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import Any

import numpy as np
from numpy.typing import NDArray

from netviz.engine.curves.downsampling import bucket_width
from netviz.engine.curves.smoothing import BEGINNING, Smoother
from netviz.engine.curves.ticks import Range
from netviz.engine.protocol.run_state import Measurement
from netviz.engine.run.growing_array import GrowingArray
from netviz.ui.plots.loss_parts import Levels, LossPart, Reach

_FORGOTTEN = 40
"""Half-lives after which nothing is left of a value in an average of single precision."""


@dataclass(frozen=True, eq=False)
class Ghost:
    """A run beside the run at hand, as far as it is not drawn already.

    Attributes
    ----------
    line
        Number of the run within the session.
    label
        Written at its end: only what differs from the run at hand.
    name
        What a menu calls it: ``run 2 (lr 0.03)``.
    begins
        The last step that it shares with what is drawn already; the curve begins there.
    steps
        Numbers of its steps, increasing, ``int64 [n]``; None for all from 1 on.
    losses
        Loss of each step, ``float32 [n]``, also of those that are not drawn, which its average
        needs.
    functions
        After which steps which loss function was in use, oldest first.
    measurements
        What was measured of it, oldest first.
    token, width
        Colour in the theme, and width of its curves in pixels.
    widens
        Whether the vertical axis makes room for all of it, as it does for the run at hand.
    """

    line: int
    label: str
    name: str
    begins: float
    losses: NDArray[np.float32]
    measurements: tuple[Measurement, ...]
    functions: tuple[tuple[int, str], ...]
    steps: NDArray[np.int64] | None = None
    token: str = "ghost"
    width: float = 1.5
    widens: bool = False


class GhostTrack:
    """What is drawn of a `Ghost`, which may go on growing; averages are computed once.

    Attributes
    ----------
    ghost
        What it was made of.
    loss
        The loss function whose losses are drawn; losses of two functions cannot be compared.
    measurements
        What was measured so far.
    """

    def __init__(self, ghost: Ghost, loss: str) -> None:
        self.ghost, self.loss = ghost, loss
        self.measurements = list(ghost.measurements)
        self._losses, self._steps = ghost.losses, ghost.steps
        self._grown: tuple[GrowingArray[np.int64], GrowingArray[np.float32]] | None = None
        self._smoother: Smoother | None = None
        self._levels = Levels()
        self._reach: tuple[tuple[float, int], Reach] | None = None

    def take(self, ghost: Ghost) -> bool:
        """Be another ghost that differs in its words only; return whether that was possible."""
        before = self.ghost
        is_same = (
            self._grown is None
            and len(self.measurements) == len(before.measurements)
            and _same_memory(ghost.losses, before.losses)
            and ghost.steps is before.steps
            and (ghost.begins, ghost.functions) == (before.begins, before.functions)
            and ghost.measurements == before.measurements
            and (ghost.line, ghost.token, ghost.width) == (before.line, before.token, before.width)
        )
        if is_same:
            self.ghost = ghost
        return is_same

    @property
    def last_step(self) -> int:
        """Number of its last step."""
        return self._step_at(len(self._losses) - 1) if len(self._losses) else 0

    def between(self, after: int, until: int) -> tuple[NDArray[np.int64], NDArray[np.float32]]:
        """Return its steps after `after` up to `until`, and the loss of each."""
        first, stop = self._count_until(after), self._count_until(until)
        return self._steps_at(np.arange(first, stop)), self._losses[first:stop]

    def append(self, steps: NDArray[np.int64], losses: NDArray[np.float32]) -> None:
        """Take more steps, which go on increasing, ``[k]`` each."""
        if self._grown is None:
            self._grown = GrowingArray(np.int64), GrowingArray(np.float32)
            known = np.arange(1, len(self._losses) + 1) if self._steps is None else self._steps
            self._grown[0].extend(known)
            self._grown[1].extend(self._losses)
        self._grown[0].extend(steps)
        self._grown[1].extend(losses)
        self._steps, self._losses = self._grown[0].view, self._grown[1].view

    def add_measurement(self, measurement: Measurement) -> None:
        """Take what was measured after its last epoch."""
        self.measurements.append(measurement)

    def measured(self) -> list[Measurement]:
        """Return what is drawn of its measurements: from the last one it shares on."""
        begins = self.ghost.begins
        shared = [item for item in self.measurements if item.step <= begins]
        own = [item for item in self.measurements if item.step > begins]
        return [*shared[-1:], *own] if own else []

    def parts(
        self, half_life: float, sight: Range, columns: int
    ) -> list[tuple[NDArray[np.int64], NDArray[np.float32]]]:
        """Return its average after it parted, ``(steps, averages)`` for each part without a gap.

        Parameters
        ----------
        half_life
            In steps.
        sight
            First and last step in sight; the curve goes on to the edge.
        columns
            How many points at most are of use.
        """
        first = max(0, self._count_until(math.floor(sight[0])) - 1)
        last = self._count_until(math.ceil(sight[1])) + 1
        width = bucket_width(math.ceil(sight[1] - sight[0]), max(2, columns))
        warm, averages = self._averages(half_life)
        found = []
        for start, stop in self._stretches():
            start, stop = max(first, start), min(last, stop)
            if stop - start < 2:
                continue
            # The average is smooth within a bucket: its value at the end says enough.
            ends = np.arange(start // width * width + width - 1, stop - 1, width)
            chosen = np.unique(np.concatenate(([start], ends, [stop - 1])))
            found.append((self._steps_at(chosen), averages[chosen - warm]))
        return found

    def value_at(self, step: int, half_life: float) -> float | None:
        """Return its average at a step of its own; None where it has none to be compared."""
        index = self._count_until(step) - 1
        is_own = self.ghost.begins < step <= self.last_step and index >= 0
        if not is_own or self._function_at(step) != self.loss:
            return None
        warm, averages = self._averages(half_life)
        return float(averages[index - warm])

    def reach(self, half_life: float) -> Reach:
        """Return how far the axis has to reach for it."""
        drawn = half_life, len(self._losses)
        if self._reach is None or self._reach[0] != drawn:
            self._reach = drawn, self._look_how_far(half_life)
        return self._reach[1]

    def _look_how_far(self, half_life: float) -> Reach:
        reach = Reach()
        warm, averages = self._averages(half_life)
        for start, stop in self._stretches():
            part = LossPart(self.loss, start - warm, stop - warm)
            if self.ghost.widens:
                reach.add_reach(self._levels.of(part, averages, self._losses[warm:]))
            else:
                low = Reach()
                low.add(averages[part.first : part.stop])
                reach.add_reach(replace(low, lowest=math.inf, highest=-math.inf))
        return reach

    def _function_at(self, step: int) -> str:
        found = [function for after, function in self.ghost.functions if after < step]
        return found[-1] if found else self.loss

    def _stretches(self) -> list[tuple[int, int]]:
        """Return the losses that are drawn, as indices: first one and the one after the last."""
        begin = max(0, self._count_until(self.ghost.begins) - 1)
        functions = [(after, name) for after, name in self.ghost.functions]
        ends = [*(self._count_until(after) for after, _ in functions), len(self._losses)]
        found = []
        for (_, name), (start, stop) in zip(functions, pairwise(ends), strict=True):
            # The last one that is shared is the joint, and not enough by itself.
            if name == self.loss and stop - max(begin, start) > 1:
                found.append((max(begin, start), stop))
        return found

    def _averages(self, half_life: float) -> tuple[int, NDArray[np.float32]]:
        """Return the index of the first average that is known, and those from there on."""
        if self._smoother is None or self._smoother.half_life != half_life:
            self._smoother, self._levels = Smoother(half_life), Levels()
        begin = self._count_until(self.ghost.begins)
        warm = max(0, begin - 2 * BEGINNING - math.ceil(_FORGOTTEN * half_life))
        changes = [self._count_until(after) - warm for after, _ in self.ghost.functions]
        self._smoother.update(self._losses[warm:], [index for index in changes if index > 0])
        return warm, self._smoother.averages

    def _count_until(self, step: float) -> int:
        if self._steps is None:
            return int(min(max(0, step), len(self._losses)))
        return int(np.searchsorted(self._steps, step, side="right"))

    def _step_at(self, index: int) -> int:
        return index + 1 if self._steps is None else int(self._steps[index])

    def _steps_at(self, indices: NDArray[Any]) -> NDArray[np.int64]:
        return indices + 1 if self._steps is None else self._steps[indices]


def _same_memory(one: NDArray[Any], other: NDArray[Any]) -> bool:
    """Return whether two arrays, of which none is changed, are views of the same values."""
    return len(one) == len(other) and one.ctypes.data == other.ctypes.data
