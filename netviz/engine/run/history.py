"""What was recorded at each step, its smoothing, and its reduction to the pixels of a plot.

Everything here grows with the run without ever being gone through again: a new step costs
the same after a million steps as after ten.
"""

from typing import Any, Generic, TypeVar

import numpy as np
from numpy.typing import ArrayLike, DTypeLike, NDArray

_Scalar = TypeVar("_Scalar", bound=np.generic)

_FIRST_CAPACITY = 1024
_BLOCK = 64


class _Column(Generic[_Scalar]):
    """An array that grows at its end in amortised constant time."""

    def __init__(self, dtype: DTypeLike) -> None:
        self._data: NDArray[_Scalar] = np.empty(_FIRST_CAPACITY, dtype)
        self._count = 0

    def __len__(self) -> int:
        return self._count

    @property
    def view(self) -> NDArray[_Scalar]:
        view = self._data[: self._count]
        view.flags.writeable = False
        return view

    def extend(self, values: NDArray[Any]) -> None:
        end = self._count + len(values)
        if end > len(self._data):
            grown = np.empty(max(end, 2 * len(self._data)), self._data.dtype)
            grown[: self._count] = self.view
            self._data = grown
        self._data[self._count : end] = values
        self._count = end

    def truncate(self, count: int) -> None:
        self._count = min(self._count, count)


class StepHistory:
    """Loss and learning rate of every step, about 20 bytes a step.

    After `truncate` or `clear` the arrays that were returned before keep their length, but not
    their values.
    """

    def __init__(self) -> None:
        self._steps: _Column[np.int64] = _Column(np.int64)
        self._losses: _Column[np.float32] = _Column(np.float32)
        self._learning_rates: _Column[np.float64] = _Column(np.float64)

    def __len__(self) -> int:
        return len(self._steps)

    @property
    def steps(self) -> NDArray[np.int64]:
        """Numbers of the steps, increasing, ``[n]``, read-only."""
        return self._steps.view

    @property
    def losses(self) -> NDArray[np.float32]:
        """Loss of each step's batch, ``[n]``, read-only; may hold NaN and infinity."""
        return self._losses.view

    @property
    def learning_rates(self) -> NDArray[np.float64]:
        """Learning rate that each step used, ``[n]``, read-only."""
        return self._learning_rates.view

    @property
    def last_step(self) -> int:
        """Number of the last step, 0 before any."""
        return int(self.steps[-1]) if len(self) else 0

    def extend(self, steps: ArrayLike, losses: ArrayLike, learning_rates: ArrayLike) -> None:
        """Append steps.

        Parameters
        ----------
        steps
            Whole numbers that go on increasing from the last step, ``[k]``.
        losses, learning_rates
            What belongs to them, ``[k]``.

        Raises
        ------
        ValueError
            When the lengths differ or the steps do not increase; nothing is appended.
        """
        columns = [np.atleast_1d(values) for values in (steps, losses, learning_rates)]
        numbers = columns[0]
        if len({len(column) for column in columns}) > 1:
            raise ValueError("steps, losses and learning rates differ in length")
        if len(numbers) == 0:
            return
        if numbers[0] <= self.last_step or np.any(np.diff(numbers) <= 0):
            raise ValueError("steps have to increase")
        self._steps.extend(columns[0])
        self._losses.extend(columns[1])
        self._learning_rates.extend(columns[2])

    def count_until(self, step: int) -> int:
        """Return how many of the recorded steps come no later than `step`."""
        return int(np.searchsorted(self.steps, step, side="right"))

    def truncate(self, step: int) -> None:
        """Forget everything after `step`."""
        count = self.count_until(step)
        for column in (self._steps, self._losses, self._learning_rates):
            column.truncate(count)

    def clear(self) -> None:
        """Forget everything."""
        self.truncate(0)


