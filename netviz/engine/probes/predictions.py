"""What the network predicts for the test images, and what changed since the last time."""

from dataclasses import dataclass

import torch
import torch.nn.functional as F
from torch import Tensor

from netviz.engine.probes.layers import to_numpy
from netviz.engine.protocol.observations import TestPredictions


@dataclass(frozen=True, eq=False)
class EvaluatedLogits:
    """The network's logits for all test images at one moment.

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
    def correct(self) -> Tensor:
        """Whether each prediction is correct, ``bool [N]``."""
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
    run: int, latest: EvaluatedLogits, previous: EvaluatedLogits | None, loss: str
) -> TestPredictions:
    """Compare the predictions with those of the evaluation before; without one nothing is new.

    Parameters
    ----------
    run
        Number of the run.
    latest, previous
        Now and before.
    loss
        The run's loss, a name of `netviz.engine.training.losses.LOSSES`.
    """
    logits, labels, correct = latest.logits, latest.labels, latest.correct
    was_correct = correct if previous is None else previous.correct
    return TestPredictions(
        run,
        latest.epoch,
        latest.step,
        to_numpy(torch.softmax(logits, dim=1)),
        to_numpy(sample_losses(logits, labels, loss)),
        (correct & ~was_correct).numpy(),
        (was_correct & ~correct).numpy(),
        confusion(logits.argmax(dim=1), labels, logits.shape[1]).numpy(),
    )
