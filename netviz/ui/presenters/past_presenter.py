"""Goes back to a step of the run: asks for which, and says how far it has come."""

from time import perf_counter
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Slot
from PySide6.QtWidgets import QInputDialog

from netviz.engine.protocol import events
from netviz.number_text import percent_text
from netviz.ui.views.ledger_view import LedgerView
from netviz.ui.views.runs.run_view import RunView

if TYPE_CHECKING:
    from netviz.ui.shell.main_window import MainWindow

_QUICK_S = 0.3
"""What takes no longer needs no notice."""


class PastPresenter(QObject):
    """Connects the plots, the log, the menu and the table of runs with the past of the run."""

    def __init__(self, window: "MainWindow") -> None:
        super().__init__(window)
        self._window, self._run = window, window.controller
        self._aim: int | None = None
        self._began = 0.0
        self._is_told = False
        self._action = window.actions_by_key["go_back"]
        self._action.triggered.connect(self._on_action_triggered)
        for plot in (window.loss_plot, window.accuracy_plot):
            plot.menu.back_requested.connect(self._run.go_back)
        self._log = window.views.view(LedgerView)
        self._log.back_requested.connect(self._run.go_back)
        self._runs = window.views.view(RunView)
        self._runs.run_chosen.connect(self._run.go_on_with)
        self._run.going_back.connect(self._on_run_going_back)
        for signal in (self._run.state_changed, self._run.progressed):
            signal.connect(self._offer)
        self._offer()

    @Slot()
    def _offer(self) -> None:
        self._action.setEnabled(self._run.step > 0)
        self._runs.set_steps(self._run.step)

    @Slot()
    def _on_action_triggered(self) -> None:
        """Ask for the step; the end of the epoch before the last step is offered."""
        last = self._run.step - 1
        ends = [each.step for each in self._log.told.measurements if each.step <= last]
        step, accepted = QInputDialog.getInt(
            self._window, "Go back", "To step:", max(ends, default=0), 0, max(0, last)
        )
        if accepted:
            self._run.go_back(step)

    @Slot(object)
    def _on_run_going_back(self, event: events.GoingBack) -> None:
        if self._aim is None:
            self._began, self._is_told = perf_counter(), False
        self._aim = event.step if event.done < 1 else None
        is_long = perf_counter() - self._began >= _QUICK_S
        if is_long:
            # Also where the notice was closed: what happens then would come out of the blue.
            self._window.show_status(_words(event))
        if self._aim is None or not is_long or self._is_told:
            self._window.message_bar.review()
            return
        self._is_told = True
        self._window.message_bar.show_message(
            "info",
            f"Going back to step {event.step:,}.",
            "The batches from the last state before it are trained again.",
            actions=[("Stay here", self._run.pause)],
            holds=lambda: self._aim == event.step,
        )


def _words(event: events.GoingBack) -> str:
    """Say how far it is; nothing once it is over."""
    if event.done >= 1:
        return ""
    return f"Going back to step {event.step:,}: {percent_text(event.done, 0)} of the way."
