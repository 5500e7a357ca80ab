"""The words on the curve of a range test: suggestions, the lowest point, where it diverges."""

from collections.abc import Sequence
from dataclasses import dataclass

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QFont, QPainter, QPen, QPolygonF

from netviz.engine.options.rate_steps import rounded_rate
from netviz.engine.protocol.rate_suggestions import Readings
from netviz.number_text import typed_text
from netviz.ui.charts.axes import LABEL_PX
from netviz.ui.look.theme import Theme

ROW_PX = 15
"""Height of a row of words."""
BAR_PX = 4
"""Height of the bar at the foot, over the sensible rates."""
_GAP_PX = 4
_FONT_PX = 12


@dataclass(frozen=True)
class Mark:
    """A rate that is marked on the curve.

    Attributes
    ----------
    rate
        Where.
    words
        What is written beside it.
    help
        What it is, in a sentence, and who proposed it.
    token
        Its colour in the theme.
    shape
        ``diamond`` for a suggestion, ``triangle`` for the lowest, ``cross`` for what is bad.
    """

    rate: float
    words: str
    help: str
    token: str
    shape: str


def suggestion_marks(readings: Readings) -> list[Mark]:
    """Return a mark for each rule that suggests a rate, from the highest rate down."""
    marks = [
        Mark(
            each.rate,
            f"{each.rule.name} {typed_text(rounded_rate(each.rate))}",
            f"{each.rule.sentence} {each.rule.source}. A click moves the line there.",
            "text",
            "diamond",
        )
        for each in readings.suggestions
        if each.rate is not None
    ]
    return sorted(marks, key=lambda mark: -mark.rate)


def curve_marks(readings: Readings) -> list[Mark]:
    """Return the marks of what the curve does: its lowest point, and where it diverges."""
    marks = []
    if readings.lowest is not None:
        words = f"lowest {typed_text(rounded_rate(readings.lowest))}"
        help_ = "Where the loss is lowest: on the way there it grew, so use less than that."
        marks.append(Mark(readings.lowest, words, help_, "right", "triangle"))
    if readings.diverges_from is not None:
        words = f"diverges {typed_text(rounded_rate(readings.diverges_from))}"
        help_ = "From here on the loss is above twice its start, or a trial has diverged."
        marks.append(Mark(readings.diverges_from, words, help_, "wrong", "cross"))
    return marks


def paint_shape(painter: QPainter, theme: Theme, mark: Mark, at: QPointF) -> None:
    """Paint the sign of a mark; shape and words tell it apart, not its colour alone."""
    reach, color = theme.px(4), theme.color(mark.token)
    if mark.shape == "cross":
        painter.setPen(QPen(color, theme.px(2)))
        for dy in (-reach, reach):
            painter.drawLine(at + QPointF(-reach, dy), at + QPointF(reach, -dy))
        return
    painter.setPen(QPen(theme.color("surface"), theme.px(1)))
    painter.setBrush(color)
    corners = {
        "diamond": ((0, -reach), (reach, 0), (0, reach), (-reach, 0)),
        "triangle": ((0, -reach), (reach, reach), (-reach, reach)),
    }[mark.shape]
    painter.drawPolygon(QPolygonF([at + QPointF(dx, dy) for dx, dy in corners]))


def paint_words(painter: QPainter, theme: Theme, text: str, box: QRectF, token: str) -> None:
    """Write on a ground that keeps curves and patterns out of the words."""
    painter.fillRect(box, theme.color("surface", 0.85))
    painter.setFont(theme.font(_FONT_PX, QFont.Weight.Medium))
    painter.setPen(theme.color(token))
    painter.drawText(box, Qt.AlignmentFlag.AlignCenter, text)


def beside(painter: QPainter, theme: Theme, text: str, at: QPointF, area: QRectF) -> QRectF:
    """Return the box of words to the right of a point, or to its left where there is no room."""
    painter.setFont(theme.font(_FONT_PX, QFont.Weight.Medium))
    width = painter.fontMetrics().horizontalAdvance(text) + theme.px(_GAP_PX)
    height = theme.px(LABEL_PX)
    left = at.x() + theme.px(7)
    if left + width > area.right():
        left = at.x() - theme.px(7) - width
    top = min(max(at.y() - height / 2, area.top()), area.bottom() - height)
    return QRectF(left, top, width, height)


def stacked(
    painter: QPainter,
    theme: Theme,
    marks: Sequence[tuple[Mark, float]],
    area: QRectF,
    *,
    at_top: bool,
) -> list[QRectF]:
    """Return the boxes of the words of several marks: each in a row of its own, left of its mark.

    Parameters
    ----------
    marks
        With their horizontal positions, from right to left: so no line to the curve crosses words.
    at_top
        Whether the rows begin at the upper edge, below the place of the pill.
    """
    painter.setFont(theme.font(_FONT_PX, QFont.Weight.Medium))
    row, gap, boxes = theme.px(ROW_PX), theme.px(_GAP_PX), []
    for index, (mark, x) in enumerate(marks):
        width = painter.fontMetrics().horizontalAdvance(mark.words) + gap
        left = x - gap - width if x - gap - width >= area.left() + gap else x + gap
        top = area.bottom() - (index + 1) * row - theme.px(BAR_PX) - 2
        if at_top:
            top = area.top() + theme.px(24) + index * row
        boxes.append(QRectF(left, top, width, row - 1))
    return boxes
