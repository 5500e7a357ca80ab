"""The chart of a range test with a line that is dragged to the rate that shall be used."""

import math

from PySide6.QtCore import QEvent, QPointF, QRectF, Qt, Signal
from PySide6.QtGui import (
    QFocusEvent,
    QFont,
    QHelpEvent,
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QPen,
)
from PySide6.QtWidgets import QToolTip

from netviz.engine.options.rate_steps import RATE_MAX, RATE_MIN, rounded_rate, step_rate
from netviz.number_text import typed_text
from netviz.ui.charts.axes import Axes, crisp
from netviz.ui.look.theme import Theme
from netviz.ui.views.learning_rate.find_chart import FindChart

_PILL_PX, _PILL_WIDTH_PX = 18, 104
_ENTER = (Qt.Key.Key_Return, Qt.Key.Key_Enter)
_STEPS = {Qt.Key.Key_Left: -1, Qt.Key.Key_Right: 1}


class FindLine(FindChart):
    """Lets the user move a line to a rate, by the mouse or the Left and Right keys.

    Signals
    -------
    taken
        The rate at the line shall be used: Enter, or a click on the pill.
    stop_requested
        Escape was pressed while there was no line to leave.
    """

    taken = Signal(float)
    stop_requested = Signal()

    def __init__(self, theme: Theme) -> None:
        super().__init__(theme)
        self._chosen: float | None = None
        self._pressed_pill = False
        self.is_running = False
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setMouseTracking(True)

    @property
    def chosen(self) -> float | None:
        """The rate at the line; None while it is at the present rate."""
        return self._chosen

    def choose(self, rate: float | None) -> None:
        """Move the line to a rate, or back to the present one."""
        if rate is not None:
            rate = min(max(rounded_rate(rate), RATE_MIN), RATE_MAX)
        self._chosen = None if rate == self._rate else rate
        self.update()

    def set_rate(self, rate: float) -> None:
        super().set_rate(rate)
        if self._chosen == rate:
            self._chosen = None

    @property
    def pill(self) -> QRectF:
        """Where the pill is, which says what Enter would do."""
        area, px = self.axes().area, self._theme.px
        rate = self._chosen or min(max(self._rate, RATE_MIN), RATE_MAX)
        left = self.axes().x(math.log10(rate)) - px(_PILL_WIDTH_PX) / 2
        left = min(max(left, area.left()), area.right() - px(_PILL_WIDTH_PX))
        return QRectF(left, area.top() + px(2), px(_PILL_WIDTH_PX), px(_PILL_PX))

    # -- painting ----------------------------------------------------------------------------

    def paint_marks(self, painter: QPainter, axes: Axes) -> None:
        super().paint_marks(painter, axes)
        if self.test is None:
            return
        theme = self._theme
        if self._chosen is not None:
            x = crisp(axes.x(math.log10(self._chosen)))
            pen = QPen(theme.color("primary"), theme.px(1.5), Qt.PenStyle.DashLine)
            painter.setPen(pen)
            painter.drawLine(QPointF(x, axes.area.top()), QPointF(x, axes.area.bottom()))
        if self._chosen is not None or RATE_MIN <= self._rate <= RATE_MAX:
            at = self.point_at(axes, self._chosen or self._rate)
            painter.setPen(QPen(theme.color("surface"), theme.px(1.5)))
            painter.setBrush(theme.color("primary"))
            painter.drawEllipse(at, theme.px(4), theme.px(4))
        self._paint_pill(painter)
        if self.hasFocus():
            painter.setPen(QPen(theme.color("primary", 0.6), theme.px(1)))
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.drawRect(axes.area)

    def _paint_pill(self, painter: QPainter) -> None:
        theme, pill = self._theme, self.pill
        is_chosen = self._chosen is not None
        words = (
            f"use {typed_text(self._chosen)}" if self._chosen else f"{typed_text(self._rate)} now"
        )
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(theme.color("primary_fill" if is_chosen else "pill"))
        painter.drawRoundedRect(pill, theme.px(5), theme.px(5))
        painter.setFont(theme.font(12, QFont.Weight.DemiBold))
        painter.setPen(theme.color("on_primary" if is_chosen else "text"))
        painter.drawText(pill, Qt.AlignmentFlag.AlignCenter, f"‹ {words} ›")

    # -- the mouse ---------------------------------------------------------------------------

    def mousePressEvent(self, event: QMouseEvent) -> None:
        if self.test is None or event.button() is not Qt.MouseButton.LeftButton:
            return
        place = event.position()
        self._pressed_pill = self._chosen is not None and self.pill.contains(place)
        if self._pressed_pill:
            return
        mark = self.mark_at(place)
        if mark:
            self.choose(mark.rate)
        elif not self.pill.contains(place):
            self._choose_at(place.x())

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        place = event.position()
        if event.buttons() & Qt.MouseButton.LeftButton and self.test is not None:
            if not self.pill.contains(place) or not self._pressed_pill:
                self._pressed_pill = False
                self._choose_at(place.x())
        elif self.test is not None:
            is_button = self.mark_at(place) or self.pill.contains(place)
            shapes = Qt.CursorShape
            self.setCursor(shapes.PointingHandCursor if is_button else shapes.SizeHorCursor)
        else:
            self.unsetCursor()

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        if self._pressed_pill and self.pill.contains(event.position()):
            self._take()
        self._pressed_pill = False

    def _choose_at(self, x: float) -> None:
        self.choose(10 ** self.axes().x_value(x))

    def _take(self) -> None:
        if self._chosen is not None:
            self.taken.emit(self._chosen)

    # -- keys --------------------------------------------------------------------------------

    def event(self, event: QEvent) -> bool:
        if isinstance(event, QHelpEvent):
            QToolTip.showText(event.globalPos(), self.text_at(QPointF(event.pos())), self)
            return True
        is_key = isinstance(event, QKeyEvent) and event.type() is QEvent.Type.ShortcutOverride
        if is_key and self._uses(event):  # type: ignore[arg-type]
            event.accept()
            return True
        return super().event(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if not self._uses(event):
            event.ignore()
        elif event.key() in _ENTER:
            self._take()
        elif event.key() == Qt.Key.Key_Escape:
            if self._chosen is not None:
                self.choose(None)
            else:
                self.stop_requested.emit()
        else:
            steps = _STEPS[Qt.Key(event.key())]
            self.choose(step_rate(self._chosen or self._rate, steps))

    def _uses(self, event: QKeyEvent) -> bool:
        """Return whether a key is for the line; what it has no use for is the window's."""
        if event.modifiers() & ~Qt.KeyboardModifier.KeypadModifier:
            return False
        if event.key() in _STEPS:
            return self.test is not None
        if event.key() in _ENTER:
            return self._chosen is not None
        return event.key() == Qt.Key.Key_Escape and (self._chosen is not None or self.is_running)

    def focusInEvent(self, event: QFocusEvent) -> None:
        super().focusInEvent(event)
        self.update()

    def focusOutEvent(self, event: QFocusEvent) -> None:
        super().focusOutEvent(event)
        self.update()
