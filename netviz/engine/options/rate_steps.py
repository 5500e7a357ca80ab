"""The learning rate on a logarithmic scale: round figures, steps and decades."""

import math

RATE_MIN, RATE_MAX = 1e-5, 10.0
"""Ends of the slider; a typed rate may lie outside of them."""

_FIGURES = (1.0, 1.3, 1.6, 2.0, 2.5, 3.0, 4.0, 5.0, 6.0, 8.0)
"""Ten round figures, about a tenth of a decade apart."""


def step_rate(rate: float, steps: int) -> float:
    """Return the learning rate some steps of a tenth of a decade away, on round figures.

    Steps stay between `RATE_MIN` and `RATE_MAX`; a rate outside only moves towards them.
    """
    for _ in range(abs(steps)):
        rate = _next_up(rate) if steps > 0 else _next_down(rate)
    return rate


def step_rate_by_decades(rate: float, decades: int) -> float:
    """Return the learning rate some decades away, within the same limits as `step_rate`."""
    if not RATE_MIN <= rate <= RATE_MAX:
        return step_rate(rate, decades)
    return max(RATE_MIN, min(RATE_MAX, rounded_rate(rate * 10.0**decades)))


def rate_fraction(rate: float) -> float:
    """Return where `rate` lies on the logarithmic scale, 0..1; 0 or 1 for what lies outside."""
    clipped = max(RATE_MIN, min(RATE_MAX, rate))
    return math.log10(clipped / RATE_MIN) / math.log10(RATE_MAX / RATE_MIN)


def rate_at(fraction: float) -> float:
    """Return the rate at a fraction 0..1 of the logarithmic scale, to two digits."""
    return rounded_rate(RATE_MIN * (RATE_MAX / RATE_MIN) ** max(0.0, min(1.0, fraction)))


def rounded_rate(rate: float) -> float:
    """Return `rate` to two digits."""
    return float(f"{rate:.1e}")


def _next_up(rate: float) -> float:
    if rate >= RATE_MAX:
        return rate
    if rate < RATE_MIN:
        return RATE_MIN
    return min(candidate for candidate in _neighbours(rate) if candidate > rate * 1.001)


def _next_down(rate: float) -> float:
    if rate <= RATE_MIN:
        return rate
    if rate > RATE_MAX:
        return RATE_MAX
    return max(candidate for candidate in _neighbours(rate) if candidate < rate / 1.001)


def _neighbours(rate: float) -> list[float]:
    decade = math.floor(math.log10(rate))
    powers = range(decade - 1, decade + 2)
    return [rounded_rate(figure * 10.0**power) for power in powers for figure in _FIGURES]
