"""Shows on the taskbar's icon how far the run is, as long as it trains."""

from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Slot

from netviz.engine.protocol import events
from netviz.engine.protocol.run_state import State
from netviz.ui.shell.taskbar import Taskbar

if TYPE_CHECKING:
    from netviz.ui.shell.main_window import MainWindow


class TaskbarPresenter(QObject):
    """Carries the progress of a run to the taskbar.

    Parameters
    ----------
    window
        Whose run it is.
    taskbar
        Where it is shown.
    """

    def __init__(self, window: "MainWindow", taskbar: Taskbar) -> None:
        super().__init__(window)
        self._controller = window.controller
        self._taskbar = taskbar
        self._controller.progressed.connect(self._on_run_progressed)
        self._controller.state_changed.connect(self._on_run_state_changed)
        self._controller.prepared.connect(self._on_run_prepared)

    @Slot(object)
    def _on_run_progressed(self, event: events.Progress) -> None:
        if self._controller.state is State.RUNNING:
            done = max(0, event.epoch - 1) + event.batch / max(1, event.batches)
            self._taskbar.show(done / max(1, self._controller.config.epochs, event.epoch))

    @Slot(object)
    def _on_run_state_changed(self, event: events.StateChanged) -> None:
        if event.state is not State.RUNNING:
            self._taskbar.show(None)

    @Slot()
    def _on_run_prepared(self) -> None:
        self._taskbar.show(None)
