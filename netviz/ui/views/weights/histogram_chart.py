"""The parameters of one layer at this moment: bars, and a dashed line for before training."""

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QPen, QPolygonF

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
        self._histogram: Histogram | None = None
        self._initial: Histogram | None = None

    def set_histogram(self, histogram: Histogram | None, initial: Histogram | None = None) -> None:
        """Show another histogram and the one before training; nothing is computed before that."""
        self._histogram, self._initial = histogram, initial

    @property
    def is_empty(self) -> bool:
        """Whether there is no value to show."""
        return _drawable(self._histogram) is None

    def text_at(self, area: QRectF, position: QPointF) -> str:
        """Return range and count of the bin at a position."""
        histogram = _drawable(self._histogram)
        if histogram is None:
            return ""
        value = self._axes(area, histogram, _drawable(self._initial)).x_value(position.x())
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
        histogram, initial = _drawable(self._histogram), _drawable(self._initial)
        axes = self._axes(area, histogram, initial)
        axes.paint_line(painter, area.bottom(), "border")
        if histogram is None:
            return
        self._paint_bars(painter, axes, histogram)
        if initial:
            self._paint_initial(painter, axes, initial)
        low, high = axes.x_range
        axes.paint_end_labels(painter, weight_text(low), "0", weight_text(high))

    def _axes(self, area: QRectF, *histograms: Histogram | None) -> Axes:
        shown = [histogram for histogram in histograms if histogram]
        limit = max((reach_of(histogram) for histogram in shown), default=0.0) or 1.0
        tops = [float(density(histogram).max()) for histogram in shown]
        # The bars come first; they stay in sight however much wider than at first they are.
        top = min(max(tops), _MOST_ABOVE * tops[0]) if tops else 1.0
        return Axes(self._theme, area, (-limit, limit), (0.0, top))

    def _paint_bars(self, painter: QPainter, axes: Axes, histogram: Histogram) -> None:
        xs, tops = axes.x(histogram.edges), axes.y(density(histogram))
        bottom = axes.area.bottom()
        gap = 1 if xs[1] - xs[0] >= _LEAST_GAPPED_PX else 0
        painter.setRenderHint(QPainter.RenderHint.Antialiasing, gap == 1)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(self._theme.color("train", 0.85))
        bars = [
            QRectF(left, top, right - left - gap, bottom - top)
            for left, right, top in zip(xs, xs[1:], tops, strict=False)
            if top < bottom
        ]
        painter.drawRects(bars)

    def _paint_initial(self, painter: QPainter, axes: Axes, initial: Histogram) -> None:
        xs, tops = axes.x(initial.edges), axes.y(density(initial))
        centers, bottom = (xs[:-1] + xs[1:]) / 2, axes.area.bottom()
        points = [
            QPointF(xs[0], bottom),
            *(QPointF(x, y) for x, y in zip(centers, tops, strict=True)),
            QPointF(xs[-1], bottom),
        ]
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.setPen(initial_pen(self._theme))
        painter.save()
        # Far narrower weights before training would lie high above the chart.
        painter.setClipRect(axes.area.adjusted(0, -1, 0, 1))
        painter.drawPolyline(QPolygonF(points))
        painter.restore()


def _drawable(histogram: Histogram | None) -> Histogram | None:
    return histogram if histogram and is_drawable(histogram) else None


def initial_pen(theme: Theme) -> QPen:
    """Return the pen of the histogram before training."""
    pen = QPen(QColor(theme.color("faint")), max(1.0, theme.scale))
    pen.setDashPattern([3, 3])
    return pen


def density(histogram: Histogram) -> NDArray[np.float64]:
    """Return the fraction of the values in each bin by its width, so that bins compare."""
    widths = np.diff(histogram.edges)
    fractions: NDArray[np.float64] = histogram.counts / histogram.counts.sum()
    return fractions / widths
