"""The lesson in the place of the settings: what is to be read, asked and done."""

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtGui import QFont, QKeyEvent, QResizeEvent
from PySide6.QtWidgets import (
    QAbstractButton,
    QAbstractSpinBox,
    QApplication,
    QComboBox,
    QLabel,
    QLineEdit,
    QTextEdit,
)

from netviz.ui.lesson.lesson_body import LessonBody
from netviz.ui.lesson.lesson_foot import LessonFoot
from netviz.ui.lesson.markdown_text import MarkdownText, plain
from netviz.ui.lesson.sheet import ChoiceQuestion, ProblemSheet, Sheet, StepSheet
from netviz.ui.lesson.step_segments import StepSegments
from netviz.ui.look.icons import icon
from netviz.ui.look.theme import Theme
from netviz.ui.widgets.card import Card
from netviz.ui.widgets.icon_button import quiet_button

_OWN_KEYS = (QAbstractButton, QAbstractSpinBox, QComboBox, QLineEdit, QTextEdit)
"""What the keys belong to while it has the focus, outside of the lesson."""
_LEAST_WITH_NAME_PX = 350


class LessonPanel(Card):
    """A sheet of a lesson with its buttons; it shows what it is given and remembers nothing.

    Parameters
    ----------
    size_px
        Size of the letters, in the design's pixels.
    is_for_class
        Whether it is for a class, as on the stage: a click on an answer counts one more hand.

    Signals
    -------
    answered
        The learner answered: the answer's number from 0, an ``int``; or a number, a ``float`` or
        None for what is no number.
    counted
        How many of a class chose each answer, a ``tuple`` of int; empty when nobody counts.
    reveal_requested, next_requested, back_requested, redraw_requested, plot_requested,
    cancel_requested
        See `LessonFoot`.
    next_lesson_requested, list_requested
        See `LessonFoot`.
    left
        The learner wants to leave the lesson.

    Attributes
    ----------
    parts, foot
        What is read and answered, and the buttons.
    close_button
        Leaves the lesson.
    """

    answered = Signal(object)
    counted = Signal(object)
    reveal_requested = Signal()
    next_requested = Signal()
    next_lesson_requested = Signal()
    list_requested = Signal()
    back_requested = Signal()
    redraw_requested = Signal()
    plot_requested = Signal()
    cancel_requested = Signal()
    left = Signal()

    def __init__(self, theme: Theme, size_px: int = 13, *, is_for_class: bool = False) -> None:
        super().__init__(theme, "Lesson")
        self._size_px, self._is_for_class = size_px, is_for_class
        self._sheet: Sheet | None = None
        self._where = QLabel()
        self._where.setProperty("role", "muted")
        self.close_button = quiet_button(
            "Leave the lesson", "Leave the lesson; your place is kept."
        )
        self.close_button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.close_button.clicked.connect(self.left)
        self.header.addWidget(self._where)
        self.header.addWidget(self.close_button)
        self._name = MarkdownText(theme, size_px + 6, QFont.Weight.DemiBold)
        self._segments = StepSegments(theme)
        self.parts = LessonBody(theme, size_px, is_for_class=is_for_class)
        self.foot = LessonFoot(theme, size_px, is_wide=is_for_class)
        for widget, stretch in (
            (self._name, 0),
            (self._segments, 0),
            (self.parts, 1),
            (self.foot, 0),
        ):
            self.body.addWidget(widget, stretch)
        self._fit()
        self._connect()
        self._dress()

    @property
    def sheet(self) -> Sheet | None:
        """What is shown; None before the first lesson."""
        return self._sheet

    def show_sheet(self, sheet: Sheet) -> None:
        """Show a sheet in place of the one before; emits nothing."""
        self._sheet = sheet
        if self._is_for_class and self.title is not None:
            self.title.setText(sheet.lesson)  # the question has the room
        else:
            self._name.set_text(plain(sheet.lesson))
            self._fit()
        self.setAccessibleName(f"Lesson: {sheet.lesson}")
        step, steps = _place(sheet)
        self._where.setText(f"step {step} of {steps}" if isinstance(sheet, StepSheet) else "")
        self._segments.set_step(step, steps)
        self._segments.setVisible(steps > 0)
        self.parts.show_sheet(sheet)
        self.foot.show_sheet(sheet)

    def wants_key(self, event: QKeyEvent) -> bool:
        """Return whether a key is the lesson's, wherever the focus is.

        Enter presses the blue button, and a digit chooses an answer, but on the stage, where it
        turns the pages. What has the focus keeps its keys: a field of the settings, or a button
        elsewhere.
        """
        focus = QApplication.focusWidget()
        is_elsewhere = focus is not None and not self.isAncestorOf(focus)
        if not self.isVisible() or (is_elsewhere and isinstance(focus, _OWN_KEYS)):
            return False
        if event.modifiers() & ~Qt.KeyboardModifier.KeypadModifier:
            return False
        is_typing = isinstance(focus, (QLineEdit, QAbstractSpinBox))
        return _is_enter(event) or (not is_typing and self.parts.choices.has(self._digit(event)))

    def take_key(self, event: QKeyEvent) -> bool:
        """Do what a key does in the lesson; return whether it does anything."""
        if event.isAutoRepeat() or not self.wants_key(event):
            return False
        if _is_enter(event):
            return self.foot.press_primary()
        return self.parts.choices.pick(self._digit(event))

    def _digit(self, event: QKeyEvent) -> int:
        """Return the number of the answer, from 0, that a key means; -1 for none."""
        asked = self._sheet.question if isinstance(self._sheet, StepSheet) else None
        if self._is_for_class or not isinstance(asked, ChoiceQuestion):
            return -1
        return int(event.key()) - int(Qt.Key.Key_1)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if not self.take_key(event):
            super().keyPressEvent(event)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._fit()

    def _fit(self) -> None:
        """Leave the lesson's name out where there is little room: the step has one too."""
        has_room = self.height() >= self._theme.px(_LEAST_WITH_NAME_PX)
        self._name.setVisible(has_room and not self._is_for_class)

    def minimumSizeHint(self) -> QSize:
        return QSize(self._theme.px(180), self._theme.px(160))

    def _connect(self) -> None:
        parts, foot = self.parts, self.foot
        parts.choices.picked.connect(self.answered)
        parts.choices.counted.connect(self.counted)
        parts.number.given.connect(self.answered)
        for mine, its in (
            (self.reveal_requested, foot.reveal_requested),
            (self.next_requested, foot.next_requested),
            (self.next_lesson_requested, foot.next_lesson_requested),
            (self.list_requested, foot.list_requested),
            (self.back_requested, foot.back_requested),
            (self.redraw_requested, foot.redraw_requested),
            (self.plot_requested, foot.plot_requested),
            (self.cancel_requested, foot.cancel_requested),
        ):
            its.connect(mine)

    def _on_theme_changed(self) -> None:
        super()._on_theme_changed()
        self._dress()

    def _dress(self) -> None:
        theme, px = self._theme, self._theme.px
        self.close_button.setIcon(icon(theme, "x", "muted"))
        self.close_button.setIconSize(QSize(px(16), px(16)))
        self._where.setFont(theme.font(max(12, self._size_px - 1)))
        self.body.setSpacing(px(10))


def _is_enter(event: QKeyEvent) -> bool:
    return event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter)


def _place(sheet: Sheet) -> tuple[int, int]:
    """Return how many steps are behind the learner, with the present one, and of how many."""
    if isinstance(sheet, ProblemSheet):
        return 0, 0
    return (sheet.step if isinstance(sheet, StepSheet) else sheet.steps), sheet.steps
