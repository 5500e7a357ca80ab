"""How far the losses of runs are apart on the same batches; free of Qt."""

import math
from collections.abc import Iterable, Mapping
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from netviz.engine.curves.downsampling import bucket_width
from netviz.engine.curves.smoothing import Smoother
from netviz.engine.curves.ticks import Range
from netviz.engine.run.growing_array import GrowingArray

Points = tuple[NDArray[np.int64], NDArray[np.float32]]

_USUAL_LIMIT = 0.05
"""Of the axis while there is nothing to be seen yet."""
_LEAST_LIMIT = 0.001
_PERCENTILE = 75
"""Of the differences in sight, which lie inside the axis: a bad start must not flatten the rest."""
_MARGIN = 1.1
_STAYS = 1.3
"""The axis is widened at once, but narrowed only for differences this many times too small."""


class Recorded(Protocol):
    """A run of which the losses are known, though not of each step."""

    @property
    def last_step(self) -> int:
        """Number of its last step, 0 before any."""

    def between(self, after: int, until: int) -> Points:
        """Return its steps after `after` up to `until`, and their losses."""


class Difference:
    """The loss of a run minus that of another at each step that both have.

    Each step is read once, so that an update costs as much as there is new.

    Parameters
    ----------
    run, base
        The runs.
    after
        The last step that is left out, such as the one at which they parted.
    half_life
        Of the average, in steps.
    """

    def __init__(self, run: Recorded, base: Recorded, after: int, half_life: float) -> None:
        self.run, self.base, self.after = run, base, after
        self._seen = after
        self._steps: GrowingArray[np.int64] = GrowingArray(np.int64)
        self._values: GrowingArray[np.float32] = GrowingArray(np.float32)
        self._smoother = Smoother(half_life)

    @property
    def half_life(self) -> float:
        """Of the average, in steps."""
        return self._smoother.half_life

    @property
    def steps(self) -> NDArray[np.int64]:
        """Numbers of the steps that both runs have, increasing, ``[n]``."""
        return self._steps.view

    @property
    def values(self) -> NDArray[np.float32]:
        """The difference at each of them, ``[n]``; not finite where a loss is not."""
        return self._values.view

    @property
    def averages(self) -> NDArray[np.float32]:
        """The moving average of the differences, ``[n]``."""
        return self._smoother.averages

    def update(self) -> None:
        """Read what both runs have come to since the last call."""
        until = min(self.run.last_step, self.base.last_step)
        if until <= self._seen:
            return
        steps, losses = self.run.between(self._seen, until)
        base_steps, base_losses = self.base.between(self._seen, until)
        if not np.array_equal(steps, base_steps):
            # Where the window was away not each step of a run was told.
            steps, own, others = np.intersect1d(
                steps, base_steps, assume_unique=True, return_indices=True
            )
            losses, base_losses = losses[own], base_losses[others]
        with np.errstate(invalid="ignore"):  # of two infinite losses there is no difference
            self._values.extend(losses - base_losses)
        self._steps.extend(steps)
        self._smoother.update(self._values.view)
        self._seen = until

    def points(self, sight: Range, columns: int) -> Points:
        """Return the average over the steps in sight, at most `columns` points and a few more."""
        steps = self.steps
        # Whole numbers: for others the whole run would be converted.
        first = max(0, int(np.searchsorted(steps, math.ceil(sight[0]))) - 1)
        stop = int(np.searchsorted(steps, math.floor(sight[1]), side="right"))
        last = min(len(steps), stop + 1)
        if last <= first:
            return steps[:0], self.averages[:0]
        width = bucket_width(math.ceil(sight[1] - sight[0]), max(2, columns))
        # The average is smooth within a bucket: its value at the end says enough.
        ends = np.arange(first // width * width + width - 1, last - 1, width)
        chosen = np.unique(np.concatenate(([first], ends, [last - 1])))
        known = chosen[np.isfinite(self.averages[chosen])]
        return steps[known], self.averages[known]

    def at(self, step: int) -> float | None:
        """Return the average at a step; None beyond those that both runs have."""
        index = int(np.searchsorted(self.steps, step, side="right")) - 1
        if index < 0 or step > self.steps[-1]:
            return None
        average = float(self.averages[index])
        return average if math.isfinite(average) else None


class Differences:
    """What several runs differ by from one of them, the base."""

    def __init__(self) -> None:
        self._known: dict[int, Difference] = {}

    def forget(self) -> None:
        """Forget everything: a run is another one by now."""
        self._known = {}

    def update(
        self, runs: Mapping[int, Recorded], base: int, after: int, half_life: float
    ) -> Mapping[int, Difference]:
        """Return the difference of each run but the base, by the numbers of the runs."""
        if base not in runs:
            return {}
        before, self._known = self._known, {}
        for line, run in runs.items():
            if line == base:
                continue
            known = before.get(line)
            if known is None or not _is_of(known, run, runs[base], after, half_life):
                known = Difference(run, runs[base], after, half_life)
            known.update()
            self._known[line] = known
        return self._known


def _is_of(known: Difference, run: Recorded, base: Recorded, after: int, half_life: float) -> bool:
    same_runs = known.run is run and known.base is base
    return same_runs and (known.after, known.half_life) == (after, half_life)


def fitting_limit(curves: Iterable[NDArray[np.floating]], present: float | None = None) -> float:
    """Return how far a symmetric axis shall reach: 0.05, 0.1, 0.2, 0.5, 1 …

    Parameters
    ----------
    curves
        What is in sight of each curve.
    present
        How far it reaches by now; it is kept rather than narrowed by a little.
    """
    reaches = [float(np.percentile(np.abs(curve), _PERCENTILE)) for curve in curves if len(curve)]
    reach = _MARGIN * max(reaches, default=0.0)
    if reach == 0:
        return present or _USUAL_LIMIT
    limit = _round_limit(reach)
    return present if present and limit < present <= _round_limit(_STAYS * reach) else limit


def _round_limit(reach: float) -> float:
    """Return the smallest of 0.001, 0.002, 0.005, 0.01 … that is not below `reach`."""
    if reach <= _LEAST_LIMIT:
        return _LEAST_LIMIT
    power = 10.0 ** math.floor(math.log10(reach))
    limits = (float(f"{factor * power:.0e}") for factor in (1, 2, 5, 10))
    return next((limit for limit in limits if limit >= reach), 10 * power)
