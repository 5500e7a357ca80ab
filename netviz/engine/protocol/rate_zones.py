"""Which learning rates are too slow, good or unstable, as far as the next steps tell."""

import math
from dataclasses import dataclass, replace
from enum import Enum

import numpy as np
from numpy.typing import NDArray

from netviz.engine.protocol.rates import StepsAhead

GOOD_SHARE = 0.5
"""Rates below the best are good if the loss falls at least so far, as a share of its fall."""

SHAKEN = 1.4
"""Rates above the best are good if the loss ends at most at so many times its start.

A higher rate shakes a trained network before it takes it further: more than these steps can show.
"""

GUESSING = 0.9
"""Nor is a rate above the best good if the loss ends above so many times that of guessing."""

UNSTABLE = 2.0
"""A rate is unstable if the loss ends above so many times its start."""

RUINED = 2.5
"""A network whose loss is above so many times that of guessing was thrown far from where it was."""

_LAST = 2
"""The loss at the end is the mean of so many measurements: one alone is a matter of its batch."""


class ZoneKind(Enum):
    """What the rates of a zone do over the next steps."""

    SLOW = "too slow"
    GOOD = "good"
    UNSTABLE = "unstable"


@dataclass(frozen=True)
class Zone:
    """Rates from `low` to `high` that do the same."""

    kind: ZoneKind
    low: float
    high: float


def zones_of(ahead: StepsAhead) -> tuple[Zone, ...]:
    """Return the zones among the rates that were tried, from the lowest on; they may leave gaps.

    Good: from the lowest rate with which the loss falls at least `GOOD_SHARE` as far as with the
    best of them, up to the highest with which it still does, or at least ends at most at `SHAKEN`
    times its start and clearly below that of guessing. Too slow: below the good ones. Unstable:
    above the good ones it ends above `UNSTABLE` times its start, or not below that of guessing, or
    is not finite, and so with each rate above. What lies between good and unstable is called
    nothing. Where even the best one ends too far above its start none is good, and nothing is too
    slow. Of a network that is ruined there are no zones: a rate that lets its loss fall leads back
    to nothing that it has learned.
    """
    if is_ruined(ahead):
        return ()
    rates, ends = ahead.rates, ends_of(ahead)
    start, best = float(ahead.losses[0, 0]), int(ends.argmin())
    shaken = min(SHAKEN * start, GUESSING * ahead.guessing)
    near = start - GOOD_SHARE * (start - ends[best]) if ends[best] < start else shaken
    far = max(near, shaken)
    zones = []
    reached = float(rates[0])
    if ends[best] <= near:
        low, reached = _down(rates, ends, best, near), _up(rates, ends, best, far)
        if low > rates[0]:
            zones.append(Zone(ZoneKind.SLOW, float(rates[0]), low))
        zones.append(Zone(ZoneKind.GOOD, low, reached))
    top = _unstable_from(ends, max(far, min(UNSTABLE * start, ahead.guessing)))
    if top < len(rates):
        middle = math.sqrt(rates[top - 1] * rates[top]) if top else float(rates[0])
        zones.append(Zone(ZoneKind.UNSTABLE, max(middle, reached), float(rates[-1])))
    return tuple(zones)


def is_ruined(ahead: StepsAhead) -> bool:
    """Return whether the network was thrown so far away that no rate can be called good."""
    return not ahead.losses[0, 0] <= RUINED * ahead.guessing


def kind_at(zones: tuple[Zone, ...], rate: float) -> ZoneKind | None:
    """Return the zone in which a rate lies, the good one at its ends; None between two zones."""
    found = [zone.kind for zone in zones if zone.low <= rate <= zone.high]
    return ZoneKind.GOOD if ZoneKind.GOOD in found else next(iter(found), None)


def reaching_ends(zones: tuple[Zone, ...], lowest: float, highest: float) -> tuple[Zone, ...]:
    """Return the zones as far as they can be known: what is slower than too slow is so, too.

    The same holds of what is higher than unstable.
    """
    return tuple(
        replace(
            zone,
            low=min(lowest, zone.low) if zone.kind is ZoneKind.SLOW else zone.low,
            high=max(highest, zone.high) if zone.kind is ZoneKind.UNSTABLE else zone.high,
        )
        for zone in zones
    )


def ends_of(ahead: StepsAhead) -> NDArray[np.float64]:
    """Return the loss at the end with each rate, ``[k]``; infinite for one that ruins the network.

    It is the mean of the last measurements after the start.
    """
    ends = ahead.losses[:, 1:][:, -_LAST:].mean(axis=1)
    return np.where(np.isfinite(ends), ends, np.inf)


def _unstable_from(ends: NDArray[np.float64], most: float) -> int:
    """Return the index from which on each rate ends above `most`."""
    stable = np.flatnonzero(ends <= most)
    return int(stable[-1]) + 1 if len(stable) else 0


def _down(rates: NDArray[np.float64], ends: NDArray[np.float64], best: int, most: float) -> float:
    """Return the lowest rate next to the best with which the loss ends at most there."""
    low = best
    while low > 0 and ends[low - 1] <= most:
        low -= 1
    return _crossing(rates, ends, low, low - 1, most) if low > 0 else float(rates[0])


def _up(rates: NDArray[np.float64], ends: NDArray[np.float64], best: int, most: float) -> float:
    """Return the highest rate next to the best with which the loss ends at most there."""
    high = best
    while high < len(rates) - 1 and ends[high + 1] <= most:
        high += 1
    at_end = high == len(rates) - 1
    return float(rates[-1]) if at_end else _crossing(rates, ends, high, high + 1, most)


def _crossing(
    rates: NDArray[np.float64], ends: NDArray[np.float64], inside: int, outside: int, most: float
) -> float:
    """Return the rate between two neighbours at which the loss ends just there.

    It is taken to change evenly over the logarithm of the rate.
    """
    part = (most - ends[inside]) / (ends[outside] - ends[inside])
    # A power, since the logarithm's rounding could leave the rate inside just outside.
    return float(rates[inside] * (rates[outside] / rates[inside]) ** part)
