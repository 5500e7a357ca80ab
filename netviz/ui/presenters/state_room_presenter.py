"""How much is kept of a run's past: asks for it, remembers it, and says where no disk takes it."""

from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Slot

from netviz.engine.protocol import events
from netviz.engine.protocol.state_budget import MB, StateBudget
from netviz.launch import WindowOptions
from netviz.ui.dialogs.state_room_dialog import StateRoomDialog
from netviz.ui.shell.settings import Settings

if TYPE_CHECKING:
    from netviz.ui.shell.main_window import MainWindow

_MEMORY, _DISK = "going_back_memory_mb", "going_back_disk_mb"


class StateRoomPresenter(QObject):
    """Connects the menu with the sizes that the training keeps to.

    Parameters
    ----------
    options
        What was asked for once, for this process: it is not remembered.
    """

    def __init__(self, window: "MainWindow", options: WindowOptions) -> None:
        super().__init__(window)
        self._window = window
        self._budget = _budget(window.settings, options)
        self._dialog: StateRoomDialog | None = None
        window.controller.keep_states(self._budget)
        window.actions_by_key["state_room"].triggered.connect(self.ask)
        window.controller.states_not_written.connect(self._on_run_states_not_written)

    @Slot()
    def ask(self) -> None:
        """Ask for the sizes; training goes on meanwhile."""
        if self._dialog is None:
            self._dialog = StateRoomDialog(self._window.theme, self._budget, self._window)
            self._dialog.chosen.connect(self._on_dialog_chosen)
            self._dialog.destroyed.connect(self._on_dialog_destroyed)
        self._dialog.show()
        self._dialog.activateWindow()

    @Slot(object)
    def _on_dialog_chosen(self, budget: StateBudget) -> None:
        self._budget = budget
        self._window.controller.keep_states(budget)
        self._window.settings.set(_MEMORY, budget.memory // MB)
        self._window.settings.set(_DISK, budget.disk // MB)

    @Slot()
    def _on_dialog_destroyed(self) -> None:
        self._dialog = None

    @Slot(object)
    def _on_run_states_not_written(self, event: events.StatesNotWritten) -> None:
        self._window.message_bar.show_next(
            "info", event.message, event.hint, actions=[("Memory for going back…", self.ask)]
        )


def _budget(settings: Settings, options: WindowOptions) -> StateBudget:
    """Return what was asked for, or else what is remembered, or else the usual sizes."""
    usual = StateBudget()
    return StateBudget(
        _bytes(settings.text(_MEMORY), options.going_back_memory_mb, usual.memory),
        _bytes(settings.text(_DISK), options.going_back_disk_mb, usual.disk),
    )


def _bytes(remembered: str, asked_mb: int | None, usual: int) -> int:
    if asked_mb is not None:
        return asked_mb * MB
    return int(remembered) * MB if remembered.isdecimal() else usual
