"""The image that the user looks at: the drawing on the pad, or one of the test images."""

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from netviz.engine.errors import ConfigError
from netviz.engine.network.build import evaluating
from netviz.engine.observatory.drawing_input import network_input
from netviz.engine.probes.layers import to_numpy
from netviz.engine.protocol.commands import Predict
from netviz.engine.protocol.observations import Prediction
from netviz.engine.run.run import Run


class LookedAt:
    """Knows the drawing and the chosen test image, and brings either to the network's form.

    Attributes
    ----------
    drawing
        The command that brought the drawing; None while there is none.
    """

    def __init__(self) -> None:
        self.drawing: Predict | None = None
        self._input: NDArray[np.float32] | None = None
        self._test_index: int | None = None

    @property
    def image_key(self) -> object:
        """What tells one image from another; None where there is nothing to look at."""
        return self.drawing if self._test_index is None else self._test_index

    def set_drawing(self, drawing: Predict | None) -> None:
        """Take another drawing, or none."""
        self.drawing, self._input = drawing, None

    def choose(self, test_index: int | None, run: Run | None) -> None:
        """Look at a test image of `run`, or at the drawing with None.

        Raises
        ------
        ConfigError
            When the run has no such test image.
        """
        if run and not _has_test_image(run, test_index):
            raise ConfigError(f"There is no test image {test_index}.")
        self._test_index = test_index

    def begin(self, run: Run) -> None:
        """Turn to a new run, whose images may have another form."""
        self._input = None
        if not _has_test_image(run, self._test_index):
            self._test_index = None

    def predict(self, run: Run) -> Prediction:
        """Predict the class of the drawing."""
        assert self.drawing is not None
        seen = self._drawing_input(run)
        trainer = run.trainer
        with evaluating(trainer.model):
            # A copy: the network may change it in place.
            logits = trainer.model(torch.tensor(seen[None], device=trainer.device))
            probabilities = torch.softmax(logits[0], dim=0)
        request = self.drawing.request
        return Prediction(run.number, request, trainer.step, seen.copy(), to_numpy(probabilities))

    def image(self, run: Run) -> tuple[Tensor, str]:
        """Return a copy of the image, ``float32 [C, H, W]`` on the run's device, and its name."""
        trainer = run.trainer
        if self._test_index is None:
            return torch.tensor(self._drawing_input(run), device=trainer.device), "your drawing"
        image = trainer.data.test_images[self._test_index].clone()
        return image, f"test image {self._test_index}"

    def _drawing_input(self, run: Run) -> NDArray[np.float32]:
        """Bring the drawing to the form of the data set's images, once."""
        assert self.drawing is not None
        if self._input is None:
            shape = run.trainer.data.image_shape
            self._input = network_input(
                self.drawing.drawing, *shape, prepared=self.drawing.prepared
            )
        return self._input


def _has_test_image(run: Run, index: int | None) -> bool:
    return index is None or 0 <= index < len(run.trainer.data.test_labels)
