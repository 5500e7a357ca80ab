"""The tab of the training loop: the next step line by line, and its arithmetic by hand."""

from PySide6.QtCore import QSize, Qt, QTimer, Signal
from PySide6.QtGui import QFont, QGuiApplication, QHideEvent, QShowEvent
from PySide6.QtWidgets import (
    QFrame,
    QHBoxLayout,
    QPushButton,
    QScrollArea,
    QSizePolicy,
    QStackedWidget,
    QVBoxLayout,
    QWidget,
)

from netviz.engine.options.run_config import RunConfig
from netviz.engine.protocol import commands
from netviz.engine.protocol.events import Prepared
from netviz.engine.protocol.loop.loop_code import EVALUATION, Does, lit_in_turn
from netviz.engine.protocol.loop.step_traced import ScriptWritten, StepTraced, WeightPlace
from netviz.engine.protocol.run_state import Measurement, State
from netviz.ui.look.icons import icon
from netviz.ui.look.theme import Theme
from netviz.ui.views.loop.code_list import ROW_PX, CodeList, Shown
from netviz.ui.views.loop.line_values import QUESTIONS, Beside, test_values, values_of
from netviz.ui.views.loop.loss_page import LossPage
from netviz.ui.views.loop.progress import Progress
from netviz.ui.views.loop.step_picture import StepPicture
from netviz.ui.views.loop.weight_page import WeightPage
from netviz.ui.views.page import Page
from netviz.ui.views.view_spec import ViewSpec
from netviz.ui.widgets.elided_text import ElidedText
from netviz.ui.widgets.icon_button import quiet_button
from netviz.ui.widgets.segmented_control import SegmentedControl

PAGES = (
    ("Loop", "The lines of the training loop, with their values."),
    ("A weight", "By hand: how the next step changes one weight."),
    ("The loss", "By hand: the loss of three images, and the mean of the batch."),
)
SPEEDS = (
    ("by hand", "Go on line by line with the button or the key N; this pauses the run."),
    ("1 line / s", "Train so slowly that a line runs each second."),
    ("4 lines / s", "Train so slowly that four lines run each second."),
)
LINES_PER_S = (0.0, 1.0, 4.0)
_COPY = "The next step, computed on a copy; the run itself takes it at the last line."
_FULL = "The run trains at its own speed; nothing is computed here. Choose 1 line / s, or pause."
_FULL_MS = 400


