"""Whether what a message speaks of is still so."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Slot

from netviz.bridge.controller import Controller
from netviz.engine.options.run_config import RunConfig
from netviz.engine.protocol.run_state import State

if TYPE_CHECKING:
    from netviz.ui.shell.main_window import MainWindow


@dataclass(frozen=True)
class Moment:
    """What a refusal depends on: the run, its settings, and whether it has failed or trains."""

    run: int
    config: RunConfig
    has_failed: bool
    is_training: bool

    @classmethod
    def of(cls, controller: Controller) -> "Moment":
        """Return the present moment of a run."""
        state = controller.state
        has_failed, is_training = state is State.FAILED, state is State.RUNNING
        return cls(controller.run, controller.config, has_failed, is_training)


class NoticeReview(QObject):
    """Lets the message bar go through its messages whenever something has happened to the run.

    It is made last, so that all that is told of an event has been told before.
    """

    def __init__(self, window: "MainWindow") -> None:
        super().__init__(window)
        self._window = window
        run = window.controller
        for signal in (
            run.prepared,
            run.opened,
            run.state_changed,
            run.changed,
            run.settings_changed,
        ):
            signal.connect(self._on_run_changed)

    @Slot()
    def _on_run_changed(self) -> None:
        self._window.message_bar.review()
