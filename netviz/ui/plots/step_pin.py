"""The line on a plot that shows where a step is that the user asked for elsewhere."""

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QFontMetricsF, QPainter, QPen
from PySide6.QtWidgets import QGraphicsItem, QStyleOptionGraphicsItem, QWidget

from netviz.ui.charts.axes import Axes, crisp
from netviz.ui.look.theme import Theme

_FONT_PX = 12


class StepPin(QGraphicsItem):
    """A vertical line with the number of its step at its foot; nothing without a step.

    Attributes
    ----------
    x_pixel
        Where the line is, in pixels of the scene; None where there is none in sight.
    label
        What is written at it; empty where there is none in sight.
    """

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self._theme = theme
        self._area, self._box = QRectF(), QRectF()
        self.x_pixel: float | None = None
        self.label = ""

    def arrange(self, step: int | None, axes: Axes) -> None:
        """Stand at `step`, if it is in sight."""
        self.prepareGeometryChange()
        self._area = axes.area
        low, high = axes.x_range
        is_shown = step is not None and low <= step <= high
        self.x_pixel = float(axes.x(step)) if is_shown else None
        self.label = f"step {step:,}" if is_shown else ""
        if self.x_pixel is not None:
            px, metrics = self._theme.px, QFontMetricsF(self._theme.font(_FONT_PX))
            width, height = metrics.horizontalAdvance(self.label) + px(10), metrics.height() + px(4)
            left = min(max(self.x_pixel - width / 2, self._area.left()), self._area.right() - width)
            self._box = QRectF(left, self._area.bottom() - height - px(3), width, height)
        self.update()

    def boundingRect(self) -> QRectF:
        return self._area

    def paint(
        self,
        painter: QPainter,
        option: QStyleOptionGraphicsItem,
        widget: QWidget | None = None,
    ) -> None:
        if self.x_pixel is None:
            return
        theme, area = self._theme, self._area
        painter.setPen(QPen(theme.color("text"), theme.px(1.5)))
        x = crisp(self.x_pixel)
        painter.drawLine(QPointF(x, area.top()), QPointF(x, area.bottom()))
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(theme.color("text"))
        painter.drawRoundedRect(self._box, theme.px(4), theme.px(4))
        painter.setPen(theme.color("surface"))
        painter.setFont(theme.font(_FONT_PX))
        painter.drawText(self._box, Qt.AlignmentFlag.AlignCenter, self.label)
