"""The playhead on a plot: a line at the step that is looked at, and what came after it pale."""

import numpy as np
from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QFontMetricsF, QPainter, QPen
from PySide6.QtWidgets import QGraphicsItem, QStyleOptionGraphicsItem, QWidget

from netviz.engine.curves.ticks import Ticks
from netviz.ui.charts.axes import Axes, crisp
from netviz.ui.look.theme import Theme
from netviz.ui.plots.metric import Points

LATER = 0.32
"""What is left of the colours of what came after the step."""
_FONT_PX = 12
_DOT_PX = 5


def later_part(axes: Axes, step: int) -> QRectF:
    """Return the part of the area that is after a step."""
    area = axes.area
    left = min(max(float(axes.x(step)), area.left()), area.right())
    return QRectF(left, area.top(), area.right() - left, area.height())


def paint_later(painter: QPainter, theme: Theme, part: QRectF) -> None:
    """Pale what is painted already in a part of a plot."""
    painter.fillRect(part, theme.color("surface", 1 - LATER))


class Playhead(QGraphicsItem):
    """A vertical line with the number of its step below; nothing where nothing is looked at.

    Attributes
    ----------
    step
        The step that is looked at; None for none.
    label
        What is written at its foot; empty where the line is out of sight, or has no label.
    """

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self._theme = theme
        self.step: int | None = None
        self.label = ""
        self.is_labelled = True
        self._bounds, self._area, self._later, self._box = QRectF(), QRectF(), QRectF(), QRectF()
        self._lines: list[float] = []
        self._x: float | None = None
        self._dot: QPointF | None = None

    @property
    def x_pixel(self) -> float | None:
        """Where the line is, in pixels of the scene; None where there is none in sight."""
        return self._x

    def arrange(
        self, step: int | None, bounds: QRectF, axes: Axes, y_ticks: Ticks, curve: Points
    ) -> None:
        """Stand at a step.

        Parameters
        ----------
        bounds
            All that there is room in.
        y_ticks
            Where the grid is, which stays as it is.
        curve
            What the playhead has a dot on.
        """
        self.prepareGeometryChange()
        self.step, self._bounds, self._area = step, bounds, axes.area
        self._x, self._dot, self.label = None, None, ""
        if step is not None:
            self._later = later_part(axes, step)
            self._lines = [crisp(axes.y(value)) for value, _ in y_ticks]
            low, high = axes.x_range
            if low <= step <= high:
                self._x = float(axes.x(step))
                self._place_label(step)
                self._dot = self._on_curve(step, axes, curve)
        self.update()

    def _place_label(self, step: int) -> None:
        if not self.is_labelled or self._x is None:
            return
        self.label = f"step {step:,}"
        px, metrics, area = self._theme.px, QFontMetricsF(self._theme.font(_FONT_PX)), self._area
        width, height = metrics.horizontalAdvance(self.label) + px(12), metrics.height() + px(4)
        left = min(max(self._x - width / 2, area.left()), self._bounds.right() - width)
        room = self._bounds.bottom() - area.bottom()
        self._box = QRectF(left, area.bottom() + (room - height) / 2 + px(1), width, height)

    def _on_curve(self, step: int, axes: Axes, curve: Points) -> QPointF | None:
        """Return the point of the curve at a step, if it is in sight."""
        known = np.isfinite(curve[1])
        x, y = curve[0][known], curve[1][known]
        if not len(x) or step < x[0] or self._x is None:
            return None
        height = float(axes.y(np.interp(step, x, y)))
        inside = axes.area.top() <= height <= axes.area.bottom()
        return QPointF(self._x, height) if inside else None

    def boundingRect(self) -> QRectF:
        return self._bounds

    def paint(
        self,
        painter: QPainter,
        option: QStyleOptionGraphicsItem,
        widget: QWidget | None = None,
    ) -> None:
        if self.step is None:
            return
        theme, area, px = self._theme, self._area, self._theme.px
        # A curve may reach a little beyond the area.
        paint_later(painter, theme, self._later.adjusted(0, -px(6), px(6), 0))
        painter.setPen(QPen(theme.color("grid"), px(1)))
        for y in self._lines:
            painter.drawLine(QPointF(self._later.left(), y), QPointF(area.right(), y))
        if self._x is None:
            return
        painter.setPen(QPen(theme.color("text"), px(1.5)))
        x = crisp(self._x)
        painter.drawLine(QPointF(x, area.top()), QPointF(x, self._bounds.bottom()))
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        if self._dot is not None:
            painter.setPen(QPen(theme.color("surface"), px(2)))
            painter.setBrush(theme.color("train"))
            painter.drawEllipse(self._dot, px(_DOT_PX), px(_DOT_PX))
        if self.label:
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(theme.color("text"))
            painter.drawRoundedRect(self._box, px(4), px(4))
            painter.setPen(theme.color("surface"))
            painter.setFont(theme.font(_FONT_PX))
            painter.drawText(self._box, Qt.AlignmentFlag.AlignCenter, self.label)
