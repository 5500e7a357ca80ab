"""The learning rate's control: a large number to type in, and a slider."""

from typing import Any

from PySide6.QtCore import QEvent, Qt, Signal
from PySide6.QtGui import QFont, QKeyEvent, QWheelEvent
from PySide6.QtWidgets import QBoxLayout, QHBoxLayout, QLabel, QLineEdit, QVBoxLayout, QWidget

from netviz.engine.errors import ConfigError
from netviz.engine.options.run_config import RunConfig
from netviz.number_text import typed_text, with_point
from netviz.ui.controls.log_slider import LogSlider
from netviz.ui.controls.number_keys import is_for_window
from netviz.ui.controls.option_editor import OptionEditor
from netviz.ui.look.style_sheet import set_style_property
from netviz.ui.look.theme import Theme
from netviz.ui.look.themed_widget import ThemedWidget


class _RateField(QLineEdit):
    """A field for a number that looks like a headline.

    Signals
    -------
    stepped
        Up or Down was pressed: the number of steps, and whether they are whole decades.
    dropped
        Escape was pressed: the text typed is to be discarded.
    """

    stepped = Signal(int, bool)
    dropped = Signal()

    def event(self, event: QEvent) -> bool:
        if event.type() == QEvent.Type.ShortcutOverride and isinstance(event, QKeyEvent):
            # While a text is typed Escape belongs to the field, not to a shortcut of the window.
            if event.key() == Qt.Key.Key_Escape:
                event.accept()
                return True
            if is_for_window(event, whole=False, typed=self.isModified()):
                # What was typed holds from the batch on that this key may train.
                self.editingFinished.emit()
                event.ignore()
                return False
        return super().event(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if is_for_window(event, whole=False, typed=self.isModified()):
            event.ignore()
            return
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


class LearningRateControl(ThemedWidget):
    """The learning rate as a field and a slider that always agree.

    The mouse wheel steps over both; Ctrl or the Page keys step whole decades.

    Parameters
    ----------
    is_wide
        Whether the slider stands beside the field, and not below it.

    Signals
    -------
    changed
        The user chose another learning rate; emitted continuously during a drag.
    """

    changed = Signal(float)

    def __init__(
        self, theme: Theme, parent: QWidget | None = None, *, is_wide: bool = False
    ) -> None:
        super().__init__(theme, parent)
        self._value = 0.001
        self._held: float | None = None
        self.field = _RateField()
        self.field.setObjectName("rate")
        self.slider = LogSlider(theme)
        self._problem = QLabel()
        self._problem.setProperty("role", "problem")
        self._problem.setWordWrap(True)
        self._problem.hide()
        direction = QBoxLayout.Direction
        self._row = QBoxLayout(direction.LeftToRight if is_wide else direction.TopToBottom)
        self._line = QHBoxLayout()
        self._line.addWidget(self.field, 1)
        self._row.addLayout(self._line)
        self._row.addWidget(self.slider, int(is_wide))
        self._layout = QVBoxLayout(self)
        self._layout.addLayout(self._row)
        self._layout.addWidget(self._problem)
        self.setFocusProxy(self.field)
        self.field.editingFinished.connect(self._on_field_editing_finished)
        self.field.stepped.connect(self._on_field_stepped)
        self.field.dropped.connect(self._on_field_dropped)
        self.slider.picked.connect(self._on_slider_picked)
        self.slider.released.connect(self._on_slider_released)
        self._restyle()
        self._show()

    def add_tool(self, tool: QWidget) -> None:
        """Put a button beside the field."""
        self._line.addWidget(tool)

    @property
    def value(self) -> float:
        """The learning rate shown."""
        return self._value

    def set_value(self, value: float) -> None:
        """Show `value`, after a drag if one is under way; keeps text being typed; emits nothing."""
        if self.slider.dragging:
            self._held = value
        elif value != self._value:
            self._value = value
            self.slider.set_rate(value)
            if not (self.field.hasFocus() and self.field.isModified()):
                self.set_problem("")
                self._show()

    def set_problem(self, message: str) -> None:
        """Frame the field in red and say why, or remove both for an empty message."""
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
        # Wheel events of the field arrive here, since it ignores them.
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
        text = with_point(self.field.text().strip())
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

    def _restyle(self) -> None:
        theme = self._theme
        self._layout.setContentsMargins(0, 0, 0, 0)
        self._layout.setSpacing(theme.px(2))
        self._row.setSpacing(theme.px(2))
        self.field.setFont(theme.font(24, QFont.Weight.DemiBold))
        # Nearer to the edge than in other fields, to align the digits with the label above.
        self.field.setTextMargins(-5, 0, 0, 0)


class LearningRateEditor(OptionEditor):
    """The learning rate's control with the interface of the other editors."""

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self._control = LearningRateControl(theme)
        self._control.changed.connect(self._on_control_changed)
        self._hold(self._control)

    def add_tool(self, tool: QWidget) -> None:
        """Put a button beside the field."""
        self._control.add_tool(tool)

    @property
    def slider(self) -> LogSlider:
        """The slider, which can show zones."""
        return self._control.slider

    def set_value(self, value: Any) -> None:
        self._control.set_value(value)

    def set_invalid(self, invalid: bool) -> None:
        set_style_property(self._control.field, "invalid", invalid)

    def describe(self, name: str, tooltip: str) -> None:
        self._control.describe(name, tooltip)

    def _on_control_changed(self, rate: float) -> None:
        self.edited.emit(rate)
