"""The learning-rate range test, on a copy."""

import math
from collections.abc import Generator
from time import perf_counter

import numpy as np
from numpy.typing import NDArray

from netviz.engine.options.rate_steps import RATE_MAX, RATE_MIN
from netviz.engine.options.training import chance_level
from netviz.engine.protocol.range_test import (
    DIVERGED_TIMES,
    Ended,
    RangeTest,
    smoothed_losses,
)
from netviz.engine.rates.trial import Trial
from netviz.engine.rates.trial_spec import TrialSpec

TRIALS, BATCHES = 6, 150
"""How often the rate rises, each time on the batches that follow, and over how many of them."""

TELL_S = 0.05
"""How often what was found so far is told."""

STEADY_BATCHES = 20
"""Before a trial has trained so many batches its smoothed loss tells more of them than of rates."""


def find_rate(trial: Trial, run: int) -> Generator[RangeTest | None, None, RangeTest]:
    """Let the rate rise over the next batches, several times from the same moment.

    The first trial trains the batches that the run is about to train, each other one those that
    come after. Yields after every batch, and now and then what was found so far.

    Parameters
    ----------
    trial
        Begun at the moment in question.
    run
        Number of the run.

    Returns
    -------
    RangeTest
        As the generator's value.
    """
    trainer = trial.trainer
    config, step = trainer.config, trainer.step
    rates = np.geomspace(RATE_MIN, RATE_MAX, BATCHES)
    losses = np.full((TRIALS, BATCHES), np.nan, np.float32)
    smoothed = np.full((TRIALS, BATCHES), np.nan)
    chance = chance_level(config.loss, len(trainer.data.classes))
    trial.go_back()
    start = yield from trial.measure(*trial.sample())

    def found(done: int, ended: Ended | None = None) -> RangeTest:
        return RangeTest(
            run, step, config, rates, losses.copy(), smoothed.copy(), start, done, ended
        )

    yield found(0)
    told = perf_counter()
    for row in range(TRIALS):
        _go_to_batches(trial, row * BATCHES)
        for column, rate in enumerate(rates.tolist()):
            with trial.resumed() as copy:
                copy.apply(config.with_changes({"schedule": "constant", "learning_rate": rate}))
                loss = float(copy.train_batch().loss)
            if not math.isfinite(loss):
                break
            losses[row, column] = loss
            smoothed[row, : column + 1] = smoothed_losses(losses[row, : column + 1])
            if has_diverged(smoothed[row, : column + 1], start, chance):
                break
            is_due = perf_counter() - told >= TELL_S
            yield found(row) if is_due else None
            told = perf_counter() if is_due else told
    diverged = not np.isfinite(smoothed[:, -1]).all()
    return found(TRIALS, Ended.DIVERGED if diverged else Ended.HIGHEST)


def has_diverged(smoothed: NDArray[np.float64], start: float, chance: float) -> bool:
    """Tell whether the last of the smoothed losses is far above the lowest.

    And as far above the start, or that of a network that has learned nothing: the lowest alone
    would not do, since late in training the loss of one batch is ten times that of another.
    """
    enough = max(DIVERGED_TIMES * smoothed.min(), min(DIVERGED_TIMES * start, chance))
    return bool(len(smoothed) >= STEADY_BATCHES and smoothed[-1] > enough)


def _go_to_batches(trial: Trial, first: int) -> None:
    """Put the copy back to where the trial began, with so many of the next batches left out."""
    trial.go_back()
    with trial.resumed() as copy:
        for _ in range(first):
            copy.sampler.next_batch(copy.config.batch_size, copy.config.order)


TRIAL = TrialSpec(RangeTest, "The range of rates", find_rate, is_on_request=True)
