"""Which learning rate to offer to a run that has diverged."""

from netviz.engine.options.optimizers import OPTIMIZERS
from netviz.engine.options.run_config import RunConfig

_DIGITS = 2
"""Significant digits of a rate that is offered: nobody types 333.333333333."""


def rate_that_works(
    config: RunConfig, earlier_rate: float | None = None, good_rate: float | None = None
) -> float:
    """Return a learning rate that is likely to train where that of `config` did not.

    That is the earlier one, if the loss fell under it or a greater one. Otherwise it is a third
    of the present one, and a third of that, until it lies at or below one under which the loss
    fell, or, where it never did, at or below one that is usual for the optimizer.

    Parameters
    ----------
    config
        Settings under which the run diverged.
    earlier_rate
        Learning rate of the state to go back to.
    good_rate
        Learning rate under which the loss fell last; None if it never did.
    """
    hopeless = config.learning_rate
    knows_better = good_rate is not None and 0 < good_rate < hopeless
    if earlier_rate and knows_better and good_rate and earlier_rate <= good_rate:
        return earlier_rate
    ceiling = good_rate if knows_better and good_rate else _usual_rate(config)
    rate = hopeless / 3
    while rate > ceiling:
        rate /= 3
    return float(f"{rate:.{_DIGITS}g}")


def _usual_rate(config: RunConfig) -> float:
    momentum = config.momentum if config.is_relevant("momentum") else 0.0
    return OPTIMIZERS[config.optimizer].usual_rate * (1 - momentum)
