"""The slider of the learning rate: six decades, moved by mouse, wheel and keys."""

import math

from PySide6.QtCore import QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import (
    QFontMetrics,
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QPen,
    QWheelEvent,
)
from PySide6.QtWidgets import QSizePolicy

from netviz.engine.options.rate_steps import (
    RATE_MAX,
    RATE_MIN,
    rate_at,
    rate_fraction,
    step_rate,
    step_rate_by_decades,
)
from netviz.engine.protocol.rate_zones import Zone, ZoneKind, reaching_ends
from netviz.ui.look.theme import Theme
from netviz.ui.look.themed_widget import ThemedWidget
from netviz.ui.widgets.zone_painting import TOKENS, paint_zone

_TICKS = ("1e-5", "1e-4", "1e-3", "0.01", "0.1", "1", "10")
_HEIGHT_PX, _ZONES_PX = 38, 24
"""Height without zones, and what they need."""
_BAND_PX = 6
_WHEEL_NOTCH = 120
_KEYS: dict[int, tuple[int, bool]] = {
    Qt.Key.Key_Right: (1, False),
    Qt.Key.Key_Up: (1, False),
    Qt.Key.Key_Left: (-1, False),
    Qt.Key.Key_Down: (-1, False),
    Qt.Key.Key_PageUp: (1, True),
    Qt.Key.Key_PageDown: (-1, True),
}
"""Steps of a key, and whether they are whole decades."""


