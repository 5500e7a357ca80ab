"""Which test images a network mistakes, in which order, and which classes it confuses.

Plain numpy on copies, so that views may ask on any thread.
"""

from enum import StrEnum

import numpy as np
from numpy.typing import NDArray

from netviz.engine.protocol.observations import TestPredictions


class Order(StrEnum):
    """What comes first in a list of mistakes."""

    CONFIDENCE = "most confident"
    LOSS = "largest loss"
    INDEX = "index"


def predicted_classes(probabilities: NDArray[np.float32]) -> NDArray[np.int64]:
    """Return the class of the largest probability of each row, the first one of equals.

    Parameters
    ----------
    probabilities
        ``float32 [N, classes]``.
    """
    classes: NDArray[np.int64] = probabilities.argmax(axis=1).astype(np.int64)
    return classes


def select(
    predictions: TestPredictions,
    labels: NDArray[np.int64],
    *,
    true_class: int | None = None,
    predicted_class: int | None = None,
    with_learned: bool = False,
    order: Order = Order.CONFIDENCE,
) -> NDArray[np.int64]:
    """Return the indices of the mistaken test images, in the order asked for.

    Parameters
    ----------
    predictions
        What the network predicts for each test image.
    labels
        True classes, ``int64 [N]``.
    true_class, predicted_class
        Only images of this class, only images predicted as this class; None for all.
    with_learned
        Whether images that were just learned, and so are correct, are listed too.
    order
        Equals stay in the order of their index; what is not a number comes last.
    """
    predicted = predicted_classes(predictions.probabilities)
    chosen = predicted != labels
    if with_learned:
        chosen |= predictions.just_learned
    if true_class is not None:
        chosen &= labels == true_class
    if predicted_class is not None:
        chosen &= predicted == predicted_class
    indices = np.flatnonzero(chosen).astype(np.int64)
    if order is Order.INDEX:
        return indices
    by = predictions.losses if order is Order.LOSS else predictions.probabilities.max(axis=1)
    return indices[np.argsort(-by[indices], kind="stable")]


def class_counts(labels: NDArray[np.int64], classes: int) -> NDArray[np.int64]:
    """Return how many labels each class has, ``int64 [classes]``."""
    return np.bincount(labels, minlength=classes).astype(np.int64)


def is_skewed(counts: NDArray[np.int64]) -> bool:
    """Whether the smallest class has fewer than half the images of the largest."""
    return bool(len(counts)) and bool(2 * counts.min() < counts.max())


def recall(confusion: NDArray[np.int64]) -> NDArray[np.float64]:
    """Return which fraction of each class is predicted correctly; NaN for an empty class.

    Parameters
    ----------
    confusion
        Images by true class (row) and predicted class (column).
    """
    return _fraction(np.diagonal(confusion), confusion.sum(axis=1))


def precision(confusion: NDArray[np.int64]) -> NDArray[np.float64]:
    """Return which fraction of the predictions of each class is correct; NaN if there are none."""
    return _fraction(np.diagonal(confusion), confusion.sum(axis=0))


def row_fractions(confusion: NDArray[np.int64]) -> NDArray[np.float64]:
    """Return each cell as fraction of its row, the images of one class; NaN for an empty class."""
    return _fraction(confusion, confusion.sum(axis=1, keepdims=True))


def cell_levels(fractions: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return how strongly each cell is coloured, 0..1.

    A cell of the diagonal by its fraction; any other by the square root of its fraction over
    the largest one beside the diagonal, so that rare confusions can still be seen.

    Parameters
    ----------
    fractions
        Each cell as a fraction of its row, ``float64 [classes, classes]``.
    """
    levels = fractions.copy()
    off = ~np.eye(len(fractions), dtype=np.bool_)
    largest = fractions[off].max(initial=0.0)
    levels[off] = np.sqrt(fractions[off] / largest) if largest > 0 else 0.0
    return levels


def _fraction(part: NDArray[np.int64], whole: NDArray[np.int64]) -> NDArray[np.float64]:
    fractions = np.full(part.shape, np.nan)
    np.divide(part, whole, out=fractions, where=np.broadcast_to(whole > 0, part.shape))
    return fractions
