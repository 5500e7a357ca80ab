"""The parts of a run that were trained by one loss function each, and how far losses reach."""

import math
from dataclasses import dataclass, field, replace

import numpy as np
from numpy.typing import NDArray

from netviz.engine.run.history import StepHistory
from netviz.ui.plots.metric import View


@dataclass(frozen=True)
class LossPart:
    """Steps, one after the other, whose losses can be compared.

    Attributes
    ----------
    loss
        The loss function; empty where the run has had only one.
    first, stop
        The recorded steps of the part, as indices of the history.
    """

    loss: str
    first: int
    stop: int


def loss_parts(view: View, history: StepHistory) -> list[LossPart]:
    """Return the parts of what is shown of a run, oldest first; one at least."""
    changes = view.record.loss_changes_until(view.last_step)
    count = history.count_until(view.last_step)
    starts = [0, *(history.count_until(change.step) for change in changes)]
    losses = [changes[0].old, *(change.new for change in changes)] if changes else [""]
    stops = [*starts[1:], count]
    parts = [
        LossPart(str(loss), first, stop)
        for loss, first, stop in zip(losses, starts, stops, strict=True)
    ]
    return [part for part in parts if part.first < part.stop] or parts[-1:]


@dataclass
class Reach:
    """The lowest, the highest and the lowest positive of finite losses."""

    lowest: float = math.inf
    highest: float = -math.inf
    lowest_positive: float = math.inf

    def add(self, losses: NDArray[np.floating]) -> None:
        """Take in more losses, ``[n]``, of which some may not be finite."""
        finite = losses[np.isfinite(losses)]
        if len(finite):
            self.lowest = min(self.lowest, float(finite.min()))
            self.highest = max(self.highest, float(finite.max()))
        positive = finite[finite > 0]
        if len(positive):
            self.lowest_positive = min(self.lowest_positive, float(positive.min()))

    def add_reach(self, other: "Reach") -> None:
        """Take in what another one has taken in."""
        self.lowest = min(self.lowest, other.lowest)
        self.highest = max(self.highest, other.highest)
        self.lowest_positive = min(self.lowest_positive, other.lowest_positive)


@dataclass
class _Known:
    stop: int
    reach: Reach = field(default_factory=Reach)


class Reaches:
    """How far the losses of each part of a growing history reach, each loss looked at once."""

    def __init__(self) -> None:
        self._known: dict[int, _Known] = {}

    def forget(self) -> None:
        """Look at all losses again: those known have changed."""
        self._known = {}

    def of(self, part: LossPart, losses: NDArray[np.float32]) -> Reach:
        """Return how far the losses of `part` reach; `losses` are those of the whole history."""
        known = self._known.get(part.first)
        if known is None or known.stop > part.stop:
            known = self._known[part.first] = _Known(part.first)
        known.reach.add(losses[known.stop : part.stop])
        known.stop = part.stop
        return known.reach


_LASTING = 8
"""Steps for which a smoothed loss has to stay above a height before the axis makes room for it."""


class Levels:
    """How far the smoothed losses of each part reach but for a moment, each looked at once.

    The highest is what some `_LASTING` steps in a row stay above, and two of their batches reach:
    one batch far above the others, which lifts the average for a while, does not press everything
    else flat.
    """

    def __init__(self) -> None:
        self._known: dict[int, _Known] = {}

    def forget(self) -> None:
        """Look at all averages again: those known have changed."""
        self._known = {}

    def of(
        self, part: LossPart, averages: NDArray[np.float32], losses: NDArray[np.float32]
    ) -> Reach:
        """Return how far the averages of `part` reach.

        `averages` and `losses` are those of the whole history, ``[n]``.
        """
        known = self._known.get(part.first)
        if known is None or known.stop > part.stop:
            known = self._known[part.first] = _Known(part.first)
        count = (part.stop - known.stop) // _LASTING * _LASTING
        if count:
            seen = slice(known.stop, known.stop + count)
            _add_levels(known.reach, averages[seen], losses[seen], _LASTING)
            known.stop += count
        reach = replace(known.reach)
        if known.stop == part.first < part.stop:
            seen = slice(part.first, part.stop)
            _add_levels(reach, averages[seen], losses[seen], part.stop - part.first)
        return reach


def _add_levels(
    reach: Reach, averages: NDArray[np.float32], losses: NDArray[np.float32], lasting: int
) -> None:
    """Take in averages and losses, ``[n * lasting]`` each, of which some may not be finite."""
    lowest = averages.reshape(-1, lasting).min(axis=1)
    finite = np.where(np.isfinite(losses), losses, -np.inf).reshape(-1, lasting)
    second = np.sort(finite, axis=1)[:, -2:][:, 0]
    levels = np.where(np.isfinite(second), np.minimum(lowest, second), lowest)
    lows, highs = Reach(), Reach()
    lows.add(lowest)
    highs.add(levels)
    reach.add_reach(replace(lows, highest=highs.highest))
