"""The learning rate's control: a large figure to type in and a slider over six decades."""

import math
from typing import ClassVar

from PySide6.QtCore import QEvent, QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import (
    QFont,
    QFontMetrics,
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QPen,
    QWheelEvent,
)
from PySide6.QtWidgets import QLabel, QLineEdit, QSizePolicy, QVBoxLayout, QWidget

from netviz.engine.errors import ConfigError
from netviz.engine.options.run_config import RunConfig
from netviz.number_text import typed_text
from netviz.ui.look.style_sheet import set_style_property
from netviz.ui.look.theme import Theme

MINIMUM, MAXIMUM = 1e-5, 10.0
_TICKS = ("1e-5", "1e-4", "1e-3", "0.01", "0.1", "1", "10")
_STEPS = (1.0, 1.3, 1.6, 2.0, 2.5, 3.0, 4.0, 5.0, 6.0, 8.0)
_WHEEL_NOTCH = 120


def step_rate(rate: float, steps: int) -> float:
    """Return the learning rate some steps of a tenth of a decade away, on round figures.

    Steps stay on the slider; a rate outside of it only moves towards it.
    """
    for _ in range(abs(steps)):
        rate = _next_up(rate) if steps > 0 else _next_down(rate)
    return rate


def _next_up(rate: float) -> float:
    if rate >= MAXIMUM:
        return rate
    if rate < MINIMUM:
        return MINIMUM
    return min(candidate for candidate in _neighbours(rate) if candidate > rate * 1.001)


def _next_down(rate: float) -> float:
    if rate <= MINIMUM:
        return rate
    if rate > MAXIMUM:
        return MAXIMUM
    return max(candidate for candidate in _neighbours(rate) if candidate < rate / 1.001)


def _neighbours(rate: float) -> list[float]:
    decade = math.floor(math.log10(rate))
    return [
        rounded(step * 10.0**power) for power in range(decade - 1, decade + 2) for step in _STEPS
    ]


def rounded(rate: float) -> float:
    """Return `rate` to two digits."""
    return float(f"{rate:.1e}")


class DecadeSlider(QWidget):
    """A logarithmic slider with a label at each decade.

    Signals
    -------
    picked
        The user chose this rate; many of them during a drag.
    released
        A drag ended.
    """

    picked = Signal(float)
    released = Signal()

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self._theme = theme
        self._rate = 0.001
        self._notches = 0
        self.dragging = False
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        theme.changed.connect(self._on_theme_changed)

    def set_rate(self, rate: float) -> None:
        """Move the handle; emits nothing."""
        self._rate = rate
        self.update()

    def sizeHint(self) -> QSize:
        return QSize(self._theme.px(220), self._theme.px(36))

    def minimumSizeHint(self) -> QSize:
        return QSize(self._theme.px(160), self._theme.px(36))

    def x_of(self, rate: float) -> float:
        """Return where on the slider `rate` lies, in pixels; the ends for what lies outside."""
        clipped = max(MINIMUM, min(MAXIMUM, rate))
        share = math.log10(clipped / MINIMUM) / math.log10(MAXIMUM / MINIMUM)
        return self._inset() + share * (self.width() - 2 * self._inset())

    def rate_at(self, x: float) -> float:
        """Return the rate at the pixel `x`, to two digits."""
        share = (x - self._inset()) / max(1.0, self.width() - 2 * self._inset())
        share = max(0.0, min(1.0, share))
        return rounded(MINIMUM * (MAXIMUM / MINIMUM) ** share)

    def step(self, steps: int, *, decades: bool = False) -> None:
        """Move by tenths of a decade or by whole ones, as the user asked."""
        if decades:
            target = max(MINIMUM, min(MAXIMUM, rounded(self._rate * 10.0**steps)))
            outside = not MINIMUM <= self._rate <= MAXIMUM
            self._pick(step_rate(self._rate, steps) if outside else target)
        else:
            self._pick(step_rate(self._rate, steps))

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

    _KEYS: ClassVar[dict[int, tuple[int, bool]]] = {
        Qt.Key.Key_Right: (1, False),
        Qt.Key.Key_Up: (1, False),
        Qt.Key.Key_Left: (-1, False),
        Qt.Key.Key_Down: (-1, False),
        Qt.Key.Key_PageUp: (1, True),
        Qt.Key.Key_PageDown: (-1, True),
    }

    def keyPressEvent(self, event: QKeyEvent) -> None:
        key = event.key()
        if key in self._KEYS:
            steps, decades = self._KEYS[key]
            held = bool(event.modifiers() & Qt.KeyboardModifier.ControlModifier)
            self.step(steps, decades=decades or held)
        elif key == Qt.Key.Key_Home:
            self._pick(MINIMUM)
        elif key == Qt.Key.Key_End:
            self._pick(MAXIMUM)
        else:
            super().keyPressEvent(event)

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        self._paint_groove(painter)
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
        font = theme.font(10)
        metrics = QFontMetrics(font)
        painter.setFont(font)
        top = self._groove_y() + theme.px(7)
        for text in _TICKS:
            x = self.x_of(float(text))
            painter.setPen(QPen(theme.color("faint"), 1))
            painter.drawLine(QPointF(x, top), QPointF(x, top + theme.px(3)))
            width = metrics.horizontalAdvance(text)
            left = max(0.0, min(self.width() - width, x - width / 2))
            painter.setPen(theme.color("quiet"))
            painter.drawText(QPointF(left, top + theme.px(4) + metrics.ascent()), text)

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
        return float(self._theme.px(10))

    def _groove_y(self) -> float:
        return float(self._theme.px(11))

    def _pick(self, rate: float) -> None:
        if rate != self._rate:
            self.set_rate(rate)
            self.picked.emit(rate)

    def _on_theme_changed(self) -> None:
        self.updateGeometry()
        self.update()


