"""A calculation written out line by line, with its numbers; free of torch."""

import math
from dataclasses import dataclass

TOLERANCE = 1e-6
"""A result may be off by this, relative to the numbers that went into it."""
_SMALLEST = 1e-37
"""Below this a float32 has lost its digits."""


@dataclass(frozen=True)
class Working:
    """One line of a calculation.

    Attributes
    ----------
    name
        What is computed: ``m``, ``new weight``.
    formula
        How, in symbols: ``β₁ · m + (1 − β₁) · g``.
    numbers
        The same with numbers.
    result
        What comes out.
    actual
        What torch had there; None where it keeps no such figure.
    scale
        Magnitude of the numbers that were added, to which rounding is relative.
    """

    name: str
    formula: str
    numbers: str
    result: float
    actual: float | None = None
    scale: float = 1.0

    @property
    def difference(self) -> float:
        """How far the result is from what torch had; 0 where both are alike or torch has none."""
        if self.actual is None or self.actual == self.result:
            return 0.0
        if math.isnan(self.actual) and math.isnan(self.result):
            return 0.0
        return abs(self.result - self.actual)

    @property
    def agrees(self) -> bool:
        """Whether torch came to the same, but for the rounding of float32."""
        return self.difference <= max(TOLERANCE * self.scale, _SMALLEST)


def digits(value: float, count: int = 6) -> str:
    """Write a number as it is used in a calculation: ``−0.0123457``, ``1.2e−08``."""
    if math.isnan(value):
        return "NaN"
    if math.isinf(value):
        return "∞" if value > 0 else "−∞"
    return f"{value:.{count}g}".replace("-", "−")


def factor(value: float) -> str:
    """Write a number that is multiplied or subtracted: in parentheses where it is negative."""
    text = digits(value)
    return f"({text})" if text.startswith("−") else text
