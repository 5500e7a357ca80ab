"""What is remembered of a network's weights before training, and how values are counted."""

from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor, nn

from netviz.engine.probes.layers import layers_of
from netviz.engine.protocol.observations import Histogram

BINS = 64
"""Bins of a histogram."""


@dataclass(frozen=True, eq=False)
class InitialWeights:
    """What is remembered of a layer's weights before training."""

    histogram: Histogram
    std: float


def initial_weights(model: nn.Module) -> dict[str, InitialWeights]:
    """Describe the weights of each layer, by its name."""
    return {
        layer.name: InitialWeights(
            histogram(layer.module.weight), standard_deviation(layer.module.weight)
        )
        for layer in layers_of(model)
    }


def standard_deviation(values: Tensor) -> float:
    """Return the standard deviation of all values, not corrected for their number."""
    return float(values.detach().std(correction=0))


def histogram(values: Tensor) -> Histogram:
    """Count the values between the least and the greatest; those not finite are left out."""
    values = values.detach().flatten()
    values = values[values.isfinite()]
    low, high = (float(values.min()), float(values.max())) if len(values) else (0.0, 0.0)
    if low == high:
        low, high = low - 0.5, high + 0.5
    counts = torch.histc(values, BINS, low, high).to("cpu", torch.int64).numpy()
    return Histogram(counts, np.linspace(low, high, BINS + 1))
