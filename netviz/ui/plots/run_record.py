"""What a plot knows of a run beside its curves: epochs, measurements and changes."""

from bisect import bisect_left, bisect_right

from netviz.engine.protocol.events import Progress
from netviz.engine.protocol.ledger import LedgerEntry
from netviz.engine.protocol.run_state import Measurement


class RunRecord:
    """The run so far, ordered by step; free of Qt.

    Attributes
    ----------
    last_step
        Number of the last step trained, 0 before any.
    measurements
        One for the untrained network, then one for each epoch.
    entries
        Every change that the user made.
    classes
        How many classes there are; 0 where that is not known.
    """

    def __init__(self, classes: int = 0) -> None:
        self.last_step = 0
        self.classes = classes
        self.measurements: list[Measurement] = []
        self.entries: list[LedgerEntry] = []
        self._losses: list[LedgerEntry] = []

    @property
    def end(self) -> int:
        """Last step of which anything is known; a measurement may come before its steps."""
        measured = self.measurements[-1].step if self.measurements else 0
        return max(self.last_step, measured)

    def add_progress(self, progress: Progress) -> None:
        """Note the steps of a report."""
        self.last_step = progress.step

    def set_entries(self, entries: tuple[LedgerEntry, ...]) -> None:
        """Take the changes so far."""
        self.entries = sorted(entries, key=lambda entry: entry.step)
        self._losses = [entry for entry in self.entries if entry.option == "loss"]

    def add_measurement(self, measurement: Measurement) -> None:
        """Note a measurement; it replaces an older one of the same or a later step."""
        self.measurements = self.measurements_until(measurement.step - 1)
        self.measurements.append(measurement)

    def measurements_until(self, step: int) -> list[Measurement]:
        """Return the measurements made no later than `step`."""
        count = bisect_right(self.measurements, step, key=lambda measurement: measurement.step)
        return self.measurements[:count]

    def loss_changes_until(self, step: int) -> list[LedgerEntry]:
        """Return the changes of the loss function that `step` and those before it were made by."""
        count = bisect_left(self._losses, step, key=lambda entry: entry.step)
        return self._losses[:count]

    def loss_at(self, step: int) -> str:
        """Return the loss function that `step` used, and what is measured after it.

        Empty where it has always been the same, and its name is of no use.
        """
        if changes := self.loss_changes_until(step):
            return str(changes[-1].new)
        return str(self._losses[0].old) if self._losses else ""

    def epoch_at(self, step: int) -> int:
        """Return the epoch, counted from 1, in which `step` was trained; 0 if none was.

        That is the one after the last measurement before it: each epoch ends with one.
        """
        count = bisect_left(self.measurements, step, key=lambda measurement: measurement.step)
        return self.measurements[count - 1].epoch + 1 if count else 0
