"""A line of the control panel: one option with its label, its editor and its state."""

from typing import Any

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QHBoxLayout, QLabel, QVBoxLayout, QWidget

from netviz.engine.options.run_config import OPTIONS, RunConfig
from netviz.ui.controls.dataset_editor import DatasetEditor
from netviz.ui.controls.learning_rate_slider import LearningRateControl
from netviz.ui.controls.option_editors import OptionEditor, ToggleEditor, make_editor
from netviz.ui.look.style_sheet import set_style_property
from netviz.ui.look.theme import Theme


class RateEditor(OptionEditor):
    """The learning rate's own control in the guise of the other editors."""

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self._control = LearningRateControl(theme)
        self._control.changed.connect(self._on_control_changed)
        self._hold(self._control)

    def set_value(self, value: Any) -> None:
        self._control.set_value(value)

    def set_invalid(self, invalid: bool) -> None:
        set_style_property(self._control.field, "invalid", invalid)

    def describe(self, name: str, tooltip: str) -> None:
        self._control.describe(name, tooltip)

    def _on_control_changed(self, rate: float) -> None:
        self.edited.emit(rate)


class OptionRow(QWidget):
    """One option: its label, when a change takes effect, its editor, what is wrong with it.

    Signals
    -------
    edited
        The option's name and what the user entered, unchecked.
    """

    edited = Signal(str, object)

    def __init__(self, theme: Theme, name: str, *, narrow: bool = False) -> None:
        super().__init__()
        self._theme = theme
        self._name = name
        self._value: Any = None
        self._option = OPTIONS[name]
        default = RunConfig.model_fields[name].default
        self.editor: OptionEditor
        if name == "learning_rate":
            self.editor = RateEditor(theme)
        elif name == "dataset":
            self.editor = DatasetEditor(self._option.choices)
        else:
            self.editor = make_editor(theme, self._option, default)
        self.editor.edited.connect(self._on_editor_edited)
        short = self._option.short.capitalize() if narrow else ""
        self._label = QLabel(short or self._option.label)
        self._note = QLabel()
        self._note.setProperty("role", "fact")
        self._note.hide()
        self._effect = QLabel()
        self._hint = QLabel()
        self._hint.setProperty("role", "fact")
        self._hint.setWordWrap(True)
        self._hint.hide()
        self._problem = QLabel()
        self._problem.setProperty("role", "problem")
        self._problem.setWordWrap(True)
        self._problem.hide()
        self._lay_out()
        self._describe()
        self.set_waiting(False)
        theme.changed.connect(self._on_theme_changed)

    def set_value(self, value: Any) -> None:
        """Show `value` unless it is shown already, so that a bad entry stays to be mended."""
        if value != self._value:
            self.accept(value)

    def accept(self, value: Any) -> None:
        """Show `value` in place of whatever was entered, and nothing wrong with it."""
        self._value = value
        self.show_problem("")
        self.show_choice_help(False)
        self.editor.set_value(value)

    def set_waiting(self, waiting: bool) -> None:
        """Mark that the value shown waits for Reset, or say when a change takes effect."""
        self._effect.setText("waits for Reset" if waiting else self._option.effect.value)
        set_style_property(self._effect, "role", "tag" if waiting else "hint")

    def set_note(self, text: str, tooltip: str = "") -> None:
        """Say a word beside the label, or nothing."""
        self._note.setText(text)
        self._note.setToolTip(tooltip)
        self._note.setVisible(bool(text))

    def show_choice_help(self, shown: bool) -> None:
        """Say under the field what the present choice is for, or say it no longer."""
        text = self._option.choice_help.get(str(self._value), "") if shown else ""
        self._hint.setText(text)
        self._hint.setVisible(bool(text))

    def show_problem(self, message: str) -> None:
        """Frame the field in red and say why, or take both away."""
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
        self._layout.addWidget(self._hint)
        self._layout.addWidget(self._problem)
        self._restyle()

    def _describe(self) -> None:
        option = self._option
        tooltip = f"<p>{option.help}</p><p>Takes effect: {option.effect.value}."
        if not option.choices and option.minimum is not None:
            tooltip += f" Allowed: {option.allowed}."
        self.editor.describe(option.label, tooltip + "</p>")
        self._label.setToolTip(tooltip + "</p>")
        self._effect.setToolTip("When a change takes effect.")

    def _on_editor_edited(self, entry: object) -> None:
        self.edited.emit(self._name, entry)

    def _on_theme_changed(self) -> None:
        self._restyle()

    def _restyle(self) -> None:
        self._layout.setContentsMargins(0, 0, 0, 0)
        self._layout.setSpacing(self._theme.px(3))
