"""`ListControl`: what each command does to the list of the runs of the session."""

from collections.abc import Callable

from netviz.engine.protocol import commands, events
from netviz.engine.protocol.events import Event
from netviz.engine.session.run_control import RunControl


class ListControl:
    """Deletes, restores and renames runs; the run at hand goes on meanwhile.

    Parameters
    ----------
    emit
        Takes each event.
    control
        Has the runs.
    """

    def __init__(self, emit: Callable[[Event], None], control: RunControl) -> None:
        self._emit = emit
        self._control = control

    def delete(self, command: commands.DeleteRuns) -> None:
        """Keep runs no longer."""
        self._control.left.delete(command.lines)
        self._tell()

    def restore(self, command: commands.RestoreRuns) -> None:
        """Keep runs again."""
        self._control.left.restore(command.lines)
        self._tell()

    def rename(self, command: commands.RenameRun) -> None:
        """Call a run by another name."""
        self._control.left.rename(command.line, command.name)
        self._tell()

    def _tell(self) -> None:
        number, runs = self._control.number, self._control.left
        self._emit(events.RunListChanged(number, runs.origin, runs.told()))
