"""A line of the control panel: one option with its label, its editor and its state."""

from typing import Any

from PySide6.QtCore import Signal
from PySide6.QtGui import QStatusTipEvent
from PySide6.QtWidgets import QApplication, QHBoxLayout, QLabel, QVBoxLayout

from netviz.engine.options.run_config import OPTIONS, RunConfig
from netviz.ui.controls.choice_editor import ChoiceEditor
from netviz.ui.controls.dataset_editor import DatasetEditor
from netviz.ui.controls.learning_rate_control import LearningRateEditor
from netviz.ui.controls.number_editor import NumberEditor
from netviz.ui.controls.option_editor import OptionEditor
from netviz.ui.controls.points_editor import PointsEditor
from netviz.ui.controls.toggle_editor import ToggleEditor
from netviz.ui.controls.widths_editor import WidthsEditor
from netviz.ui.look.style_sheet import set_style_property
from netviz.ui.look.theme import Theme
from netviz.ui.look.themed_widget import ThemedWidget


class OptionRow(ThemedWidget):
    """One option: its label, its editor, when a change takes effect, and what is wrong with it.

    Signals
    -------
    edited
        The option's name and what the user entered, unchecked.
    """

    edited = Signal(str, object)

    def __init__(self, theme: Theme, name: str, *, narrow: bool = False) -> None:
        super().__init__(theme)
        self._name = name
        self._value: Any = None
        self._more = ""
        self._option = OPTIONS[name]
        self.editor = make_editor(theme, name)
        self.editor.edited.connect(self._on_editor_edited)
        short = self._option.short.capitalize() if narrow else ""
        self._label = QLabel(short or self._option.label)
        self._note = QLabel()
        self._note.setProperty("role", "fact")
        self._note.hide()
        self._effect = QLabel()
        self._problem = QLabel()
        self._problem.setProperty("role", "problem")
        self._problem.setWordWrap(True)
        self._problem.hide()
        self._lay_out()
        self._describe()
        self.set_waiting(False)

    def set_value(self, value: Any) -> None:
        """Show `value` unless it is shown already, so that a bad entry remains to be corrected."""
        if value != self._value:
            self.accept(value)

    def accept(self, value: Any) -> None:
        """Show `value` in place of whatever was entered, without a problem."""
        self._value = value
        self.show_problem("")
        self.editor.set_value(value)
        self._explain()

    def set_waiting(self, waiting: bool) -> None:
        """Mark the value shown as waiting for Reset, or say when a change takes effect."""
        self._effect.setText("waits for Reset" if waiting else self._option.effect.value)
        set_style_property(self._effect, "role", "tag" if waiting else "hint")

    def set_note(self, text: str, tooltip: str = "") -> None:
        """Show a note beside the label, or none."""
        self._note.setText(text)
        self._note.setToolTip(tooltip)
        self._note.setVisible(bool(text))

    def add_help(self, text: str) -> None:
        """Add a paragraph to the tooltip of the editor, in the place of the last one added."""
        self._more = f"<p>{text}</p>" if text else ""
        self._describe()

    def _explain(self) -> None:
        """Say in the status bar what the present choice is for, or else the option."""
        option = self._option
        text = option.choice_help.get(str(self._value), "") or option.help
        self.setStatusTip(f"{option.label}: {text} Takes effect: {option.effect.value}.")
        focus = QApplication.focusWidget()
        if self.underMouse() or (focus and self.isAncestorOf(focus)):
            QApplication.sendEvent(self, QStatusTipEvent(self.statusTip()))

    @property
    def has_problem(self) -> bool:
        """Whether what is in the field was refused."""
        return bool(self._problem.text())

    def show_problem(self, message: str) -> None:
        """Frame the field in red and say why, or remove both for an empty message."""
        self.editor.set_invalid(bool(message))
        self._problem.setText(message)
        self._problem.setVisible(bool(message))

    def _lay_out(self) -> None:
        head = QHBoxLayout()
        head.setSpacing(6)
        head.addWidget(self._label)
        head.addWidget(self._note)
        head.addStretch()
        head.addWidget(self._effect)
        self._layout = QVBoxLayout(self)
        self._layout.addLayout(head)
        if isinstance(self.editor, ToggleEditor):
            head.addWidget(self.editor)
        else:
            self._layout.addWidget(self.editor)
        self._layout.addWidget(self._problem)
        self._restyle()

    def _describe(self) -> None:
        option = self._option
        tooltip = f"<p>{option.help}</p><p>Takes effect: {option.effect.value}."
        if not option.choices and option.minimum is not None:
            tooltip += f" Allowed: {option.allowed}."
        self.editor.describe(option.label, f"{tooltip}</p>{self._more}")
        self._label.setToolTip(tooltip + "</p>")
        self._effect.setToolTip("When a change takes effect.")

    def _on_editor_edited(self, entry: object) -> None:
        self.edited.emit(self._name, entry)

    def _restyle(self) -> None:
        self._layout.setContentsMargins(0, 0, 0, 0)
        self._layout.setSpacing(self._theme.px(3))


def make_editor(theme: Theme, name: str) -> OptionEditor:
    """Return the editor that suits the option `name`, by its declaration and its default's type."""
    option, default = OPTIONS[name], RunConfig.model_fields[name].default
    if name == "learning_rate":
        return LearningRateEditor(theme)
    if name == "dataset":
        return DatasetEditor(option.choices)
    if option.choices:
        return ChoiceEditor(option.choices, option.choice_help)
    if isinstance(default, bool):
        return ToggleEditor(theme)
    if name == "points":
        return PointsEditor()
    if isinstance(default, tuple):
        return WidthsEditor()
    return NumberEditor(theme, option, whole=isinstance(default, int))
