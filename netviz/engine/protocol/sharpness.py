"""How sharply the loss curves, and which rate that allows; free of torch."""

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from netviz.engine.options.optimizers import OPTIMIZERS
from netviz.engine.options.run_config import RunConfig
from netviz.engine.protocol.rates import Tried
from netviz.number_text import norm_text, number_text, rate_text

SCALED = ("adam", "adamw", "rmsprop")
"""Optimizers that give each weight a rate of its own: the curvature is scaled as they scale."""

HIDDEN_ABOVE = 1e4
"""A ceiling so high says nothing but that the loss hardly curves."""


@dataclass(frozen=True, eq=False)
class Sharpness(Tried):
    """The sharpness of the loss over the steps, as far as it was measured, and its ceiling.

    The sharpness is the largest eigenvalue of the Hessian of the training loss, on images that are
    always the same, in evaluation mode; a weight decay that is part of the gradient is part of the
    loss. For `SCALED` optimizers the Hessian is scaled as they scale the gradient.

    Attributes
    ----------
    steps
        When it was measured, increasing, ``int64 [k]``; the last is `step`, unless the loss is no
        number there.
    values
        The sharpness, ``float64 [k]``.
    ceilings
        The rate above which a step overshoots ever farther along the steepest direction,
        ``float64 [k]``; NaN for an optimizer of which none is known, infinite where nothing curves
        upwards.
    rates
        The rate of the step that followed, with its schedule, ``float64 [k]``.
    images
        On how many images.
    """

    steps: NDArray[np.int64]
    values: NDArray[np.float64]
    ceilings: NDArray[np.float64]
    rates: NDArray[np.float64]
    images: int


def limit_of(config: RunConfig) -> float | None:
    """Return how large rate times sharpness may be before a quadratic loss diverges.

    Plain SGD 2, with momentum ``2 (1 + m)``, with Nesterov's ``2 (1 + m) / (1 + 2 m)``: J. Cohen
    and others, "Gradient descent on neural networks typically occurs at the edge of stability"
    (ICLR 2021). Adam ``(2 + 2 b) / (1 - b)``, which is 38 for b = 0.9, and RMSprop as SGD, both of
    the scaled Hessian: J. Cohen and others, "Adaptive gradient methods at the edge of stability"
    (2022). None for other optimizers.
    """
    momentum = config.momentum
    match config.optimizer:
        case "sgd" if config.nesterov and momentum and not config.dampening:
            return 2 * (1 + momentum) / (1 + 2 * momentum)
        case "sgd":
            undamped = 1 - config.dampening if momentum else 1.0
            return 2 * (1 + momentum) / undamped if undamped > 0 else None
        case "adam" | "adamw":
            return (2 + 2 * config.beta1) / (1 - config.beta1)
        case "rmsprop":
            return 2 * (1 + momentum)
    return None


def ceiling_of(config: RunConfig, sharpness: float) -> float:
    """Return the rate that a sharpness allows; NaN where no ceiling is known."""
    limit = limit_of(config)
    if limit is None:
        return math.nan
    return limit / sharpness if sharpness > limit / HIDDEN_ABOVE else math.inf


def in_words(found: Sharpness) -> str:
    """Say in a sentence how the rate stands to its ceiling."""
    if not len(found.steps) or found.steps[-1] != found.step:
        return "The loss is no number: nothing can be said of its curvature."
    value, ceiling, rate = (float(each[-1]) for each in (found.values, found.ceilings, found.rates))
    if math.isnan(ceiling):
        title = OPTIMIZERS[found.config.optimizer].title
        return f"The sharpness is {norm_text(max(0.0, value))}; for {title} no ceiling is known."
    if math.isinf(ceiling):
        return "The loss hardly curves here: it sets the rate no ceiling."
    allowed = rate_text(float(f"{ceiling:.2g}"))
    if rate <= 0:
        return f"The curvature allows rates up to {allowed} now."
    if rate > ceiling:
        return (
            f"The curvature allows rates up to {allowed} now. The rate used is "
            f"{_times(rate / ceiling)} times that: steps may overshoot and the loss jump, until "
            "it is flatter."
        )
    return (
        f"The curvature allows rates up to {allowed} now, {_times(ceiling / rate)} × the rate used."
    )


def _times(factor: float) -> str:
    return number_text(float(f"{factor:.2g}"))
