"""The axes of a chart in a graphics scene: grid lines, tick labels, and texts inside."""

from typing import Any

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QFontMetricsF, QPainter, QPen
from PySide6.QtWidgets import QGraphicsItem, QStyleOptionGraphicsItem, QWidget

from netviz.engine.curves.ticks import Ticks, thinned_ticks
from netviz.ui.charts.axes import Axes, crisp
from netviz.ui.look.theme import Theme

NOTE_GAP_PX = 3
"""Between the note and the area; no curve may reach farther up."""


class AxesItem(QGraphicsItem):
    """Horizontal grid lines, labels outside, a message in the middle and a note above.

    Ticks are placed by `arrange`, so that painting measures no text.

    Attributes
    ----------
    y_ticks
        The ticks beside the vertical axis, from below.
    message
        What is written in the middle.
    note
        What is written above the area, where no curve and no label is.
    """

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self._theme = theme
        self._bounds, self._area = QRectF(), QRectF()
        self._lines: list[float] = []
        self._labels: list[tuple[QRectF, str]] = []
        # With new data only the inside is painted: the option says so, and labels are left out.
        self.setFlag(self.GraphicsItemFlag.ItemUsesExtendedStyleOption)
        self.y_ticks: Ticks = []
        self.message = self.note = ""

    def arrange(self, bounds: QRectF, axes: Axes, x_ticks: Ticks, y_ticks: Ticks) -> None:
        """Place as many of the ticks as there is space for around the area of `axes`."""
        self.prepareGeometryChange()
        self._bounds, self._area = bounds, axes.area
        metrics = QFontMetricsF(self._theme.font(12))
        widest = max([metrics.horizontalAdvance(text) for _, text in x_ticks], default=0)
        x_ticks = thinned_ticks(x_ticks, axes.area.width() / (widest + self._theme.px(12)))
        self.y_ticks = thinned_ticks(y_ticks, axes.area.height() / (1.3 * metrics.height()) + 1)
        self._lines, self._labels = [], []
        for value, text in self.y_ticks:
            y = axes.y(value)
            self._lines.append(crisp(y))
            width = metrics.horizontalAdvance(text)
            left = axes.area.left() - self._theme.px(8) - width
            box = QRectF(left, y - metrics.height() / 2, width, metrics.height())
            self._labels.append((box, text))
        top = axes.area.bottom() + self._theme.px(6)
        for value, text in x_ticks:
            width = metrics.horizontalAdvance(text)
            left = min(axes.x(value) - width / 2, bounds.right() - width)
            self._labels.append((QRectF(left, top, width, metrics.height()), text))
        self.update()

    def set_texts(self, message: str, note: str) -> None:
        """Write another message and another note."""
        if (message, note) != (self.message, self.note):
            self.message, self.note = message, note
            self.update()

    @property
    def note_box(self) -> QRectF:
        """Where the note stands."""
        bounds, area = self._bounds, self._area
        height = area.top() - bounds.top() - self._theme.px(NOTE_GAP_PX)
        return QRectF(area.left(), bounds.top(), area.width(), height)

    def boundingRect(self) -> QRectF:
        return self._bounds

    def paint(
        self,
        painter: QPainter,
        option: QStyleOptionGraphicsItem,
        widget: QWidget | None = None,
    ) -> None:
        theme, area = self._theme, self._area
        painter.setPen(QPen(theme.color("grid"), theme.px(1)))
        for y in self._lines:
            painter.drawLine(QPointF(area.left(), y), QPointF(area.right(), y))
        painter.setFont(theme.font(12))
        painter.setPen(theme.color("muted"))
        exposed = option.exposedRect
        for box, text in self._labels:
            if exposed.intersects(box):
                painter.drawText(box, _UNCLIPPED, text)
        if self.note and exposed.intersects(self.note_box):
            painter.drawText(self.note_box, _UPPER_LEFT, self.note)
        painter.setFont(theme.font(13))
        painter.drawText(area, _CENTER, self.message)


_UNCLIPPED: Any = Qt.TextFlag.TextDontClip
_CENTER: Any = Qt.AlignmentFlag.AlignCenter
_UPPER_LEFT: Any = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignTop
