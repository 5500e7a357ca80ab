"""The curves of a plot, and the box inside the axes that they are drawn in."""

import math
from dataclasses import replace
from itertools import pairwise
from typing import Any

import numpy as np
import pyqtgraph as pg
from numpy.typing import NDArray
from pyqtgraph.functions import arrayToQPolygonF
from PySide6.QtCore import QMarginsF, QRectF, Qt
from PySide6.QtGui import QPainter, QPainterPath, QPen
from PySide6.QtWidgets import QStyleOptionGraphicsItem, QWidget

from netviz.engine.curves.ticks import Range
from netviz.ui.look.theme import Theme
from netviz.ui.plots.metric import CurveStyle, Points

NO_POINTS: Points = (np.empty(0), np.empty(0))
PATTERNS = (Qt.PenStyle.SolidLine, Qt.PenStyle.DashLine, Qt.PenStyle.DotLine)
"""Those of `CurveStyle.dash`."""
_CORNER = 4
"""Widths of the pen that a sharp corner reaches beyond its point at most."""
_FARTHEST = 1e4
"""Ranges outside of which a point is drawn nearer: of a line that leads to 1e30 Qt paints nothing,
and nothing of the lines next to it."""


class PlotCurve:
    """A curve over the step number, with dots or filled, in colours of the theme."""

    def __init__(self, theme: Theme, style: CurveStyle, box: "PlotBox") -> None:
        self._theme = theme
        self._style = style
        self._box = box
        if style.is_filled:
            self._line = pg.PlotCurveItem(pen=None, fillLevel="enclosed", skipFiniteCheck=True)
        else:
            self._line = _Line(is_smooth=style.width > 1)
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
        return QPen(self._line.pen)

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
        self._line.setData(x, self._within_reach(y))
        if self._dots is not None:
            finite = np.isfinite(dots[1])
            self._dots.setData(dots[0][finite], self._within_reach(dots[1][finite]))

    def _within_reach(self, y: NDArray[Any]) -> NDArray[Any]:
        low, high = self._box.y_limits
        reach = _FARTHEST * (high - low)
        clipped: NDArray[Any] = np.clip(y, low - reach, high + reach)
        return clipped

    def set_color(self, token: str) -> None:
        """Draw it in another colour of the theme, from the next `restyle` on."""
        self._style = replace(self._style, token=token)

    def set_line(self, style: CurveStyle) -> None:
        """Draw the line in the colour, width and pattern of `style`, from the next `restyle` on."""
        self._style = replace(self._style, token=style.token, width=style.width, dash=style.dash)

    def restyle(self, pixel_ratio: float, *, as_shapes: bool) -> None:
        """Follow the colours and the scale of the theme; see `PlotCanvas.style_curves`."""
        theme, style = self._theme, self._style
        color = theme.color(style.token, style.opacity)
        if style.is_filled:
            self._line.setBrush(color)
            return
        pen = pg.mkPen(color, width=round(theme.px(style.width) * pixel_ratio))
        pen.setStyle(PATTERNS[style.dash])
        self._line.setPen(pen)
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

    @property
    def painted_range(self) -> QRectF:
        """The steps and values of all that is painted, in units of the axes.

        What is drawn takes it as its bounds, which needs no look at the points.
        """
        width, height = self.viewPixelSize()
        margins = self.overhang
        # The axis points upwards: the rectangle's top is the lower edge.
        return QRectF(self.viewRect()).adjusted(
            -margins.left() * width,
            -margins.bottom() * height,
            margins.right() * width,
            margins.top() * height,
        )

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


