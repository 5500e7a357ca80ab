"""How a guess looks on a plot: a dashed line below the curves, its start and its name above."""

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray
from pyqtgraph.functions import arrayToQPolygonF
from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QFont, QFontMetricsF, QPainter, QPen
from PySide6.QtWidgets import QGraphicsItem, QStyleOptionGraphicsItem, QWidget

from netviz.ui.look.theme import Theme

DASHES = [2.4, 1.6]
"""Of the guess, in widths of the pen; the same in the plot and in the legend."""
_WIDTH_PX = 2.5
_FONT_PX = 13
_RING_PX = 5
_AWAY_PX = 12
LABEL = "your guess"
INVITATION = "Draw your guess here"

Pixels = tuple[NDArray[np.float64], NDArray[np.float64]]


class GuessLine(QGraphicsItem):
    """The part of the plot that is drawn into, and the dashed line in it.

    Attributes
    ----------
    points
        The line as it is painted, in pixels of the canvas.
    is_inviting
        Whether it says that one can draw here.
    """

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self._theme = theme
        self._area, self._room = QRectF(), QRectF()
        self.points: Pixels = (np.empty(0), np.empty(0))
        self.is_inviting = False

    def arrange(self, points: Pixels, area: QRectF, room: QRectF, *, is_inviting: bool) -> None:
        """Show a line within `area`, of which `room` is what one can draw in."""
        self.prepareGeometryChange()
        self.points, self._area, self._room = points, area, room
        self.is_inviting = is_inviting
        self.update()

    def boundingRect(self) -> QRectF:
        return self._area

    def paint(
        self, painter: QPainter, option: QStyleOptionGraphicsItem, widget: QWidget | None = None
    ) -> None:
        theme = self._theme
        painter.setClipRect(self._area)
        painter.fillRect(self._room, theme.color("lit", 0.5))
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        if self.is_inviting:
            painter.setPen(theme.color("muted"))
            painter.setFont(theme.font(_FONT_PX))
            # Below the middle, where labels of the curve that has come so far seldom are.
            lower = self._room.adjusted(0, 0.45 * self._room.height(), 0, 0)
            painter.drawText(lower, Qt.AlignmentFlag.AlignCenter, INVITATION)
        if len(self.points[0]) > 1:
            pen = QPen(theme.color("text"), _WIDTH_PX * theme.scale)
            pen.setDashPattern(DASHES)
            pen.setCapStyle(Qt.PenCapStyle.FlatCap)
            painter.setPen(pen)
            painter.drawPolyline(arrayToQPolygonF(*self.points))


class GuessLabel(QGraphicsItem):
    """A ring where the guess starts, and its name beside it where there is most room.

    Attributes
    ----------
    box
        Where the name is written, in pixels of the canvas; empty where there is no guess.
    start
        Where the ring is; None where that is out of sight.
    """

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self._theme = theme
        self._area, self.box = QRectF(), QRectF()
        self.start: QPointF | None = None

    def arrange(
        self,
        points: Pixels,
        area: QRectF,
        start: QPointF | None,
        others: Pixels,
        taken: Sequence[QRectF] = (),
    ) -> None:
        """Stand beside the line `points`, away from the points of other curves and their labels.

        Parameters
        ----------
        area
            All that there is room in.
        start
            Where the ring is.
        others
            Points of other curves, in pixels as all places are.
        taken
            Where something is written already.
        """
        box = self._place(points, area, others, taken)
        if (box, start, area) != (self.box, self.start, self._area):
            self.prepareGeometryChange()
            self.box, self.start, self._area = box, start, area
            self.update()

    def boundingRect(self) -> QRectF:
        reach = self._theme.px(_RING_PX + 3)
        return self._area.adjusted(-reach, -reach, reach, reach)

    def paint(
        self, painter: QPainter, option: QStyleOptionGraphicsItem, widget: QWidget | None = None
    ) -> None:
        theme = self._theme
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        if self.start is not None:
            painter.setPen(QPen(theme.color("text"), 2 * theme.scale))
            painter.setBrush(theme.color("surface"))
            radius = theme.px(_RING_PX)
            painter.drawEllipse(self.start, radius, radius)
        if not self.box.isEmpty():
            painter.setPen(theme.color("text"))
            painter.setFont(theme.font(_FONT_PX, QFont.Weight.DemiBold))
            painter.drawText(self.box, Qt.AlignmentFlag.AlignCenter, LABEL)

    def _place(
        self, points: Pixels, area: QRectF, others: Pixels, taken: Sequence[QRectF]
    ) -> QRectF:
        """Return where the name stands: the place farthest from all lines, near its own."""
        x, y = points
        inside = (x >= area.left()) & (x <= area.right())
        x, y = x[inside], y[inside]
        if len(x) < 2:
            return QRectF()
        metrics = QFontMetricsF(self._theme.font(_FONT_PX, QFont.Weight.DemiBold))
        width, height = metrics.horizontalAdvance(LABEL) + 2, metrics.height()
        away = self._theme.px(_AWAY_PX) + height / 2
        lines = np.concatenate((x, others[0])), np.concatenate((y, others[1]))
        best, most = QRectF(), -1.0
        for share in (0.6, 0.75, 0.45, 0.9, 0.25):
            middle = float(x[0] + share * (x[-1] - x[0]))
            under = np.abs(x - middle) <= width / 2 + 4
            heights = y[under] if under.any() else y[-1:]
            for center in (float(heights.min()) - away, float(heights.max()) + away):
                box = QRectF(middle - width / 2, center - height / 2, width, height)
                box.moveLeft(min(max(box.left(), area.left()), area.right() - width))
                box.moveTop(min(max(box.top(), area.top()), area.bottom() - height))
                is_free = not any(box.intersects(each) for each in taken)
                clear = _distance(box, lines) if is_free else 0.0
                if clear > most + 1:
                    best, most = box, clear
                if most >= away - height / 2 - 1:
                    return best
        return best


def _distance(box: QRectF, lines: Any) -> float:
    """Return how far the nearest point of some lines is from a box."""
    x, y = lines
    dx = np.maximum(np.maximum(box.left() - x, x - box.right()), 0)
    dy = np.maximum(np.maximum(box.top() - y, y - box.bottom()), 0)
    apart = np.hypot(dx, dy)
    apart = apart[np.isfinite(apart)]
    return float(apart.min()) if len(apart) else 1e9
