"""The rate over the time of the run: as it was, as it is planned, and drawn by hand."""

from PySide6.QtCore import Signal
from PySide6.QtGui import QShowEvent
from PySide6.QtWidgets import QHBoxLayout, QLabel, QPushButton, QWidget

from netviz.engine.options.rate_points import RatePoints
from netviz.engine.options.run_config import OPTIONS, RunConfig
from netviz.engine.run.history import StepHistory
from netviz.engine.training.schedules import Position
from netviz.ui.look.theme import Theme
from netviz.ui.views.learning_rate.rate_chart import LEFT_PX
from netviz.ui.views.learning_rate.rate_picture import RatePicture
from netviz.ui.views.learning_rate.schedule_editor import ScheduleEditor

_HOW = (
    "Drag the points. A click on the line adds one, a double click removes one. What was trained "
    "stays."
)
_OVER = "The rate of each step. All epochs are trained: more of them make room for a plan."
_CONSTANT = "The rate as it was, and as it stays."


class OverTime(RatePicture):
    """The part "Over time".

    Signals
    -------
    change_requested
        The user drew a schedule: the options that change.

    Attributes
    ----------
    editor
        The chart, on which a schedule is drawn.
    draw_button
        Turns the plan of another schedule into points.
    summary, open_button
        In the place of the chart while it is folded: what is planned, and what opens it.
    """

    change_requested = Signal(object)

    def __init__(self, theme: Theme) -> None:
        self.editor = ScheduleEditor(theme)
        super().__init__(theme, "Over time", _CONSTANT, self.editor, can_fold=True)
        self.draw_button = QPushButton("Draw by hand")
        self.draw_button.setProperty("kind", "small")
        self.draw_button.setToolTip(
            "Turn this plan into points that you can drag: the schedule Custom."
        )
        self.draw_button.clicked.connect(self.draw_by_hand)
        self.tools.addWidget(self.draw_button)
        self.tools.addStretch()
        self._add_summary()
        self.editor.setAccessibleName("Learning rate over time")
        self.editor.drawn.connect(self._on_editor_drawn)
        self.folded_changed.connect(self._show)
        self._show()

    def _add_summary(self) -> None:
        self.summary, self.open_button = QLabel(), QPushButton()
        self.summary.setProperty("role", "hint")
        self.open_button.setProperty("kind", "small")
        self.open_button.clicked.connect(self.draw_by_hand)
        self._folded = QWidget()
        line = QHBoxLayout(self._folded)
        line.setContentsMargins(self._theme.px(LEFT_PX), 0, 0, 0)
        line.addWidget(self.summary)
        line.addWidget(self.open_button)
        line.addStretch()
        self._layout.addWidget(self._folded, 1)

    def begin(self, history: StepHistory, step: int, position: Position) -> None:
        """Turn to another run, which has come to a step."""
        self.editor.timeline.begin(history, step, position)
        self._show()

    def end_epoch(self, epoch: int, step: int) -> None:
        """Note after which step an epoch ended."""
        self.editor.timeline.end_epoch(epoch, step)

    def set_progress(self, step: int, position: Position, rate: float) -> None:
        """Note how far the run has come, and the rate that its last step used."""
        self.editor.timeline.set_progress(step, position, rate)
        if self.isVisible():  # the whole plan is computed for it
            self._show()

    def set_config(self, config: RunConfig) -> None:
        """Take on the settings in force."""
        self.editor.set_config(config)
        self._show()

    def show_editor(self) -> None:
        """Open it, with the keys on its points."""
        self.set_folded(False)
        self.editor.setFocus()
        self.editor.select_next(1)

    def draw_by_hand(self) -> None:
        """Turn the plan into points, in one change."""
        line = self.editor.timeline
        if self._can_be_drawn:
            self.change_requested.emit({"schedule": "custom", "points": line.drawn_by_hand()})
        self.show_editor()

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self._show()

    @property
    def _can_be_drawn(self) -> bool:
        """Whether there is a plan that is no line of points yet."""
        line = self.editor.timeline
        return not line.is_custom and not line.is_over and line.config.learning_rate > 0

    def _show(self) -> None:
        line = self.editor.timeline
        name = OPTIONS["schedule"].choices[line.config.schedule].lower()
        if line.is_over:
            words = _OVER
        elif line.is_custom:
            words = _HOW
        elif line.config.schedule == "constant":
            words = _CONSTANT
        else:
            words = f"The rate as it was, and as “{name}” plans it: {line.words}."
        if words != self.sentence:
            self.set_sentence(words)
        self.draw_button.setVisible(self._can_be_drawn and not self.is_folded)
        self._folded.setVisible(self.is_folded)
        if self.is_folded:
            self._summarise(name)
        self.editor.update()

    def _summarise(self, schedule: str) -> None:
        """Say in a line what is planned."""
        line = self.editor.timeline
        words = f"{schedule}: {line.words}"
        if line.is_over:
            words = "all epochs are trained"
        if words != self.summary.text():
            self.summary.setText(words)
        self.open_button.setText("Draw by hand" if self._can_be_drawn else "Show")
        self.open_button.setToolTip(
            self.draw_button.toolTip() if self._can_be_drawn else "Show the rate over the epochs."
        )

    def _on_theme_changed(self) -> None:
        super()._on_theme_changed()
        self._show()

    def _on_editor_drawn(self, points: RatePoints) -> None:
        self.change_requested.emit({"points": points})
