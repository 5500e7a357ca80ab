"""The parameters of one layer at this moment: bars, and a dashed line for before training."""

from functools import cached_property

import numpy as np
from numpy.typing import NDArray
from pyqtgraph.functions import arrayToQPolygonF
from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QPen

from netviz.engine.protocol.observations import Histogram
from netviz.number_text import percent_text, signed_text, weight_text
from netviz.ui.charts.axes import Axes
from netviz.ui.look.theme import Theme
from netviz.ui.views.weights.histogram_history import is_drawable, reach_of

_LEAST_GAPPED_PX = 3
_MOST_ABOVE = 2
"""A chart reaches at most this many times as high as its bars."""


class HistogramChart:
    """Paints a histogram into a part of a widget.

    Parameters
    ----------
    theme
        The look.
    noun
        What is counted: ``weights`` or ``biases``.

    Attributes
    ----------
    margin_px
        Space for labels on the left.
    """

    margin_px = 0

    def __init__(self, theme: Theme, noun: str) -> None:
        self._theme = theme
        self._noun = noun
        self._now = self._initial = Densities(None)

    def set_histogram(self, histogram: Histogram | None, initial: Histogram | None = None) -> None:
        """Show another histogram and the one before training; nothing is computed before that."""
        self._now = Densities(histogram)
        if initial is not self._initial.histogram:
            self._initial = Densities(initial)

    @property
    def is_empty(self) -> bool:
        """Whether there is no value to show."""
        return not self._now.is_drawable

    def text_at(self, area: QRectF, position: QPointF) -> str:
        """Return range and count of the bin at a position."""
        histogram = self._now.histogram
        if histogram is None or self.is_empty:
            return ""
        value = self._axes(area).x_value(position.x())
        index = int(np.searchsorted(histogram.edges, value, side="right")) - 1
        if not 0 <= index < len(histogram.counts):
            return ""
        low, high = histogram.edges[index : index + 2]
        count, total = int(histogram.counts[index]), int(histogram.counts.sum())
        return (
            f"{signed_text(low)} to {signed_text(high)}: {count:,} of {total:,} {self._noun},"
            f" {percent_text(count / total)}"
        )

    def paint(self, painter: QPainter, area: QRectF) -> None:
        """Paint bars, line and labels; of an empty chart the baseline alone."""
        axes = self._axes(area)
        axes.paint_line(painter, area.bottom(), "border")
        if self.is_empty:
            return
        self._paint_bars(painter, axes)
        if self._initial.is_drawable:
            self._paint_initial(painter, axes)
        low, high = axes.x_range
        axes.paint_end_labels(painter, weight_text(low), "0", weight_text(high))

    def _axes(self, area: QRectF) -> Axes:
        shown = [densities for densities in (self._now, self._initial) if densities.is_drawable]
        limit = max((densities.reach for densities in shown), default=0.0) or 1.0
        tops = [densities.highest for densities in shown]
        # The bars come first; they stay in sight however much wider than at first they are.
        top = min(max(tops), _MOST_ABOVE * tops[0]) if tops else 1.0
        return Axes(self._theme, area, (-limit, limit), (0.0, top))

    def _paint_bars(self, painter: QPainter, axes: Axes) -> None:
        # On whole pixels: antialiased, the bars take ten times as long.
        xs = np.round(axes.x(self._now.edges)).tolist()
        tops = axes.y(self._now.heights).tolist()
        bottom = axes.area.bottom()
        gap = 1 if axes.area.width() / len(tops) >= _LEAST_GAPPED_PX else 0
        painter.setRenderHint(QPainter.RenderHint.Antialiasing, False)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(self._theme.color("train", 0.85))
        bars = [
            QRectF(left, top, right - left - gap, bottom - top)
            for left, right, top in zip(xs, xs[1:], tops, strict=False)
            if top < bottom
        ]
        painter.drawRects(bars)

    def _paint_initial(self, painter: QPainter, axes: Axes) -> None:
        edges, bottom = axes.x(self._initial.edges), axes.area.bottom()
        xs = np.concatenate((edges[:1], (edges[:-1] + edges[1:]) / 2, edges[-1:]))
        tops = np.concatenate(([bottom], axes.y(self._initial.heights), [bottom]))
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.setPen(initial_pen(self._theme))
        painter.save()
        # Far narrower weights before training would lie high above the chart.
        painter.setClipRect(axes.area.adjusted(0, -1, 0, 1))
        painter.drawPolyline(arrayToQPolygonF(xs, tops))
        painter.restore()


def initial_pen(theme: Theme) -> QPen:
    """Return the pen of the histogram before training."""
    pen = QPen(QColor(theme.color("faint")), max(1.0, theme.scale))
    pen.setDashPattern([3, 3])
    return pen


class Densities:
    """What is drawn of a histogram, computed when it is first asked for.

    Parameters
    ----------
    histogram
        The counts; None of what has no parameters.
    """

    def __init__(self, histogram: Histogram | None) -> None:
        self.histogram = histogram

    @cached_property
    def is_drawable(self) -> bool:
        """Whether there is a finite value; everything else may be asked for only then."""
        return self.histogram is not None and is_drawable(self.histogram)

    @property
    def edges(self) -> NDArray[np.float64]:
        """Where the bins begin and end, ``[bins + 1]``."""
        assert self.histogram is not None
        return self.histogram.edges

    @cached_property
    def heights(self) -> NDArray[np.float64]:
        """Fraction of the values in each bin by its width, so that bins compare, ``[bins]``."""
        assert self.histogram is not None
        fractions: NDArray[np.float64] = self.histogram.counts / self.histogram.counts.sum()
        return fractions / np.diff(self.edges)

    @cached_property
    def highest(self) -> float:
        """The height of the highest bin."""
        return float(self.heights.max())

    @cached_property
    def reach(self) -> float:
        """The largest magnitude that the bins cover."""
        assert self.histogram is not None
        return reach_of(self.histogram)
