"""Small marks at the edge of a plot where points of a curve lie beyond it."""

from typing import Any

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QPainter, QPolygonF
from PySide6.QtWidgets import QGraphicsItem, QStyleOptionGraphicsItem, QWidget

from netviz.engine.curves.ticks import Range
from netviz.ui.charts.axes import Axes
from netviz.ui.look.theme import Theme
from netviz.ui.plots.metric import Points

_WIDTH_PX = 6
_HEIGHT_PX = 4
_GAP_PX = 2


class ClippedMarks(QGraphicsItem):
    """Triangles at the upper and the lower edge that point to what is not shown.

    Attributes
    ----------
    above, below
        Horizontal positions of the marks, in pixels of the scene.
    """

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self._theme = theme
        self._area = QRectF()
        self._top = self._bottom = 0.0
        self.above: tuple[float, ...] = ()
        self.below: tuple[float, ...] = ()

    def arrange(self, points: Points, axes: Axes, whole: Range, overhang: float) -> None:
        """Mark the points of a curve that lie outside.

        Parameters
        ----------
        points
            The curve as it is drawn, in units of the axes.
        axes
            Steps and values in sight.
        whole
            The range of values without zoom. An edge that was moved nearer hides what the user
            does not want to see, and has no marks.
        overhang
            Pixels beyond the upper edge that are painted too.
        """
        low, high = axes.y_range
        x, y = points
        per_px = (high - low) / max(1.0, axes.area.height())
        slack = 1e-6 * (whole[1] - whole[0])
        above = x[y > high + overhang * per_px] if high >= whole[1] - slack else x[:0]
        below = x[y < low - per_px] if low <= whole[0] + slack else x[:0]
        marks = self._thinned(axes, above), self._thinned(axes, below)
        edges = axes.area, axes.area.top() - overhang, axes.area.bottom()
        if (*marks, *edges) != (self.above, self.below, self._area, self._top, self._bottom):
            self.prepareGeometryChange()
            self.above, self.below = marks
            self._area, self._top, self._bottom = edges
            self.update()

    def _thinned(self, axes: Axes, steps: NDArray[np.float64]) -> tuple[float, ...]:
        """Return where marks stand, none of which touch; an x outside the area has none."""
        width = self._theme.px(_WIDTH_PX + _GAP_PX)
        found: list[float] = []
        for x in axes.x(steps).tolist():
            is_inside = axes.area.left() <= x <= axes.area.right()
            if is_inside and (not found or x >= found[-1] + width):
                found.append(x)
        return tuple(found)

    def boundingRect(self) -> QRectF:
        if not self.above and not self.below:
            return QRectF()
        half = self._theme.px(_WIDTH_PX) / 2
        edge = QRectF(self._area.left(), self._top, self._area.width(), self._bottom - self._top)
        return edge.adjusted(-half, 0, half, 0)

    def paint(
        self,
        painter: QPainter,
        option: QStyleOptionGraphicsItem,
        widget: QWidget | None = None,
    ) -> None:
        theme = self._theme
        half, height = theme.px(_WIDTH_PX) / 2, theme.px(_HEIGHT_PX)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(theme.color("train"))
        for places, tip, base in (
            (self.above, self._top, self._top + height),
            (self.below, self._bottom, self._bottom - height),
        ):
            for x in places:
                corners: Any = ((x - half, base), (x, tip), (x + half, base))
                painter.drawPolygon(QPolygonF([QPointF(*corner) for corner in corners]))
