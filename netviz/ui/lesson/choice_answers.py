"""The answers of a question to choose from, and how many of a class chose each."""

from functools import partial

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QGridLayout, QPushButton, QSpinBox, QToolButton, QVBoxLayout

from netviz.ui.lesson.answer_button import AnswerButton
from netviz.ui.lesson.sheet import ChoiceQuestion
from netviz.ui.look.theme import Theme
from netviz.ui.look.themed_widget import ThemedWidget

_MOST_COUNTED = 9999
_COUNT_PX = 62


class ChoiceAnswers(ThemedWidget):
    """A button for each answer; where a class is asked, a number and a bar for each as well.

    Parameters
    ----------
    size_px
        Size of the letters, in the design's pixels.
    is_for_class
        Whether a click on an answer counts one more, as on the stage, and chooses nothing.

    Signals
    -------
    picked
        The learner chose an answer: its number from 0, an ``int``.
    counted
        The counts of all answers, a ``tuple`` of int; empty when nobody counts any more.

    Attributes
    ----------
    buttons, fields, more_buttons
        Of each answer: what chooses it, its count, and what counts one more.
    hands_button
        Begins and ends counting.
    """

    picked = Signal(object)
    counted = Signal(object)

    def __init__(self, theme: Theme, size_px: int = 13, *, is_for_class: bool = False) -> None:
        super().__init__(theme)
        self._size_px, self._is_for_class = size_px, is_for_class
        self._question = ChoiceQuestion("", ())
        self.buttons: list[AnswerButton] = []
        self.fields: list[QSpinBox] = []
        self.more_buttons: list[QToolButton] = []
        self._grid = QGridLayout()
        self._grid.setColumnStretch(0, 1)
        self.hands_button = QPushButton("Show of hands")
        self.hands_button.setCheckable(True)
        self.hands_button.setProperty("kind", "small")
        self.hands_button.setToolTip("Write down how many of a class chose each answer.")
        self.hands_button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.hands_button.clicked.connect(self._on_hands_button_clicked)
        self._column = QVBoxLayout(self)
        self._column.addLayout(self._grid)
        self._column.addWidget(self.hands_button, 0, Qt.AlignmentFlag.AlignLeft)
        self._restyle()

    def show_question(self, question: ChoiceQuestion) -> None:
        """Show the answers of a question as they stand; emits nothing."""
        if question.answers != self._question.answers:
            self._make_rows(question.answers)
        self._question = question
        counts = question.counts
        has_counts = len(counts) == len(question.answers) and bool(counts)
        most = max([1, *counts])
        for number, button in enumerate(self.buttons):
            button.setChecked(number == question.chosen)
            button.setEnabled(question.is_open)
            button.set_result(_result(question, number))
            button.set_share(counts[number] / most if has_counts else None)
        for number, (field, more) in enumerate(zip(self.fields, self.more_buttons, strict=True)):
            field.setVisible(has_counts)
            # Not disabled: the figure stays to be read from the last row.
            field.setReadOnly(not question.is_open)
            more.setVisible(has_counts and self._is_for_class and question.is_open)
            if has_counts and field.value() != counts[number]:
                field.blockSignals(True)
                field.setValue(counts[number])
                field.blockSignals(False)
        self.hands_button.setChecked(has_counts)
        self.hands_button.setVisible(question.is_open)

    def has(self, number: int) -> bool:
        """Return whether an answer with this number, from 0, can be chosen."""
        return self._question.is_open and 0 <= number < len(self.buttons)

    def pick(self, number: int) -> bool:
        """Choose the answer with this number, from 0; return whether there is one to choose."""
        if not self.has(number):
            return False
        self.buttons[number].click()
        return True

    def _make_rows(self, answers: tuple[str, ...]) -> None:
        for widget in (*self.buttons, *self.fields, *self.more_buttons):
            self._grid.removeWidget(widget)
            widget.hide()
            widget.deleteLater()
        self.buttons, self.fields, self.more_buttons = [], [], []
        for number, text in enumerate(answers):
            bar_px = 8 if self._is_for_class else 4
            button = AnswerButton(self._theme, number + 1, text, self._size_px, bar_px)
            button.clicked.connect(partial(self._on_button_clicked, number))
            field = QSpinBox()
            field.setRange(0, _MOST_COUNTED)
            field.setAccessibleName(f"How many chose answer {number + 1}")
            field.setToolTip("How many of the class chose this answer.")
            field.valueChanged.connect(self._on_field_value_changed)
            more = QToolButton()
            more.setText("+1")
            more.setAccessibleName(f"One more for answer {number + 1}")
            more.setToolTip("Count one more.")
            more.setFocusPolicy(Qt.FocusPolicy.TabFocus)
            more.clicked.connect(partial(self._add_one, number))
            for column, widget in enumerate((button, field, more)):
                self._grid.addWidget(widget, number, column)
            self.buttons.append(button)
            self.fields.append(field)
            self.more_buttons.append(more)
        self._restyle()

    def _on_button_clicked(self, number: int) -> None:
        if self._is_for_class and self._question.counts:
            self.buttons[number].setChecked(number == self._question.chosen)
            self._add_one(number)
            return
        for other, button in enumerate(self.buttons):
            button.setChecked(other == number)
        self.picked.emit(number)

    def _add_one(self, number: int) -> None:
        self.fields[number].setValue(self.fields[number].value() + 1)

    def _on_field_value_changed(self) -> None:
        self.counted.emit(tuple(field.value() for field in self.fields))

    def _on_hands_button_clicked(self, counts: bool) -> None:
        self.counted.emit((0,) * len(self.buttons) if counts else ())

    def _restyle(self) -> None:
        theme, px = self._theme, self._theme.px
        self._column.setContentsMargins(0, 0, 0, 0)
        self._column.setSpacing(px(8))
        self._grid.setHorizontalSpacing(px(6))
        self._grid.setVerticalSpacing(px(6))
        for field in self.fields:
            field.setFixedWidth(px(_COUNT_PX))
            field.lineEdit().setTextMargins(px(4), 0, 0, 0)
            field.setFont(theme.font(self._size_px))
        for widget in (*self.more_buttons, self.hands_button):
            widget.setFont(theme.font(self._size_px))


def _result(question: ChoiceQuestion, number: int) -> bool | None:
    """Return whether an answer is marked: the right one, and a wrong one that was chosen."""
    if question.right is None:
        return None
    if number == question.right:
        return True
    return False if number == question.chosen else None
