"""Conditions on a run, such as ``test_accuracy > 0.95`` or ``not diverged``, and its figures.

There is no code in them: a condition is split into words, and each word must be known.
"""

import math
import re
from collections.abc import Mapping
from dataclasses import dataclass

from netviz.engine.errors import NetvizError
from netviz.number_text import loss_text, number_text, percent_text, rate_text

FIGURES = (
    "step",
    "epoch",
    "loss",
    "batch_loss",
    "test_loss",
    "train_accuracy",
    "test_accuracy",
    "learning_rate",
    "parameters",
    "diverged",
)
"""What is known of a run, each a number; ``diverged`` is 0 or 1."""

OWNERS = ("before", *"abcdef")
"""Other runs whose figures are known: the one before the present, and those of a race."""

OF_ANSWER = ("guess", "off_by")
"""What is known of the answer to the step's question."""

Figures = Mapping[str, float]
"""Figures by name; one that is not measured yet is missing."""

_FIGURE = r"(?:[a-z]+\.)?[a-z_]+"
_NUMBER = r"[+-]?(?:\d+\.?\d*|\.\d+)(?:e[+-]?\d+)?"
_COMPARISON = re.compile(
    rf"({_FIGURE})(?:\s+-\s+({_FIGURE}))?\s*(<=|>=|<|>)\s*({_NUMBER}|{_FIGURE})", re.IGNORECASE
)
_MOST_TERMS = 6


class ConditionError(NetvizError):
    """A condition is not written as one, or names a figure that there is not."""


@dataclass(frozen=True)
class Comparison:
    """``left - minus op right``, where minus may be empty and right a number or a figure."""

    left: str
    minus: str
    op: str
    right: float | str

    def holds(self, figures: Figures) -> bool:
        """Whether it holds; a figure that is missing or no number holds nothing."""
        left = figures.get(self.left, math.nan)
        if self.minus:
            left -= figures.get(self.minus, math.nan)
        right = self.right if isinstance(self.right, float) else figures.get(self.right, math.nan)
        if self.op == "<":
            return left < right
        if self.op == "<=":
            return left <= right
        return left > right if self.op == ">" else left >= right


@dataclass(frozen=True)
class Condition:
    """Comparisons that must all hold, and the text that they were read from."""

    text: str
    comparisons: tuple[Comparison, ...]

    def holds(self, figures: Figures) -> bool:
        """Whether all of it holds."""
        return all(each.holds(figures) for each in self.comparisons)


def is_figure(name: str) -> bool:
    """Whether there is such a figure: ``loss``, ``a.loss``, ``before.loss``, ``guess``."""
    owner, dot, figure = name.rpartition(".")
    if not dot:
        return name in FIGURES or name in OF_ANSWER
    return owner in OWNERS and figure in FIGURES


def read_condition(text: str) -> Condition:
    """Read a condition.

    Raises
    ------
    ConditionError
        When it is not one.
    """
    parts = re.split(r"\s+and\s+", text.strip())
    if len(parts) > _MOST_TERMS:
        raise ConditionError(f"A condition has at most {_MOST_TERMS} parts.", "Make it shorter.")
    return Condition(text.strip(), tuple(_comparison(part.strip()) for part in parts))


def _comparison(text: str) -> Comparison:
    alone = re.fullmatch(rf"(not\s+)?({_FIGURE})", text)
    if alone and alone[2].rpartition(".")[2] == "diverged" and is_figure(alone[2]):
        return Comparison(alone[2], "", "<" if alone[1] else ">", 0.5)
    found = _COMPARISON.fullmatch(text)
    if found is None:
        raise ConditionError(
            f"“{text[:60]}” is no condition.",
            "Write one such as test_accuracy > 0.95, or diverged, joined by and.",
        )
    left, minus, op, right = found[1], found[2] or "", found[3], found[4]
    is_number = re.fullmatch(_NUMBER, right, re.IGNORECASE) is not None
    for name in (left, minus, "" if is_number else right):
        if name and not is_figure(name):
            raise no_figure(name)
    return Comparison(left, minus, op, float(right) if is_number else right)


def no_figure(name: str) -> ConditionError:
    """Return the error that says which figures there are."""
    return ConditionError(
        f"There is no figure “{name[:60]}”.",
        f"There are {', '.join((*FIGURES, *OF_ANSWER))}; "
        "a.loss and so on after a race, before.loss and so on of the run before.",
    )


def figure_text(name: str, value: float, style: str = "") -> str:
    """Write a figure as the window does; `style` is ``percent`` or empty."""
    figure = name.rpartition(".")[2]
    if not math.isfinite(value):
        return "not a number" if math.isnan(value) else loss_text(value)
    if style == "percent" or figure.endswith("accuracy"):
        return percent_text(value)
    if figure.endswith("loss") or figure in OF_ANSWER:
        return loss_text(value)
    if figure == "learning_rate":
        return rate_text(value)
    if figure == "diverged":
        return "yes" if value else "no"
    return number_text(int(value) if float(value).is_integer() else value)
