"""When the test loss was best, and whether a run overfits since: plain arithmetic on epochs."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view
from numpy.typing import ArrayLike, NDArray

from netviz.engine.protocol.ledger import LedgerEntry
from netviz.engine.protocol.run_state import Measurement

PATIENCE = 5
"""Epochs in a row that have to say the same: the length of a strip in Prechelt's paper."""
LEAST_CHANGE = 0.05
"""Change of a loss, as a fraction of it, below which it counts as a plateau: Prechelt's GL_5."""
_NOISES = 3
"""Change of a loss, in standard deviations from epoch to epoch, that is no noise."""
_SIDE = 2
"""Epochs on each side of the best one from which the level of the losses there is taken."""
_NEAR = 20
"""Epochs before and after the best one from which the noise is estimated at most."""
_STEEP = 1.5
"""Times the best test loss; higher ones before it are of the steep beginning, and no noise."""


@dataclass(frozen=True)
class Overfitting:
    """A stretch of epochs in which the test loss rose while the train loss fell.

    Attributes
    ----------
    best
        Index of the epoch with the best test loss, after which it begins.
    noticed
        Index of the epoch from which on it could be known; at least `PATIENCE` after `best`.
    until
        Index of the last epoch of which it is true.
    """

    best: int
    noticed: int
    until: int


def best_epoch(test_losses: ArrayLike) -> int | None:
    """Return the index of the lowest finite test loss, the first of equal ones; None without."""
    losses = np.asarray(test_losses, np.float64)
    if not np.isfinite(losses).any():
        return None
    return int(np.argmin(np.where(np.isfinite(losses), losses, np.inf)))


def comparable(
    measurements: Sequence[Measurement], ledger: Iterable[LedgerEntry]
) -> list[Measurement]:
    """Return the epochs that the last one of the loss functions in `ledger` measured."""
    since = max((entry.step for entry in ledger if entry.option == "loss"), default=0)
    return [each for each in measurements if each.step > since]


def best_measurement(
    measurements: Sequence[Measurement], ledger: Iterable[LedgerEntry]
) -> Measurement | None:
    """Return the epoch with the lowest test loss; None where there are not two to compare.

    What was measured by another loss function than the last one does not count.
    """
    measured = comparable(measurements, ledger)
    best = best_epoch([each.test_loss for each in measured])
    return None if best is None or len(measured) < 2 else measured[best]


def find_overfitting(train_losses: ArrayLike, test_losses: ArrayLike) -> Overfitting | None:
    """Return whether a run overfits since its best test loss, and until which epoch.

    It does at an epoch if each of the last `PATIENCE` epochs, all after the best one, had

    - a test loss above that at the best epoch, and
    - a train loss below that at the best epoch,

    both by more than `LEAST_CHANGE` of it and by more than three times the noise from epoch to
    epoch. So neither a plateau nor a few noisy epochs are called overfitting, nor is a run that
    diverges, whose train loss rises too. What was true of an epoch stays true when the run goes
    on, unless a better test loss follows.

    Parameters
    ----------
    train_losses, test_losses
        Losses of each epoch, ``[n]``, of one loss function; may hold NaN and infinity. The train
        loss may be the mean over the epoch's batches or measured after it.

    Notes
    -----
    The rule joins two criteria of L. Prechelt, "Early Stopping - But When?" (in "Neural Networks:
    Tricks of the Trade", 1998): the generalisation loss GL, the rise above the best test loss so
    far, against a threshold of 5 %, and UP, which waits until the rise has lasted. That the train
    loss falls meanwhile is what tells overfitting from divergence. The loss "at the best epoch" is
    the median of up to five epochs around it, since the lowest of many noisy values is too low;
    the noise is estimated from second differences, which a steady rise leaves at zero.
    """
    train, test = (np.asarray(losses, np.float64) for losses in (train_losses, test_losses))
    if train.shape != test.shape:
        raise ValueError("train and test losses differ in length")
    best = best_epoch(test)
    if best is None or len(test) - best <= PATIENCE:
        return None
    first = _first_near(test, best)
    (found,) = np.nonzero(_has_risen(test, best, first) & _has_risen(-train, best, first))
    if len(found) == 0:
        return None
    earliest = best + PATIENCE
    return Overfitting(best, earliest + int(found[0]), earliest + int(found[-1]))


def overfitting_of(measurements: Sequence[Measurement]) -> Overfitting | None:
    """Return `find_overfitting` of measurements by one loss function, as indices of them."""
    return find_overfitting(
        [item.train_loss for item in measurements], [item.test_loss for item in measurements]
    )


def _has_risen(values: NDArray[np.float64], best: int, first: int) -> NDArray[np.bool_]:
    """Return of each epoch from `PATIENCE` after `best` on whether the last ones are above it.

    Whatever is compared is known by then, so that no answer changes as the run goes on. The noise
    is that of the epochs from `first` on.
    """
    around = _finite(values[max(0, best - _SIDE) : best + _SIDE + 1])
    level = float(np.median(around)) if len(around) else np.nan
    lowest = sliding_window_view(values[best + 1 :], PATIENCE).min(axis=1)
    stops = range(best + PATIENCE + 1, min(len(values), best + _NEAR) + 1)
    noises = np.array([_noise(values[first:stop]) for stop in stops])
    noises = np.concatenate((noises, np.full(len(lowest) - len(noises), noises[-1])))
    margins = np.maximum(LEAST_CHANGE * abs(level), _NOISES * noises)
    has_risen: NDArray[np.bool_] = np.isfinite(lowest) & (lowest > level + margins)
    return has_risen


def _first_near(test: NDArray[np.float64], best: int) -> int:
    """Return the first of the epochs before `best` whose losses are about as low."""
    first = best
    while first > max(0, best - _NEAR) and test[first - 1] <= _STEEP * test[best]:
        first -= 1
    return first


def _noise(values: NDArray[np.float64]) -> float:
    """Return the standard deviation of the noise of a curve, steady changes apart."""
    with np.errstate(invalid="ignore", over="ignore"):
        bends = _finite(np.abs(np.diff(values, n=2)))
    # 1.4826 times its median deviation is the standard deviation of a normal distribution, and
    # a second difference of independent values has six times their variance.
    return 1.4826 * float(np.median(bends)) / np.sqrt(6) if len(bends) else 0.0


def _finite(values: NDArray[np.float64]) -> NDArray[np.float64]:
    return values[np.isfinite(values)]
