"""What a run of a race was trained since the window was told of it whole; free of Qt."""

import numpy as np
from numpy.typing import NDArray

from netviz.engine.protocol import events
from netviz.engine.protocol.run_state import Measurement
from netviz.engine.run.growing_array import GrowingArray

Parts = tuple[NDArray[np.int64], NDArray[np.float32], tuple[Measurement, ...]]


class LaneRecord:
    """Keeps what was told, so that it can be drawn anew."""

    def __init__(self) -> None:
        self._steps: GrowingArray[np.int64] = GrowingArray(np.int64)
        self._losses: GrowingArray[np.float32] = GrowingArray(np.float32)
        self._measurements: list[Measurement] = []

    def add(self, event: events.Progress | events.EpochFinished) -> None:
        """Take what happened."""
        steps, losses, measurements = parts_of(event)
        self._steps.extend(steps)
        self._losses.extend(losses)
        self._measurements.extend(measurements)

    @property
    def steps(self) -> NDArray[np.int64]:
        """Numbers of the steps, increasing, ``[n]``."""
        return self._steps.view

    @property
    def losses(self) -> NDArray[np.float32]:
        """Their losses, ``[n]``."""
        return self._losses.view

    @property
    def measurements(self) -> tuple[Measurement, ...]:
        """What was measured, oldest first."""
        return tuple(self._measurements)


def parts_of(event: events.Progress | events.EpochFinished) -> Parts:
    """Return the steps, losses and measurements that an event tells of."""
    if isinstance(event, events.EpochFinished):
        return np.empty(0, np.int64), np.empty(0, np.float32), (event.measurement,)
    return event.steps, event.losses, ()