class _Line(pg.GraphicsObject):  # type: ignore[misc]
    """A line in a view, broken at each NaN, of which only what has changed is painted anew.

    A run grows at its end, while all before stays as it is: to paint the whole line for each
    report would cost several times as much.

    Parameters
    ----------
    is_smooth
        Whether it is antialiased, which on thin noise would cost most of all.

    Attributes
    ----------
    pen
        What it is drawn with.
    """

    def __init__(self, *, is_smooth: bool) -> None:
        super().__init__()
        self._is_smooth = is_smooth
        self._x, self._y = NO_POINTS
        self.pen = QPen(Qt.PenStyle.NoPen)
        self.setFlag(self.GraphicsItemFlag.ItemUsesExtendedStyleOption)

    def getData(self) -> Points:
        """Return the points, in units of the axes."""
        return self._x, self._y

    def setData(self, x: NDArray[Any], y: NDArray[Any]) -> None:
        """Take other points, of increasing `x`; what stays the same is not painted again."""
        same = _alike(self._x, self._y, x, y)
        ends = [float(old[-1]) for old in (self._x, x) if len(old) > same]
        if ends:
            # The line to the first point that differs begins at the one before.
            left = float(x[same - 1]) if same else self.boundingRect().left()
            self._update_between(left, max(ends))
        self._x, self._y = x, y

    def setPen(self, pen: QPen) -> None:
        """Draw with another pen, whose width counts pixels."""
        self.pen = pen
        self.update()

    def _update_between(self, left: float, right: float) -> None:
        view, margin = self.boundingRect(), self._margin
        self.update(QRectF(left - margin, view.top(), right - left + 2 * margin, view.height()))

    @property
    def _margin(self) -> float:
        """How far the pen and a corner of the line reach beyond a point, in steps."""
        return float(self.getViewBox().viewPixelSize()[0]) * (_CORNER * self.pen.widthF() + 1)

    def boundingRect(self) -> QRectF:
        return QRectF(self.getViewBox().painted_range)

    def paint(
        self, painter: QPainter, option: QStyleOptionGraphicsItem, widget: QWidget | None = None
    ) -> None:
        exposed, margin = option.exposedRect, self._margin
        first = int(np.searchsorted(self._x, exposed.left() - margin))
        stop = int(np.searchsorted(self._x, exposed.right() + margin, side="right"))
        # One point more on each side, for the line that leads there.
        shown = slice(max(0, first - 1), stop + 1)
        x, y = self._x[shown], self._y[shown]
        painter.setRenderHint(QPainter.RenderHint.Antialiasing, self._is_smooth)
        painter.setPen(self.pen)
        gaps = np.flatnonzero(~np.isfinite(y)).tolist()
        for begin, end in pairwise([-1, *gaps, len(y)]):
            if end - begin > 2:
                part = slice(begin + 1, end)
                painter.drawPolyline(arrayToQPolygonF(x[part], y[part]))


def _alike(x: NDArray[Any], y: NDArray[Any], other_x: NDArray[Any], other_y: NDArray[Any]) -> int:
    """Return how many points at their start two lines have in common."""
    count = min(len(x), len(other_x))
    same = (x[:count] == other_x[:count]) & (y[:count] == other_y[:count])
    same |= np.isnan(y[:count]) & np.isnan(other_y[:count])
    return int(np.argmin(np.append(same, False)))


class _Dots(pg.ScatterPlotItem):  # type: ignore[misc]
    """Dots, painted anew only where there are some."""

    def __init__(self, **options: Any) -> None:
        super().__init__(**options)
        self.setFlag(self.GraphicsItemFlag.ItemUsesExtendedStyleOption)

    def paint(
        self, painter: QPainter, option: QStyleOptionGraphicsItem, widget: QWidget | None = None
    ) -> None:
        # What is painted anew is mostly the end of a line, where there is no dot.
        reach = self.opts["size"] * self.getViewBox().viewPixelSize()[0]
        exposed, x = option.exposedRect, self.data["x"]
        if np.any((x >= exposed.left() - reach) & (x <= exposed.right() + reach)):
            super().paint(painter, option, widget)

    def boundingRect(self) -> QRectF:
        return QRectF(self.getViewBox().painted_range)
