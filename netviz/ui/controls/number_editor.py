"""The editor of an option that is a number."""

import math
from typing import Any

from PySide6.QtCore import QEvent, Qt, Signal
from PySide6.QtGui import QKeyEvent, QWheelEvent
from PySide6.QtWidgets import QAbstractSpinBox

from netviz.engine.options.option import Option
from netviz.number_text import typed_text, with_point
from netviz.ui.controls.number_keys import is_for_window
from netviz.ui.controls.option_editor import OptionEditor
from netviz.ui.look.theme import Theme

_SMALLEST_FLOAT = 1e-10
"""One step above zero, where steps multiply; one step below it is zero."""


class NumberField(QAbstractSpinBox):
    """A field for a number: typed and confirmed with Enter, or stepped.

    Signals
    -------
    entered
        The user typed and confirmed a text, or made a step: the text.
    """

    entered = Signal(str)

    def __init__(self, theme: Theme, option: Option, *, whole: bool) -> None:
        super().__init__()
        self._theme = theme
        self._option = option
        self._whole = whole
        self._shown = ""
        self._was_typed = False
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setMinimumWidth(1)
        self.editingFinished.connect(self._on_self_editing_finished)
        self.lineEdit().textEdited.connect(self._on_line_edit_text_edited)
        theme.changed.connect(self._restyle)
        self._restyle()

    def set_value(self, value: float) -> None:
        """Show `value`, unless the user is typing another one."""
        self._shown = typed_text(value)
        if not self._is_being_edited():
            self.lineEdit().setText(self._shown)
        self.update()

    def stepBy(self, steps: int) -> None:
        value = self._number()
        if value is None:
            return
        text = typed_text(self._stepped(value, steps))
        self.lineEdit().setText(text)
        self.lineEdit().selectAll()
        self._enter(text)

    def stepEnabled(self) -> QAbstractSpinBox.StepEnabledFlag:
        flag = QAbstractSpinBox.StepEnabledFlag
        value, low, high = self._number(), self._option.minimum, self._option.maximum
        if value is None:
            return flag.StepNone
        up = flag.StepNone if high is not None and value >= high else flag.StepUpEnabled
        down = flag.StepNone if low is not None and value <= low else flag.StepDownEnabled
        return up | down

    def event(self, event: QEvent) -> bool:
        if event.type() == QEvent.Type.ShortcutOverride and isinstance(event, QKeyEvent):
            # While a text is typed Escape belongs to the field, not to a shortcut of the window.
            if event.key() == Qt.Key.Key_Escape and self.text() != self._shown:
                event.accept()
                return True
            if self._is_for_window(event):
                # What was typed holds from the batch on that this key may train.
                self._enter(self.text().strip())
                event.ignore()
                return False
        return super().event(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if self._is_for_window(event):
            event.ignore()
        elif event.key() == Qt.Key.Key_Escape and self.text() != self._shown:
            self._was_typed = False
            self.lineEdit().setText(self._shown)
            self.lineEdit().selectAll()
            self.entered.emit(self._shown)
        else:
            super().keyPressEvent(event)

    def wheelEvent(self, event: QWheelEvent) -> None:
        if self.hasFocus():
            super().wheelEvent(event)
        else:
            event.ignore()

    def _is_for_window(self, event: QKeyEvent) -> bool:
        return is_for_window(event, whole=self._whole, typed=self.text() != self._shown)

    def _is_being_edited(self) -> bool:
        return self.hasFocus() and self.lineEdit().isModified()

    def _on_line_edit_text_edited(self) -> None:
        self._was_typed = True

    def _on_self_editing_finished(self) -> None:
        self._enter(self.text().strip())

    def _restyle(self) -> None:
        # Qt's style sheets do not pad the text of a spin box.
        self.lineEdit().setTextMargins(self._theme.px(6), 0, 0, 0)

    def _enter(self, text: str) -> None:
        text = text if self._whole else with_point(text)
        # Who types the number that is there already means it.
        was_typed, self._was_typed = self._was_typed, False
        self.lineEdit().setModified(False)
        if text != self._shown or was_typed:
            self.entered.emit(text)

    def _number(self) -> float | None:
        try:
            value = int(self.text()) if self._whole else float(self.text())
        except ValueError:
            return None
        return value if math.isfinite(value) else None

    def _stepped(self, value: float, steps: int) -> float:
        if self._option.logarithmic:
            # Page Up counts as ten steps, which would multiply by 1,024.
            value = (value or self._above_zero(steps)) * 2.0 ** max(-3, min(3, steps))
        else:
            value = value + steps * self._option.step
        low, high = self._option.minimum, self._option.maximum
        if self._option.logarithmic and not self._whole and value < _SMALLEST_FLOAT:
            value = 0
        value = value if low is None else max(low, value)
        value = value if high is None else min(high, value)
        return int(value) if self._whole else float(f"{value:.10g}")

    def _above_zero(self, steps: int) -> float:
        """Return what to multiply in place of zero, which would remain zero."""
        return (1 if self._whole else _SMALLEST_FLOAT) / 2 if steps > 0 else 0


class NumberEditor(OptionEditor):
    """A number field."""

    def __init__(self, theme: Theme, option: Option, *, whole: bool) -> None:
        super().__init__()
        self._number = NumberField(theme, option, whole=whole)
        self._number.entered.connect(self._on_number_entered)
        self._hold(self._number)

    def set_value(self, value: Any) -> None:
        self._number.set_value(value)

    def _on_number_entered(self, text: str) -> None:
        self.edited.emit(text)
