"""A chart over learning rates: the zones, a line at the present rate, and what is drawn there."""

import math

from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QSizePolicy, QWidget

from netviz.engine.curves.ticks import Range, Ticks, linear_ticks
from netviz.engine.options.rate_steps import RATE_MAX, RATE_MIN
from netviz.engine.protocol.rate_zones import Zone, reaching_ends
from netviz.ui.charts.axes import Axes, crisp
from netviz.ui.look.theme import Theme
from netviz.ui.look.themed_widget import ThemedWidget, fill_with_surface
from netviz.ui.widgets.zone_painting import paint_zone

X_RANGE: Range = (math.log10(RATE_MIN), math.log10(RATE_MAX))
"""Of all charts: the slider's own."""

LEFT_PX, RIGHT_PX = 44, 14
"""Room for the labels of the vertical axis, and at the other end."""
_TOP_PX, _BOTTOM_PX = 6, 6
_TICK_GAP_PX = 6


class RateChart(ThemedWidget):
    """The base of each chart of the tab, which have one horizontal axis and one line in common.

    A subclass says how far its vertical axis reaches and paints over the zones.
    """

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(theme, parent)
        self._zones: tuple[Zone, ...] = ()
        self._are_old = False
        self._rate = 0.0
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        fill_with_surface(self)

    def set_zones(self, zones: tuple[Zone, ...], *, are_old: bool) -> None:
        """Paint these zones behind the curves."""
        self._zones, self._are_old = zones, are_old
        self.update()

    def set_rate(self, rate: float) -> None:
        """Move the line of the present rate; 0 has none."""
        self._rate = rate
        self.update()

    @property
    def rate(self) -> float:
        """The present rate."""
        return self._rate

    def sizeHint(self) -> QSize:
        return QSize(self._theme.px(420), self._theme.px(96))

    def minimumSizeHint(self) -> QSize:
        return QSize(self._theme.px(240), self._theme.px(72))

    def axes(self) -> Axes:
        """Return the axes: exponents of ten of the rate across, values upwards."""
        px = self._theme.px
        width, height = (
            self.width() - px(LEFT_PX + RIGHT_PX),
            self.height() - px(_TOP_PX + _BOTTOM_PX),
        )
        area = QRectF(px(LEFT_PX), px(_TOP_PX), max(1, width), max(1, height))
        return Axes(self._theme, area, X_RANGE, self.y_range())

    def y_range(self) -> Range:
        """Return the values at the lower and the upper edge."""
        return (0.0, 1.0)

    def y_ticks(self) -> Ticks:
        """Return the ticks of the vertical axis; none while there is nothing to read."""
        return linear_ticks(*self.y_range())

    def paint_curves(self, painter: QPainter, axes: Axes) -> None:
        """Paint what there is; the painter is clipped to the axes' area."""

    def paint_marks(self, painter: QPainter, axes: Axes) -> None:
        """Paint what may reach beyond the area, such as words, over the line of the rate."""

    @property
    def empty_text(self) -> str:
        """What to do where there is nothing to draw yet; empty where there is."""
        return ""

    def paintEvent(self, event: QPaintEvent) -> None:
        painter, axes = QPainter(self), self.axes()
        self._paint_zones(painter, axes)
        ticks = self.y_ticks()
        within = (0.0, float(self.height()))
        axes.paint_y_ticks(painter, ticks, gap_px=_TICK_GAP_PX, within=within)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.save()
        painter.setClipRect(axes.area)
        self.paint_curves(painter, axes)
        painter.restore()
        self._paint_rate(painter, axes)
        self.paint_marks(painter, axes)
        if text := self.empty_text:
            self._paint_empty(painter, axes.area, text)

    def _paint_empty(self, painter: QPainter, area: QRectF, text: str) -> None:
        """Write in the middle, on a ground on which the line of the rate leaves it readable."""
        painter.setFont(self._theme.font(12))
        flags = Qt.AlignmentFlag.AlignCenter | Qt.TextFlag.TextWordWrap
        gap = self._theme.px(4)
        box = painter.boundingRect(area, flags, text).adjusted(-gap, 0, gap, 0)
        painter.fillRect(box, self._theme.color("surface"))
        painter.setPen(self._theme.color("muted"))
        painter.drawText(area, flags, text)

    def _paint_zones(self, painter: QPainter, axes: Axes) -> None:
        area = axes.area
        for zone in reaching_ends(self._zones, RATE_MIN, RATE_MAX):
            left, right = (axes.x(math.log10(rate)) for rate in (zone.low, zone.high))
            box = QRectF(left, area.top(), right - left, area.height()) & area
            paint_zone(painter, self._theme, zone.kind, box, is_ground=True, is_old=self._are_old)

    def _paint_rate(self, painter: QPainter, axes: Axes) -> None:
        """Paint the line from edge to edge, so that it passes through all charts."""
        if not RATE_MIN <= self._rate <= RATE_MAX:
            return
        x = crisp(axes.x(math.log10(self._rate)))
        painter.setPen(QPen(self._theme.color("primary"), self._theme.px(1.5)))
        painter.drawLine(QPointF(x, 0), QPointF(x, self.height()))
