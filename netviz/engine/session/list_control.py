"""`ListControl`: what each command does to the list of the runs that were left."""

from collections.abc import Callable

from netviz.engine.protocol import commands, events
from netviz.engine.protocol.events import Event
from netviz.engine.session.run_control import RunControl


class ListControl:
    """Deletes runs that were left, and brings them back; the run at hand goes on meanwhile.

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
        self._control.left_runs.delete(command.lines)
        self._tell()

    def restore(self, command: commands.RestoreRuns) -> None:
        """Keep runs again."""
        self._control.left_runs.restore(command.lines)
        self._tell()

    def _tell(self) -> None:
        control = self._control
        self._emit(events.LeftRunsChanged(control.number, control.left_runs.told()))
