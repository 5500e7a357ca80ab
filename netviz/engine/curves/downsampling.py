"""The reduction of a growing curve to the pixels of a chart, without going through all of it."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from netviz.engine.run.growing_array import GrowingArray


class Extremes:
    """Finds the minima and maxima of any part of a growing series without reading all of it.

    Where they lie is kept for each width of a bucket that was asked for, in 8 bytes a bucket;
    a value is read once for each of them. Buckets are counted from the start of the series, so
    that what is drawn of the past never changes while values arrive. Values that are not
    finite are chosen only where a bucket holds no others.
    """

    def __init__(self) -> None:
        self._known: dict[int, tuple[GrowingArray[np.int32], GrowingArray[np.int32]]] = {}

    @property
    def nbytes(self) -> int:
        """Bytes that the stored indices take."""
        return sum(column.view.nbytes for columns in self._known.values() for column in columns)

    def clear(self) -> None:
        """Forget the series: another one begins."""
        self._known = {}

    def indices(
        self,
        series: NDArray[np.floating[Any]],
        start: int,
        stop: int,
        width: int,
        since: int = 0,
    ) -> NDArray[np.intp]:
        """Return the indices of the minimum and maximum of each bucket of a part of a series.

        Parameters
        ----------
        series
            All values so far, ``[n]``: those of the last call and what was appended to them.
        start, stop
            The part wanted; `start` is moved back to the start of its bucket.
        width
            Values in a bucket, a power of two (see `bucket_width`); 1 returns every index.
        since
            No index before it is returned, also not from the bucket that it cuts in two.

        Returns
        -------
        indices
            Increasing, at most ``2 * ceil((stop - start) / width) + 2`` of them.
        """
        if width <= 1 or stop <= max(start, since):
            return np.arange(max(start, since), stop)
        first, last = start // width, stop // width
        parts: list[NDArray[Any]] = []
        if since > first * width:
            first = -(-since // width)
            parts += _both_extremes(series, np.arange(since, min(first * width, stop)))
        if last > first:
            columns = self._whole_buckets(series, width)
            parts.append(np.stack([column.view[first:last] for column in columns], 1).reshape(-1))
        parts += _both_extremes(series, np.arange(max(last, first) * width, stop))
        pairs = np.concatenate(parts).reshape(-1, 2)
        ordered = np.sort(pairs, axis=1).reshape(-1)
        return ordered[np.diff(ordered, prepend=-1) > 0]

    def _whole_buckets(
        self, series: NDArray[np.floating[Any]], width: int
    ) -> tuple[GrowingArray[np.int32], GrowingArray[np.int32]]:
        """Return where the minimum and the maximum of each bucket lie that is full by now."""
        if width not in self._known:
            self._known[width] = GrowingArray(np.int32), GrowingArray(np.int32)
        columns = self._known[width]
        done, full = len(columns[0]), len(series) // width
        if full > done:
            new = np.arange(done * width, full * width, dtype=np.int32).reshape(-1, width)
            for column, sign in zip(columns, (1, -1), strict=True):
                column.extend(_pick_lowest(series, new, sign))
        return columns


def bucket_width(span: int, points: int) -> int:
    """Return the smallest power of two for which `span` values give at most `points` points.

    A bucket gives two points, its minimum and its maximum; width 1 means no reduction.
    """
    width = 1
    while (span if width == 1 else 2 * span / width) > points:
        width *= 2
    return width


def extreme_indices(series: NDArray[np.floating[Any]], points: int) -> NDArray[np.intp]:
    """Return indices of the minima and maxima of a whole series, few enough to be drawn.

    The first and the last are among them; for series short enough to be gone through each time,
    such as one value an epoch. NaN is chosen only where a bucket holds nothing else.

    Parameters
    ----------
    series
        The values, ``[n]``.
    points
        How many points are enough; there are at most two more.
    """
    count = len(series)
    if count <= max(2, points):
        return np.arange(count)
    buckets = max(1, points // 2)
    width = -(-count // buckets)
    padded = np.full(buckets * width, np.nan)
    padded[:count] = series
    found: list[NDArray[np.intp]] = [np.array([0, count - 1])]
    for sign in (1, -1):
        rows = np.where(np.isnan(padded), np.inf, sign * padded).reshape(buckets, width)
        found.append(rows.argmin(axis=1) + np.arange(buckets) * width)
    indices = np.unique(np.concatenate(found))
    return indices[indices < count]


def _both_extremes(series: NDArray[np.floating[Any]], indices: NDArray[Any]) -> list[NDArray[Any]]:
    """Return where the smallest and the largest of `indices` lie, or nothing of none."""
    if len(indices) == 0:
        return []
    return [np.concatenate([_pick_lowest(series, indices[None], sign) for sign in (1, -1)])]


def _pick_lowest(
    series: NDArray[np.floating[Any]], candidates: NDArray[Any], sign: int
) -> NDArray[Any]:
    """Choose from each row of indices the one with the lowest finite ``sign * value``."""
    values = sign * series[candidates]
    values[~np.isfinite(values)] = np.inf
    lowest: NDArray[Any] = candidates[np.arange(len(candidates)), values.argmin(axis=1)]
    return lowest
