"""The arithmetic of axes: ranges with round ends, ticks and their labels; free of Qt.

A range is a pair ``(low, high)``; on a logarithmic axis of exponents of ten.
"""

import math

Range = tuple[float, float]
Ticks = list[tuple[float, str]]

_TOPS = (1, 1.2, 1.6, 2, 2.4, 3, 4, 6, 8, 10)  # a quarter of each is a round number
_MANTISSAS = ((1, 2, 5), (1, 3), (1,))
_MOST_TICKS = 5


def round_up(value: float) -> float:
    """Return the next round number that is not below `value`, for a `value` above 0."""
    power = math.floor(math.log10(value))
    candidates = (float(f"{top}e{power}") for top in _TOPS)
    return next(top for top in candidates if top >= value * (1 - 1e-9))


def linear_range(low: float, high: float) -> Range:
    """Return round ends around zero and ``low..high``."""
    top = round_up(high) if high > 0 else 0.0
    bottom = -round_up(-low) if low < 0 else 0.0
    return (bottom, top) if top > bottom else (0.0, 1.0)


def logarithmic_range(low: float, high: float) -> Range:
    """Return exponents of 1, 2 or 5 times a power of ten around the positive ``low..high``."""
    exponents = sorted(
        math.log10(mantissa) + power
        for power in range(math.floor(math.log10(low)), math.ceil(math.log10(high)) + 2)
        for mantissa in (1, 2, 5)
    )
    bottom = max(e for e in exponents if e <= math.log10(low) + 1e-9)
    top = min(e for e in exponents if e >= math.log10(high) - 1e-9)
    return (bottom, top) if top - bottom > 0.5 else (bottom - 0.5, top + 0.5)


def percent_range(low: float) -> Range:
    """Return a range that ends at 1 and begins at the highest round fraction below `low`."""
    return next(
        (bottom, 1.0) for bottom in (0.98, 0.96, 0.92, 0.8, 0.6, 0.0) if low >= bottom or not bottom
    )


def tick_values(low: float, high: float) -> list[float]:
    """Return three to five round numbers in a range, its ends among them where they are round."""
    quarter = (high - low) / 4
    if float(f"{quarter:.1e}") == float(f"{quarter:.9e}") and _is_whole(low / quarter):
        return [float(f"{low + i * quarter:.9g}") for i in range(_MOST_TICKS)]
    power = math.floor(math.log10(quarter))
    for mantissa in (1, 2, 5, 10, 20):
        step = float(f"{mantissa}e{power}")
        first, last = math.ceil(low / step - 1e-9), math.floor(high / step + 1e-9)
        if last - first < _MOST_TICKS:
            break
    return [float(f"{i * step:.9g}") for i in range(first, last + 1)]


def _is_whole(value: float) -> bool:
    return abs(value - round(value)) < 1e-6


def linear_ticks(low: float, high: float) -> Ticks:
    """Return ticks with labels of one common precision."""
    values = tick_values(low, high)
    digits = max(0, *(_decimals(value) for value in values)) if values else 0
    return [(value, _plain(value, digits)) for value in values]


def percent_ticks(low: float, high: float) -> Ticks:
    """Return ticks of a fraction, written as percentages."""
    return [(value / 100, f"{text} %") for value, text in linear_ticks(100 * low, 100 * high)]


def step_ticks(low: float, high: float) -> Ticks:
    """Return ticks at whole steps; the label of the last has the unit."""
    values = [value for value in tick_values(low, high) if value == round(value)]
    ticks = [(value, _plain(value, 0)) for value in values]
    return [*ticks[:-1], (ticks[-1][0], f"{ticks[-1][1]} steps")] if ticks else []


def logarithmic_ticks(low: float, high: float) -> Ticks:
    """Return ticks of a range of exponents, labelled with the numbers they stand for."""
    powers = range(math.floor(low), math.ceil(high) + 1)
    choices = [[(m, p) for p in powers for m in mantissas] for mantissas in _MANTISSAS]
    choices += [[(1, p) for p in powers if p % every == 0] for every in (2, 4, 8, 16)]
    for choice in choices:
        ticks = [(math.log10(m) + p, _exact(f"{m}e{p}")) for m, p in choice]
        ticks = [tick for tick in ticks if low - 1e-9 <= tick[0] <= high + 1e-9]
        if len(ticks) <= _MOST_TICKS:
            break
    if len(ticks) >= 2:
        return ticks
    return [(math.log10(v), f"{v:.3g}") for v in tick_values(10**low, 10**high) if v > 0]


def thinned_ticks(ticks: Ticks, most: float) -> Ticks:
    """Leave out every other tick until no more than `most` are left; the last one stays."""
    while len(ticks) > max(2, most):
        ticks = ticks[::-1][::2][::-1]
    return ticks


def _exact(number: str) -> str:
    value = float(number)
    return f"{value:g}" if 1e-3 <= value < 1e4 else f"{value:.0e}".replace("e-0", "e-")


def _decimals(value: float) -> int:
    text = f"{value:.6g}"
    return len(text.partition(".")[2]) if "e" not in text else 0


def _plain(value: float, digits: int) -> str:
    size = abs(value)
    if size >= 1e9 or 0 < size < 1e-4:
        return f"{value:.0e}".replace("e+", "e")
    for limit, unit in ((1e6, "M"), (1e4, "k")):
        if size >= limit:
            return f"{value / (1e3 if unit == 'k' else 1e6):g}{unit}"
    return f"{value:,.{digits}f}"
