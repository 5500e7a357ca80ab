"""The curves of a plot, and the box inside the axes that they are drawn in."""

import math
from typing import Any

import numpy as np
import pyqtgraph as pg
from numpy.typing import NDArray
from PySide6.QtCore import QMarginsF, QRectF, Qt
from PySide6.QtGui import QPainterPath, QPen

from netviz.ui.charts.ticks import Range
from netviz.ui.look.theme import Theme
from netviz.ui.plots.metric import CurveStyle, Points

NO_POINTS: Points = (np.empty(0), np.empty(0))
_FARTHEST = 1e4
"""Ranges outside of which a point is drawn nearer: of a line that leads to 1e30 Qt paints nothing,
and nothing of the lines next to it."""


class PlotCurve:
    """A curve over the step number, with dots or filled, in colours of the theme.

    A thin line is not antialiased, which on noise would cost most of all; a wide one is drawn
    piece by piece, which costs half of drawing it as one.
    """

    def __init__(self, theme: Theme, style: CurveStyle, box: "PlotBox") -> None:
        self._theme = theme
        self._style = style
        self._box = box
        if style.is_filled:
            self._line = pg.PlotCurveItem(pen=None, fillLevel="enclosed", skipFiniteCheck=True)
        else:
            self._line = _Line(antialias=style.width > 1, skipFiniteCheck=True)
            if style.width > 1:
                self._line.setSegmentedLineMode("on")
        box.addItem(self._line, ignoreBounds=True)
        self._dots: pg.ScatterPlotItem | None = None
        if style.symbol:
            self._dots = _Dots(symbol=style.symbol, pxMode=True)
            self._dots.setZValue(5)
            box.addItem(self._dots, ignoreBounds=True)

    @property
    def points(self) -> Points:
        """The points of the line as it is drawn, in units of the axes."""
        x, y = self._line.getData()
        return NO_POINTS if x is None else (x, y)

    @property
    def pen(self) -> QPen:
        """What the line is drawn with."""
        return QPen(self._line.opts["pen"])

    @property
    def dots(self) -> Points:
        """The points that have a dot, in units of the axes."""
        if self._dots is None:
            return NO_POINTS
        x, y = self._dots.getData()
        return x, y

    @property
    def symbol(self) -> str:
        """The shape of the dots as it is drawn; empty without dots."""
        return "" if self._dots is None else str(self._dots.opts["symbol"])

    def set_points(self, x: NDArray[Any], y: NDArray[Any], dots: Points = NO_POINTS) -> None:
        """Draw other points, the line broken at each NaN, and other dots."""
        y = self._within_reach(y)
        self._line.setData(x, y, connect="all" if np.isfinite(y).all() else "finite")
        if self._dots is not None:
            finite = np.isfinite(dots[1])
            self._dots.setData(dots[0][finite], self._within_reach(dots[1][finite]))

    def _within_reach(self, y: NDArray[Any]) -> NDArray[Any]:
        low, high = self._box.y_limits
        reach = _FARTHEST * (high - low)
        clipped: NDArray[Any] = np.clip(y, low - reach, high + reach)
        return clipped

    def restyle(self, pixel_ratio: float, *, as_shapes: bool) -> None:
        """Follow the colours and the scale of the theme; see `PlotCanvas.style_curves`."""
        theme, style = self._theme, self._style
        color = theme.color(style.token, style.opacity)
        if style.is_filled:
            self._line.setBrush(color)
            return
        self._line.setPen(pg.mkPen(color, width=round(theme.px(style.width) * pixel_ratio)))
        if self._dots is not None:
            self._dots.setPen(pg.mkPen(theme.color("surface"), width=1.5 * theme.scale))
            self._dots.setBrush(theme.color(style.token))
            self._dots.setSize((12 if style.symbol == "d" else 9) * theme.scale)
            self._dots.setExportMode(as_shapes)


_STEPS = 0
"""The horizontal axis, as pyqtgraph counts."""


class PlotBox(pg.ViewBox):  # type: ignore[misc]
    """Clips its curves a little outside itself, so that dots on its edges stay whole.

    No more than its bounds is painted anew when it or what is in it changes. The wheel zooms the
    steps, with Ctrl the values too: most want to see a part of the run, not to lose its curves.

    Attributes
    ----------
    overhang
        How far outside of itself it paints.
    y_limits
        The lowest and the highest value that can be brought into sight.
    """

    overhang = QMarginsF()
    y_limits: Range = (-math.inf, math.inf)

    @property
    def has_all_values(self) -> bool:
        """Whether all values between the limits are in sight."""
        low, high = self.viewRange()[1]
        return math.isclose(high - low, self.y_limits[1] - self.y_limits[0])

    def wheelEvent(self, event: Any, axis: int | None = None) -> None:
        both = event.modifiers() & Qt.KeyboardModifier.ControlModifier
        super().wheelEvent(event, axis if both else _STEPS)

    def mouseDragEvent(self, event: Any, axis: int | None = None) -> None:
        super().mouseDragEvent(event, _STEPS if self.has_all_values else axis)

    def boundingRect(self) -> QRectF:
        # With new data nothing outside is painted.
        return QRectF(super().boundingRect()).marginsAdded(self.overhang)

    def shape(self) -> QPainterPath:
        path = QPainterPath()
        path.addRect(self.rect().marginsAdded(self.overhang))
        return path


class _Line(pg.PlotCurveItem):  # type: ignore[misc]
    """A line that takes the whole view as its bounds, which need no look at its points."""

    def boundingRect(self) -> QRectF:
        return QRectF(self.getViewBox().viewRect())


class _Dots(pg.ScatterPlotItem):  # type: ignore[misc]
    """Dots that take the whole view as their bounds, as lines do, and what they reach beyond it."""

    def boundingRect(self) -> QRectF:
        box = self.getViewBox()
        width, height = box.viewPixelSize()
        reach = box.overhang
        return QRectF(box.viewRect()).adjusted(
            -reach.left() * width,
            -max(reach.top(), reach.bottom()) * height,
            reach.right() * width,
            max(reach.top(), reach.bottom()) * height,
        )
