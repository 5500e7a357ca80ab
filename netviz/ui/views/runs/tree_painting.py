"""Paints the lines that join a run to the one that it parted from."""

from PySide6.QtCore import QPointF, QRect, QRectF, Qt
from PySide6.QtGui import QPainter, QPainterPath, QPen

from netviz.ui.look.theme import Theme
from netviz.ui.views.runs.run_tree import Stroke, TreeRow

_LEVEL_PX, _LEAST_PX, _ALL_LEVELS_PX = 14, 5, 60
_PEN_PX = 1.5
_ROUND_PX = 5
_DOT_PX, _GAP_PX = 7, 2
"""Diameter of a dot, and how close to it a line comes."""


def level_px(levels: int) -> int:
    """Return how far right of each other levels stand, so that all have room beside the names."""
    return max(_LEAST_PX, min(_LEVEL_PX, _ALL_LEVELS_PX // max(1, levels)))


def paint_tree(
    painter: QPainter, theme: Theme, row: QRect, dot: QRect, tree: TreeRow, level: int
) -> None:
    """Paint what passes the row of a run, and what leads to it.

    Parameters
    ----------
    row
        Where the row is, in pixels.
    dot
        Where the icon of the run is.
    level
        How far right of each other levels stand.
    """
    painter.save()
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setBrush(Qt.BrushStyle.NoBrush)
    center = QRectF(dot).center()
    half = theme.px(_DOT_PX) / 2 + theme.px(_GAP_PX)
    top, bottom = float(row.top()), float(row.bottom() + 1)
    # What leads to the run at hand comes last, and lies over the others.
    for stroke in (Stroke.LINE, Stroke.MAIN):
        painter.setPen(_pen(theme, stroke))
        if tree.elbow is stroke:
            painter.drawPath(_elbow(theme, center, top, level, half))
        for place, below in enumerate(tree.below):
            if below is stroke:
                x = center.x() - (tree.level - place) * level
                begin = center.y() + half if place == tree.level else top
                painter.drawLine(QPointF(x, begin), QPointF(x, bottom))
    painter.restore()


def _elbow(theme: Theme, center: QPointF, top: float, level: int, half: float) -> QPainterPath:
    """Return the line from the level before to a dot, with a round corner."""
    left, radius = center.x() - level, min(theme.px(_ROUND_PX), level / 2)
    path = QPainterPath(QPointF(left, top))
    path.lineTo(left, center.y() - radius)
    path.quadTo(QPointF(left, center.y()), QPointF(left + radius, center.y()))
    path.lineTo(max(left + radius, center.x() - half), center.y())
    return path


def _pen(theme: Theme, stroke: Stroke) -> QPen:
    token = "text" if stroke is Stroke.MAIN else "faint"
    pen = QPen(theme.color(token), theme.px(1) * _PEN_PX)
    pen.setCapStyle(Qt.PenCapStyle.FlatCap)
    return pen
