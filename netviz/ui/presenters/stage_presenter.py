"""Connects what only the stage has with the training: its learning rate and its remark."""

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QObject, Slot

from netviz.bridge.run_settings import RunSettings
from netviz.engine.protocol.run_state import State
from netviz.ui.shell.stage.remark_card import Action

if TYPE_CHECKING:
    from netviz.ui.shell.main_window import MainWindow

_HINTS = {
    State.IDLE: "Space trains. The network has learned nothing yet: its answers are guesses.",
    State.RUNNING: "Each dot of the curve is a batch: the lower, the fewer mistakes.",
}
_USUAL_HINT = "Left and Right turn the pages: what the network has learned, and where it errs."


class StagePresenter(QObject):
    """Carries a new learning rate to the controller, and what is new to the stage.

    Parameters
    ----------
    change
        Changes options of the run.
    """

    def __init__(self, window: "MainWindow", change: Callable[[dict[str, Any]], None]) -> None:
        super().__init__(window)
        self._window, self._change = window, change
        self._has_remark = False
        run, foot = window.controller, window.stage.foot
        foot.rate.control.changed.connect(self._on_rate_changed)
        run.settings_changed.connect(self._on_run_settings_changed)
        run.progressed.connect(self._show_note)
        run.state_changed.connect(self._on_run_state_changed)
        run.prepared.connect(self._on_run_prepared)
        window.message_bar.opening.connect(self._on_message_bar_opening)
        self._on_run_settings_changed(run.settings)
        self._show_hint()

    def show_remark(self, text: str, action: Action | None = None) -> None:
        """Show the newest remark on the run, until there is another one or another run."""
        self._has_remark = bool(text)
        self._window.stage.foot.remark.show_remark(text, action)
        if not text:
            self._show_hint()

    def _show_hint(self) -> None:
        hint = _HINTS.get(self._window.controller.state, _USUAL_HINT)
        self._window.stage.foot.remark.show_remark(hint, token="muted")

    @Slot(float)
    def _on_rate_changed(self, rate: float) -> None:
        self._change({"learning_rate": rate})

    @Slot(object)
    def _on_run_settings_changed(self, settings: RunSettings) -> None:
        self._window.stage.foot.rate.control.set_value(settings.config.learning_rate)
        self._show_note()

    @Slot()
    def _show_note(self) -> None:
        if self._window.stage.is_on:
            self._window.stage.foot.rate.set_note(self._window.panel.schedule_curve.rate_note)

    @Slot()
    def _on_run_state_changed(self) -> None:
        if not self._has_remark:
            self._show_hint()

    @Slot()
    def _on_run_prepared(self) -> None:
        self.show_remark("")

    @Slot()
    def _on_message_bar_opening(self) -> None:
        self.show_remark(self._window.message_bar.text)
