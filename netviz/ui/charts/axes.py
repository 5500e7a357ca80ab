"""The axes of a painted chart: where a value lies, grid lines, and the labels of ticks."""

import math
from collections.abc import Sequence
from typing import Any

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QFontMetrics, QPainter, QPen

from netviz.engine.curves.ticks import Range, Ticks
from netviz.ui.look.theme import Theme

LABEL_PX = 14
"""Height of a line of labels."""
_FONT_PX = 12
_LABEL_GAP_PX = 12
_UNKNOWN = "not recorded"
_HAIR_PX = 1e-6
_LEFT = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter
_CENTER = Qt.AlignmentFlag.AlignCenter
_RIGHT = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter


class Axes:
    """Maps values to pixels inside a rectangle, and paints lines and labels around it.

    Parameters
    ----------
    theme
        The look.
    area
        The rectangle that the curves are painted in, in pixels of the widget.
    x, y
        The values at its left and right edge, at its lower and upper edge. On a logarithmic
        axis they and all values are exponents of ten (see `exponent`).
    """

    def __init__(self, theme: Theme, area: QRectF, x: Range, y: Range) -> None:
        self._theme = theme
        self.area = area
        self.x_range = x
        self.y_range = y

    def x(self, value: Any) -> Any:
        """Return the horizontal position of a value, or of each value of an array."""
        low, high = self.x_range
        return self.area.left() + (value - low) / (high - low) * self.area.width()

    def y(self, value: Any) -> Any:
        """Return the vertical position of a value, or of each value of an array."""
        low, high = self.y_range
        return self.area.bottom() - (value - low) / (high - low) * self.area.height()

    def x_value(self, pixel: float) -> float:
        """Return the value at a horizontal position."""
        low, high = self.x_range
        return low + (pixel - self.area.left()) / self.area.width() * (high - low)

    def y_value(self, pixel: float) -> float:
        """Return the value at a vertical position."""
        low, high = self.y_range
        return low + (self.area.bottom() - pixel) / self.area.height() * (high - low)

    def paint_line(self, painter: QPainter, y: float, token: str = "grid") -> None:
        """Paint a horizontal line at a vertical position, moved to the middle of its pixel."""
        y = crisp(y)
        painter.setPen(QPen(self._theme.color(token), self._theme.px(1)))
        painter.drawLine(QPointF(self.area.left(), y), QPointF(self.area.right(), y))

    def paint_y_ticks(
        self, painter: QPainter, ticks: Ticks, *, gap_px: float, within: Range | None = None
    ) -> None:
        """Paint a grid line for each tick and its label to the left of the area.

        Parameters
        ----------
        ticks
            Values and labels.
        gap_px
            Space between the labels and the area.
        within
            Highest and lowest vertical position that a label may cover.
        """
        for value, _ in ticks:
            self.paint_line(painter, self.y(value))
        self.paint_y_labels(painter, ticks, gap_px=gap_px, within=within)

    def paint_y_labels(
        self, painter: QPainter, ticks: Ticks, *, gap_px: float, within: Range | None = None
    ) -> None:
        """Paint the labels of `paint_y_ticks` without grid lines."""
        height, width = self._theme.px(LABEL_PX), self.area.left() - self._theme.px(gap_px)
        top, bottom = within or (-math.inf, math.inf)
        self._begin_labels(painter)
        for value, text in ticks:
            y = min(max(crisp(self.y(value)) - height / 2, top), bottom - height)
            painter.drawText(QRectF(0, y, width, height), _RIGHT, text)

    def paint_x_labels(self, painter: QPainter, ticks: Ticks, *, right: float) -> None:
        """Paint a label below each tick, or every other where they would touch.

        Parameters
        ----------
        ticks
            Values and labels.
        right
            Horizontal position that no label goes beyond.
        """
        theme = self._theme
        self._begin_labels(painter)
        top, height = self.area.bottom() + theme.px(3), theme.px(LABEL_PX)
        for value, text in self._uncrowded(ticks, painter.fontMetrics()):
            width = painter.fontMetrics().horizontalAdvance(text)
            left = min(self.x(value) - width / 2, right - width)
            painter.drawText(QRectF(left, top, width + 1, height), _LEFT, text)

    def paint_end_labels(
        self, painter: QPainter, left: str, middle: str, right: str, *, gap: float = 1
    ) -> None:
        """Paint labels below the left edge, the middle and the right edge, `gap` pixels below."""
        area, height = self.area, self._theme.px(LABEL_PX)
        below = QRectF(area.left(), area.bottom() + gap, area.width(), height)
        self._begin_labels(painter)
        for text, alignment in ((left, _LEFT), (middle, _CENTER), (right, _RIGHT)):
            painter.drawText(below, alignment, text)

    def paint_gaps(self, painter: QPainter, gaps: Sequence[tuple[float, float]]) -> None:
        """Write into stretches along the axis that nothing is known of them, where there is room.

        Parameters
        ----------
        gaps
            First and last value of each; the last one may lie beyond the axis.
        """
        self._begin_labels(painter)
        width = painter.fontMetrics().horizontalAdvance(_UNKNOWN)
        for first, last in gaps:
            left, right = self.x(first), min(self.x(last), self.area.right())
            if right - left > width + self._theme.px(_LABEL_GAP_PX):
                place = QRectF(0, 0, width + self._theme.px(6), self._theme.px(LABEL_PX))
                place.moveCenter(QPointF((left + right) / 2, self.area.center().y()))
                painter.fillRect(place, self._theme.color("surface"))  # no grid through the words
                painter.drawText(place, _CENTER, _UNKNOWN)

    def _uncrowded(self, ticks: Ticks, metrics: QFontMetrics) -> Ticks:
        """Leave out every other tick where the labels would touch; the last one stays."""
        width = sum(metrics.horizontalAdvance(text) for _, text in ticks)
        is_crowded = width + len(ticks) * self._theme.px(_LABEL_GAP_PX) > self.area.width()
        return ticks[::-1][::2][::-1] if is_crowded else ticks

    def _begin_labels(self, painter: QPainter) -> None:
        painter.setFont(self._theme.font(_FONT_PX))
        painter.setPen(self._theme.color("muted"))


def exponent(value: float, lowest: float) -> float:
    """Return where a value lies on a logarithmic axis; 0 and less lie at `lowest`."""
    return math.log10(value) if value > 0 else lowest


def crisp(place: float) -> float:
    """Return the middle of the nearest pixel, where a thin line is not blurred.

    Half way between two pixels it is the first, also where a rounding error lies on either side:
    the middle tick of a range is often there.
    """
    return math.floor(place + 0.5 - _HAIR_PX) + 0.5
