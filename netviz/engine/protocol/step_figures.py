"""What a step's curve says: its lowest point, the rate that is too much, and both in words."""

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from netviz.engine.protocol.step_curve import StepCurve
from netviz.number_text import loss_text, rate_text

HARDLY = 1e-4
"""A loss that changes by less, as a share of itself, is said to hardly change."""

ALIKE = 1.12
"""Rates that differ by no more than this factor are said to be the same."""


@dataclass(frozen=True)
class StepFigures:
    """What is to be said of one curve on the batch.

    Attributes
    ----------
    start
        Loss before the step.
    lowest_rate, lowest_loss
        The lowest point; None where no rate lowers the loss.
    critical_rate
        Above it the loss ends higher than it began; None where it does not up to the highest rate
        that was tried, or where no rate lowers it.
    """

    start: float
    lowest_rate: float | None
    lowest_loss: float | None
    critical_rate: float | None


def figures_of(curve: StepCurve) -> StepFigures:
    """Return the lowest point of the batch's curve, and where it is back at its start."""
    rates, losses, start = curve.rates, curve.batch_losses, curve.batch_start
    lowest = lowest_of(rates, losses, start)
    if lowest is None:
        return StepFigures(start, None, None, None)
    critical = None
    if above := crossing_of(rates, losses, start):
        critical = _between(rates, losses, above, start)
    return StepFigures(start, float(rates[lowest]), float(losses[lowest]), critical)


def lowest_of(rates: NDArray[np.float64], losses: NDArray[np.float64], start: float) -> int | None:
    """Return the index of the lowest loss; None where it is hardly lower than the start."""
    found = np.where(np.isfinite(losses), losses, np.inf)
    lowest = int(found.argmin())
    return lowest if found[lowest] < start * (1 - HARDLY) else None


def crossing_of(
    rates: NDArray[np.float64], losses: NDArray[np.float64], start: float
) -> int | None:
    """Return the index of the first rate above the lowest point whose loss is above the start.

    It is above 0. None where there is none, or no lowest point.
    """
    lowest = lowest_of(rates, losses, start)
    if lowest is None:
        return None
    above = np.flatnonzero(~(losses[lowest:] <= start))
    return lowest + int(above[0]) if len(above) else None


def _between(
    rates: NDArray[np.float64], losses: NDArray[np.float64], above: int, start: float
) -> float:
    """Return the rate at which the loss is back at its start, between two that were tried."""
    low, high = float(losses[above - 1]), float(losses[above])
    part = (start - low) / (high - low) if math.isfinite(high) else 0.5
    ends = np.log(rates[above - 1 : above + 1])
    return float(np.exp(ends[0] + part * (ends[1] - ends[0])))


def loss_at(curve: StepCurve, rate: float) -> float:
    """Return the batch's loss after a step with any rate; see `losses_at`."""
    at = np.array([rate])
    return float(losses_at(curve.rates, curve.batch_losses, curve.batch_start, at)[0])


def losses_at(
    rates: NDArray[np.float64],
    losses: NDArray[np.float64],
    start: float,
    at: NDArray[np.float64],
) -> NDArray[np.float64]:
    """Return the losses after a step with any rates; NaN beyond the highest that was tried.

    They pass through what was found. Between two rates that were tried they follow a smooth curve
    over the logarithm of the rate that turns only where the found losses do; below the lowest they
    change evenly with the rate itself. Infinite where a neighbour has ruined the network.

    Parameters
    ----------
    rates, losses, start
        As a `StepCurve` has them.
    at
        The rates in question, at least 0.
    """
    known = np.isfinite(losses)
    between = np.clip(at, rates[0], rates[-1])
    if known.sum() < 2:
        found = np.full(len(at), np.inf)
    else:
        found = monotone_cubic(np.log(rates[known]), losses[known], np.log(between))
    after = np.searchsorted(rates, between)
    is_tried = rates[after] == between
    before = np.where(is_tried, after, np.maximum(after - 1, 0))
    found = np.where(known[before] & known[after], found, np.inf)
    below = start + (found - start) * at / rates[0]
    found = np.where(at < rates[0], below, found)
    return np.where(at > rates[-1] * (1 + 1e-9), np.nan, found)


