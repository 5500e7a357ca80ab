"""Which rates a range test suggests: several rules, which disagree."""

import math
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from netviz.engine.protocol.range_test import RangeTest

Curve = tuple[NDArray[np.float64], NDArray[np.float64]]
"""Rates, increasing, and the mean smoothed loss at each, both finite."""

CLEAR_FALL, ERRORS = 0.01, 4.0
"""A fall by less of the start, or by fewer standard errors over the trials, suggests nothing."""

LONE_FALL = 0.1
"""So much has to be the fall of a single trial, whose error nobody knows."""

FIRST = 10
"""Batches whose mean loss is taken as that of the start; the lowest is looked for after them."""

SPAN = 12
"""Batches over which the steepness is measured: half a decade."""


@dataclass(frozen=True)
class Rule:
    """A rule by which a rate is read from a curve.

    Attributes
    ----------
    name
        What it is called: ``steepest``.
    sentence
        What it takes.
    source
        Who proposed it.
    find
        Returns the index of the rate, fractional where it lies between two, and None for none.
    """

    name: str
    sentence: str
    source: str
    find: Callable[[Curve], float | None]


@dataclass(frozen=True)
class Suggestion:
    """What a rule says of a range test; `rate` is None where it says nothing."""

    rule: Rule
    rate: float | None


@dataclass(frozen=True)
class Readings:
    """What is read from a range test.

    Attributes
    ----------
    suggestions
        What each rule says.
    band
        Lowest and highest sensible rate; None where the loss does not clearly fall.
    lowest
        Rate at which the mean loss is lowest; None where it does not clearly fall.
    diverges_from
        Rate from which on the mean loss is above twice its start, or a trial has diverged; None
        where neither happens.
    """

    suggestions: tuple[Suggestion, ...]
    band: tuple[float, float] | None
    lowest: float | None
    diverges_from: float | None


def readings_of(test: RangeTest) -> Readings:
    """Read everything from a range test, also from one that is under way."""
    rates, mean = curve_of(test)
    diverges_from = _diverges_from(test, rates, mean)
    if not _falls_clearly(test, mean):
        nothing = tuple(Suggestion(rule, None) for rule in RULES)
        return Readings(nothing, None, None, diverges_from)
    found = (rule.find((rates, mean)) for rule in RULES)
    suggestions = tuple(
        Suggestion(rule, None if place is None else _rate_at(rates, place))
        for rule, place in zip(RULES, found, strict=True)
    )
    low = float(rates[_lowest(mean)])
    return Readings(suggestions, _band((rates, mean)), low, diverges_from)


def curve_of(test: RangeTest) -> Curve:
    """Return the rates and the mean losses as far as there are any."""
    count = int(np.isfinite(test.mean).sum())
    return test.rates[:count], test.mean[:count]


def steepest(curve: Curve) -> float | None:
    """Return where the loss falls fastest over the logarithm of the rate.

    The suggestion of PyTorch Lightning's learning-rate finder, and ``steep`` of fastai. Each takes
    the difference of two neighbours; here it is over half a decade, since noise has steep falls
    everywhere.
    """
    _, mean = curve
    until = mean[: _lowest(mean) + 1]  # a ruined network may fall steeply to where it began
    if len(until) <= FIRST + SPAN:
        return None
    falls = until[FIRST:-SPAN] - until[FIRST + SPAN :]
    best = int(falls.argmax())
    return FIRST + best + SPAN / 2 if falls[best] > 0 else None


def tenth_of_minimum(curve: Curve) -> float | None:
    """Return a tenth of the rate with the lowest loss.

    ``minimum`` of fastai; S. Gugger, "How do you find a good learning rate" (2018). None where
    the loss still falls at the last rate.
    """
    rates, mean = curve
    lowest = _lowest(mean)
    if lowest == len(mean) - 1:
        return None
    return _place_of(rates, float(rates[lowest]) / 10)


def valley(curve: Curve) -> float | None:
    """Return a point halfway down the longest valley.

    ``valley`` of fastai, the default of its ``lr_find``, by ESRI: of the longest sequence of
    falling losses, with gaps, the point half of the way along.
    """
    _, mean = curve
    lengths = np.ones(len(mean), np.int64)
    for index in range(1, len(mean)):
        above = lengths[:index][mean[:index] > mean[index]]
        lengths[index] += above.max(initial=0)
    end = int(lengths.argmax())
    length = int(lengths[end])
    if length < 2:
        return None
    third = length / 3
    return end - length + int(third) + int(third / 2)


RULES = (
    Rule(
        "steepest",
        "Where the loss falls fastest.",
        "PyTorch Lightning's suggestion, and fastai's “steep”",
        steepest,
    ),
    Rule(
        "a tenth of the lowest",
        "A tenth of the rate at which the loss is lowest.",
        "fastai's “minimum” (Gugger 2018)",
        tenth_of_minimum,
    ),
    Rule(
        "valley",
        "In the middle of the longest fall of the loss.",
        "fastai's “valley”, its default",
        valley,
    ),
)
"""In the order in which they are listed."""


def _band(curve: Curve) -> tuple[float, float]:
    """Return from where on the loss falls, and where it stops to.

    What Smith (2017, section 3.3) takes as the bounds of a cyclical rate: where the network begins
    to learn, here where it has come a tenth of the way, and where that ends.
    """
    rates, mean = curve
    lowest = _lowest(mean)
    start = mean[:FIRST].mean()
    begun = start - 0.1 * (start - mean[lowest])
    before = np.flatnonzero(mean[: lowest + 1] > begun)
    first = int(before[-1]) if len(before) else 0
    return float(rates[first]), float(rates[lowest])


def _falls_clearly(test: RangeTest, mean: NDArray[np.float64]) -> bool:
    """Tell whether the loss falls by more than the noise of the batches explains."""
    if len(mean) <= 2 * FIRST:
        return False
    lowest = _lowest(mean)
    if test.done == 0 and lowest >= len(mean) - FIRST:
        return False  # stopped while it may still have been falling
    trials = test.smoothed[: max(1, test.done)]
    falls = trials[:, :FIRST].mean(axis=1) - trials[:, lowest]
    if falls.mean() < CLEAR_FALL * trials[:, :FIRST].mean():
        return False
    if len(falls) == 1:
        return bool(falls[0] > LONE_FALL * trials[0, :FIRST].mean())
    return bool(falls.mean() > ERRORS * falls.std(ddof=1) / math.sqrt(len(falls)))


def _diverges_from(
    test: RangeTest, rates: NDArray[np.float64], mean: NDArray[np.float64]
) -> float | None:
    has_ended = test.done > 0 and len(mean) < len(test.rates)
    if not len(mean) or not (has_ended or mean[-1] > 2 * test.start):
        return None
    below = np.flatnonzero(mean <= 2 * test.start)
    first = int(below[-1]) + 1 if len(below) else 0
    return float(rates[min(first, len(rates) - 1)])


def _lowest(mean: NDArray[np.float64]) -> int:
    return FIRST + int(mean[FIRST:].argmin())


def _rate_at(rates: NDArray[np.float64], place: float) -> float:
    """Return the rate at a fractional index, between two on the logarithmic axis."""
    return float(np.exp(np.interp(place, np.arange(len(rates)), np.log(rates))))


def _place_of(rates: NDArray[np.float64], rate: float) -> float:
    """Return the fractional index of a rate, which may lie below the first."""
    step = math.log(rates[1] / rates[0])
    return math.log(rate / rates[0]) / step
