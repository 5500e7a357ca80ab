"""A layer's histograms over the steps, brought to common bins; free of Qt."""

import numpy as np
from numpy.typing import NDArray

from netviz.engine.protocol.observations import Histogram
from netviz.ui.charts.ticks import round_up
from netviz.ui.views.thinned_history import ThinnedHistory

_MOST_ROWS = 200
_BINS = 61  # odd, so that zero lies in the middle of a bin


class HistogramHistory:
    """At most 200 histograms of one layer.

    Attributes
    ----------
    limit
        The common bins reach from ``-limit`` to ``+limit``; it moves in jumps.
    """

    def __init__(self) -> None:
        self._rows: ThinnedHistory[Histogram] = ThinnedHistory(_MOST_ROWS)
        self._rebinned: dict[int, NDArray[np.float64]] = {}
        self.limit = 0.0

    def __len__(self) -> int:
        return len(self._rows)

    @property
    def steps(self) -> list[int]:
        """Steps of the rows."""
        return self._rows.steps

    def append(self, step: int, histogram: Histogram) -> None:
        """Add the histogram after `step` steps; one without finite values is left out."""
        if is_drawable(histogram):
            self._rows.append(step, histogram)

    def truncate(self, step: int) -> None:
        """Forget everything after `step`."""
        self._rows.truncate(step)

    def fractions(self) -> NDArray[np.float64]:
        """Return the fraction of the values in each common bin, ``float64 [rows, bins]``."""
        reach = max(reach_of(row) for row in self._rows.rows)
        limit = round_up(reach) if reach > 0 else 1.0
        known = self._rebinned if limit == self.limit else {}
        self.limit = limit
        # The key is the row's identity: after a rewind a step can come again.
        self._rebinned = {
            id(row): known[id(row)] if id(row) in known else rebin(row, self.edges)
            for row in self._rows.rows
        }
        return np.stack([self._rebinned[id(row)] for row in self._rows.rows])

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