class LogSlider(ThemedWidget):
    """A logarithmic slider for the learning rate, with a label at each decade.

    Signals
    -------
    picked
        The user chose this rate; emitted continuously during a drag.
    released
        A drag ended.
    """

    picked = Signal(float)
    released = Signal()

    def __init__(self, theme: Theme) -> None:
        super().__init__(theme)
        self._rate = 0.001
        self._notches = 0
        self._zones: tuple[Zone, ...] | None = None
        self._are_old = False
        self.dragging = False
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setCursor(Qt.CursorShape.PointingHandCursor)

    def set_rate(self, rate: float) -> None:
        """Move the handle; emits nothing."""
        self._rate = rate
        self.update()

    def set_zones(self, zones: tuple[Zone, ...] | None, *, are_old: bool = False) -> None:
        """Show which rates are too slow, good or unstable; None takes no room for them."""
        grows = (zones is None) != (self._zones is None)
        self._zones, self._are_old = zones, are_old
        if grows:
            self.updateGeometry()
        self.update()

    @property
    def zones(self) -> tuple[Zone, ...] | None:
        """The zones that are shown."""
        return self._zones

    def sizeHint(self) -> QSize:
        return QSize(self._theme.px(220), self._height())

    def minimumSizeHint(self) -> QSize:
        return QSize(self._theme.px(160), self._height())

    def _height(self) -> int:
        return self._theme.px(_HEIGHT_PX + (0 if self._zones is None else _ZONES_PX))

    def x_of(self, rate: float) -> float:
        """Return where on the slider `rate` lies, in pixels; the ends for what lies outside."""
        return self._inset() + rate_fraction(rate) * (self.width() - 2 * self._inset())

    def rate_at(self, x: float) -> float:
        """Return the rate at the pixel `x`, to two digits."""
        return rate_at((x - self._inset()) / max(1.0, self.width() - 2 * self._inset()))

    def step(self, steps: int, *, decades: bool = False) -> None:
        """Move by tenths of a decade or by whole decades and emit `picked`."""
        step = step_rate_by_decades if decades else step_rate
        self._pick(step(self._rate, steps))

    def mousePressEvent(self, event: QMouseEvent) -> None:
        if event.button() != Qt.MouseButton.LeftButton:
            return
        self.dragging = True
        rate = self.rate_at(event.position().x())
        if event.position().y() > self._groove_y() + self._theme.px(9):
            rate = 10.0 ** round(math.log10(rate))
        self._pick(rate)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        if self.dragging:
            self._pick(self.rate_at(event.position().x()))

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        self.dragging = False
        self.released.emit()

    def wheelEvent(self, event: QWheelEvent) -> None:
        self._notches += event.angleDelta().y()
        steps = int(self._notches / _WHEEL_NOTCH)
        self._notches -= steps * _WHEEL_NOTCH
        if steps:
            decades = bool(event.modifiers() & Qt.KeyboardModifier.ControlModifier)
            self.step(steps, decades=decades)
        event.accept()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        key = event.key()
        if key in _KEYS:
            steps, decades = _KEYS[key]
            held = bool(event.modifiers() & Qt.KeyboardModifier.ControlModifier)
            self.step(steps, decades=decades or held)
        elif key == Qt.Key.Key_Home:
            self._pick(RATE_MIN)
        elif key == Qt.Key.Key_End:
            self._pick(RATE_MAX)
        else:
            super().keyPressEvent(event)

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        self._paint_groove(painter)
        self._paint_zones(painter)
        self._paint_ticks(painter)
        self._paint_handle(painter)

    def _paint_groove(self, painter: QPainter) -> None:
        theme, thickness = self._theme, self._theme.px(4)
        painter.setPen(QPen(theme.color("border"), 1))
        painter.setBrush(theme.color("raised"))
        top = self._groove_y() - thickness / 2
        groove = QRectF(0.5, top, self.width() - 1, thickness)
        painter.drawRoundedRect(groove, thickness / 2, thickness / 2)

    def _paint_ticks(self, painter: QPainter) -> None:
        theme = self._theme
        font = theme.font(12)
        metrics = QFontMetrics(font)
        painter.setFont(font)
        top = self._groove_y() + theme.px(7 if self._zones is None else 7 + _ZONES_PX)
        for text in _TICKS:
            x = self.x_of(float(text))
            painter.setPen(QPen(theme.color("faint"), 1))
            painter.drawLine(QPointF(x, top), QPointF(x, top + theme.px(3)))
            width = metrics.horizontalAdvance(text)
            left = max(0.0, min(self.width() - width, x - width / 2))
            painter.setPen(theme.color("quiet"))
            painter.drawText(QPointF(left, top + theme.px(4) + metrics.ascent()), text)

    def _paint_zones(self, painter: QPainter) -> None:
        """Paint a band below the groove, and the name of each zone where there is room."""
        theme = self._theme
        font = theme.font(12)
        metrics = QFontMetrics(font)
        painter.setFont(font)
        top, height = self._groove_y() + theme.px(11), theme.px(_BAND_PX)
        end = 0.0
        for zone in reaching_ends(self._zones or (), RATE_MIN, RATE_MAX):
            left, right = self.x_of(zone.low), self.x_of(zone.high)
            box = QRectF(left, top, max(theme.px(3), right - left), height)
            paint_zone(painter, theme, zone.kind, box, is_ground=False, is_old=self._are_old)
            text = zone.kind.value
            width = metrics.horizontalAdvance(text)
            place = min(max((left + right - width) / 2, end), self.width() - width)
            fits = right - left >= width or zone.kind is ZoneKind.GOOD
            if fits and place >= end:
                painter.setPen(theme.color("quiet" if self._are_old else TOKENS[zone.kind]))
                painter.drawText(QPointF(place, top + height + metrics.ascent() + 1), text)
                end = place + width + theme.px(6)

    def _paint_handle(self, painter: QPainter) -> None:
        theme = self._theme
        center = QPointF(self.x_of(self._rate), self._groove_y())
        ring = theme.px(3) if self.hasFocus() or self.dragging else theme.px(1)
        radius = theme.px(6)
        painter.setBrush(theme.color("surface"))
        painter.setPen(QPen(theme.color("primary"), ring / 1.5))
        painter.drawEllipse(center, radius + theme.px(2), radius + theme.px(2))
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(theme.color("primary"))
        painter.drawEllipse(center, radius, radius)

    def _inset(self) -> float:
        return float(self._theme.px(14))

    def _groove_y(self) -> float:
        return float(self._theme.px(11))

    def _pick(self, rate: float) -> None:
        if rate != self._rate:
            self.set_rate(rate)
            self.picked.emit(rate)
