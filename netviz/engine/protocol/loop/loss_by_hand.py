"""The loss of a batch, computed from its logits by hand; free of torch."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from netviz.engine.protocol.loop.arithmetic import Working, digits
from netviz.engine.protocol.loop.step_traced import StepTraced

IMAGES = 3
"""Of so many images the loss is written out."""


@dataclass(frozen=True, eq=False)
class ImageByHand:
    """The loss of one image.

    Attributes
    ----------
    label
        Its class.
    logits, exponentials, probabilities
        ``float64 [classes]``; the exponentials are of the logits less the largest one, which
        changes no probability and cannot overflow.
    lines
        The calculation.
    """

    label: int
    logits: NDArray[np.float64]
    exponentials: NDArray[np.float64]
    probabilities: NDArray[np.float64]
    lines: tuple[Working, ...]


@dataclass(frozen=True, eq=False)
class LossByHand:
    """The loss of a batch: that of some images in full, and the mean of all."""

    images: tuple[ImageByHand, ...]
    mean: Working


def softmax(logits: NDArray[np.floating]) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return exponentials and probabilities of logits, each ``float64 [..., classes]``."""
    exact = logits.astype(np.float64)
    with np.errstate(all="ignore"):  # a ruined network has logits that are no numbers
        exponentials = np.exp(exact - exact.max(axis=-1, keepdims=True))
        probabilities = exponentials / exponentials.sum(axis=-1, keepdims=True)
    return exponentials, probabilities


def image_losses(
    logits: NDArray[np.floating], labels: NDArray[np.int64], loss: str
) -> NDArray[np.float64]:
    """Return the loss of each image, ``float64 [N]``.

    Parameters
    ----------
    logits
        ``[N, classes]``.
    labels
        ``int64 [N]``.
    loss
        Name of the loss among the options.
    """
    exact, rows = logits.astype(np.float64), np.arange(len(labels))
    exponentials, probabilities = softmax(exact)
    if loss == "mse":
        distances = probabilities.copy()
        distances[rows, labels] -= 1
        squares: NDArray[np.float64] = (distances**2).mean(axis=1)
        return squares
    with np.errstate(all="ignore"):
        # From the logits, since a probability that is too small for a float has no logarithm.
        largest = exact.max(axis=1)
        losses: NDArray[np.float64] = (
            np.log(exponentials.sum(axis=1)) + largest - exact[rows, labels]
        )
    return losses


def loss_by_hand(traced: StepTraced) -> LossByHand:
    """Write out the loss of the step's batch."""
    count = min(IMAGES, len(traced.labels))
    kind = traced.config.loss
    write = _squares if kind == "mse" else _logarithm
    images = tuple(
        write(traced.logits[number], int(traced.labels[number]), traced.image_losses[number])
        for number in range(count)
    )
    losses = traced.image_losses
    total, rest = float(losses.sum()), len(losses) - count
    parts = [digits(float(value)) for value in losses[:count]]
    if rest:
        parts.append(f"{digits(float(losses[count:].sum()))} of {rest} more")
    mean = Working(
        "loss",
        f"the mean of all images of the batch, step {traced.step + 1:,}",
        f"({' + '.join(parts)}) ÷ {len(losses)}",
        total / len(losses),
        traced.loss,
        scale=max(1.0, abs(total / len(losses))),
    )
    return LossByHand(images, mean)


def _logarithm(logits: NDArray[np.float32], label: int, loss: float) -> ImageByHand:
    exponentials, probabilities = softmax(logits)
    top, total = float(exponentials[label]), float(exponentials.sum())
    share = float(probabilities[label])
    lines = (
        Working("p", "softmax", f"{digits(top)} ÷ {digits(total)}", share),
        Working("loss", "− log p", f"− log {digits(share)}", float(loss)),
    )
    return ImageByHand(label, logits.astype(np.float64), exponentials, probabilities, lines)


def _squares(logits: NDArray[np.float32], label: int, loss: float) -> ImageByHand:
    exponentials, probabilities = softmax(logits)
    top, total = float(exponentials[label]), float(exponentials.sum())
    share, count = float(probabilities[label]), len(logits)
    others = float((np.delete(probabilities, label) ** 2).sum())
    missed = (1 - share) ** 2
    numbers = f"{digits(missed, 4)} + {digits(others, 4)}"
    lines = (
        Working("p", "softmax", f"{digits(top)} ÷ {digits(total)}", share),
        Working("sum", "(1 − p)² + p² of the others", numbers, missed + others),
        Working("loss", "their mean", f"{digits(missed + others)} ÷ {count}", float(loss)),
    )
    return ImageByHand(label, logits.astype(np.float64), exponentials, probabilities, lines)
