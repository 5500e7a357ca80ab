"""The gradients of each layer over the steps, as the plots draw them; free of Qt."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from netviz.engine.protocol.layer_record import LayerRecord


@dataclass(frozen=True, eq=False)
class GradientSeries:
    """What was recorded of the gradients.

    Attributes
    ----------
    steps
        Steps measured, ``int64 [k]``.
    norms, unclipped_norms, update_ratios
        As in `StepGradients`, ``float64 [layers, k]``.
    gaps
        Stretches of steps that were not recorded, as in `LayerRecord`.
    """

    steps: NDArray[np.int64]
    norms: NDArray[np.float64]
    unclipped_norms: NDArray[np.float64]
    update_ratios: NDArray[np.float64]
    gaps: tuple[tuple[int, int], ...]


def gradient_series(record: LayerRecord) -> GradientSeries | None:
    """Return the gradients in a record; None where there are none yet."""
    known = [(row.step, row.gradients) for row in record.rows if row.gradients is not None]
    if not known:
        return None
    steps = np.array([step for step, _ in known], np.int64)
    return GradientSeries(
        steps,
        np.array([each.norms for _, each in known]).T,
        np.array([each.unclipped_norms for _, each in known]).T,
        np.array([each.update_ratios for _, each in known]).T,
        record.gaps,
    )
