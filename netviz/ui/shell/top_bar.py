"""The top bar: start and stop, the progress of the run, its speed."""

from PySide6.QtCore import QEvent, QSize, Qt, Signal
from PySide6.QtGui import QFontMetrics, QResizeEvent
from PySide6.QtWidgets import (
    QAbstractButton,
    QFrame,
    QHBoxLayout,
    QLabel,
    QMenuBar,
    QProgressBar,
    QPushButton,
    QSizePolicy,
    QToolButton,
    QWidget,
)

from netviz.engine.protocol.run_state import State
from netviz.number_text import duration_text
from netviz.ui.look.icons import icon
from netviz.ui.look.theme import Theme
from netviz.ui.shell.fitted_splitter import UNBOUNDED
from netviz.ui.shell.overflow_button import OverflowButton
from netviz.ui.shell.pace_button import PaceButton
from netviz.ui.widgets.figure_label import FigureLabel
from netviz.ui.widgets.single_click import SingleClick

HEIGHT_PX = 48

_TRAIN_LABELS = {
    State.IDLE: "Train",
    State.RUNNING: "Pause",
    State.PAUSED: "Resume",
    State.FINISHED: "Train",
    State.FAILED: "Train",
}
_TRAIN_TOOLTIPS = {
    State.IDLE: "Train the network (Space).",
    State.RUNNING: "Pause after this batch (Space).",
    State.PAUSED: "Continue the run (Space).",
    State.FINISHED: "Go on to the last epoch (Space).",
    State.FAILED: "The run failed: reset it, or go back to its last good step.",
}
_WIDEST = "Train 100 more"
_PROGRESS_STEPS = 10_000


