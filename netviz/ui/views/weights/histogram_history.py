"""A layer's histograms over the steps, brought to common bins; free of Qt."""

import numpy as np
from numpy.typing import NDArray

from netviz.engine.curves.ticks import round_up
from netviz.engine.protocol.layer_record import LayerRecord, Spread
from netviz.engine.protocol.observations import Histogram

_BINS = 61  # odd, so that zero lies in the middle of a bin


class HistogramHistory:
    """The histograms of one layer that were recorded, ordered by step.

    Parameters
    ----------
    biases
        Whether they are those of the biases; else of the weights.

    Attributes
    ----------
    steps
        Steps of the rows, ``int64 [rows]``.
    end
        Steps trained: the newest row holds up to there.
    limit
        The common bins reach from ``-limit`` to ``+limit``; it moves in jumps.
    """

    def __init__(self, *, biases: bool = False) -> None:
        self._biases = biases
        self._record = LayerRecord()
        self._spreads: tuple[Spread, ...] = ()
        self._index = 0
        self._rebinned: dict[int, tuple[Spread, NDArray[np.float64]]] = {}
        self.steps = np.empty(0, np.int64)
        self.end = 0
        self.limit = 1.0
        self._reach = 0.0

    @property
    def is_empty(self) -> bool:
        """Whether no value of any row is finite, or the layer has no such parameter."""
        return self._reach == 0

    def set_record(self, record: LayerRecord, index: int, end: int) -> None:
        """Show layer `index` of a record that goes up to the step `end`."""
        self.end = end
        if record is self._record and index == self._index:
            return
        self._record, self._index = record, index
        self._spreads = tuple(row.biases if self._biases else row.weights for row in record.rows)
        self.steps = np.array([row.step for row in record.rows], np.int64)
        ranges = np.array([spread.ranges[index] for spread in self._spreads])
        self._reach = float(np.abs(ranges).max(initial=0.0))
        limit = 1.0 if self.is_empty else round_up(self._reach)
        if limit != self.limit:
            self.limit, self._rebinned = limit, {}

    @property
    def gaps(self) -> tuple[tuple[int, int], ...]:
        """Stretches of steps that were not recorded, as in `LayerRecord`."""
        return self._record.gaps

    def fractions(self, row: int) -> NDArray[np.float64]:
        """Return the fraction of a row's values in each common bin, ``float64 [bins]``.

        All are 0 where none of the values is finite.
        """
        spread = self._spreads[row]
        known = self._rebinned.get(row)  # a row's place changes as the record is thinned out
        if known is None or known[0] is not spread:
            histogram = spread.histogram(self._index)
            shares = rebin(histogram, self.edges) if is_drawable(histogram) else np.zeros(_BINS)
            known = self._rebinned[row] = spread, shares
        return known[1]

    def rows_at(self, steps: NDArray[np.float64]) -> NDArray[np.int64]:
        """Return the newest row at each of `steps`; -1 where nothing was recorded."""
        rows: NDArray[np.int64] = np.searchsorted(self.steps, steps, side="right") - 1
        known = self.steps[rows]
        for after, _ in self.gaps:  # what was known before one says nothing of what comes after
            rows[(steps > after) & (known <= after)] = -1
        return rows

    @property
    def edges(self) -> NDArray[np.float64]:
        """Edges of the common bins."""
        return np.linspace(-self.limit, self.limit, _BINS + 1)


def is_drawable(histogram: Histogram) -> bool:
    """Whether a histogram has a finite value; that of diverged weights has none."""
    return bool(np.isfinite(histogram.edges).all()) and bool(histogram.counts.sum() > 0)


def reach_of(histogram: Histogram) -> float:
    """Return the largest magnitude that its bins cover."""
    return float(np.abs(histogram.edges).max())


def rebin(histogram: Histogram, edges: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the fraction of the values in each bin of `edges`, taken as even within a bin."""
    cumulative = np.concatenate(([0.0], np.cumsum(histogram.counts, dtype=np.float64)))
    counts = np.diff(np.interp(edges, histogram.edges, cumulative))
    fractions: NDArray[np.float64] = counts / cumulative[-1]
    return fractions
