"""A schedule drawn by hand: what becomes of its points when one of them is moved.

What was trained is past: a change bends the line from the present on, and leaves the rate of the
present moment as it is.
"""

import math
from bisect import bisect_left

from netviz.engine.options.rate_points import (
    FACTOR_MAX,
    FACTOR_MIN,
    MOST_POINTS,
    RatePoint,
    RatePoints,
)
from netviz.engine.options.run_config import RunConfig
from netviz.engine.training.schedules import Plateau, Position, factor_at, rate_factor

_MOST_BENDS = 7
_CLOSE_ENOUGH = 0.04
"""Decades by which points may miss the plan that they follow."""
_MOST_SAMPLES = 600
_MOST_FALLS = 3
"""A plan that falls at once more often than this is followed in its trend."""
_STEEPEST = ("step", "exponential", "custom")
_LEAST, _LEAST_STEEP = 1e-2, 1e-6
"""Share of the highest factor below which a plan is not followed: a line never ends at zero."""
_PIN_REACH = 0.02
"""Share of the run within which a new mark of the present replaces the one before it."""


def points_following(
    config: RunConfig, position: Position, plateau: Plateau | None = None
) -> RatePoints:
    """Return a few points whose line follows what the schedule of `config` plans.

    One of them lies at the present, so that the rest can be bent without moving the rate in force.

    Parameters
    ----------
    config
        The settings.
    position
        Where the run is.
    plateau
        What "reduce on plateau" has come to; None for its start.
    """
    batches = position.batches
    total = max(1, config.epochs * batches)
    now = min(total, position.epoch * batches + position.batch)
    samples = {round(index * total / _MOST_SAMPLES) for index in range(_MOST_SAMPLES + 1)}
    steps = sorted(samples | {now})
    known = plateau or Plateau()
    line = [
        (step / batches, rate_factor(config, _position(step, batches), known)) for step in steps
    ]
    if _falls(config) > _MOST_FALLS:
        line = _trend(line, steps.index(now), config)
    highest = max(factor for _, factor in line) or 1.0
    least = highest * (_LEAST_STEEP if config.schedule in _STEEPEST else _LEAST)
    line = [(epochs, min(max(least, FACTOR_MIN, factor), FACTOR_MAX)) for epochs, factor in line]
    kept = _corners(line, steps.index(now))
    return tuple(_rounded(line[index]) for index in kept)


def moved(points: RatePoints, index: int, to: RatePoint, now: float, last: float) -> RatePoints:
    """Return the points after one was moved as far as it may be.

    It stays in the future, between its neighbours.

    Parameters
    ----------
    points
        Those before.
    index
        Which one.
    to
        Where to.
    now
        Epochs done.
    last
        Epochs that are planned.
    """
    here, gap = points[index][0], _gap(last)
    if here < now:
        return points
    low = points[index - 1][0] + gap if index else 0.0
    low = max(low, now + gap) if now > 0 else low
    high = points[index + 1][0] - gap if index + 1 < len(points) else max(last, here)
    epochs = min(max(to[0], low), high) if low <= high else here
    point = _rounded((epochs, min(max(to[1], FACTOR_MIN), FACTOR_MAX)))
    return _with_present(points, (*points[:index], point, *points[index + 1 :]), now, last)


def added(points: RatePoints, epochs: float, now: float, last: float) -> tuple[RatePoints, int]:
    """Return the points with one more on their line, and which it is.

    Where there is no room for one, the points are returned as they are, with the nearest.
    """
    place = bisect_left([epoch for epoch, _ in points], epochs)
    around = [index for index in (place - 1, place) if 0 <= index < len(points)]
    near = min(around, key=lambda index: abs(points[index][0] - epochs))
    is_close = abs(points[near][0] - epochs) < _gap(last)
    if is_close or epochs < now or len(points) >= MOST_POINTS:
        return points, near
    point = _rounded((epochs, factor_at(points, epochs)))
    return (*points[:place], point, *points[place:]), place


def removed(points: RatePoints, index: int, now: float, last: float) -> RatePoints:
    """Return the points without one; the last one stays."""
    if len(points) < 2:
        return points
    return _with_present(points, (*points[:index], *points[index + 1 :]), now, last)


def _with_present(before: RatePoints, after: RatePoints, now: float, last: float) -> RatePoints:
    """Keep the factor of the present moment by a point there, where the change would move it."""
    factor = factor_at(before, now)
    if now <= 0 or math.isclose(factor, factor_at(after, now), rel_tol=1e-6):
        return after
    epochs = _rounded((now, factor))[0]
    past = [point for point in after if point[0] < epochs]
    future = [point for point in after if point[0] > epochs]
    if len(past) > 1 and epochs - past[-1][0] < _PIN_REACH * last:
        past.pop()
    kept = max(0, MOST_POINTS - 1 - len(future))
    return (*past[max(0, len(past) - kept) :], _rounded((epochs, factor)), *future)


def _position(step: int, batches: int) -> Position:
    return Position(step // batches, step % batches, batches)


def _falls(config: RunConfig) -> int:
    """Return how often the plan falls at once."""
    every = {"step": config.step_epochs, "exponential": 1}.get(config.schedule)
    return (config.epochs - 1) // every if every and config.gamma else 0


def _trend(line: list[RatePoint], now: int, config: RunConfig) -> list[RatePoint]:
    """Return a straight line that falls as fast, through the present."""
    every = config.step_epochs if config.schedule == "step" else 1
    here, factor = line[now]
    return [(epochs, factor * config.gamma ** ((epochs - here) / every)) for epochs, _ in line]


def _corners(line: list[RatePoint], now: int) -> list[int]:
    """Return which points make do for a line: ends, peak, `now`, and where it bends most."""
    peak = max(range(len(line)), key=lambda index: line[index][1])
    kept = sorted({0, now, peak, len(line) - 1})
    for _ in range(_MOST_BENDS):
        corners = [line[index] for index in kept]
        misses = [abs(math.log10(factor / factor_at(corners, epochs))) for epochs, factor in line]
        worst = max(range(len(line)), key=misses.__getitem__)
        if misses[worst] < _CLOSE_ENOUGH:
            break
        kept = sorted({*kept, worst})
    return kept


def _gap(last: float) -> float:
    """Return how near to each other points may be, in epochs."""
    return max(0.001, last / 1000)


def _rounded(point: RatePoint) -> RatePoint:
    """Return a point in figures that can be read."""
    return round(point[0], 3), float(f"{point[1]:.4g}")
