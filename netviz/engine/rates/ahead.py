"""The next steps with each of several learning rates, tried on a copy."""

import math
from collections.abc import Generator
from time import perf_counter

import numpy as np
from numpy.typing import NDArray

from netviz.engine.options.optimizers import OPTIMIZERS
from netviz.engine.options.rate_steps import RATE_MAX, RATE_MIN
from netviz.engine.options.run_config import RunConfig
from netviz.engine.options.training import chance_level
from netviz.engine.protocol.rates import StepsAhead
from netviz.engine.rates.trial import Trial
from netviz.engine.rates.trial_spec import TrialSpec

STEPS = 40
"""Batches that each rate is tried on: over 20 the zones miss the best rate more often."""

MOMENTS = (0, 5, 10, 20, 30, 40)
"""After how many of them the loss is measured."""

SLICE_S = 0.005
"""It yields after so long, once a batch is done, so that commands are obeyed."""

RATES, DECADES = 9, 3.0
"""How many rates are tried, and how far apart the outer ones are."""


def rates_around(config: RunConfig) -> NDArray[np.float64]:
    """Return the rates that are tried, ``[RATES]``: evenly apart, the present one among them.

    Where that is near an end of the slider, or beyond it, they lie to one side of it.
    """
    present = config.learning_rate or OPTIMIZERS[config.optimizer].usual_rate
    apart = DECADES / (RATES - 1)
    middle = math.log10(min(max(present, RATE_MIN), RATE_MAX))
    # Shifted by whole distances, so that the present rate stays one of them.
    up = math.ceil(max(0.0, math.log10(RATE_MIN) - (middle - DECADES / 2)) / apart - 1e-9)
    down = math.ceil(max(0.0, middle + DECADES / 2 - math.log10(RATE_MAX)) / apart - 1e-9)
    distances = apart * (np.arange(RATES) - RATES // 2 + up - down)
    rates = np.asarray(10.0 ** (middle + distances), np.float64)
    rates[RATES // 2 - up + down] = min(max(present, RATE_MIN), RATE_MAX)
    return rates


def look_ahead(trial: Trial, run: int) -> Generator[None, None, StepsAhead]:
    """Train the next batches with each of the rates around the present one, from the same moment.

    Yields every few milliseconds, so that it can be done a little at a time.

    Parameters
    ----------
    trial
        Begun at the moment in question.
    run
        Number of the run.

    Returns
    -------
    StepsAhead
        As the generator's value.
    """
    trainer = trial.trainer
    config, step = trainer.config, trainer.step
    images, labels = trial.sample()
    rates = rates_around(config)
    losses = np.full((len(rates), len(MOMENTS)), np.nan)
    batch_losses = np.full((len(rates), STEPS), np.nan, np.float32)
    trial.go_back()
    losses[:, 0] = yield from trial.measure(images, labels)
    for row, rate in enumerate(rates.tolist()):
        trial.go_back({"learning_rate": rate})
        for column, moment in enumerate(MOMENTS[1:], start=1):
            yield from _train_until(trial, moment, batch_losses[row])
            if np.isnan(batch_losses[row, moment - 1]):
                break
            losses[row, column] = yield from trial.measure(images, labels)
            yield
    guessing = chance_level(config.loss, len(trainer.data.classes))
    moments = np.array(MOMENTS)
    return StepsAhead(run, step, config, rates, moments, losses, batch_losses, guessing=guessing)


def _train_until(
    trial: Trial, moment: int, losses: NDArray[np.float32]
) -> Generator[None, None, None]:
    """Train on until so many of the next batches are trained; leave out those after a ruin.

    To lend the copy anew for each batch would take half as long again as the training.
    """
    done = int(np.isfinite(losses).sum())
    while done < moment:
        began = perf_counter()
        with trial.resumed() as copy:
            while done < moment and perf_counter() - began < SLICE_S:
                loss = float(copy.train_batch().loss)
                if not math.isfinite(loss):
                    return
                losses[done] = loss
                done += 1
        yield


TRIAL = TrialSpec(StepsAhead, "The next steps", look_ahead)
