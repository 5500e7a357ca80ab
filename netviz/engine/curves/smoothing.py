"""The smoothing of a curve that grows: a new value costs the same however long the run is."""

from collections.abc import Sequence
from functools import lru_cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from netviz.engine.run.growing_array import GrowingArray

_BLOCK = 64
BEGINNING = 400
"""Values in which the half-life grows: about as long as losses fall steeply."""
SHORTEST = 3.0
"""The half-life at first, where no shorter one is asked for."""


class Smoother:
    """Exponential moving average of a series that grows, each value computed once.

    The average starts with the plain mean, and with a short half-life that grows until the
    beginning is over: what falls steeply at first would otherwise lie below its average for long.
    Values that are not finite are skipped: the average stays where it was, NaN before the first
    finite value.

    Parameters
    ----------
    half_life
        After this many values a value counts half, from the value `BEGINNING` on; above 0.
    """

    def __init__(self, half_life: float) -> None:
        if not half_life > 0:
            raise ValueError("the half-life has to be above 0 steps")
        self.half_life = half_life
        self._log_decay = -np.log(2) / half_life
        self.restart()

    def __len__(self) -> int:
        return len(self._averages)

    @property
    def averages(self) -> NDArray[np.float32]:
        """The average after each value so far, ``[n]``, read-only."""
        return self._averages.view

    def restart(self) -> None:
        """Forget all values: the series has changed from its start."""
        self._averages: GrowingArray[np.float32] = GrowingArray(np.float32)
        self._breaks: list[int] = []
        self._begin_anew()

    def update(self, series: NDArray[np.floating[Any]], breaks: Sequence[int] = ()) -> None:
        """Average the values that were appended to `series`, ``[n]``, since the last call.

        Parameters
        ----------
        series
            All values so far.
        breaks
            Increasing indices at which the values become those of another thing: no average
            reaches across. Where others are given than before, all is averaged again.
        """
        if [index for index in breaks if index < len(self)] != self._breaks:
            self.restart()
        for index in breaks[len(self._breaks) :]:
            if index >= len(series):
                break
            self._append(series[:index])
            self._begin_anew()
            self._breaks.append(index)
        self._append(series)

    def _begin_anew(self) -> None:
        """Let the average of the next value depend on no value before it."""
        self._last = np.nan
        self._taken = 0

    def _append(self, series: NDArray[np.floating[Any]]) -> None:
        """Average what `series` has beyond the values so far."""
        values = np.asarray(series[len(self) :], np.float64)
        if len(values) == 0:
            return
        finite = np.isfinite(values)
        averages, rest = [np.array([self._last])], values[finite]
        decay = float(np.exp(self._log_decay))
        ends = (BEGINNING, int(1 / (1 - decay)))
        for end, average in zip(ends, (self._begin, self._mean), strict=True):
            count = max(0, end - self._taken)
            averages.append(average(rest[:count]))
            self._take(averages[-1])
            rest = rest[count:]
        averages.append(_decaying_sums(rest * (1 - decay), decay, self._last))
        self._take(averages[-1])
        self._averages.extend(np.concatenate(averages)[np.cumsum(finite)])

    def _take(self, averages: NDArray[np.float64]) -> None:
        self._taken += len(averages)
        if len(averages):
            self._last = float(averages[-1])

    def _begin(self, values: NDArray[np.float64]) -> NDArray[np.float64]:
        """Average values that come while the half-life still grows, one after the other."""
        averages, average = [], self._last
        for count, value in enumerate(values.tolist(), self._taken + 1):
            weight = max(1 / count, 1 - 0.5 ** (1 / half_life_at(count, self.half_life)))
            average = value if count == 1 else average + weight * (value - average)
            averages.append(average)
        return np.array(averages, np.float64)

    def _mean(self, values: NDArray[np.float64]) -> NDArray[np.float64]:
        """Count each value alike, while there are fewer than a long half-life takes in."""
        counts = self._taken + np.arange(1, len(values) + 1)
        sums: NDArray[np.float64] = self._taken * self._last + np.cumsum(values)
        return sums / counts


def half_life_at(count: int, half_life: float) -> float:
    """Return the half-life in use at the value `count`, which grows to `half_life`."""
    shortest = min(SHORTEST, half_life)
    return shortest + (half_life - shortest) * min(1.0, count / BEGINNING) ** 2


def _decaying_sums(values: NDArray[np.float64], decay: float, start: float) -> NDArray[np.float64]:
    """Compute ``sums[t] = decay * sums[t - 1] + values[t]`` with ``sums[-1] = start``.

    Blocks are summed by one matrix product; the sums at the blocks' ends follow the same
    rule with ``decay ** block``, so the function calls itself for them. No power of the decay
    above 1 ever appears, so nothing overflows.
    """
    if len(values) == 0:
        return values
    blocks = -(-len(values) // _BLOCK)
    padded = np.zeros((blocks, _BLOCK))
    padded.reshape(-1)[: len(values)] = values
    within = padded @ _kernel(decay)
    starts = np.array([start])
    if blocks > 1:
        ends = _decaying_sums(within[:-1, -1], decay**_BLOCK, start)
        starts = np.concatenate((starts, ends))
    sums = within + np.outer(starts, decay ** np.arange(1, _BLOCK + 1))
    return sums.reshape(-1)[: len(values)]


@lru_cache(64)
def _kernel(decay: float) -> NDArray[np.float64]:
    """Return the matrix that sums a block, ``[_BLOCK, _BLOCK]``; every report needs the same."""
    lag = np.subtract.outer(np.arange(_BLOCK), np.arange(_BLOCK))
    return np.where(lag >= 0, decay ** np.maximum(lag, 0), 0.0).T
