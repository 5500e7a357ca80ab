"""The predictions for one drawing over training steps."""

import numpy as np
from numpy.typing import NDArray

from netviz.engine.protocol.observations import Prediction

_MOST_POINTS = 256


class ConfidenceRecord:
    """The predictions for one drawing over training steps, thinned to at most 256.

    Another drawing or run starts a new record; a return to an earlier step drops what is later.
    """

    def __init__(self) -> None:
        self.clear()

    def clear(self) -> None:
        """Forget all predictions."""
        self._key: tuple[int, int] | None = None
        self._spacing = 0
        self._steps: list[int] = []
        self._probabilities: list[NDArray[np.float32]] = []

    @property
    def key(self) -> tuple[int, int] | None:
        """Run and request of the predictions; None without any."""
        return self._key

    @property
    def steps(self) -> NDArray[np.int64]:
        """Steps of the predictions, rising, ``int64 [k]``."""
        return np.array(self._steps, np.int64)

    @property
    def probabilities(self) -> NDArray[np.float32]:
        """The probabilities, ``float32 [k, classes]``."""
        return np.array(self._probabilities, np.float32)

    def add(self, prediction: Prediction) -> None:
        """Add a prediction."""
        if self._key != (prediction.run, prediction.request):
            self.clear()
            self._key = (prediction.run, prediction.request)
        while self._steps and self._steps[-1] >= prediction.step:
            self._drop_last()
        # The newest is always kept, the one before it only if it is `_spacing` steps from its own.
        if len(self._steps) > 1 and self._steps[-1] - self._steps[-2] < self._spacing:
            self._drop_last()
        self._steps.append(prediction.step)
        self._probabilities.append(prediction.probabilities)
        if len(self._steps) > _MOST_POINTS:
            self._thin_out()

    def _drop_last(self) -> None:
        self._steps.pop()
        self._probabilities.pop()

    def _thin_out(self) -> None:
        last = len(self._steps) - 1
        kept = [*range(0, last, 2), last]
        self._steps = [self._steps[k] for k in kept]
        self._probabilities = [self._probabilities[k] for k in kept]
        self._spacing = (self._steps[-1] - self._steps[0]) // (_MOST_POINTS // 2)


class LookedRecord:
    """The predictions for one drawing at steps that were looked at, in whatever order.

    Attributes
    ----------
    step
        The step that was looked at last; None before any.
    """

    def __init__(self) -> None:
        self.step: int | None = None
        self._key: tuple[int, int] | None = None
        self._found: dict[int, NDArray[np.float32]] = {}

    def add(self, prediction: Prediction) -> None:
        """Add a prediction; one for another drawing starts anew."""
        if self._key != (prediction.run, prediction.request):
            self._found = {}
            self._key = (prediction.run, prediction.request)
        self.step = prediction.step
        self._found[prediction.step] = prediction.probabilities

    def beside(self, record: ConfidenceRecord) -> tuple[NDArray[np.int64], NDArray[np.float32]]:
        """Return steps, rising, and probabilities, with those of the same drawing in `record`."""
        found = dict(self._found)
        if self._key in (None, record.key):
            known = zip(record.steps.tolist(), record.probabilities, strict=True)
            found = dict(known) | found
        steps = sorted(found)
        return np.array(steps, np.int64), np.array([found[step] for step in steps], np.float32)