class TopBar(QFrame):
    """Buttons of the run at the left, its progress in the middle, its speed and the look at right.

    Where the window is too narrow the less important things are in a menu, Train never.

    Signals
    -------
    train_clicked, pause_clicked
        The wide button, which is Train or Pause by the state of the run.
    step_clicked
        Train a single batch.
    epoch_clicked
        Train to the end of the current epoch.
    reset_clicked
        Start the run again.
    theme_clicked, stage_clicked
        Switch between dark and light; between the window and the stage.
    pace_chosen
        Batches per second (float), or None for full speed.
    restated
        What it says or allows is other than before.

    Attributes
    ----------
    reset_button, train_button, step_button, epoch_button
        The buttons of the run.
    pace_button
        The speed limit.
    more_button
        Has in its menu what there is no room for.
    theme_button, stage_button
        The buttons of the look.
    """

    train_clicked = Signal()
    pause_clicked = Signal()
    step_clicked = Signal()
    epoch_clicked = Signal()
    reset_clicked = Signal()
    theme_clicked = Signal()
    stage_clicked = Signal()
    pace_chosen = Signal(object)
    restated = Signal()

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("topBar")
        self._theme = theme
        self._state = State.IDLE
        self._more_epochs = 0
        self._busy = ""
        self._buttons: list[tuple[QAbstractButton, str]] = []
        self._menus: QMenuBar | None = None
        self._make_buttons()
        self.pace_button = PaceButton(theme)
        self.pace_button.pace_chosen.connect(self.pace_chosen)
        self.more_button = OverflowButton(theme)
        self._make_figures()
        self._lay_out()
        theme.changed.connect(self._restyle)
        self._restyle()

    def hold_menus(self, menus: QMenuBar | None) -> None:
        """Show the menus at the left of the buttons; None gives them up."""
        if self._menus:
            self._layout.removeWidget(self._menus)
            self._menus.setMinimumWidth(0)
            self._menus.setMaximumWidth(UNBOUNDED)
        self._menus = menus
        if menus:
            self._layout.insertWidget(0, menus, 0, Qt.AlignmentFlag.AlignVCenter)
            menus.show()  # a layout would show it later, and has no room for it until then
            self._fit_menus()
        self._fit()

    def set_state(self, state: State) -> None:
        """Enable what can be done in `state`."""
        self._state = state
        self._show_state()

    def set_more_epochs(self, count: int) -> None:
        """Say how many epochs Train adds, where all are trained; else 0."""
        self._more_epochs = count
        self._show_state()

    @property
    def busy(self) -> str:
        """What is being prepared; empty when nothing is."""
        return self._busy

    def set_busy(self, text: str) -> None:
        """Say what is being prepared before a run can start; empty when nothing is."""
        self._busy = text
        self._busy_label.setText(text)
        self._show_state()
        self._fit()

    def set_progress(self, epoch: int, epochs: int, batch: int, batches: int) -> None:
        """Show how far the run is.

        Parameters
        ----------
        epoch, epochs
            Current epoch, counted from 1 (0 before the first), and how many there will be.
        batch, batches
            Batches done in this epoch, and how many it has.
        """
        whole = f"{epochs:,}"
        self._epoch_label.set_widest(f"Epoch {whole} / {whole}")
        self._epoch_label.setText(f"Epoch {epoch:,} / {whole}")
        whole = f"{batches:,}"
        self._batch_label.set_widest(f"batch {whole} / {whole}")
        self._batch_label.setText(f"batch {batch:,} / {whole}")
        done = max(0, epoch - 1) + batch / max(1, batches)
        self._bar.setValue(round(_PROGRESS_STEPS * min(1.0, done / max(1, epochs))))
        self.restated.emit()

    @property
    def progress(self) -> tuple[str, str]:
        """What is written of the epoch and of the batch."""
        return self._epoch_label.text(), self._batch_label.text()

    def set_speed(self, samples_per_second: float, remaining_s: float) -> None:
        """Show the training speed and the time left; 0 or less shows nothing."""
        speed = f"{samples_per_second:,.0f} samples/s" if samples_per_second > 0 else ""
        self._speed_label.setText(speed)
        self._remaining_label.setText(
            f"{duration_text(remaining_s)} left" if remaining_s > 0 else ""
        )

    def set_device(self, device: str) -> None:
        """Show the device that trains."""
        self._device = device
        self.set_threads(self._threads)

    def set_threads(self, threads: int) -> None:
        """Show how many threads a step uses, for a CPU."""
        self._threads, device = threads, self._device
        cores = f" · {threads} thread{'s' if threads != 1 else ''}" if device == "cpu" else ""
        self._device_label.setText(f"{device}{cores}")
        self._fit()

    def sizeHint(self) -> QSize:
        return QSize(self._theme.px(1200), self._theme.px(HEIGHT_PX))

    def minimumSizeHint(self) -> QSize:
        return QSize(self._theme.px(440), self._theme.px(HEIGHT_PX))

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._fit()

    def _make_buttons(self) -> None:
        add = self._add_button
        self.reset_button = add(
            QToolButton(),
            "rotate-ccw",
            "Reset: go back to the same initial weights (Ctrl+R). Ctrl+Z brings the run back.",
        )
        self.reset_button.setAccessibleName("Reset")
        self.train_button = add(QPushButton(), "play", "")
        self.train_button.setProperty("kind", "primary")
        self.step_button = add(
            QPushButton("Step"), "step-forward", "Train a single batch, then pause."
        )
        self.epoch_button = add(
            QToolButton(), "skip-forward", "Train to the end of this epoch, then pause."
        )
        self.theme_button = add(QToolButton(), "sun", "Switch between dark and light colours.")
        self.stage_button = add(
            QToolButton(), "presentation", "Stage: one thing at a time, for a projector (F5)."
        )
        self.epoch_button.setAccessibleName("Run to end of epoch")
        self.theme_button.setAccessibleName("Dark or light")
        self.stage_button.setAccessibleName("Stage")
        SingleClick(self.reset_button, self.train_button, self.theme_button, self.stage_button)
        self.reset_button.clicked.connect(self.reset_clicked)
        self.train_button.clicked.connect(self._on_train_button_clicked)
        self.step_button.clicked.connect(self.step_clicked)
        self.epoch_button.clicked.connect(self.epoch_clicked)
        self.theme_button.clicked.connect(self.theme_clicked)
        self.stage_button.clicked.connect(self.stage_clicked)

    def _add_button(self, button: QAbstractButton, icon_name: str, tooltip: str) -> QAbstractButton:
        # A click must not take the focus, since Space shall train and pause at any time.
        button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        button.setToolTip(tooltip)
        button.setAccessibleName(button.text())
        self._buttons.append((button, icon_name))
        return button

    def _make_figures(self) -> None:
        self._epoch_label = FigureLabel("strong", "Epoch 0 / 0", "The current epoch.")
        self._bar = QProgressBar()
        self._bar.setRange(0, _PROGRESS_STEPS)
        self._bar.setTextVisible(False)
        self._bar.setAccessibleName("Progress of the run")
        self._bar.setToolTip("How much of the run is done.")
        self._bar.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self._batch_label = FigureLabel("muted", "batch 0 / 0", "The batch within the epoch.")
        self._busy_label = QLabel()
        self._busy_label.setProperty("role", "muted")
        self._busy_label.setToolTip("What is being prepared.")
        self._speed_label = FigureLabel(
            "muted", "888,888 samples/s", "How many images the network is trained on per second."
        )
        self._remaining_label = FigureLabel(
            "muted", "88:88 left", "Estimated time to the end of the last epoch."
        )
        for label in (self._speed_label, self._remaining_label):
            label.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        self._device, self._threads = "", 1
        self._device_label = QLabel()
        self._device_label.setProperty("role", "chip")
        self._device_label.setToolTip("The device that trains the network.")

    def _lay_out(self) -> None:
        self._layout = QHBoxLayout(self)
        self._layout.setSizeConstraint(QHBoxLayout.SizeConstraint.SetNoConstraint)
        left = (self.reset_button, self.train_button, self.step_button, self.epoch_button)
        for widget in (*left, self.pace_button):
            self._layout.addWidget(widget)
        self._gap = QWidget()
        self._layout.addWidget(self._gap)
        self._layout.addWidget(self._epoch_label)
        self._layout.addWidget(self._bar, 3)
        self._layout.addWidget(self._batch_label)
        self._layout.addWidget(self._busy_label)
        self._layout.addStretch(1)
        right = (self._speed_label, self._remaining_label, self._device_label)
        for label in right:
            self._layout.addWidget(label, 0, Qt.AlignmentFlag.AlignVCenter)
        for button in (self.more_button, self.theme_button, self.stage_button):
            self._layout.addWidget(button)

    def _fit_menus(self) -> None:
        if self._menus:
            self._menus.setFixedWidth(self._menus.sizeHint().width())
            self._menus.updateGeometry()

    def _fit(self) -> None:
        """Show what fits; where space is short, the least important things go first."""
        ready = not self._busy
        self._epoch_label.setVisible(ready)
        self._busy_label.setVisible(not ready)
        optional: dict[QWidget, bool] = {
            self._device_label: bool(self._device_label.text()),
            self._speed_label: True,
            self._batch_label: ready,
            self._remaining_label: True,
            self.pace_button: True,
            self.epoch_button: True,
            self._bar: ready,
            self.step_button: True,
        }
        margins = self._layout.contentsMargins()
        need = margins.left() + margins.right()
        for widget in self._row_widgets():
            if widget is not self.more_button and optional.get(widget, not widget.isHidden()):
                need += self._width_of(widget)
        held: list[QWidget] = []
        for widget, is_wanted in optional.items():
            if is_wanted and need > self.width():
                need -= self._width_of(widget) - (0 if held else self._width_of(self.more_button))
                held.insert(0, widget)
        for widget, is_wanted in optional.items():
            widget.setVisible(is_wanted and widget not in held)
        self.more_button.hold(held)

    def _row_widgets(self) -> list[QWidget]:
        items = [self._layout.itemAt(index) for index in range(self._layout.count())]
        return [widget for item in items if item and (widget := item.widget())]

    def _width_of(self, widget: QWidget) -> int:
        """Return what a widget takes of the row, whether it is shown or not."""
        widget.ensurePolished()
        hint = max(widget.sizeHint().width(), widget.minimumSizeHint().width())
        width = max(widget.minimumWidth(), min(hint, widget.maximumWidth()))
        return width + self._layout.spacing()

    def event(self, event: QEvent) -> bool:
        # Also when a widget in it has become wider.
        if event.type() is QEvent.Type.LayoutRequest:
            self._fit()
        return super().event(event)

    def _show_state(self) -> None:
        state, ready = self._state, not self._busy
        label, tooltip = _TRAIN_LABELS[state], _TRAIN_TOOLTIPS[state]
        if self._more_epochs:
            label = f"Train {self._more_epochs:,} more"
            tooltip = "Train as many epochs again (Space)."
        self.train_button.setText(label)
        self.train_button.setAccessibleName(label)
        self.train_button.setToolTip(tooltip if ready else self._busy)
        may_train = ready and state is not State.FAILED
        self.train_button.setEnabled(may_train)
        for button in (self.step_button, self.epoch_button):
            button.setEnabled(may_train and not self._more_epochs)
        self.reset_button.setEnabled(ready)
        self._set_icon(self.train_button, "pause" if state is State.RUNNING else "play")
        self.restated.emit()

    def _set_icon(self, button: QAbstractButton, name: str) -> None:
        token = "on_primary" if button is self.train_button else "text"
        button.setIcon(icon(self._theme, name, token))
        side = self._theme.px(16)
        # Qt puts no space between icon and text, so the icon's area is made wider.
        button.setIconSize(QSize(self._theme.px(21) if button.text() else side, side))

    def _on_train_button_clicked(self) -> None:
        if self._state is State.RUNNING:
            self.pause_clicked.emit()
        else:
            self.train_clicked.emit()

    def _restyle(self) -> None:
        theme, px = self._theme, self._theme.px
        for button, name in self._buttons:
            self._set_icon(button, name)
            button.setFixedHeight(px(34))
        self._set_icon(self.theme_button, "sun" if theme.dark else "moon")
        self.train_button.setFixedWidth(
            QFontMetrics(theme.font(13)).horizontalAdvance(_WIDEST) + px(58)
        )
        self._bar.setMinimumWidth(px(60))
        self._bar.setMaximumWidth(px(220))
        self._gap.setFixedWidth(px(4))
        self._layout.setContentsMargins(px(12), px(7), px(12), px(7))
        self._layout.setSpacing(px(8))
        self._fit_menus()
        self._show_state()
        self._fit()