class RateField(QLineEdit):
    """The figure: looks like a headline, and is a field.

    Signals
    -------
    stepped
        Up or Down was pressed: by how many steps, and whether they are whole decades.
    dropped
        Escape was pressed: what was typed shall not count.
    """

    stepped = Signal(int, bool)
    dropped = Signal()

    def event(self, event: QEvent) -> bool:
        # While a text is typed Escape belongs to the field, not to a shortcut of the window.
        if (
            event.type() == QEvent.Type.ShortcutOverride
            and isinstance(event, QKeyEvent)
            and event.key() == Qt.Key.Key_Escape
        ):
            event.accept()
            return True
        return super().event(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        held = bool(event.modifiers() & Qt.KeyboardModifier.ControlModifier)
        match event.key():
            case Qt.Key.Key_Up:
                self.stepped.emit(1, held)
            case Qt.Key.Key_Down:
                self.stepped.emit(-1, held)
            case Qt.Key.Key_PageUp:
                self.stepped.emit(1, True)
            case Qt.Key.Key_PageDown:
                self.stepped.emit(-1, True)
            case Qt.Key.Key_Escape:
                self.dropped.emit()
            case _:
                super().keyPressEvent(event)


class LearningRateControl(QWidget):
    """The learning rate as a figure and a slider that always agree.

    The wheel steps over figure and slider, Ctrl or the Page keys step whole decades.

    Signals
    -------
    changed
        The user chose another learning rate; emitted continuously during a drag.
    """

    changed = Signal(float)

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._value = 0.001
        self._held: float | None = None
        self.field = RateField()
        self.field.setObjectName("rate")
        self.slider = DecadeSlider(theme)
        self._problem = QLabel()
        self._problem.setProperty("role", "problem")
        self._problem.setWordWrap(True)
        self._problem.hide()
        self._layout = QVBoxLayout(self)
        for widget in (self.field, self.slider, self._problem):
            self._layout.addWidget(widget)
        self.setFocusProxy(self.field)
        self.field.editingFinished.connect(self._on_field_editing_finished)
        self.field.stepped.connect(self._on_field_stepped)
        self.field.dropped.connect(self._on_field_dropped)
        self.slider.picked.connect(self._on_slider_picked)
        self.slider.released.connect(self._on_slider_released)
        theme.changed.connect(self._on_theme_changed)
        self._restyle()
        self._show()

    @property
    def value(self) -> float:
        """The learning rate shown."""
        return self._value

    def set_value(self, value: float) -> None:
        """Show `value`; emits nothing. Handle and text stay put while the user moves them."""
        if self.slider.dragging:
            self._held = value
        elif value != self._value:
            self._value = value
            self.slider.set_rate(value)
            if not (self.field.hasFocus() and self.field.isModified()):
                self.set_problem("")
                self._show()

    def set_problem(self, message: str) -> None:
        """Frame the figure in red and say why, or take both away."""
        set_style_property(self.field, "invalid", bool(message))
        self._problem.setText(message)
        self._problem.setVisible(bool(message))

    def describe(self, name: str, tooltip: str) -> None:
        """Give both parts their accessible name and tooltip."""
        for widget in (self.field, self.slider):
            widget.setToolTip(tooltip)
        self.field.setAccessibleName(name)
        self.slider.setAccessibleName(f"{name} slider")

    def wheelEvent(self, event: QWheelEvent) -> None:
        # Reached from the figure, which has no use for the wheel itself.
        self.slider.wheelEvent(event)

    def _show(self) -> None:
        self.field.setText(typed_text(self._value))
        self.slider.set_rate(self._value)

    def _choose(self, value: float) -> None:
        self._held = None
        self.set_problem("")
        is_new = value != self._value
        self._value = value
        self._show()
        if is_new:
            self.changed.emit(value)

    def _on_slider_picked(self, rate: float) -> None:
        self._choose(rate)

    def _on_slider_released(self) -> None:
        if self._held is not None:
            self.set_value(self._held)
            self._held = None

    def _on_field_stepped(self, steps: int, decades: bool) -> None:
        self.slider.step(steps, decades=decades)

    def _on_field_dropped(self) -> None:
        self.set_problem("")
        self._show()

    def _on_field_editing_finished(self) -> None:
        text = self.field.text().strip()
        if text == typed_text(self._value):
            self.set_problem("")
            return
        try:
            value = RunConfig.parse({"learning_rate": text}).learning_rate
        except ConfigError as error:
            self.set_problem(error.message.removeprefix("learning_rate: "))
            return
        self._choose(value)
        self.field.selectAll()

    def _on_theme_changed(self) -> None:
        self._restyle()

    def _restyle(self) -> None:
        theme = self._theme
        self._layout.setContentsMargins(0, 0, 0, 0)
        self._layout.setSpacing(theme.px(2))
        self.field.setFont(theme.font(24, QFont.Weight.DemiBold))
        self.field.setFixedHeight(theme.px(32))
        # The figure starts nearer to the edge than in other fields, in line with the label.
        self.field.setTextMargins(-5, 0, 0, 0)
