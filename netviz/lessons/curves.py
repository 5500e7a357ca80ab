"""A curve that was drawn in advance, and how far off it was."""

import math
from dataclasses import dataclass

import numpy as np

from netviz.lessons.run_figures import Curve


@dataclass(frozen=True)
class DrawnCurve:
    """The guess: its values at some steps, of which the first is where it starts from."""

    steps: tuple[float, ...]
    values: tuple[float, ...]


def off_by(guess: DrawnCurve, truth: Curve) -> float:
    """Return the mean distance between a guess and the truth, in the metric's own unit.

    They are compared at the steps of the guess, between the first and the last step of the truth;
    infinite where the truth is not finite in the end, NaN where they have no step in common.
    """
    steps, values = truth
    if len(values) and not math.isfinite(values[-1]):
        return math.inf
    drawn, guessed = np.array(guess.steps[1:]), np.array(guess.values[1:])
    if not len(steps) or not len(drawn):
        return math.nan
    common = (drawn >= steps[0]) & (drawn <= steps[-1])
    if not common.any():
        return math.nan
    return float(np.abs(guessed[common] - np.interp(drawn[common], steps, values)).mean())
