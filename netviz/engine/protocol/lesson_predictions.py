"""What somebody predicted before it was trained, and what came of it."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Curve = tuple[NDArray[np.float64], NDArray[np.float64], NDArray[np.float64]]
"""Where the values of a drawn prediction lie, those guessed, and those that came, ``[n]`` each;
NaN where there is none."""


@dataclass(frozen=True, eq=False)
class Prediction:
    """One prediction of a lesson, with the truth.

    Attributes
    ----------
    question
        What was asked.
    guess, truth
        What was answered, and what came, as texts.
    off_by
        How far the answer was off, as a text; empty where that cannot be said.
    curve
        The same as curves, where one was drawn; else None.
    """

    question: str
    guess: str
    truth: str
    off_by: str = ""
    curve: Curve | None = None
