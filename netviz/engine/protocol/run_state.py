"""What a run is doing, where it is in its epochs, and how good it is at one moment."""

from dataclasses import dataclass
from enum import StrEnum


class State(StrEnum):
    """What a run is doing."""

    IDLE = "idle"
    RUNNING = "running"
    PAUSED = "paused"
    FINISHED = "finished"
    FAILED = "failed"


@dataclass(frozen=True)
class Measurement:
    """Loss and accuracy of one moment, in evaluation mode.

    Attributes
    ----------
    epoch, step
        When: after this many epochs and steps; 0 is the untrained network.
    train_loss, train_accuracy
        On as many training images as there are test images, so that the gap to the test
        figures means something. Accuracy is in 0..1.
    test_loss, test_accuracy
        On all test images.
    seconds
        Training time of the epoch, evaluation and pauses not counted.
    samples_per_second
        Training throughput of the epoch; 0 for the untrained network.
    """

    epoch: int
    step: int
    train_loss: float
    train_accuracy: float
    test_loss: float
    test_accuracy: float
    seconds: float
    samples_per_second: float


@dataclass(frozen=True)
class Place:
    """Where in its epochs a run is, at its present batch size.

    Attributes
    ----------
    epoch
        Epoch under way, counted from 1, or the last one where it is complete; 0 before the first
        step.
    batch, batches
        Batches done in this epoch, all of them where it is complete, and how many it has.
    """

    epoch: int
    batch: int
    batches: int

    @property
    def completed(self) -> int:
        """Epochs that were trained to their end."""
        return self.epoch if self.batch >= self.batches else max(0, self.epoch - 1)
