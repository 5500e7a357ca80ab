"""Runs in plain figures, for the tests of the rules."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import numpy as np

from netviz.engine.findings.situation import ClassScore, Situation
from netviz.engine.options.run_config import RunConfig
from netviz.engine.options.training import chance_level
from netviz.engine.protocol.layer_look import LayerFigures, Look
from netviz.engine.protocol.rates import StepsAhead
from netviz.engine.protocol.run_state import Measurement

STEPS = 400
"""Steps of an epoch."""

CHANCE = chance_level("cross-entropy", 10)


def measurements(
    train: Sequence[float], test: Sequence[float] | None = None, steps: int = STEPS
) -> list[Measurement]:
    """One for each loss, the first of the untrained network."""
    test = train if test is None else test
    return [
        Measurement(epoch, epoch * steps, loss, 0.5, other, 0.5, 1.0, 1000.0)
        for epoch, (loss, other) in enumerate(zip(train, test, strict=True))
    ]


def look(step: int, **figures: Any) -> Look:
    """Three layers; `dead` and `gradients` of each, of which gradients are 1 where not given."""
    dead = figures.get("dead", (0.1, 0.1, None))
    gradients = figures.get("gradients", (1.0, 1.0, 1.0))
    layers = tuple(
        LayerFigures(str(index), f"Linear {index + 1}", 64, gradient, share)
        for index, (gradient, share) in enumerate(zip(gradients, dead, strict=True))
    )
    norm = float(np.sqrt(sum(each**2 for each in gradients if each is not None)))
    return Look(step, 10 * step, layers, norm)


def looks(count: int, **figures: Any) -> list[Look]:
    """So many looks, all alike, one an epoch."""
    return [look(STEPS * (index + 1), **figures) for index in range(count)]


def score(step: int, accuracies: Sequence[float], total: int = 100) -> ClassScore:
    """Classes of equal size with these accuracies."""
    correct = np.round(np.array(accuracies) * total).astype(np.int64)
    return ClassScore(step, correct, np.full(len(correct), total))


def tried(lowest: float, falls: Sequence[float]) -> StepsAhead:
    """How far the loss, 1 at first, falls with rates from `lowest` on, three to a decade."""
    rates = lowest * 10 ** (3 / 8 * np.arange(len(falls)))
    losses = np.stack([np.ones(len(falls)), 1 - np.array(falls)], axis=1)
    batches = np.ones((len(falls), 20), np.float32)
    return StepsAhead(1, 2000, RunConfig(), rates, np.array([0, 20]), losses, batches)


def situation(values: dict[str, Any] | None = None, **figures: Any) -> Situation:
    """A run that learns well with the default settings, but for what is given."""
    learned = measurements([2.3, 0.6, 0.4, 0.3, 0.25, 0.2])
    measured = figures.get("measurements", learned)
    plain = Situation(
        measured[-1].step,
        measured[-1].epoch,
        RunConfig.parse(values or {}),
        tuple("0123456789"),
        (400,) * 10,
        CHANCE,
        measured,
        looks(5),
        [score(epoch * STEPS, [0.9] * 10) for epoch in range(1, 6)],
    )
    return replace(plain, **figures)
