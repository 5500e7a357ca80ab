"""One editor for each kind of option; what the user enters leaves them unchecked.

The panel checks it against the declaration of the option, so that there is one judge.
"""

import math
import re
from collections.abc import Mapping
from typing import Any

from PySide6.QtCore import QEvent, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QKeyEvent, QPainter, QPaintEvent, QPen, QWheelEvent
from PySide6.QtWidgets import QAbstractSpinBox, QCheckBox, QComboBox, QVBoxLayout, QWidget
from shiboken6 import isValid

from netviz.engine.options.option import Option
from netviz.number_text import typed_text
from netviz.ui.look.style_sheet import set_style_property
from netviz.ui.look.theme import Theme

_LEAST_FLOAT = 1e-10
"""What one step above zero is where steps multiply; one below it is zero again."""


class OptionEditor(QWidget):
    """What all editors have in common.

    Signals
    -------
    edited
        The user entered something: a value, or the text that was typed.
    """

    edited = Signal(object)
    field: QWidget

    def set_value(self, value: Any) -> None:
        """Show `value`; emits nothing."""
        raise NotImplementedError

    def set_invalid(self, invalid: bool) -> None:
        """Frame the field in red, or no longer."""
        set_style_property(self.field, "invalid", invalid)

    def describe(self, name: str, tooltip: str) -> None:
        """Give the field its accessible name and its tooltip."""
        self.field.setAccessibleName(name)
        self.field.setToolTip(tooltip)

    def _hold(self, field: QWidget) -> None:
        self.field = field
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(field)
        self.setFocusProxy(field)


class _ComboBox(QComboBox):
    """A combo box that leaves the wheel to the panel unless it is being used."""

    def __init__(self) -> None:
        super().__init__()
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        # Long entries shall be cut off in the field, never widen the panel.
        self.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
        self.setMinimumContentsLength(6)

    def wheelEvent(self, event: QWheelEvent) -> None:
        if self.hasFocus():
            super().wheelEvent(event)
        else:
            event.ignore()


class ChoiceEditor(OptionEditor):
    """A combo box over the choices of an option."""

    def __init__(
        self, choices: Mapping[str, str], choice_help: Mapping[str, str] | None = None
    ) -> None:
        super().__init__()
        self._value: str | None = None
        self._box = _ComboBox()
        for value, label in choices.items():
            self._box.addItem(label, value)
            words = (choice_help or {}).get(value, "")
            # As rich text, which alone is wrapped.
            tooltip = f"<p>{words}</p>" if words else None
            self._box.setItemData(self._box.count() - 1, tooltip, Qt.ItemDataRole.ToolTipRole)
        self._declared = self._box.count()
        self._box.activated.connect(self._on_box_activated)
        self._hold(self._box)

    def set_value(self, value: Any) -> None:
        self._value = value
        if value is not None and self._box.findData(value) < 0:
            self._add_own(str(value))
        self._box.setCurrentIndex(self._box.findData(value))

    def _add_own(self, value: str) -> None:
        """Offer a value beside the declared choices, by the end of its path; only the last."""
        if self._box.count() > self._declared:
            self._box.removeItem(self._declared)
        self._box.addItem(re.split(r"[\\/]", value)[-1], value)
        self._box.setItemData(self._declared, value, Qt.ItemDataRole.ToolTipRole)

    def _on_box_activated(self, index: int) -> None:
        value = self._box.itemData(index)
        if value != self._value:
            self._value = value
            self.edited.emit(value)


class Toggle(QCheckBox):
    """A check box that looks like a switch."""

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self._theme = theme
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        theme.changed.connect(self._on_theme_changed)

    def sizeHint(self) -> QSize:
        return QSize(self._theme.px(34), self._theme.px(20))

    def minimumSizeHint(self) -> QSize:
        return self.sizeHint()

    def hitButton(self, pos: Any) -> bool:
        return self.rect().contains(pos)

    def paintEvent(self, event: QPaintEvent) -> None:
        theme, is_on = self._theme, self.isChecked()
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        groove = QRectF(self.rect()).adjusted(1.5, 1.5, -1.5, -1.5)
        radius = groove.height() / 2
        frame = "primary" if self.hasFocus() or is_on else "faint"
        painter.setPen(QPen(theme.color(frame), 2 if self.hasFocus() else 1))
        painter.setBrush(theme.color("primary_fill" if is_on else "raised"))
        painter.drawRoundedRect(groove, radius, radius)
        side = groove.height() - theme.px(6)
        left = groove.right() - side - theme.px(3) if is_on else groove.left() + theme.px(3)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(theme.color("on_primary" if is_on else "muted"))
        painter.drawEllipse(QRectF(left, groove.center().y() - side / 2, side, side))

    def _on_theme_changed(self) -> None:
        self.updateGeometry()
        self.update()


class ToggleEditor(OptionEditor):
    """A switch for an option that is on or off."""

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self._toggle = Toggle(theme)
        self._toggle.clicked.connect(self._on_toggle_clicked)
        self._hold(self._toggle)

    def set_value(self, value: Any) -> None:
        self._toggle.setChecked(bool(value))

    def _on_toggle_clicked(self, checked: bool) -> None:
        self.edited.emit(checked)


