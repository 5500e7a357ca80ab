"""What the user can take back at present."""

from collections.abc import Callable

from PySide6.QtCore import QObject
from PySide6.QtGui import QUndoCommand, QUndoStack

from netviz.bridge.undo_commands import LiveChange, Replacement
from netviz.engine.options.run_config import RunConfig
from netviz.engine.protocol import events


class UndoStack(QUndoStack):
    """The changes to the run at hand and the list, above that it took the place of another one.

    Parameters
    ----------
    change_places
        Lets the run at hand and the one that it replaced change places.
    """

    def __init__(self, change_places: Callable[[], object], parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._change_places = change_places

    @property
    def undo_command(self) -> QUndoCommand | None:
        """What undo takes back."""
        return self.command(self.index() - 1) if self.index() else None

    def begin(self, event: events.Prepared) -> None:
        """Turn to a new run; one that was brought back leaves all that can be redone.

        Else there is nothing to undo but that it took the place of another.
        """
        if event.is_back:
            return
        self.clear()
        if event.replaced_step:
            self.push(Replacement(self._change_places, event.replaced_step))

    def take_away(self, request: int, config: RunConfig) -> None:
        """Let nobody undo a change that was refused: what is in force then is `config`."""
        last = self.undo_command
        if isinstance(last, LiveChange) and request and last.request == request:
            last.keep_only(config)
            if last.isObsolete():
                self.undo()  # which does nothing but remove it
