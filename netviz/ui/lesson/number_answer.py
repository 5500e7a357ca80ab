"""A field for a number that the learner guesses."""

import math

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QHBoxLayout, QLabel, QLineEdit, QVBoxLayout

from netviz.number_text import typed_text, with_point
from netviz.ui.lesson.sheet import NumberQuestion
from netviz.ui.look.style_sheet import set_style_property
from netviz.ui.look.theme import Theme
from netviz.ui.look.themed_widget import ThemedWidget

_FIELD_PX = 110
_PERCENT = 100


class NumberAnswer(ThemedWidget):
    """A number and its unit, and beside it how it turned out.

    Signals
    -------
    given
        The learner typed another number: a float, or None for what is no number.

    Attributes
    ----------
    field
        Where it is typed.
    """

    given = Signal(object)

    def __init__(self, theme: Theme, size_px: int = 13) -> None:
        super().__init__(theme)
        self._size_px = size_px
        self._question = NumberQuestion("")
        self.field = QLineEdit()
        self.field.setAccessibleName("Your guess, a number")
        self.field.setPlaceholderText("a number")
        self.field.textEdited.connect(self._on_field_text_edited)
        self._unit, self._truth = QLabel(), QLabel()
        self._unit.setProperty("role", "muted")
        self._truth.setWordWrap(True)
        self._truth.setProperty("role", "strong")
        self._row = QHBoxLayout()
        self._row.addWidget(self.field)
        self._row.addWidget(self._unit, 1)
        self._column = QVBoxLayout(self)
        self._column.addLayout(self._row)
        self._column.addWidget(self._truth)
        self._restyle()

    def show_question(self, question: NumberQuestion) -> None:
        """Show a question as it stands; what is being typed stays as it is."""
        is_other = (question.text, question.unit) != (self._question.text, self._question.unit)
        self._question = question
        if is_other or self.value != question.given:
            given = question.given
            shown = None if given is None else given * (_PERCENT if question.percent else 1)
            if shown is not None or is_other or not self.field.isModified():
                self.field.setText("" if shown is None else typed_text(float(f"{shown:.10g}")))
                set_style_property(self.field, "invalid", False)
        self._unit.setText("%" if question.percent else question.unit)
        self.field.setEnabled(question.is_open)
        self._truth.setText(_outcome(question))
        self._truth.setVisible(bool(question.truth))
        token = {None: "text", True: "right", False: "wrong"}[question.is_right]
        self._truth.setStyleSheet(f"color: {getattr(self._theme.colors, token)};")

    @property
    def value(self) -> float | None:
        """The number in the field; None where there is none."""
        try:
            typed = float(with_point(self.field.text().strip()))
        except ValueError:
            return None
        if not math.isfinite(typed):
            return None
        return typed / _PERCENT if self._question.percent else typed

    def _on_field_text_edited(self, text: str) -> None:
        value = self.value
        set_style_property(self.field, "invalid", bool(text.strip()) and value is None)
        self.given.emit(value)

    def _restyle(self) -> None:
        theme, px = self._theme, self._theme.px
        self._column.setContentsMargins(0, 0, 0, 0)
        self._column.setSpacing(px(6))
        self._row.setSpacing(px(8))
        self.field.setFixedWidth(px(_FIELD_PX))
        for widget in (self.field, self._unit, self._truth):
            widget.setFont(theme.font(self._size_px))
        self.show_question(self._question)


def _outcome(question: NumberQuestion) -> str:
    mark = {None: "", True: "✓ ", False: "✗ "}[question.is_right]
    return f"{mark}{question.truth}"
