"""What is read and answered of a lesson: text, question, answers, and what came of it."""

from PySide6.QtCore import Qt
from PySide6.QtGui import QFont, QWheelEvent
from PySide6.QtWidgets import QFrame, QScrollArea, QVBoxLayout, QWidget

from netviz.ui.lesson.choice_answers import ChoiceAnswers
from netviz.ui.lesson.curve_answer import CurveAnswer
from netviz.ui.lesson.markdown_text import MarkdownText, plain
from netviz.ui.lesson.note_list import NoteList
from netviz.ui.lesson.number_answer import NumberAnswer
from netviz.ui.lesson.sheet import (
    ChoiceQuestion,
    CurveQuestion,
    EndSheet,
    NumberQuestion,
    ProblemSheet,
    Question,
    Sheet,
    StepSheet,
)
from netviz.ui.look.theme import Theme

_SAVED = "The lesson is read again when you save it."


class LessonBody(QScrollArea):
    """All of a sheet between the title and the buttons; scrolls where there is more than room.

    Parameters
    ----------
    size_px
        Size of the letters, in the design's pixels.
    is_for_class
        Whether it is for a class: the question comes first and is larger, and a click on an
        answer counts one more, while hands are counted.

    Attributes
    ----------
    choices, number, curve
        The three ways to answer.
    text, after, notes
        What is read before the answer, after it, and what became of the conditions.
    """

    def __init__(self, theme: Theme, size_px: int = 13, *, is_for_class: bool = False) -> None:
        super().__init__()
        self._theme, self._is_for_class = theme, is_for_class
        self._place: tuple[str, int] | None = None
        self._has_after = self._follows_after = False
        self._heading = MarkdownText(theme, size_px + 1, QFont.Weight.DemiBold)
        self.text, self.after = MarkdownText(theme, size_px), MarkdownText(theme, size_px)
        self._box = QFrame()
        self._box.setObjectName("question")
        question_px = size_px + (4 if is_for_class else 1)
        self._question = MarkdownText(theme, question_px, QFont.Weight.DemiBold)
        self._below = MarkdownText(theme, size_px)
        self._box_column = QVBoxLayout(self._box)
        self._box_column.addWidget(self._question)
        self.choices = ChoiceAnswers(theme, size_px, is_for_class=is_for_class)
        self.number = NumberAnswer(theme, size_px)
        self.curve = CurveAnswer(theme, size_px)
        self.notes = NoteList(theme, size_px)
        scrolled = QWidget()
        scrolled.setObjectName("scrolled")
        self._column = QVBoxLayout(scrolled)
        for widget in (
            self._heading,
            self.text,
            self._box,
            self.choices,
            self.number,
            self.curve,
            self.after,
            self.notes,
            self._below,
        ):
            self._column.addWidget(widget)
        self._column.addStretch()
        self.setWidget(scrolled)
        self.setWidgetResizable(True)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        # The text that has come is laid out only later.
        self.verticalScrollBar().rangeChanged.connect(self._follow_after)
        self.verticalScrollBar().sliderPressed.connect(self._on_scroll_bar_moved)
        theme.changed.connect(self._restyle)
        self._restyle()

    @property
    def question(self) -> str:
        """What is asked; empty for nothing."""
        return self._question.text

    @property
    def heading(self) -> str:
        """The name of the step."""
        return self._heading.toPlainText()

    def show_sheet(self, sheet: Sheet) -> None:
        """Show what there is to be read and answered."""
        self._show_question(sheet.question if isinstance(sheet, StepSheet) else None)
        if isinstance(sheet, StepSheet):
            self._show_words(sheet.title, sheet.text, sheet.after)
            self.notes.set_notes(sheet.notes)
            self._show_place((sheet.lesson, sheet.step), has_after=bool(sheet.after))
            return
        self.notes.set_notes(())
        if isinstance(sheet, EndSheet):
            comes = f"Next: **{plain(sheet.next_lesson)}**" if sheet.next_lesson else ""
            self._show_words("What you have seen", sheet.text, comes)
        else:
            self._show_words("This lesson cannot be read", *_problem_words(sheet))
        self._show_place((sheet.lesson, 0), has_after=False)

    def _show_words(self, heading: str, text: str, after: str) -> None:
        is_asked = self._is_for_class and bool(self.question)
        self._heading.set_text("" if is_asked else plain(heading))
        self.text.set_text("" if is_asked else text)
        self._below.set_text(text if is_asked else "")
        self.after.set_text(after)

    def _show_question(self, question: Question | None) -> None:
        self._box.setVisible(question is not None)
        self._question.set_text(question.text if question else "")
        for widget, kind in (
            (self.choices, ChoiceQuestion),
            (self.number, NumberQuestion),
            (self.curve, CurveQuestion),
        ):
            widget.setVisible(isinstance(question, kind))
        if isinstance(question, ChoiceQuestion):
            self.choices.show_question(question)
        elif isinstance(question, NumberQuestion):
            self.number.show_question(question)
        elif isinstance(question, CurveQuestion):
            self.curve.show_question(question)

    def _show_place(self, place: tuple[str, int], *, has_after: bool) -> None:
        """Begin another step at its top, and bring into sight what is new after the reveal."""
        is_same = place == self._place
        if not is_same:
            self.verticalScrollBar().setValue(0)
        self._follows_after = has_after and is_same and (self._follows_after or not self._has_after)
        self._place, self._has_after = place, has_after
        self._follow_after()

    def _follow_after(self) -> None:
        """Keep in sight what is new, until the learner scrolls by hand."""
        if not self._follows_after:
            return
        # Where there is no room for both, what is read first matters more.
        for part in (self.notes, self.after):
            if not part.isHidden():
                self.ensureWidgetVisible(part, 0, self._theme.px(8))

    def _on_scroll_bar_moved(self) -> None:
        self._follows_after = False

    def wheelEvent(self, event: QWheelEvent) -> None:
        self._follows_after = False
        super().wheelEvent(event)

    def _restyle(self) -> None:
        c, px = self._theme.colors, self._theme.px
        self._column.setContentsMargins(0, 0, px(6), px(4))
        self._column.setSpacing(px(9))
        self._box_column.setContentsMargins(px(12), px(9), px(12), px(6))
        self._box.setStyleSheet(
            f"QFrame#question {{ background: {c.lit}; border: none; border-radius: {px(8)}px; }}"
        )


def _problem_words(sheet: ProblemSheet) -> tuple[str, str]:
    """Return what is wrong and where, and what to do about it."""
    place = [f"line {sheet.line}"] if sheet.line else []
    place += [f"`{sheet.file}`"] if sheet.file else []
    where = f"\n\n{' of '.join(place)}" if place else ""
    return f"{plain(sheet.message)}{where}", f"{plain(sheet.hint)}\n\n{_SAVED}".strip()
