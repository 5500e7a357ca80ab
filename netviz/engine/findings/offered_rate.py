"""When a learning rate is taken for too small, and which one a finding offers."""

import math

import numpy as np
from numpy.typing import NDArray

from netviz.engine.findings.situation import Situation
from netviz.engine.options.rate_steps import rounded_rate
from netviz.engine.protocol.findings import ActionKind, FindingAction
from netviz.engine.protocol.rate_zones import Zone, ZoneKind, ends_of, zones_of
from netviz.engine.protocol.rates import StepsAhead
from netviz.number_text import loss_text, rate_text

LITTLE = 0.02
"""Fall of the train loss in some epochs, as a fraction of chance, that is no learning."""

SMALL = 1 / 10
"""Rate, as a fraction of the usual one, up to which it is small: there is room above it."""


def reset_lower(situation: Situation) -> FindingAction:
    """Offer a new try with a tenth of the present rate, and no more than half the usual one."""
    rate = rounded_rate(min(situation.config.learning_rate / 10, situation.usual_rate / 2))
    label = f"Reset with rate {rate_text(rate)}"
    return FindingAction(ActionKind.RESET, label, {"learning_rate": rate})


def set_rate(rate: float) -> FindingAction:
    """Offer to go on with this rate."""
    changes = {"learning_rate": rate}
    return FindingAction(ActionKind.CHANGE, f"Set the rate to {rate_text(rate)}", changes)


def higher_rate(situation: Situation, factor: float) -> float:
    """Return a rate `factor` times as large, but no larger than half the usual one."""
    highest = situation.usual_rate / 2
    return rounded_rate(min(situation.config.learning_rate * factor, highest))


SEE = FindingAction(ActionKind.SHOW, "See what rates do", view="Learning rate")
"""Leads to the picture that a finding was made from."""


def good_zone(ahead: StepsAhead) -> Zone | None:
    """Return the good rates among those that were tried."""
    return next((zone for zone in zones_of(ahead) if zone.kind is ZoneKind.GOOD), None)


def falls_of(ahead: StepsAhead) -> NDArray[np.float64]:
    """Return how far the loss falls with each rate, ``[k]``; minus infinity where it is ruined."""
    return ahead.losses[:, 0] - ends_of(ahead)


def middle_of(zone: Zone) -> float:
    """Return a rate in the middle of a zone."""
    return rounded_rate(math.sqrt(zone.low * zone.high))


def proof(ahead: StepsAhead, present: float, other: float) -> str:
    """Say how far the loss falls over the next batches with two rates, as it was tried.

    Each stands for the nearest of the rates that were tried.
    """
    told = [
        f"{_change(fall)} with {rate_text(rate)}"
        for rate, fall in (_nearest(ahead, each) for each in (other, present))
    ]
    count = int(ahead.moments[-1])
    return f"Over the next {count} batches, tried on copies, the loss {' and '.join(told)}."


def _nearest(ahead: StepsAhead, rate: float) -> tuple[float, float]:
    """Return the nearest rate that was tried, and how far the loss falls with it."""
    index = int(np.abs(np.log(ahead.rates / rate)).argmin())
    return float(ahead.rates[index]), float(falls_of(ahead)[index])


def _change(fall: float) -> str:
    if not math.isfinite(fall):
        return "is ruined"
    return f"{'falls' if fall >= 0 else 'rises'} by {loss_text(abs(fall))}"
