"""The buttons of a lesson, and what it waits for."""

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtGui import QIcon
from PySide6.QtWidgets import (
    QHBoxLayout,
    QLabel,
    QProgressBar,
    QPushButton,
    QToolButton,
    QVBoxLayout,
)

from netviz.ui.lesson.sheet import CurveQuestion, EndSheet, Primary, Sheet, StepSheet, Waiting
from netviz.ui.look.icons import icon
from netviz.ui.look.theme import Theme
from netviz.ui.look.themed_widget import ThemedWidget
from netviz.ui.widgets.icon_button import quiet_button

_WIDE_PX = 130
_TOOLTIPS = {
    Primary.SHOW: "See what it really does (Enter).",
    Primary.NEXT: "Go on to the next step (Enter).",
    Primary.FINISH: "End the lesson (Enter).",
}


class LessonFoot(ThemedWidget):
    """Back, Draw again, and the blue button; above them what is waited for.

    Parameters
    ----------
    size_px
        Size of the letters, in the design's pixels.
    is_wide
        Whether it is for a class: the blue button stands at the right end and does not fill the
        line, and the plot is elsewhere.

    Signals
    -------
    reveal_requested
        The learner wants to see what it really does.
    next_requested
        The learner wants to go on, or to finish.
    next_lesson_requested, list_requested
        At the end: the lesson that comes after this one, or all of them.
    back_requested
        The learner wants the step before this one.
    redraw_requested
        The learner wants to draw another guess.
    plot_requested
        A class wants to see the plot, to draw the guess into it.
    cancel_requested
        What is waited for shall end.

    Attributes
    ----------
    primary_button, back_button, second_button, cancel_button
        What emits them.
    """

    reveal_requested = Signal()
    next_requested = Signal()
    next_lesson_requested = Signal()
    list_requested = Signal()
    back_requested = Signal()
    redraw_requested = Signal()
    plot_requested = Signal()
    cancel_requested = Signal()

    def __init__(self, theme: Theme, size_px: int = 13, *, is_wide: bool = False) -> None:
        super().__init__(theme)
        self._size_px, self._is_wide = size_px, is_wide
        self._sheet: Sheet | None = None
        self._leads_to_plot = False
        self._hint, self._waits_for = QLabel(), QLabel()
        for label, role in ((self._hint, "fact"), (self._waits_for, "muted")):
            label.setWordWrap(True)
            label.setProperty("role", role)
        self._bar = QProgressBar()
        self._bar.setTextVisible(False)
        self.cancel_button = quiet_button("Cancel", "Stop here; the lesson stays at this step.")
        self.cancel_button.clicked.connect(self.cancel_requested)
        self.back_button = QToolButton()
        self.back_button.setAccessibleName("Back")
        self.back_button.setToolTip("Go back to the step before this one.")
        self.back_button.clicked.connect(self.back_requested)
        self.second_button, self.primary_button = QPushButton(), QPushButton()
        self.second_button.clicked.connect(self._on_second_button_clicked)
        self.primary_button.setProperty("kind", "primary")
        self.primary_button.clicked.connect(self._on_primary_button_clicked)
        for button in self._buttons:
            # The mouse leaves the focus where it was, so that Space goes on to train.
            button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self._build()
        self._restyle()

    def show_sheet(self, sheet: Sheet) -> None:
        """Offer what can be done with a sheet."""
        self._sheet = sheet
        self._show_waiting(sheet.waiting if isinstance(sheet, StepSheet) else None)
        if isinstance(sheet, StepSheet):
            self._show_step(sheet)
        else:
            is_next = isinstance(sheet, EndSheet) and bool(sheet.next_lesson)
            self._offer("Next lesson" if is_next else "All lessons", "", can_go_on=True)
            self.second_button.setText("All lessons")
            self.second_button.setToolTip("Choose another lesson.")
            self.second_button.setIcon(icon(self._theme, "list") if self._is_wide else QIcon())
            self.second_button.setVisible(is_next)
            self.back_button.hide()
            self._hint.hide()

    def press_primary(self) -> bool:
        """Press the blue button; return whether there is one to press."""
        can = not self.primary_button.isHidden() and self.primary_button.isEnabled()
        if can:
            self.primary_button.click()
        return can

    def _show_step(self, sheet: StepSheet) -> None:
        can_go_on = sheet.can_go_on and sheet.waiting is None
        self._offer(sheet.primary.value, sheet.hint or _TOOLTIPS[sheet.primary], can_go_on)
        self.back_button.setVisible(sheet.can_go_back)
        self.back_button.setEnabled(sheet.waiting is None)
        asked = sheet.question
        self._leads_to_plot = self._is_wide and isinstance(asked, CurveQuestion)
        self._leads_to_plot &= not (isinstance(asked, CurveQuestion) and asked.is_drawn)
        self.second_button.setText("To the plot" if self._leads_to_plot else "Draw again")
        self.second_button.setToolTip(
            "Draw the guess into the plot; Home comes back here."
            if self._leads_to_plot
            else "Take the guess away and draw another one."
        )
        # In the narrow column the words need all the room.
        self.second_button.setIcon(icon(self._theme, "pencil") if self._is_wide else QIcon())
        self.second_button.setVisible(
            isinstance(asked, CurveQuestion)
            and asked.is_open
            and (asked.is_drawn or self._leads_to_plot)
        )
        self._hint.setText(sheet.hint)
        self._hint.setVisible(bool(sheet.hint) and sheet.waiting is None)

    def _offer(self, words: str, tooltip: str, can_go_on: bool) -> None:
        self.primary_button.setText(words)
        self.primary_button.setToolTip(tooltip)
        self.primary_button.setEnabled(can_go_on)

    def _show_waiting(self, waiting: Waiting | None) -> None:
        self._wait_box.setVisible(waiting is not None)
        if waiting is not None:
            self._waits_for.setText(waiting.text)
            self._bar.setRange(0, max(0, waiting.total))
            self._bar.setValue(waiting.done)
            self._bar.setAccessibleName(waiting.text)

    @property
    def _buttons(self) -> tuple[QToolButton | QPushButton, ...]:
        return self.cancel_button, self.back_button, self.second_button, self.primary_button

    def _build(self) -> None:
        self._wait_box = ThemedWidget(self._theme)
        self._wait_row = QHBoxLayout()
        self._wait_row.addWidget(self._waits_for, 1)
        self._wait_row.addWidget(self.cancel_button, 0, Qt.AlignmentFlag.AlignTop)
        self._wait_column = QVBoxLayout(self._wait_box)
        self._wait_column.addLayout(self._wait_row)
        self._wait_column.addWidget(self._bar)
        self._row = QHBoxLayout()
        self._row.addWidget(self.back_button)
        if self._is_wide:
            self._row.addStretch()
        self._row.addWidget(self.second_button)
        self._row.addWidget(self.primary_button, 0 if self._is_wide else 1)
        self._column = QVBoxLayout(self)
        self._column.addWidget(self._wait_box)
        self._column.addWidget(self._hint)
        self._column.addLayout(self._row)

    def _on_primary_button_clicked(self) -> None:
        sheet = self._sheet
        if isinstance(sheet, StepSheet):
            is_reveal = sheet.primary is Primary.SHOW
            (self.reveal_requested if is_reveal else self.next_requested).emit()
        elif isinstance(sheet, EndSheet) and sheet.next_lesson:
            self.next_lesson_requested.emit()
        else:
            self.list_requested.emit()

    def _on_second_button_clicked(self) -> None:
        if not isinstance(self._sheet, StepSheet):
            self.list_requested.emit()
        elif self._leads_to_plot:
            self.plot_requested.emit()
        else:
            self.redraw_requested.emit()

    def _restyle(self) -> None:
        theme, px = self._theme, self._theme.px
        for layout in (self._column, self._wait_column, self._wait_row):
            layout.setContentsMargins(0, 0, 0, 0)
            layout.setSpacing(px(6))
        self._row.setSpacing(px(8 if self._is_wide else 6))
        self.back_button.setFixedWidth(px(2 * self._size_px + 2))
        self.back_button.setStyleSheet(f"QToolButton {{ padding: {px(6)}px {px(2)}px; }}")
        side = QSize(px(self._size_px + 3), px(self._size_px + 3))
        for button in self._buttons:
            button.setFont(theme.font(self._size_px))
            button.setIconSize(side)
        if self._is_wide:
            self.primary_button.setMinimumWidth(px(_WIDE_PX))
        self._hint.setFont(theme.font(max(12, self._size_px - 1)))
        self._waits_for.setFont(theme.font(self._size_px))
        self.cancel_button.setIcon(icon(theme, "x", "muted"))
        self.back_button.setIcon(icon(theme, "chevron-left"))
        if self._sheet is not None:
            self.show_sheet(self._sheet)
