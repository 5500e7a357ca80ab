"""What the next training step does, value by value; free of torch."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from netviz.engine.protocol.observations import Observation
from netviz.engine.protocol.rates import Tried

SHOWN = 8
"""Images of a batch that are shown at most."""


@dataclass(frozen=True)
class WeightPlace:
    """One weight or bias: the name of its parameter, such as ``1.weight``, and its place there."""

    parameter: str
    index: tuple[int, ...]

    @property
    def text(self) -> str:
        """As it is written in Python: ``1.weight[3, 14]``."""
        return f"{self.parameter}[{', '.join(map(str, self.index))}]"


@dataclass(frozen=True)
class LayerTraced:
    """A layer with parameters.

    Attributes
    ----------
    title
        What it is, for the screen: ``Linear 784 → 64``.
    gradient_norm
        Norm of the gradient of its parameters after ``loss.backward()``; None where it is frozen
        or was not used.
    """

    title: str
    gradient_norm: float | None


@dataclass(frozen=True)
class ParameterTraced:
    """A tensor of weights or biases that can be chosen from."""

    name: str
    title: str
    shape: tuple[int, ...]


@dataclass(frozen=True, eq=False)
class WeightTraced:
    """One weight or bias on its way through ``optimizer.step()``.

    Attributes
    ----------
    place
        Which.
    value, new_value
        Before the step and after it.
    summed_gradient
        What ``loss.backward()`` left, summed over the batches that were gathered; None where the
        weight has no gradient, since its layer is frozen.
    gradient
        What the optimizer was given: their mean, clipped.
    state, new_state
        The optimizer's own figures of it, such as ``exp_avg``, before the step and after it.
    """

    place: WeightPlace
    value: float
    new_value: float
    summed_gradient: float | None
    gradient: float | None
    state: Mapping[str, float]
    new_state: Mapping[str, float]


@dataclass(frozen=True, eq=False)
class UpdateTraced:
    """The update of the weights at the end of a step, or of several where gradients are summed.

    Attributes
    ----------
    step
        Number of the step that makes it.
    batches
        Over how many batches the gradient was averaged.
    optimizer
        Its name among the options, such as ``adam``.
    arguments
        What the optimizer was told, by torch's names: ``lr``, ``betas`` …
    gradient_norm, clip_norm, clip_factor
        Norm of the mean gradient before clipping, what it is clipped at (0 for never), and the
        factor by which that shortened it.
    largest_change, changed
        How far the weight was moved that was moved the most, and which it is.
    weight
        The one that is followed.
    """

    step: int
    batches: int
    optimizer: str
    arguments: Mapping[str, Any]
    gradient_norm: float
    clip_norm: float
    clip_factor: float
    largest_change: float
    changed: WeightPlace
    weight: WeightTraced


@dataclass(frozen=True, eq=False)
class StepTraced(Tried):
    """The next step, made on a copy: what each line of the training loop computes.

    The step is the one after `step`.

    Attributes
    ----------
    batch_shape, logits_shape
        Shapes of the images and of the logits.
    images
        The first images as the network gets them, ``uint8 [k, C, H, W]``.
    labels
        Their labels, ``int64 [k]``.
    logits
        Their logits, ``float32 [k, classes]``.
    image_losses
        Loss of each image of the batch, computed from its logits without torch,
        ``float64 [N]``.
    loss, correct
        Mean loss of the batch, torch's own, and how many of its predictions are right.
    layers
        Those with parameters, from input to output.
    parameters
        The tensors of weights and biases.
    norm_before
        Norm of the gradient that was left from the step before; None for none.
    gradient_norm
        Norm of all gradients after ``loss.backward()``.
    learning_rate, rate_factor
        The rate used, and what the schedule multiplied the rate that is set by.
    summed
        Batches whose gradients are summed after ``loss.backward()``, this one among them.
    updates
        Whether this step moves the weights; else it only adds to the gradient.
    update
        The next update, whichever step makes it.
    """

    batch_shape: tuple[int, ...]
    logits_shape: tuple[int, ...]
    images: NDArray[np.uint8]
    labels: NDArray[np.int64]
    logits: NDArray[np.float32]
    image_losses: NDArray[np.float64]
    loss: float
    correct: int
    layers: tuple[LayerTraced, ...]
    parameters: tuple[ParameterTraced, ...]
    norm_before: float | None
    gradient_norm: float
    learning_rate: float
    rate_factor: float
    summed: int
    updates: bool
    update: UpdateTraced


@dataclass(frozen=True, eq=False)
class ScriptWritten(Observation):
    """The run as a script, in answer to `WriteScript`.

    Attributes
    ----------
    text
        The whole script, as it would be exported.
    beside
        Files that an export writes beside it and that the script reads.
    """

    is_watched = False

    text: str
    beside: tuple[str, ...] = field(default=())
