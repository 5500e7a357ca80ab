"""The loss after the very next step, as a function of the rate: each rate is really tried."""

import math
from collections.abc import Generator, Iterator
from contextlib import contextmanager
from time import perf_counter
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from netviz.engine.options.rate_steps import RATE_MAX, RATE_MIN
from netviz.engine.protocol.rates import QUICK_S
from netviz.engine.protocol.step_curve import StepCurve
from netviz.engine.protocol.step_figures import crossing_of, lowest_of
from netviz.engine.rates.trial import Trial
from netviz.engine.rates.trial_spec import TrialSpec

FINE, COARSE = 3, 2
"""Rates tried in each decade; the lower number where a network is so large that it takes long."""

NARROWINGS = 3
"""How often the gap is halved in which the loss comes back to its start."""

DECADES = round(math.log10(RATE_MAX / RATE_MIN))


class _Steps:
    """Makes the next step of a run with one rate after the other, and keeps what was found.

    Parameters
    ----------
    trial
        A copy that stands at the moment before the step.
    """

    def __init__(self, trial: Trial) -> None:
        self._trial = trial
        self._sample = trial.sample()
        self._batch: tuple[Tensor, Tensor] | None = None
        self.found: dict[float, tuple[float, float]] = {}
        self.factor = 1.0

    @property
    def images(self) -> int:
        """How many images the batch has."""
        return len(self._batch[1]) if self._batch else 0

    def try_rate(self, rate: float) -> Generator[None, None, None]:
        """Make the step with this rate and measure the loss after it, unless it is known."""
        if rate in self.found:
            return
        trial = self._trial
        trial.go_back({"learning_rate": rate})
        labels: list[Tensor] = []
        with (
            trial.resumed() as copy,
            _inputs_of(copy.model, is_wanted=self._batch is None) as images,
        ):
            # Where gradients are gathered, it is the last of several batches that steps.
            while not labels or copy.only_accumulated:
                batch = copy.train_batch()
                labels.append(batch.labels)
        if self._batch is None:
            self._batch = torch.cat(images), torch.cat(labels)
        if rate:
            self.factor = batch.learning_rate / rate
        yield
        on_batch = yield from trial.measure(*self._batch)
        on_sample = yield from trial.measure(*self._sample)
        self.found[rate] = on_batch, on_sample

    def curve(self) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """Return the rates above 0, ``[k]`` from the lowest on, and their losses, ``[k, 2]``."""
        rates = sorted(rate for rate in self.found if rate)
        return np.array(rates), np.array([self.found[rate] for rate in rates])


@contextmanager
def _inputs_of(model: nn.Module, *, is_wanted: bool) -> Iterator[list[Tensor]]:
    """Keep what the network is given meanwhile: the batches, augmented."""
    kept: list[Tensor] = []
    if not is_wanted:
        yield kept
        return

    def keep(_: nn.Module, inputs: tuple[Any, ...]) -> None:
        kept.append(inputs[0].detach().clone())

    hook = model.register_forward_pre_hook(keep, prepend=True)
    try:
        yield kept
    finally:
        hook.remove()


def try_step(trial: Trial, run: int) -> Generator[None, None, StepCurve]:
    """Make the next step with rates over the whole slider, each from the same moment.

    Everything that the optimizer does to the update is in it, since the copy makes the step as the
    run will: momentum, Adam's scaling, weight decay, clipping, gradients gathered over batches.
    Yields every few milliseconds.

    Parameters
    ----------
    trial
        Begun at the moment in question.
    run
        Number of the run.

    Returns
    -------
    StepCurve
        As the generator's value.
    """
    trainer = trial.trainer
    config, step = trainer.config, trainer.step
    steps = _Steps(trial)
    yield from steps.try_rate(0.0)
    began = perf_counter()
    present = config.learning_rate
    yield from steps.try_rate(present if RATE_MIN <= present <= RATE_MAX else RATE_MIN)
    cost_s = perf_counter() - began
    is_quick = cost_s * (DECADES * FINE + 2 * NARROWINGS) < QUICK_S
    for rate in _grid(FINE if is_quick else COARSE):
        yield from steps.try_rate(rate)
    yield from _narrow(steps)
    rates, losses = steps.curve()
    batch_start, sample_start = steps.found[0.0]
    return StepCurve(
        run,
        step,
        config,
        rates,
        losses[:, 0],
        losses[:, 1],
        batch_start,
        sample_start,
        images=steps.images,
        sample_images=len(trial.sample()[1]),
        factor=steps.factor,
    )


def _grid(per_decade: int) -> list[float]:
    return [float(rate) for rate in np.geomspace(RATE_MIN, RATE_MAX, DECADES * per_decade + 1)]


def _narrow(steps: _Steps) -> Generator[None, None, None]:
    """Try more rates where the loss is lowest, and where it comes back to its start."""
    start = steps.found[0.0][0]
    for _ in range(NARROWINGS - 1):
        rates, losses = steps.curve()
        lowest = lowest_of(rates, losses[:, 0], start)
        if lowest is not None:
            for outer in rates[max(0, lowest - 1) : lowest + 2 : 2].tolist():
                yield from steps.try_rate(math.sqrt(outer * rates[lowest]))
    for _ in range(NARROWINGS):
        rates, losses = steps.curve()
        if above := crossing_of(rates, losses[:, 0], start):
            yield from steps.try_rate(math.sqrt(rates[above - 1] * rates[above]))


TRIAL = TrialSpec(
    StepCurve,
    "The next step",
    try_step,
    # It is the same step for whatever rate is set: all of them are in the picture.
    regardless_of=frozenset({"learning_rate"}),
    each_step=True,
)
