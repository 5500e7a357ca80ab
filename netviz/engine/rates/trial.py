"""A copy of a run's network that is trained from a moment of the run on, and thrown away."""

from collections.abc import Generator, Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from torch import Tensor

from netviz.engine.training.random_state import RandomState, undisturbed
from netviz.engine.training.trainer import Trainer

SAMPLE = 500
"""Training images on which copies are measured at most: always the same, evenly spread."""


class Trial:
    """Trains a copy from the same moment as often as asked, with other settings each time.

    Nothing of the run changes, neither do the random generators and threads of torch: a copy has
    its own, for which it is `resumed`. What it does is what the run itself would do with those
    settings, bit for bit on a CPU.

    Parameters
    ----------
    trainer
        What is copied.

    Attributes
    ----------
    memory
        What a picture keeps of this run from one time to the next, under a name of its own.
    about
        What of the picture somebody asked for in particular; None for nothing.

    Raises
    ------
    ModelError
        When the file of the user's own network cannot be used any more.
    """

    def __init__(self, trainer: Trainer) -> None:
        self.trainer = trainer
        self.memory: dict[str, Any] = {}
        self.about: object = None
        with undisturbed(trainer.device):
            self._copy = trainer.twin()
        self.begin()

    def begin(self) -> None:
        """Start from the present moment of the run from now on."""
        self._moment = self.trainer.snapshot()
        self.go_back()

    def go_back(self, changes: Mapping[str, Any] | None = None) -> None:
        """Let the copy be at that moment again, with these options changed from there on."""
        device = self.trainer.device
        with undisturbed(device):
            self._copy.restore(self._moment)
            self._copy.apply(self._moment.config.with_changes(changes or {}))
            self._random = RandomState.now(device)

    @contextmanager
    def resumed(self) -> Iterator[Trainer]:
        """Lend the copy, while torch's random generators and threads are its own."""
        device = self.trainer.device
        with undisturbed(device):
            self._random.restore()
            yield self._copy
            self._random = RandomState.now(device)

    def measure(self, images: Tensor, labels: Tensor) -> Generator[None, None, float]:
        """Return the loss of the copy on `images`, in evaluation mode, as the generator's value.

        It yields as `Trainer.evaluate` does.
        """
        with self.resumed() as copy:
            evaluation = copy.evaluate(images, labels)
        while True:
            with self.resumed():
                try:
                    next(evaluation)
                except StopIteration as done:
                    return float(done.value.loss)
            yield

    def sample(self, most: int = SAMPLE) -> tuple[Tensor, Tensor]:
        """Return the training images on which copies are measured, and their labels."""
        data = self.trainer.data
        stride = max(1, len(data.train_labels) // most)
        return data.train_images[::stride][:most], data.train_labels[::stride][:most]
