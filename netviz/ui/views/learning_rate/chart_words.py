"""Words within a chart: readable over curves and zones, and never cut off at its edge."""

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QFontMetricsF, QPainter

from netviz.ui.look.theme import Theme

_FONT_PX = 12
_GROUND = 0.78
_PAD_PX = 3


def paint_words(
    painter: QPainter, theme: Theme, words: str, at: QPointF, area: QRectF, token: str
) -> QRectF:
    """Write words to the right of a place, or to its left where there is no room; return the box.

    Parameters
    ----------
    at
        Where they begin, and the middle of their height.
    area
        What they stay within.
    token
        Their colour.
    """
    font = theme.font(_FONT_PX)
    painter.setFont(font)
    metrics = QFontMetricsF(font)
    pad = theme.px(_PAD_PX)
    width, height = metrics.horizontalAdvance(words) + 2 * pad, metrics.height()
    gap = theme.px(6)
    left = at.x() + gap
    if left + width > area.right():
        left = max(area.left(), at.x() - gap - width)
    top = min(max(at.y() - height / 2, area.top()), area.bottom() - height)
    box = QRectF(left, top, width, height)
    painter.fillRect(box, theme.color("surface", _GROUND))
    painter.setPen(theme.color(token))
    painter.drawText(box, Qt.AlignmentFlag.AlignCenter, words)
    return box
