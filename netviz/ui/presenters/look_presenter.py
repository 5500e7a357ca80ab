"""Shows the whole window as it was at an earlier step, and comes back to the present."""

from bisect import bisect_left, bisect_right
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Slot

from netviz.engine.protocol import events
from netviz.ui.presenters.playback import Playback

if TYPE_CHECKING:
    from netviz.ui.shell.main_window import MainWindow

_HELP = (
    "Nothing is changed by looking. Drag the playhead, or press Shift and ← or "
    "→, to walk through the run; Esc comes back to now."
)


class LookPresenter(QObject):
    """Connects playhead, bar, keys and plots with the past of the run.

    Figures and curves are at hand in the window and follow at once; what the network makes of the
    drawing and of the test images comes from the training, which has a copy of it as it was then.

    Attributes
    ----------
    playback
        Moves the playhead by itself.
    """

    def __init__(self, window: "MainWindow") -> None:
        super().__init__(window)
        self._window, self._run = window, window.controller
        self._plots = (window.loss_plot, window.accuracy_plot)
        self._playhead, self._bar = window.loss_plot.playhead, window.loss_plot.look_bar
        self._step: int | None = None
        self._steps: tuple[int, ...] = ()
        self._request = 0
        self.playback = Playback(self._last_step, self._seconds, self)
        self._connect_user()
        self._connect_run()
        self._show(None)

    def _connect_user(self) -> None:
        window, actions = self._window, self._window.actions_by_key
        self._playhead.step_asked.connect(self.look)
        self._playhead.walked.connect(self.walk)
        self._playhead.play_clicked.connect(self._on_play_clicked)
        self._bar.now_clicked.connect(self.back_to_now)
        self._bar.back_clicked.connect(self._on_bar_back_clicked)
        actions["look_before"].triggered.connect(lambda: self.walk(-1))
        actions["look_after"].triggered.connect(lambda: self.walk(1))
        actions["look_now"].triggered.connect(self.back_to_now)
        for plot in self._plots:
            plot.menu.look_requested.connect(self.look)
        # The first Escape closes the message.
        window.message_bar.opening.connect(lambda: self._offer(has_message=True))
        window.message_bar.closed.connect(self._offer)
        self.playback.moved.connect(self._go_to)
        self.playback.ended.connect(self.back_to_now)

    def _connect_run(self) -> None:
        run = self._run
        run.looked_back.connect(self._on_run_looked_back)
        run.prepared.connect(self._on_run_replaced)
        run.progressed.connect(self._on_run_moved)
        run.state_changed.connect(self._on_run_moved)
        run.changed.connect(self._on_run_changed)

    # -- what the user wants -----------------------------------------------------------------

    @Slot(object)
    def look(self, step: int | None) -> None:
        """Show the last state that was kept until a step; None for the present."""
        self._stop()
        self._go_to(step)

    @Slot(int)
    def walk(self, by: int) -> None:
        """Show the kept state before the one that is looked at (-1), or after it (1)."""
        self._stop()
        if self._step is None:
            if by < 0 and self._run.step:
                self._go_to(self._run.step - 1)
            return
        at = bisect_left(self._steps, self._step) + by
        if at >= len(self._steps):
            self._go_to(None)
        elif at >= 0:
            self._go_to(self._steps[at])

    @Slot()
    def back_to_now(self) -> None:
        """Show the present."""
        self.look(None)

    def _go_to(self, step: int | None) -> None:
        if step is not None and step >= self._run.step:
            step = None
        if step is not None and self._steps:
            step = self._steps[max(0, bisect_right(self._steps, step) - 1)]
        if step != self._step:
            self._request = self._run.look_back(step)
            # Which steps are kept is known once the first look is answered.
            if step is None or self._steps:
                self._show(step)

    @Slot()
    def _on_play_clicked(self) -> None:
        if self.playback.is_on:
            self._stop()
            return
        self.playback.start(self._step or 0)
        self._playhead.show_playing(True)

    @Slot()
    def _on_bar_back_clicked(self) -> None:
        self._stop()
        if self._step is not None:
            self._run.go_back(self._step)

    def _stop(self) -> None:
        if self.playback.is_on:
            self.playback.stop()
        self._playhead.show_playing(False)

    def _last_step(self) -> int:
        return self._run.step

    def _seconds(self) -> int:
        return self._playhead.seconds

    # -- what happened -----------------------------------------------------------------------

    @Slot(object)
    def _on_run_looked_back(self, event: events.LookedBack) -> None:
        if event.request < self._request:
            return  # somewhere else is looked at by now
        self._steps = event.steps
        self._show(event.step)

    @Slot(object)
    def _on_run_replaced(self, _: object) -> None:
        """Follow the present: the run is another one."""
        self._stop()
        self._show(None)
        self._on_run_moved()

    @Slot(object)
    def _on_run_moved(self, _: object = None) -> None:
        self._playhead.set_end(self._run.step)
        self._offer()
        if self._step is not None:
            self._bar.show_step(self._step, self._when(self._step))

    @Slot(object)
    def _on_run_changed(self, event: events.Changed) -> None:
        """Say that what is set belongs to the present, and not to what is looked at."""
        if self._step is None or not event.entries:
            return
        self._window.message_bar.show_message(
            "info",
            f"{event.entries[-1].label}: the present run goes on with it.",
            f"Step {self._step:,}, at which you look, stays as it was.",
            holds=lambda: self._step is not None,
        )

    def _show(self, step: int | None) -> None:
        """Stand at a step, or follow the present."""
        is_other = (step is None) != (self._step is None)
        self._step = step
        if step is None:
            self._steps = ()
        for plot in self._plots:
            plot.look_at(step)
        self._playhead.show_step(step, self._steps)
        self._bar.show_step(step, "" if step is None else self._when(step))
        if is_other:
            self._window.show_status("" if step is None else _HELP)
            self._window.stage.look_back(step is not None)
            self._window.message_bar.review()
        self._offer()

    def _when(self, step: int) -> str:
        """Say where in the run a step is."""
        epoch = self._window.loss_plot.epoch_at(step)
        return f"of {self._run.step:,}, " + (f"epoch {epoch:,}" if step else "untrained")

    def _offer(self, *, has_message: bool | None = None) -> None:
        """Offer by menu and keys what can be done."""
        actions, is_looking = self._window.actions_by_key, self._step is not None
        if has_message is None:
            has_message = not self._window.message_bar.isHidden()
        actions["look_before"].setEnabled(self._run.step > 0)
        actions["look_after"].setEnabled(is_looking)
        actions["look_now"].setEnabled(is_looking and not has_message)
