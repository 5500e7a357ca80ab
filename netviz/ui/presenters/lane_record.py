"""What a run of a race was trained since the window was told of it whole; free of Qt."""

import numpy as np
from numpy.typing import NDArray

from netviz.engine.protocol import events
from netviz.engine.protocol.run_state import Measurement
from netviz.engine.run.history import StepHistory

Parts = tuple[NDArray[np.int64], NDArray[np.float32], tuple[Measurement, ...]]


class LaneRecord:
    """Keeps what was told, so that it can be drawn anew."""

    def __init__(self) -> None:
        self._history = StepHistory()
        self._measurements: tuple[Measurement, ...] = ()

    def add(self, event: events.Progress | events.EpochFinished) -> None:
        """Take what happened."""
        if isinstance(event, events.EpochFinished):
            self._measurements = (*self._measurements, event.measurement)
        else:
            self._history.extend(event.steps, event.losses, event.learning_rates)

    @property
    def parts(self) -> Parts:
        """The steps with their losses, ``[n]`` each, and what was measured, oldest first."""
        return self._history.steps, self._history.losses, self._measurements
