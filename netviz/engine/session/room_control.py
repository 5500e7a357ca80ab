"""`RoomControl`: how much may be kept of the past of a session's runs."""

from collections.abc import Callable
from time import perf_counter

from netviz.engine.protocol import commands, events
from netviz.engine.protocol.events import Event
from netviz.engine.session.run_control import RunControl
from netviz.engine.session.training_loop import TrainingLoop

_HINT = "States for going back are kept in memory only, so that going far back takes longer."


class RoomControl:
    """Changes what states along the way may take, and says where they cannot be written.

    Parameters
    ----------
    emit
        Takes each `StatesNotWritten`.
    control
        Has the runs.
    loop
        Trains the run at hand.
    """

    def __init__(
        self, emit: Callable[[Event], None], control: RunControl, loop: TrainingLoop
    ) -> None:
        self._emit, self._control, self._loop = emit, control, loop
        control.room.when_full = self._tell

    def keep_states(self, command: commands.KeepStates) -> None:
        """Keep to another budget, which holds at once; the time it takes is no training time."""
        began = perf_counter()
        control, race = self._control, self._control.race
        runs = race.runs if race else [control.run] if control.run else []
        others = [race.start.run] if race else []
        control.room.change(command.budget, runs, others)
        self._loop.leave_out(perf_counter() - began)

    def _tell(self, problem: str) -> None:
        self._emit(events.StatesNotWritten(self._control.number, problem, _HINT))
