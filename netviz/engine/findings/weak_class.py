"""One class is predicted much worse than the others."""

import math
from collections.abc import Iterator, Sequence

import numpy as np
from numpy.typing import NDArray

from netviz.engine.findings.rule import Rule
from netviz.engine.findings.situation import ClassScore, Situation
from netviz.engine.protocol.findings import (
    ActionKind,
    Finding,
    FindingAction,
    FindingKind,
    Where,
)
from netviz.number_text import percent_text

EPOCHS = 3
"""So many epochs in a row the same class has to be the worst one, and far behind."""

FROM_EPOCH = 5
"""Before this epoch a network has not learned all classes; some always come first."""

BEHIND = 0.2
"""Accuracy that the class lacks to that of the others together."""

DEVIATIONS = 4.0
"""The same in standard deviations of the difference of two proportions: no matter of luck."""

LEAST_IMAGES = 20
"""Test images of a class below which its accuracy says little."""

DECENT = 0.85
"""Accuracy of the others: a network that is still learning has weak classes anyway. And ..."""

OTHERS_SPREAD = 0.5
"""... the second worst class lacks at most this part of it: one class is behind, not half of them.
"""

FEW = 0.5
"""Training images, as a fraction of the mean of the others, that are probably the reason."""


def find(situation: Situation) -> Iterator[Finding]:
    """Find a class that stays far behind all others."""
    scores = situation.scores[-EPOCHS:]
    if len(scores) < EPOCHS or len(situation.classes) < 3 or situation.is_in_doubt:
        return
    worst = {weak_class(score) for score in scores}
    index = worst.pop()
    if worst or index is None or situation.measurements[-1].epoch < FROM_EPOCH:
        return
    accuracy, others = _accuracies(scores[-1], index)
    name = situation.classes[index]
    yield Finding(
        FindingKind.WEAK_CLASS,
        situation.step,
        situation.epoch,
        "A weak class",
        f"{percent_text(accuracy, 0)} of the test images of {name} are predicted correctly, "
        f"{percent_text(others, 0)} of all others.",
        _reason(situation.train_counts, index, name),
        Where.MISTAKES,
        (
            FindingAction(
                ActionKind.SHOW, f"Show class {name}", view=Where.MISTAKES, class_index=index
            ),
        ),
        str(index),
    )


def weak_class(score: ClassScore) -> int | None:
    """Return the class that is far behind all others; None where there is none."""
    known = np.flatnonzero(score.total > 0)
    if len(known) < 3:
        return None
    rates = score.correct[known] / score.total[known]
    order = np.argsort(rates, kind="stable")
    index = int(known[order[0]])
    accuracy, others = _accuracies(score, index)
    second = float(rates[order[1]])
    gap = others - accuracy
    if (
        score.total[index] < LEAST_IMAGES
        or gap < BEHIND
        or others < DECENT
        or others - second > OTHERS_SPREAD * gap
    ):
        return None
    return index if gap > DEVIATIONS * _deviation(score, index) else None


def _accuracies(score: ClassScore, index: int) -> tuple[float, float]:
    """Return the accuracy of one class, and that of all others together."""
    correct, total = (_split(each, index) for each in (score.correct, score.total))
    return correct[0] / max(1, total[0]), correct[1] / max(1, total[1])


def _split(counts: NDArray[np.int64], index: int) -> tuple[int, int]:
    return int(counts[index]), int(counts.sum() - counts[index])


def _deviation(score: ClassScore, index: int) -> float:
    """Return the standard deviation of the difference, if both were equally accurate."""
    own, rest = _split(score.total, index)
    shared = float(score.correct.sum()) / max(1, own + rest)
    return math.sqrt(shared * (1 - shared) * (1 / max(1, own) + 1 / max(1, rest)))


def _reason(train_counts: Sequence[int], index: int, name: str) -> str:
    others = [count for each, count in enumerate(train_counts) if each != index]
    count = train_counts[index]
    if count < FEW * sum(others) / max(1, len(others)):
        few = f"Only {count:,} of the training images are" if count else "No training image is"
        return f"{few} of {name}: more of them would help."
    return f"Look at what {name} is taken for: the classes may look alike, or labels be wrong."


RULE = Rule(find, 'H. He, E. A. Garcia, "Learning from Imbalanced Data", 2009')