def monotone_cubic(
    x: NDArray[np.float64], y: NDArray[np.float64], at: NDArray[np.float64]
) -> NDArray[np.float64]:
    """Return a smooth curve through points, which rises and falls only as they do.

    F. N. Fritsch and J. Butland, "A method for constructing local monotone piecewise cubic
    interpolants", SIAM Journal on Scientific and Statistical Computing 5 (1984).

    Parameters
    ----------
    x, y
        At least two points, x increasing.
    at
        Where it is wanted, within them.
    """
    gaps = np.diff(x)
    rises = np.diff(y) / gaps
    slopes = np.concatenate([rises[:1], np.zeros(len(x) - 2), rises[-1:]])
    same = rises[:-1] * rises[1:] > 0
    first, second = 2 * gaps[1:] + gaps[:-1], gaps[1:] + 2 * gaps[:-1]
    weights = first[same] / rises[:-1][same] + second[same] / rises[1:][same]
    slopes[1:-1][same] = (first + second)[same] / weights
    piece = np.clip(np.searchsorted(x, at, side="right") - 1, 0, len(gaps) - 1)
    gap, part = gaps[piece], (at - x[piece]) / gaps[piece]
    low, high = y[piece], y[piece + 1]
    bend = part**2 * (3 - 2 * part)
    leave = gap * slopes[piece] * part * (1 - part) ** 2
    arrive = gap * slopes[piece + 1] * part**2 * (part - 1)
    # At a point itself its own value, to the bit.
    return np.where(
        at == x[piece], low, np.where(part == 1, high, low + bend * (high - low) + leave + arrive)
    )


def in_words(curve: StepCurve, rate: float) -> str:
    """Say in a sentence what the step does at this rate, and what it would do at others."""
    figures = figures_of(curve)
    loss = loss_at(curve, rate)
    return "; ".join([_at_this_rate(figures, rate, loss), *_at_others(figures, curve, rate)]) + "."


def _at_this_rate(figures: StepFigures, rate: float, loss: float) -> str:
    fall = figures.start - loss
    if not math.isfinite(figures.start):
        return "The network is ruined already: its loss is no number"
    if rate == 0:
        return "At a rate of 0 this step moves no weight"
    if math.isnan(loss):
        return f"No step was tried with {rate_text(rate)}"
    if not math.isfinite(fall):
        return "This step ruins the network: its loss is no number afterwards"
    if abs(fall) < HARDLY * figures.start:
        return "This step hardly changes the loss of its batch"
    verb = "lowers" if fall > 0 else "raises"
    return f"This step {verb} the loss of its batch by {loss_text(abs(fall))}"


def _at_others(figures: StepFigures, curve: StepCurve, rate: float) -> list[str]:
    if not math.isfinite(figures.start):
        return []
    if figures.lowest_rate is None or figures.lowest_loss is None:
        return ["no rate lowers it"]
    said = []
    fall = loss_text(figures.start - figures.lowest_loss)
    if max(rate, 1e-12) > ALIKE * figures.lowest_rate or rate * ALIKE < figures.lowest_rate:
        said.append(f"at {short_text(figures.lowest_rate)} it would fall by {fall}")
    else:
        said.append("no rate lowers it much further")
    if figures.critical_rate is None:
        said.append(f"up to {rate_text(float(curve.rates[-1]))} it does not rise")
    else:
        said.append(f"above {short_text(figures.critical_rate)} it rises")
    return said


def short_text(rate: float) -> str:
    """Write a rate that was found among others: in no more digits than are known."""
    return rate_text(float(f"{rate:.2g}"))
