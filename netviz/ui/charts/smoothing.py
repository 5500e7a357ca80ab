"""The smoothing of a curve that grows: a new value costs the same however long the run is."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from netviz.engine.run.growing_array import GrowingArray

_BLOCK = 64


class Smoother:
    """Exponential moving average of a series that grows, each value computed once.

    The average starts at the first value rather than at zero: like Adam's moments it is
    divided by the sum of its weights (Kingma and Ba, 2015, section 3). Values that are not
    finite are skipped: the average stays where it was, NaN before the first finite value.

    Parameters
    ----------
    half_life
        After this many values a value counts half; above 0.
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
        self._sum = 0.0
        self._taken = 0

    def update(self, series: NDArray[np.floating[Any]]) -> None:
        """Average the values that were appended to `series`, ``[n]``, since the last call."""
        values = np.asarray(series[len(self) :], np.float64)
        if len(values) == 0:
            return
        finite = np.isfinite(values)
        decay = float(np.exp(self._log_decay))
        sums = _decaying_sums(values[finite] * (1 - decay), decay, self._sum)
        ages = self._taken + np.arange(1, len(sums) + 1)
        averages = sums / -np.expm1(ages * self._log_decay)
        before = self.averages[-1] if len(self) else np.nan
        self._averages.extend(np.concatenate(([before], averages))[np.cumsum(finite)])
        if len(sums):
            self._sum = float(sums[-1])
            self._taken += len(sums)


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
    lag = np.subtract.outer(np.arange(_BLOCK), np.arange(_BLOCK))
    kernel = np.where(lag >= 0, decay ** np.maximum(lag, 0), 0.0)
    within = padded @ kernel.T
    starts = np.array([start])
    if blocks > 1:
        ends = _decaying_sums(within[:-1, -1], decay**_BLOCK, start)
        starts = np.concatenate((starts, ends))
    sums = within + np.outer(starts, decay ** np.arange(1, _BLOCK + 1))
    return sums.reshape(-1)[: len(values)]
