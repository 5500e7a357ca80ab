"""The base of all tabs: what the run tells each of them, and what each may ask for."""

from PySide6.QtCore import Signal

from netviz.engine.options.run_config import RunConfig
from netviz.engine.protocol.events import Prepared
from netviz.engine.protocol.observations import Observation
from netviz.engine.protocol.run_state import Measurement, State
from netviz.ui.look.themed_widget import ThemedWidget


class View(ThemedWidget):
    """A tab below the plots.

    Observations arrive where its `ViewSpec` says; the rest arrives here.

    Signals
    -------
    command_requested
        The user wants something of the training: a command.
    count_changed
        A number to be shown on the tab, or None for none.
    unwatched_changed
        Other kinds of observations are `unwatched`.
    """

    command_requested = Signal(object)
    count_changed = Signal(object)
    unwatched_changed = Signal()

    @property
    def unwatched(self) -> frozenset[type[Observation]]:
        """What need not be computed at present though the view can be seen."""
        return frozenset()

    def begin_run(self, prepared: Prepared) -> None:
        """Turn to a new run: forget the one before."""
        self.clear()

    def set_config(self, config: RunConfig) -> None:
        """Take on the settings in force."""

    def set_state(self, state: State) -> None:
        """Take on what the run is doing."""

    def show_measurement(self, measurement: Measurement) -> None:
        """Take on what an epoch's measurement found, whether the view is visible or not."""

    def look_back(self, step: int | None) -> None:
        """Take what follows as of an earlier step, which is looked at; None for the present."""

    def show_part(self, part: str) -> None:
        """Bring one of its parts into sight, by its name in lower case, where it has several."""

    def clear(self) -> None:
        """Forget everything that was shown of a run."""
