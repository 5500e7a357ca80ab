"""Learning-rate schedules: the factor of the base rate for each step.

Written as plain functions of how far the run is, so that the planned curve can be drawn before
the run, the base rate can be moved while it runs, and a snapshot needs to hold nothing more.
"""

import math
from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass, replace
from operator import itemgetter

from netviz.engine.options.rate_points import RatePoint
from netviz.engine.options.run_config import RunConfig

ONE_CYCLE_RISE = 0.3
ONE_CYCLE_START = 1 / 25
ONE_CYCLE_END = 1e-4
"""torch's own defaults: fraction of the steps that rise, first factor, last factor of the first."""

PLATEAU_THRESHOLD = 1e-4
"""A loss counts as better if it is lower by this fraction; torch's own default."""

PLATEAU_LEAST_FALL = 1e-8
"""A learning rate that would fall by less stays where it is; torch's own default."""


_epochs_of = itemgetter(0)


@dataclass(frozen=True)
class Position:
    """How far a run is when a step begins.

    Attributes
    ----------
    epoch
        Epochs completed.
    batch
        Batches of the epoch under way that are done.
    batches
        Batches of an epoch at the present batch size.
    """

    epoch: int
    batch: int
    batches: int

    @property
    def epochs(self) -> float:
        """Epochs done, with the fraction of the one under way."""
        return self.epoch + self.batch / self.batches


@dataclass(frozen=True)
class Plateau:
    """What "reduce on plateau" remembers: the best test loss and how long ago it was.

    Attributes
    ----------
    factor
        Present factor of the base rate.
    """

    factor: float = 1.0
    best: float = math.inf
    bad_epochs: int = 0

    def after(self, loss: float, config: RunConfig) -> "Plateau":
        """Return what is remembered once an epoch ended with this test loss.

        The rule of ``torch.optim.lr_scheduler.ReduceLROnPlateau`` with its defaults.
        """
        if loss < self.best * (1 - PLATEAU_THRESHOLD):
            return replace(self, best=loss, bad_epochs=0)
        if self.bad_epochs + 1 > config.patience:
            fall = config.learning_rate * self.factor * (1 - config.gamma)
            factor = self.factor * (config.gamma if fall > PLATEAU_LEAST_FALL else 1)
            return replace(self, factor=factor, bad_epochs=0)
        return replace(self, bad_epochs=self.bad_epochs + 1)


def rate_factor(config: RunConfig, position: Position, plateau: Plateau) -> float:
    """Return the factor of the base rate for the step that begins at `position`.

    Each is the closed form of torch's scheduler of that name: step and exponential stepped
    once an epoch, the others once a batch. "Custom" has none: it is drawn by hand.
    """
    match config.schedule:
        case "step":
            return float(config.gamma ** (position.epoch // config.step_epochs))
        case "exponential":
            return float(config.gamma**position.epoch)
        case "cosine":
            done = min(1.0, position.epochs / config.epochs)
            return (1 + math.cos(math.pi * done)) / 2
        case "warmup":
            done = min(1.0, position.epochs / config.warmup_epochs)
            return config.warmup_start + (1 - config.warmup_start) * done
        case "one-cycle":
            return _one_cycle(position, config.epochs)
        case "plateau":
            return plateau.factor
        case "custom":
            return factor_at(config.points, position.epochs)
    return 1.0


def factor_at(points: Sequence[RatePoint], epochs: float) -> float:
    """Return the factor on the line through `points` after so many epochs.

    The line is straight on a logarithmic axis, and constant beyond its ends.
    """
    index = bisect_right(points, epochs, key=_epochs_of)
    if index in (0, len(points)):
        return points[max(0, index - 1)][1]
    (start, first), (end, last) = points[index - 1], points[index]
    return float(first * (last / first) ** ((epochs - start) / (end - start)))


def _one_cycle(position: Position, epochs: int) -> float:
    """Rise to the base rate, then fall far below it, both along half a cosine.

    L. N. Smith and N. Topin, "Super-convergence: very fast training of neural networks using
    large learning rates" (2018), in the form of torch's ``OneCycleLR`` with
    ``cycle_momentum=False``: the momentum stays as it is set.
    """
    total = epochs * position.batches
    step = min(position.epochs * position.batches, total - 1)
    peak = ONE_CYCLE_RISE * total - 1
    if step <= peak:
        return _between(ONE_CYCLE_START, 1.0, step / peak if peak > 0 else 1.0)
    end = ONE_CYCLE_START * ONE_CYCLE_END
    return _between(1.0, end, (step - peak) / max(1e-9, total - 1 - peak))


def _between(start: float, end: float, done: float) -> float:
    return end + (start - end) / 2 * (1 + math.cos(math.pi * done))


def planned_rates(config: RunConfig, batches: int, points: int = 200) -> list[tuple[float, float]]:
    """Return the curve that the schedule plans, from the first step to the last.

    "Reduce on plateau" plans nothing and is drawn as the constant that it starts from.

    Returns
    -------
    list[tuple[float, float]]
        Epochs done, and the learning rate there.
    """
    total = config.epochs * batches
    curve = []
    for index in range(points):
        step = round(index * max(0, total - 1) / max(1, points - 1))
        position = Position(step // batches, step % batches, batches)
        rate = config.learning_rate * rate_factor(config, position, Plateau())
        curve.append((position.epochs, rate))
    return curve