class Smoother:
    """Exponential moving average of a series that grows, each value computed once.

    The average starts at the first value rather than at zero: like Adam's moments it is
    divided by the sum of its weights (Kingma and Ba, 2015, section 3). Values that are not
    finite are skipped: the average stays where it was, NaN before the first finite value.

    Parameters
    ----------
    half_life
        After so many steps a value counts half; above 0.
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
        """The average at each step so far, ``[n]``, read-only."""
        return self._averages.view

    def restart(self) -> None:
        """Forget all values, for a series that has become another."""
        self._averages: _Column[np.float32] = _Column(np.float32)
        self._sum = 0.0
        self._taken = 0

    def update(self, series: NDArray[np.floating[Any]]) -> None:
        """Take in what `series` has more than at the last call, ``[n]``."""
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


class MinMaxPyramid:
    """Finds the extremes of any stretch of a growing series without going through it.

    Level ``k`` knows where the smallest and the largest of each ``2 ** (k + 1)`` consecutive
    values lie, 8 bytes a value in all. Buckets are counted from the start of the series, so
    that what is drawn of the past never changes while values arrive. Values that are not
    finite are chosen only where a bucket holds no others.
    """

    def __init__(self) -> None:
        self._levels: list[tuple[_Column[np.int32], _Column[np.int32]]] = []

    def update(self, series: NDArray[np.floating[Any]]) -> None:
        """Take in what `series` has more than at the last call, ``[n]``."""
        level = 0
        while len(series) >> (level + 1):
            if level == len(self._levels):
                self._levels.append((_Column(np.int32), _Column(np.int32)))
            done = len(self._levels[level][0])
            wanted = len(series) >> (level + 1)
            if wanted > done:
                for sign, column in zip((1, -1), self._levels[level], strict=True):
                    pairs = self._pairs(level, sign, 2 * done, 2 * wanted)
                    column.extend(_pick_lowest(series, pairs, sign))
            level += 1

    def _pairs(self, level: int, sign: int, start: int, stop: int) -> NDArray[np.int32]:
        """Candidates for the buckets of `level`: two single values, or two smaller buckets."""
        if level == 0:
            return np.arange(start, stop, dtype=np.int32).reshape(-1, 2)
        smaller = self._levels[level - 1][0 if sign > 0 else 1]
        return smaller.view[start:stop].reshape(-1, 2)

    def truncate(self, count: int) -> None:
        """Forget the values after the first `count`."""
        for level, columns in enumerate(self._levels):
            for column in columns:
                column.truncate(count >> (level + 1))

    def indices(
        self, series: NDArray[np.floating[Any]], start: int, stop: int, width: int
    ) -> NDArray[np.intp]:
        """Return where the extremes of each bucket of ``series[start:stop]`` lie.

        Parameters
        ----------
        series
            The series as given to `update`, ``[n]``.
        start, stop
            The stretch wanted; `start` is moved back to the beginning of its bucket.
        width
            Values in a bucket, a power of two (see `bucket_width`); 1 returns every index.

        Returns
        -------
        indices
            Increasing, at most ``2 * ceil((stop - start) / width) + 2`` of them.
        """
        if width <= 1 or stop <= start:
            return np.arange(start, stop)
        first, last = start // width, stop // width
        parts: list[NDArray[Any]] = []
        if last > first:
            columns = self._levels[width.bit_length() - 2]
            parts.append(np.stack([column.view[first:last] for column in columns], 1).reshape(-1))
        tail = np.arange(max(last, first) * width, stop)
        if len(tail):
            parts.append(np.concatenate([_pick_lowest(series, tail[None], s) for s in (1, -1)]))
        pairs = np.concatenate(parts).reshape(-1, 2)
        ordered = np.sort(pairs, axis=1).reshape(-1)
        return ordered[np.diff(ordered, prepend=-1) > 0]


def bucket_width(span: int, points: int) -> int:
    """Return the smallest power of two for which `span` values give at most `points` points.

    A bucket gives two points, its minimum and its maximum; width 1 means no reduction.
    """
    width = 1
    while (span if width == 1 else 2 * span / width) > points:
        width *= 2
    return width


def _pick_lowest(
    series: NDArray[np.floating[Any]], candidates: NDArray[Any], sign: int
) -> NDArray[Any]:
    """Choose from each row of indices the one with the lowest finite ``sign * value``."""
    values = sign * series[candidates]
    values[~np.isfinite(values)] = np.inf
    lowest: NDArray[Any] = candidates[np.arange(len(candidates)), values.argmin(axis=1)]
    return lowest
