"""How large each layer's gradient is, and how far a step moves its weights."""

import math
from collections.abc import Sequence

import numpy as np
import torch
from numpy.typing import ArrayLike, NDArray
from torch import Tensor

from netviz.engine.probes.layers import Layer


def copy_weights(layers: Sequence[Layer]) -> tuple[Tensor, ...]:
    """Copy each layer's weights before a step."""
    return tuple(layer.module.weight.detach().clone() for layer in layers)


def gradient_norms(layers: Sequence[Layer]) -> NDArray[np.float64]:
    """Return the Euclidean norm of each layer's gradient, over weights and biases.

    A layer without gradient, since it is frozen, has the norm 0.
    """
    norms = []
    for layer in layers:
        norms.append(math.hypot(*(_norm(gradient) for gradient in gradients_of(layer))))
    return np.array(norms, np.float64)


def gradients_of(layer: Layer) -> list[Tensor]:
    """Return the gradients of a layer's own parameters; none of those that are frozen."""
    return [p.grad for p in layer.module.parameters(recurse=False) if p.grad is not None]


def unclipped(norms: ArrayLike, clip_factor: float) -> NDArray[np.float64]:
    """Return how long gradients were before clipping made them `clip_factor` times as long.

    A gradient of infinite length was shortened to 0: the lengths of its parts are then NaN.
    """
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.asarray(norms, np.float64) / clip_factor


def update_ratios(layers: Sequence[Layer], before: Sequence[Tensor]) -> NDArray[np.float64]:
    """Return how far a step moved each layer's weights, relative to their norm before it.

    Biases are left out: they start near zero, where a ratio says nothing. About 1e-3 is the
    rule of thumb of A. Karpathy, "Neural networks part 3: learning and evaluation", CS231n.

    Parameters
    ----------
    layers
        Of the network after the step.
    before
        What `copy_weights` returned before it.
    """
    ratios = []
    for layer, weight in zip(layers, before, strict=True):
        norm = _norm(weight)
        change = _norm(layer.module.weight.detach() - weight)
        ratios.append(change / norm if norm else math.nan)
    return np.array(ratios, np.float64)


def _norm(values: Tensor) -> float:
    return float(torch.linalg.vector_norm(values))
