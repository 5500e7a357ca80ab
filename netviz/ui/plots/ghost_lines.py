"""The curves of other runs on a plot, drawn by one item: each item costs time in every frame."""

from typing import Any

import numpy as np
import pyqtgraph as pg
from pyqtgraph.functions import arrayToQPolygonF
from PySide6.QtCore import QRectF
from PySide6.QtGui import QPainter, QPen
from PySide6.QtWidgets import QStyleOptionGraphicsItem, QWidget

from netviz.ui.look.theme import Theme
from netviz.ui.plots.metric import CurveStyle, Points
from netviz.ui.plots.plot_curve import NO_POINTS, PlotBox

_CORNER = 4
"""Widths of the pen that a sharp corner reaches beyond its point at most."""
_FARTHEST = 1e4
"""Ranges outside of which a point is drawn nearer: Qt paints nothing of a line to 1e30."""


class GhostLines(pg.GraphicsObject):  # type: ignore[misc]
    """Lines in a view behind its curves, by the number of their run, broken at each NaN."""

    def __init__(self, theme: Theme, box: PlotBox) -> None:
        super().__init__()
        self._theme, self._box = theme, box
        self._styles: dict[int, CurveStyle] = {}
        self._points: dict[int, Points] = {}
        self._parts: dict[int, list[Points]] = {}
        self._pens: dict[int, QPen] = {}
        self._pixel_ratio = 1.0
        self.setZValue(-1)
        self.setFlag(self.GraphicsItemFlag.ItemUsesExtendedStyleOption)
        box.addItem(self, ignoreBounds=True)

    def points(self, line: int) -> Points:
        """Return the points of a line as it is drawn, in units of the axes."""
        return self._points.get(line, NO_POINTS)

    def pen(self, line: int) -> QPen:
        """Return what a line is drawn with."""
        return QPen(self._pens[line])

    def set_styles(self, styles: dict[int, CurveStyle]) -> None:
        """Draw these lines, the first one behind the others, and no other."""
        if styles == self._styles and [*styles] == [*self._styles]:
            return
        self._styles = styles
        self._points = {line: self.points(line) for line in styles}
        self._parts = {line: self._parts.get(line, []) for line in styles}
        self.restyle(self._pixel_ratio)

    def set_points(self, line: int, x: Any, y: Any) -> None:
        """Give a line other points, of increasing `x`."""
        low, high = self._box.y_limits
        reach = _FARTHEST * (high - low)
        y = np.clip(y, low - reach, high + reach)
        before = self._points[line]
        first = _first_other(before, (x, y))
        ends = [points[0][max(0, first - 1) :] for points in (before, (x, y))]
        ends = [each for each in ends if len(each)]
        self._points[line] = x, y
        gaps = np.flatnonzero(~np.isfinite(y))
        parts = zip(np.split(x, gaps), np.split(y, gaps), strict=True)
        finite = [(px[np.isfinite(py)], py[np.isfinite(py)]) for px, py in parts]
        self._parts[line] = [part for part in finite if len(part[0]) > 1]
        if ends:
            view, margin = self.boundingRect(), self._margin(line)
            left = min(float(each[0]) for each in ends) - margin
            right = max(float(each[-1]) for each in ends) + margin
            self.update(QRectF(left, view.top(), right - left, view.height()))

    def restyle(self, pixel_ratio: float) -> None:
        """Follow the colours and the scale of the theme; see `PlotCanvas.style_curves`."""
        self._pixel_ratio, theme = pixel_ratio, self._theme
        self._pens = {
            line: pg.mkPen(
                theme.color(style.token, style.opacity),
                width=style.width * theme.scale * pixel_ratio,
            )
            for line, style in self._styles.items()
        }
        self.update()

    def boundingRect(self) -> QRectF:
        return QRectF(self._box.painted_range)

    def paint(
        self, painter: QPainter, option: QStyleOptionGraphicsItem, widget: QWidget | None = None
    ) -> None:
        left, right = option.exposedRect.left(), option.exposedRect.right()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        pixel = float(self._box.viewPixelSize()[0])
        for line, parts in self._parts.items():
            pen = self._pens[line]
            margin = pixel * (_CORNER * pen.widthF() + 1)
            for x, y in parts:
                # One point more on each side, for the line that leads there.
                first = max(0, int(x.searchsorted(left - margin)) - 1)
                stop = int(x.searchsorted(right + margin, side="right")) + 1
                if min(stop, len(x)) - first > 1:
                    painter.setPen(pen)
                    painter.drawPolyline(arrayToQPolygonF(x[first:stop], y[first:stop]))

    def _margin(self, line: int) -> float:
        """Return how far the pen and a corner reach beyond a point, in steps."""
        pixel = float(self._box.viewPixelSize()[0])
        return pixel * (_CORNER * self._pens[line].widthF() + 1)


def _first_other(before: Points, now: Points) -> int:
    """Return from which point on two curves are not the same."""
    count = min(len(before[0]), len(now[0]))
    same = np.ones(count, np.bool_)
    for old, new in zip(before, now, strict=True):
        same &= (old[:count] == new[:count]) | (np.isnan(old[:count]) & np.isnan(new[:count]))
    return count if same.all() else int(same.argmin())
