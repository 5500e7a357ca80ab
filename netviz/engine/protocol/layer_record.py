"""What is recorded of a run's layers while it trains, whichever view is open; free of torch."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from netviz.engine.protocol.observations import Histogram, Observation


@dataclass(frozen=True, eq=False)
class Spread:
    """How one kind of parameter is spread in each layer: a histogram for each.

    Attributes
    ----------
    counts
        ``int32 [layers, bins]``; all 0 where there is no finite value, or no such parameter.
    ranges
        Lower and upper end of each layer's bins, ``float64 [layers, 2]``.
    """

    counts: NDArray[np.int32]
    ranges: NDArray[np.float64]

    def histogram(self, index: int) -> Histogram:
        """Return that of one layer."""
        low, high = self.ranges[index]
        counts = self.counts[index].astype(np.int64)
        return Histogram(counts, np.linspace(low, high, len(counts) + 1))


@dataclass(frozen=True, eq=False)
class StepGradients:
    """The gradients of one step, and how far it moved the weights.

    Attributes
    ----------
    norms
        Euclidean norm of each layer's gradient over weights and biases, as the step used it,
        ``float64 [layers]``; 0 for a frozen layer.
    unclipped_norms
        The same before the gradient was clipped; equal where it was not.
    update_ratios
        Norm of the step's change over the norm of the weights, ``float64 [layers]``.
    """

    norms: NDArray[np.float64]
    unclipped_norms: NDArray[np.float64]
    update_ratios: NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class LayerRow:
    """All layers after one step.

    Attributes
    ----------
    step
        Steps trained.
    weights, biases
        How they are spread after the step.
    gradients
        Of this step; None of the untrained network.
    """

    step: int
    weights: Spread
    biases: Spread
    gradients: StepGradients | None


@dataclass(frozen=True, eq=False)
class LayerRecord:
    """The layers of a run from step 0 on, thinned evenly.

    Attributes
    ----------
    names
        Of the layers, as the network has them.
    rows
        By step, the first of the untrained network.
    gaps
        Stretches of steps that were trained without being recorded, in order: the last step
        before each, and its last one. No row lies in them, and nothing may be drawn over them.
    """

    names: tuple[str, ...] = ()
    rows: tuple[LayerRow, ...] = ()
    gaps: tuple[tuple[int, int], ...] = ()

    def until(self, step: int) -> "LayerRecord":
        """Return what is known of the steps up to `step`."""
        count = len(self.rows)
        while count and self.rows[count - 1].step > step:
            count -= 1
        gaps = tuple((after, min(last, step)) for after, last in self.gaps if after < step)
        return LayerRecord(self.names, self.rows[:count], gaps)


@dataclass(frozen=True, eq=False)
class LayersRecorded(Observation):
    """All that was recorded of the layers, up to `step`.

    Attributes
    ----------
    step
        Steps trained.
    titles
        What the layers are, for the screen: ``Linear 784 → 64``.
    record
        Shared with the training, and never changed.
    """

    step: int
    titles: tuple[str, ...]
    record: LayerRecord