class NumberField(QAbstractSpinBox):
    """A field for a number: typed and confirmed with Enter, or stepped.

    Signals
    -------
    entered
        The user confirmed another text or made a step; the text.
    """

    entered = Signal(str)

    def __init__(self, theme: Theme, option: Option, *, whole: bool) -> None:
        super().__init__()
        self._theme = theme
        self._option = option
        self._whole = whole
        self._shown = ""
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setMinimumWidth(1)
        self.editingFinished.connect(self._on_self_editing_finished)
        theme.changed.connect(self._on_theme_changed)
        self._on_theme_changed()

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
        # While a text is typed Escape belongs to the field, not to a shortcut of the window.
        if (
            event.type() == QEvent.Type.ShortcutOverride
            and isinstance(event, QKeyEvent)
            and event.key() == Qt.Key.Key_Escape
            and self.text() != self._shown
        ):
            event.accept()
            return True
        return super().event(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Escape and self.text() != self._shown:
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

    def _is_being_edited(self) -> bool:
        return self.hasFocus() and self.lineEdit().isModified()

    def _on_self_editing_finished(self) -> None:
        self._enter(self.text().strip())

    def _on_theme_changed(self) -> None:
        # Style sheets leave the text of a spin box at its edge.
        self.lineEdit().setTextMargins(self._theme.px(6), 0, 0, 0)

    def _enter(self, text: str) -> None:
        self.lineEdit().setModified(False)
        if text != self._shown:
            self.entered.emit(text)

    def _number(self) -> float | None:
        try:
            value = int(self.text()) if self._whole else float(self.text())
        except ValueError:
            return None
        return value if math.isfinite(value) else None

    def _stepped(self, value: float, steps: int) -> float:
        if self._option.logarithmic:
            # A page counts ten steps, and a thousandfold would be too much at once.
            value = (value or self._above_zero(steps)) * 2.0 ** max(-3, min(3, steps))
        else:
            value = value + steps * self._option.step
        low, high = self._option.minimum, self._option.maximum
        if self._option.logarithmic and not self._whole and value < _LEAST_FLOAT:
            value = 0
        value = value if low is None else max(low, value)
        value = value if high is None else min(high, value)
        return int(value) if self._whole else float(f"{value:.10g}")

    def _above_zero(self, steps: int) -> float:
        """Return what to multiply in place of zero, which would stay zero for ever."""
        return (1 if self._whole else _LEAST_FLOAT) / 2 if steps > 0 else 0


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


class WidthsEditor(OptionEditor):
    """Widths of hidden layers: shown between input and output, typed as ``64, 64``."""

    PRESETS: tuple[tuple[int, ...], ...] = ((64, 64, 64), (128, 64), (512, 512), (32,), ())

    def __init__(self) -> None:
        super().__init__()
        self._ends = (0, 0)
        self._value: tuple[int, ...] = ()
        self._box = _ComboBox()
        self._box.setEditable(True)
        self._box.setInsertPolicy(QComboBox.InsertPolicy.NoInsert)
        self._box.setCompleter(None)  # type: ignore[arg-type]  # the stub forbids what Qt allows
        self._box.activated.connect(self._on_box_activated)
        line = self._box.lineEdit()
        assert line is not None
        self._line = line
        # In line with the text of a combo box that is not editable.
        self._line.setTextMargins(-2, 0, 0, 0)
        self._line.editingFinished.connect(self._on_line_editing_finished)
        self._hold(self._box)

    def set_ends(self, inputs: int, outputs: int) -> None:
        """Say how many numbers go into the network and come out of it, 0 for not known yet."""
        if (inputs, outputs) == self._ends:
            return
        self._ends = (inputs, outputs)
        self._box.clear()
        for widths in self.PRESETS:
            self._box.addItem(self._text(widths), widths)
        self.set_value(self._value)

    def set_value(self, value: Any) -> None:
        self._value = tuple(value)
        if not (self._box.hasFocus() and self._line.isModified()):
            self._box.setCurrentIndex(self._preset_index())
            self._line.setText(self._text(self._value))
            self._line.setCursorPosition(0)

    def _preset_index(self) -> int:
        return self.PRESETS.index(self._value) if self._value in self.PRESETS else -1

    def _text(self, widths: tuple[int, ...]) -> str:
        return " – ".join(str(width or "?") for width in (self._ends[0], *widths, self._ends[1]))

    def _on_box_activated(self, index: int) -> None:
        self._enter(self.PRESETS[index])

    def _on_line_editing_finished(self) -> None:
        if not isValid(self._line):  # A field that has the focus tells so while it is destroyed.
            return
        self._line.setModified(False)
        if self._line.text() != self._text(self._value):
            self._enter(self._parsed(self._line.text()))

    def _enter(self, entry: tuple[int, ...] | str) -> None:
        if entry != self._value:
            self.edited.emit(entry)

    def _parsed(self, text: str) -> str:
        """Return the widths alone, with commas; a bad part stays in for the judge to name."""
        parts = [part for part in re.split(r"\s*[–,;]\s*|\s+", text.strip()) if part]
        first, last = (str(end or "?") for end in self._ends)
        if "–" in text and len(parts) > 1 and parts[0] == first and parts[-1] == last:
            parts = parts[1:-1]
        return ",".join(parts)


def make_editor(theme: Theme, option: Option, default: Any) -> OptionEditor:
    """Make the editor that suits an option, judged by its declaration and its default's type."""
    if option.choices:
        return ChoiceEditor(option.choices, option.choice_help)
    if isinstance(default, bool):
        return ToggleEditor(theme)
    if isinstance(default, tuple):
        return WidthsEditor()
    return NumberEditor(theme, option, whole=isinstance(default, int))