class LoopView(Page):
    """Goes through the next step line by line.

    Signals
    -------
    pace_requested
        The run is to train so many batches a second; None for full speed.
    copied
        The script is in the clipboard: what else it needs, as a sentence.

    Attributes
    ----------
    pages, speeds, next_button, copy_button
        The controls.
    sentence
        Which step and which line it is, and what the line is about.
    code, picture, weight, loss
        What is shown of the step.
    """

    pace_requested = Signal(object)
    copied = Signal(str)

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(
            theme,
            "list",
            "As soon as a run is ready this shows the lines that train it, with their values.",
            parent,
        )
        self._config = RunConfig()
        self._progress = Progress()
        self._state, self._epochs_done = State.IDLE, 0
        self._steps_itself = self._is_free = self._is_pace_ours = False
        self._tested: dict[Does, Beside] = {}
        self._tests = False
        self.pages = SegmentedControl(theme, "Page", PAGES)
        self.speeds = SegmentedControl(theme, "Speed of the lines", SPEEDS)
        self.next_button = QPushButton("Next line")
        self.copy_button = quiet_button(
            "Copy the script", "Copy the whole script: this run in plain PyTorch."
        )
        self.sentence = ElidedText(theme, 12)
        self.code, self.picture = CodeList(theme), StepPicture(theme)
        self.weight, self.loss = WeightPage(theme), LossPage(theme)
        self._lines, self._run_wait = QTimer(self), QTimer(self)
        self._build()
        self._connect()
        self._restyle()

    # -- what the run tells ------------------------------------------------------------------

    def show_part(self, part: str) -> None:
        page = [name.lower() for name, _ in PAGES].index(part)
        self.pages.choose(page)
        self._pages.setCurrentIndex(page)

    def begin_run(self, prepared: Prepared) -> None:
        super().begin_run(prepared)
        self._state = State.IDLE
        self._epochs_done = prepared.untrained.epoch
        self.set_config(prepared.config)
        self._show_content(True)

    def clear(self) -> None:
        self._progress.clear()
        self._steps_itself = self._tests = False
        self._tested = {}
        self._lines.stop()
        self._show_content(False)
        self._invalidate()

    def set_config(self, config: RunConfig) -> None:
        before, self._config = self._config, config
        self.code.set_config(config)
        if len(lit_in_turn(before)) != len(lit_in_turn(config)) and self.speeds.index:
            self._ask_for_pace()
        self._invalidate()

    def set_state(self, state: State) -> None:
        self._state = state
        if state is State.RUNNING:
            self._run_wait.start(_FULL_MS)  # a single step is over sooner
        else:
            self._run_wait.stop()
            self._is_free = False
            self._lines.stop()
        self._invalidate()

    def set_pace(self, batches_per_second: float | None) -> None:
        """Take on the speed limit that was chosen elsewhere."""
        self._is_pace_ours = False
        if self.speeds.index:
            self.speeds.choose(0)
            self._lines.stop()
            self._invalidate()

    def show_measurement(self, measurement: Measurement) -> None:
        self._epochs_done = measurement.epoch
        self._tested, self._tests = test_values(measurement), True
        self._invalidate()

    def show_step(self, traced: StepTraced) -> None:
        """Take on the next step."""
        # The step that the user has gone through stays until the user goes on.
        is_own = self._steps_itself or self._progress.has_next
        self._progress.take(traced, keeps_end=is_own and not self._is_slow)
        self._steps_itself = False
        if self._is_slow:
            self._lines.start(round(1000 / LINES_PER_S[self.speeds.index]))
        elif self._is_free:
            self._progress.finish()
        self._invalidate()

    def take_script(self, script: ScriptWritten) -> None:
        """Put the script that was asked for into the clipboard."""
        QGuiApplication.clipboard().setText(script.text)
        needs = ""
        if script.beside:
            files = " and ".join(script.beside)
            needs = f" It reads {files}, which File > Export > PyTorch script writes beside it."
        self.copied.emit(f"The script is in the clipboard.{needs}")

    # -- what the user does ------------------------------------------------------------------

    def next_line(self) -> None:
        """Let the next line run; the last one lets the run take the step."""
        was_at_full_speed = self._is_free
        if self.speeds.index or self._state is State.RUNNING:
            self._choose_by_hand()
        progress = self._progress
        if progress.traced is None or was_at_full_speed:
            return  # which step is next is told when the run rests
        is_untaken = progress.is_at_end and not progress.has_next and not self._steps_itself
        is_last = is_untaken or progress.position == len(progress.turns) - 2
        if is_last and not self._has_epochs_left:
            self._invalidate()
            return
        progress.advance()
        self._tests = self._tests and progress.position == 0
        if is_last:
            self._steps_itself = True
            self.command_requested.emit(commands.Step())
        self._invalidate()

    def _on_speeds_chosen(self, index: int) -> None:
        if not index:
            self._choose_by_hand()
            return
        self._ask_for_pace()
        if self._state is not State.RUNNING:
            self.command_requested.emit(commands.Start())
        elif self._progress.traced is not None:
            self._lines.start(round(1000 / LINES_PER_S[index]))
        self._is_free = False
        self._invalidate()

    def _choose_by_hand(self) -> None:
        """Pause, and give the run back its full speed for when it goes on."""
        was_slow = self.speeds.index > 0 or self._is_pace_ours
        self.speeds.choose(0)
        self._lines.stop()
        if self._state is State.RUNNING:
            self.command_requested.emit(commands.Pause())
        if was_slow:
            self._is_pace_ours = False
            self.pace_requested.emit(None)
        self._invalidate()

    def _ask_for_pace(self) -> None:
        self._is_pace_ours = True
        self.pace_requested.emit(self._pace())

    def _pace(self) -> float:
        """Return how many steps a second are as many lines as were chosen."""
        return LINES_PER_S[self.speeds.index] / len(lit_in_turn(self._config))

    def _on_lines_timeout(self) -> None:
        if not self._progress.is_at_end:
            self._progress.advance()
            self._tests = False
            self._invalidate()

    def _on_run_wait_timeout(self) -> None:
        """Show the step whole that is known while the run trains on at its own speed."""
        is_running = self._state is State.RUNNING and not self._steps_itself
        self._is_free = is_running and not self.speeds.index
        if self._is_free:
            self._progress.finish()
        self._invalidate()

    def _on_place_chosen(self, place: WeightPlace) -> None:
        self.command_requested.emit(commands.Refresh(StepTraced, place))

    def _on_copy_button_clicked(self) -> None:
        self.command_requested.emit(commands.WriteScript())

    @property
    def _has_epochs_left(self) -> bool:
        return self._epochs_done < self._config.epochs

    # -- what is shown -----------------------------------------------------------------------

    def _refresh(self) -> None:
        progress = self._progress
        traced = progress.traced
        now = None if self._is_free else progress.lit
        self.picture.show_step(traced, progress.done, now)
        values = dict(self._tested)
        if traced is not None:
            values |= {does: values_of(does, traced, progress.previous) for does in progress.turns}
        lit = {now} if now else set()
        if self._tests and progress.position == 0:
            lit = set(EVALUATION)
        self.code.show_values(Shown(frozenset(lit), progress.done, values))
        page = self._pages.currentWidget()
        if isinstance(page, WeightPage | LossPage):
            page.show_step(progress.newest)
        self.sentence.set_text(self._words())
        if lit:
            self._scroll_to(min(lit, key=lambda does: does.value))

    def _scroll_to(self, does: Does) -> None:
        """Let a line be seen, and the one below it; the uppermost line is whole."""
        row, visible = self.code.row_of(does), self._area.viewport().height()
        height = max(1, round(row.height()))
        below = round(row.top() / height) + 2 - visible // height
        self._area.verticalScrollBar().setValue(max(0, below) * height)

    def _words(self) -> str:
        progress = self._progress
        if self._is_free:
            return _FULL
        if progress.traced is None:
            return "Computing the next step on a copy…"
        is_next_last = progress.position == len(progress.turns) - 2
        if is_next_last and not self._has_epochs_left and not self._is_slow:
            return f"All {self._config.epochs:,} epochs are trained. Raise Epochs to go on."
        step = f"Step {progress.traced.step + 1:,}"
        if progress.position == 0:
            return f"{step}. {_COPY}"
        assert progress.lit is not None
        # The numbers are those in front of the lines; not each of them runs in each step.
        lines = lit_in_turn(progress.traced.config)
        at = lines.index(progress.lit)
        return f"{step}, line {at} of {len(lines) - 1}. {QUESTIONS[progress.lit]}"

    @property
    def _is_slow(self) -> bool:
        return self._state is State.RUNNING and self.speeds.index > 0

    def hideEvent(self, event: QHideEvent) -> None:
        super().hideEvent(event)
        self._lines.stop()

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        if self._is_slow:
            self._lines.start(round(1000 / LINES_PER_S[self.speeds.index]))

    # -- building ----------------------------------------------------------------------------

    def _build(self) -> None:
        loop = QWidget()
        column = QVBoxLayout(loop)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        self._row = QHBoxLayout()
        self._row.addWidget(self.next_button)
        self._row.addWidget(self.sentence, 1)
        self._row.addWidget(self.copy_button)
        column.addLayout(self._row)
        self._area = QScrollArea()
        self._area.setWidgetResizable(True)
        self._area.setFrameShape(QFrame.Shape.NoFrame)
        self._area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self._area.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.code.setObjectName("scrolled")
        self._area.setWidget(self.code)
        # The picture has its height first; the lines have the rest.
        self._area.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Ignored)
        column.addWidget(self.picture)
        column.addWidget(self._area, 1)
        self._pages = QStackedWidget()
        for page in (loop, self.weight, self.loss):
            self._pages.addWidget(page)
        for widget in (self.pages, self.speeds):
            self.bar.addWidget(widget)
        self.bar.addStretch(1)
        self.next_button.setProperty("kind", "small")
        self.next_button.setToolTip("Let the next line run (N).")
        self.body.addWidget(self._pages, 1)

    def _connect(self) -> None:
        self.pages.chosen.connect(self._pages.setCurrentIndex)
        self._pages.currentChanged.connect(self._invalidate)
        self.speeds.chosen.connect(self._on_speeds_chosen)
        self.next_button.clicked.connect(self.next_line)
        self.copy_button.clicked.connect(self._on_copy_button_clicked)
        self.weight.place_chosen.connect(self._on_place_chosen)
        self._lines.timeout.connect(self._on_lines_timeout)
        self._run_wait.setSingleShot(True)
        self._run_wait.timeout.connect(self._on_run_wait_timeout)

    def _restyle(self) -> None:
        theme = self._theme
        self.next_button.setIcon(icon(theme, "step-forward", "text"))
        self.next_button.setIconSize(QSize(theme.px(14), theme.px(14)))
        self.next_button.setFont(theme.font(12, QFont.Weight.Medium))
        self.copy_button.setIcon(icon(theme, "copy", "muted"))
        self._area.setMinimumHeight(theme.px(ROW_PX))
        self._row.setSpacing(theme.px(10))
        self._row.setContentsMargins(0, 0, 0, theme.px(4))


VIEW = ViewSpec(
    "Loop",
    "The training loop line by line, with the values of the next step.",
    48,
    LoopView,
    {StepTraced: LoopView.show_step, ScriptWritten: LoopView.take_script},
    height_px=430,
)
