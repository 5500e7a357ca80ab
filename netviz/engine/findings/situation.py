"""What a rule may look at: plain figures of a run up to one moment."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from netviz.engine.options.optimizers import OPTIMIZERS
from netviz.engine.options.run_config import RunConfig
from netviz.engine.protocol.layer_look import Look
from netviz.engine.protocol.rates import StepsAhead
from netviz.engine.protocol.run_state import Measurement


@dataclass(frozen=True, eq=False)
class ClassScore:
    """How the test images of each class were predicted after an epoch.

    Attributes
    ----------
    correct, total
        Test images of each class that were predicted correctly, and all of them,
        ``int64 [classes]``.
    """

    step: int
    correct: NDArray[np.int64]
    total: NDArray[np.int64]


def _nothing_tried() -> StepsAhead | None:
    return None


@dataclass(frozen=True, eq=False)
class Situation:
    """A run at one moment.

    Attributes
    ----------
    step, epoch
        Steps trained, and the epoch under way, counted from 1.
    config
        The settings in force.
    classes
        Names of the classes.
    train_counts
        Training images of each class.
    chance
        Loss of a network that knows nothing, by the loss function in force.
    measurements
        Of the epochs that this loss function was used in, the first perhaps of the untrained
        network.
    looks, scores
        At the layers and at the classes, oldest first; a run keeps its last ones.
    changed_step
        Step of the last change of a setting that decides how the network learns; 0 without.
    is_in_doubt
        Whether the run has diverged, or its last losses were bad and it is not known yet.
    look_ahead
        Tries the next batches with other rates on a copy, for a rule that has reasons to doubt the
        present one; None where it was tried too recently, or cannot be.
    """

    step: int
    epoch: int
    config: RunConfig
    classes: tuple[str, ...]
    train_counts: tuple[int, ...]
    chance: float
    measurements: Sequence[Measurement]
    looks: Sequence[Look]
    scores: Sequence[ClassScore]
    changed_step: int = 0
    is_in_doubt: bool = False
    look_ahead: Callable[[], StepsAhead | None] = _nothing_tried

    def since_change(self) -> list[Measurement]:
        """Return the measurements under the present settings, the first one at their beginning."""
        return [item for item in self.measurements if item.step >= self.changed_step]

    def looks_since_change(self) -> list[Look]:
        """Return the looks under the present settings."""
        return [look for look in self.looks if look.step > self.changed_step]

    @property
    def usual_rate(self) -> float:
        """A learning rate at which nearly any network learns something with this optimizer."""
        momentum = self.config.momentum if self.config.is_relevant("momentum") else 0.0
        return OPTIMIZERS[self.config.optimizer].usual_rate * (1 - momentum)
