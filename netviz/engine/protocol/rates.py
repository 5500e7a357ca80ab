"""What is known of learning rates before they are used; free of torch."""

import math
from dataclasses import dataclass, field, replace
from typing import Self

import numpy as np
from numpy.typing import NDArray

from netviz.engine.options.run_config import RunConfig
from netviz.engine.protocol.observations import Observation

QUICK_S = 1.0
"""What takes longer is computed while training only on request: the training waits meanwhile."""


@dataclass(frozen=True, eq=False)
class Tried(Observation):
    """What was found on copies of the run.

    Attributes
    ----------
    step
        The step from which it was tried.
    config
        The settings of the run then.
    seconds
        What it took.
    """

    step: int
    config: RunConfig
    seconds: float = field(default=0.0, kw_only=True)

    @property
    def is_quick(self) -> bool:
        """Whether it is computed again and again while the run trains."""
        return self.seconds <= QUICK_S

    def after(self, seconds: float) -> Self:
        """Return the same, and what it took."""
        return replace(self, seconds=seconds)

    def stopped(self) -> Self:
        """Return what was found until it was given up."""
        return self


@dataclass(frozen=True, eq=False)
class StepsAhead(Tried):
    """What the next batches would do to the network with each of several learning rates.

    Attributes
    ----------
    rates
        Base learning rates, increasing, ``float64 [k]``.
    moments
        After how many of the next steps the loss was measured, increasing from 0,
        ``int64 [m]``.
    losses
        Mean loss on the same training images each time, in evaluation mode, ``float64 [k, m]``;
        not finite from where a rate has ruined the network.
    batch_losses
        Loss of each batch, before its step, ``float32 [k, n]``; NaN from where a rate has ruined
        the network.
    guessing
        Loss of a network that says the same of every class.
    """

    rates: NDArray[np.float64]
    moments: NDArray[np.int64]
    losses: NDArray[np.float64]
    batch_losses: NDArray[np.float32]
    guessing: float = field(default=math.inf, kw_only=True)
