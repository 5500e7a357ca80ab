"""The learning-rate range test: the loss while the rate rises from batch to batch."""

from dataclasses import dataclass, replace
from enum import Enum
from typing import ClassVar, Self

import numpy as np
from numpy.typing import NDArray

from netviz.engine.protocol.rates import Tried

SMOOTHING = 0.9
"""How much of the average before a batch stays in the smoothed loss."""

DIVERGED_TIMES = 4.0
"""A trial has diverged when its smoothed loss is so many times its lowest."""


class Ended(Enum):
    """Why a range test ended."""

    DIVERGED = "it diverged"
    HIGHEST = "the highest rate was reached"
    STOPPED = "it was stopped"


@dataclass(frozen=True, eq=False)
class RangeTest(Tried):
    """The loss of each batch while the rate rises, in several trials from the same weights.

    L. N. Smith, "Cyclical learning rates for training neural networks" (2017). It is told several
    times while it is under way.

    Attributes
    ----------
    rates
        The rate of each batch, increasing, ``float64 [n]``.
    losses
        Loss of each batch, before its step, ``float32 [trials, n]``; NaN where nothing was
        trained, and where it is not finite.
    smoothed
        Exponential average of the losses, corrected for its start, ``float64 [trials, n]``; NaN
        as in `losses`.
    start
        Mean loss at the start on the same training images as other trials, in evaluation mode.
    done
        Trials that have ended.
    ended
        Why all of it ended; None while it is under way.
    """

    is_watched: ClassVar[bool] = False

    rates: NDArray[np.float64]
    losses: NDArray[np.float32]
    smoothed: NDArray[np.float64]
    start: float
    done: int = 0
    ended: Ended | None = None

    @property
    def is_finished(self) -> bool:
        """Whether nothing more will come."""
        return self.ended is not None

    @property
    def mean(self) -> NDArray[np.float64]:
        """Mean of the smoothed losses of all trials that have ended, ``[n]``; else of the first.

        NaN where one of them has no loss any more: the mean of the others would look too good.
        """
        mean: NDArray[np.float64] = self.smoothed[: max(1, self.done)].mean(axis=0)
        return mean

    @property
    def reached(self) -> float:
        """How much of it is done, from 0 to 1."""
        if self.is_finished or self.done == len(self.losses):
            return 1.0
        part = np.isfinite(self.losses[self.done]).sum() / len(self.rates)
        return float((self.done + part) / len(self.losses))

    def stopped(self) -> Self:
        """Return the same, ended where it is."""
        return replace(self, ended=self.ended or Ended.STOPPED)


def smoothed_losses(losses: NDArray[np.floating]) -> NDArray[np.float64]:
    """Return the exponential average of losses, corrected for its start, ``[n]``.

    As fastai does it (S. Gugger, "How do you find a good learning rate", 2018): the average
    begins at zero, and is divided by what it has of all the losses so far.
    """
    average, smoothed = 0.0, np.full(len(losses), np.nan)
    for index, loss in enumerate(losses.tolist()):
        average = SMOOTHING * average + (1 - SMOOTHING) * loss
        smoothed[index] = average / (1 - SMOOTHING ** (index + 1))
    return smoothed
