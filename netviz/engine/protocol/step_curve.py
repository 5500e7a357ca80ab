"""What one step would do at each learning rate; free of torch."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from netviz.engine.protocol.rates import Tried


@dataclass(frozen=True, eq=False)
class StepCurve(Tried):
    """The loss after the next step, as a function of the rate.

    Each rate was tried: the step was made with it on a copy, as the run will make it, and the loss
    measured in evaluation mode. The starts are measured after the step with a rate of 0: it moves
    no weight, but what a batch leaves in a network beside that, the running means of batch
    normalisation, it leaves, too.

    Attributes
    ----------
    rates
        Base learning rates over the slider, increasing, ``float64 [k]``; denser around the lowest
        point and where the loss comes back to its start.
    batch_losses
        Mean loss on the images of the step's own batch, ``float64 [k]``; not finite where a rate
        ruins the network. Where gradients are gathered over several batches: on those of them
        that are still to come.
    sample_losses
        The same on training images that are always the same, ``float64 [k]``.
    batch_start, sample_start
        Both before the step.
    images, sample_images
        How many images these are.
    factor
        What the schedule multiplies the base rate by at this step.
    """

    rates: NDArray[np.float64]
    batch_losses: NDArray[np.float64]
    sample_losses: NDArray[np.float64]
    batch_start: float
    sample_start: float
    images: int
    sample_images: int
    factor: float = 1.0
