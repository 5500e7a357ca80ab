"""How large each layer's gradient is, and how far one step moves the layer."""

import math
from collections.abc import Mapping

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from netviz.engine.probes.layers import layers_of
from netviz.engine.probes.probe_spec import ProbeSpec, Subject
from netviz.engine.protocol.observations import GradientsObserved


def copy_weights(model: nn.Module) -> dict[str, Tensor]:
    """Copy each layer's weights, by its name, before a step."""
    return {layer.name: layer.module.weight.detach().clone() for layer in layers_of(model)}


def gradient_norms(model: nn.Module) -> NDArray[np.float64]:
    """Return the Euclidean norm of each layer's gradient, over weights and biases.

    A layer without gradient, since it is frozen, has the norm 0.
    """
    norms = []
    for layer in layers_of(model):
        gradients = [p.grad for p in layer.module.parameters(recurse=False) if p.grad is not None]
        norms.append(math.hypot(*(_norm(gradient) for gradient in gradients)))
    return np.array(norms)


def update_ratios(model: nn.Module, before: Mapping[str, Tensor]) -> NDArray[np.float64]:
    """Return how far a step moved each layer's weights, relative to their norm before it.

    Biases are left out: they start near zero, where a ratio says nothing. About 1e-3 is the
    rule of thumb of A. Karpathy, "Neural networks part 3: learning and evaluation", CS231n.

    Parameters
    ----------
    model
        The network after the step.
    before
        What `copy_weights` returned before it.
    """
    ratios = []
    for layer in layers_of(model):
        weight = before[layer.name]
        norm = _norm(weight)
        change = _norm(layer.module.weight.detach() - weight)
        ratios.append(change / norm if norm else math.nan)
    return np.array(ratios)


def _norm(values: Tensor) -> float:
    return float(torch.linalg.vector_norm(values))


def _observe(subject: Subject) -> GradientsObserved:
    """Describe the last step; how far it moved the weights is known only from those before."""
    layers = layers_of(subject.model)
    before = subject.before_step
    norms = gradient_norms(subject.model)
    with np.errstate(invalid="ignore"):  # an infinite gradient is clipped to nothing
        unclipped = norms / np.float64(subject.clip_factor)
    return GradientsObserved(
        subject.run,
        subject.step,
        tuple(layer.name for layer in layers),
        tuple(layer.title for layer in layers),
        norms,
        update_ratios(subject.model, before) if before else np.full(len(layers), np.nan),
        unclipped,
    )


PROBE = ProbeSpec(GradientsObserved, "The gradients", 5, _observe, before_step=copy_weights)
