"""How the weights of each layer are spread, and which units are dead."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor, nn

from netviz.engine.network.build import evaluating
from netviz.engine.probes.layers import Layer, flow, layers_of
from netviz.engine.protocol.observations import Histogram, LayerWeights

BINS = 64
"""Bins of a histogram."""

PROBE_IMAGES = 256
"""Training images that a unit must all leave unanswered to be called dead."""

NEAR_ZERO_SHARE = 0.01
"""What is near zero, as a share of the standard deviation before training."""


@dataclass(frozen=True, eq=False)
class InitialWeights:
    """What is remembered of a layer's weights before training."""

    histogram: Histogram
    std: float


def initial_weights(model: nn.Module) -> dict[str, InitialWeights]:
    """Describe the weights of each layer, by its name."""
    return {
        layer.name: InitialWeights(_histogram(layer.module.weight), _std(layer.module.weight))
        for layer in layers_of(model)
    }


def probe_batch(images: Tensor) -> Tensor:
    """Choose up to `PROBE_IMAGES` of ``[N, C, H, W]``, evenly spread."""
    return images[:: max(1, len(images) // PROBE_IMAGES)][:PROBE_IMAGES]


def layer_weights(
    model: nn.Module, initial: Mapping[str, InitialWeights], images: Tensor
) -> tuple[LayerWeights, ...]:
    """Describe the parameters of each layer as they are now.

    Parameters
    ----------
    model
        The network.
    initial
        What `initial_weights` told before training.
    images
        Probe batch for the dead units, ``float32 [N, C, H, W]``. A convolution's unit is one
        of its maps; it is dead when it is zero at every place of every image.
    """
    dead = _dead_units(model, images)
    return tuple(
        _describe(layer, initial[layer.name], dead.get(layer.name)) for layer in layers_of(model)
    )


def _describe(layer: Layer, initial: InitialWeights, dead_units: float | None) -> LayerWeights:
    weight, bias = layer.module.weight.detach(), layer.module.bias
    near_zero = weight.abs() < NEAR_ZERO_SHARE * initial.std
    return LayerWeights(
        layer.name,
        layer.title,
        _histogram(weight),
        None if bias is None else _histogram(bias),
        initial.histogram,
        float(weight.mean()),
        _std(weight),
        float(near_zero.float().mean()),
        dead_units,
    )


def _std(values: Tensor) -> float:
    return float(values.detach().std(correction=0))


def _histogram(values: Tensor) -> Histogram:
    """Count the values between the least and the greatest; those not finite are left out."""
    values = values.detach().flatten()
    values = values[values.isfinite()]
    low, high = (float(values.min()), float(values.max())) if len(values) else (0.0, 0.0)
    if low == high:
        low, high = low - 0.5, high + 0.5
    counts = torch.histc(values, BINS, low, high).to("cpu", torch.int64).numpy()
    return Histogram(counts, np.linspace(low, high, BINS + 1))


def _dead_units(model: nn.Module, images: Tensor) -> dict[str, float]:
    with evaluating(model):
        _, passed = flow(model, images)
        return {
            found.layer.name: _dead_fraction(found.values) for found in passed if found.has_relu
        }


def _dead_fraction(values: Tensor) -> float:
    alive = (values != 0).transpose(0, 1).flatten(1).any(dim=1)
    return 1 - float(alive.float().mean())
