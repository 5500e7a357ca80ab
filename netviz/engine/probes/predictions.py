"""How the network answers the test images, and what changed since it was last asked."""

from dataclasses import dataclass

import torch
import torch.nn.functional as F
from torch import Tensor

from netviz.engine.probes.layers import to_numpy
from netviz.engine.protocol.observations import TestPredictions


@dataclass(frozen=True, eq=False)
class TestLogits:
    """The network's answers to all test images at one moment.

    Attributes
    ----------
    epoch, step
        When.
    logits
        ``float32 [N, classes]``, on the CPU.
    labels
        ``int64 [N]``, on the CPU.
    """

    epoch: int
    step: int
    logits: Tensor
    labels: Tensor

    @property
    def right(self) -> Tensor:
        """Whether each image is answered rightly, ``bool [N]``."""
        return self.logits.argmax(dim=1) == self.labels


def sample_losses(logits: Tensor, labels: Tensor, loss: str) -> Tensor:
    """Return the loss of each image, ``float32 [N]``; their mean is the loss of the batch.

    Parameters
    ----------
    logits
        ``float32 [N, classes]``.
    labels
        ``int64 [N]``.
    loss
        A name of `netviz.engine.training.losses.LOSSES`.
    """
    if loss == "mse":
        one_hot = F.one_hot(labels, logits.shape[1]).to(logits.dtype)
        return (torch.softmax(logits, dim=1) - one_hot).square().mean(dim=1)
    return F.cross_entropy(logits, labels, reduction="none")


def confusion(predicted: Tensor, labels: Tensor, classes: int) -> Tensor:
    """Count images by true class (row) and predicted class (column), ``int64 [C, C]``."""
    cells = torch.bincount(labels * classes + predicted, minlength=classes**2)
    return cells.reshape(classes, classes)


def describe_predictions(
    run: int, answers: TestLogits, previous: TestLogits | None, loss: str
) -> TestPredictions:
    """Put the answers beside those of the evaluation before; without one nothing is new.

    Parameters
    ----------
    run
        Number of the run.
    answers, previous
        Now and before.
    loss
        The run's loss, a name of `netviz.engine.training.losses.LOSSES`.
    """
    logits, labels, right = answers.logits, answers.labels, answers.right
    was_right = right if previous is None else previous.right
    return TestPredictions(
        run,
        answers.epoch,
        answers.step,
        to_numpy(torch.softmax(logits, dim=1)),
        to_numpy(sample_losses(logits, labels, loss)),
        (right & ~was_right).numpy(),
        (was_right & ~right).numpy(),
        confusion(logits.argmax(dim=1), labels, logits.shape[1]).numpy(),
    )
