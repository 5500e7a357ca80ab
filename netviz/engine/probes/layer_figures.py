"""A few figures of each layer that say whether it learns; measured while training goes on."""

import math

import numpy as np
import torch
from torch import Tensor, nn

from netviz.engine.network.build import evaluating
from netviz.engine.probes.gradients import gradients_of, unclipped
from netviz.engine.probes.layers import flow, layers_of
from netviz.engine.protocol.layer_look import LayerFigures, Look
from netviz.engine.protocol.layer_names import numbered_titles

IMAGES = 128
"""A unit is dead if it is 0 for each of this many training images."""


def look_at_layers(
    model: nn.Module, images: Tensor, *, step: int, trained: int, clip_factor: float
) -> Look:
    """Measure the layers after a step; the network stays as it is.

    Parameters
    ----------
    model
        With the gradients of its last step.
    images
        Training images, ``float32 [N, C, H, W]``, of which `IMAGES` are shown to it.
    step, trained
        Steps, and images, that it was trained.
    clip_factor
        Factor by which clipping shortened the gradients.
    """
    layers = layers_of(model)
    squares, counts = [], []
    for layer in layers:
        gradients = gradients_of(layer)
        counts.append(sum(gradient.numel() for gradient in gradients))
        squares.append(sum((g.square().sum() for g in gradients), images.new_zeros(())))
    dead = _dead_units(model, images)
    # All figures cross from the device together.
    values = torch.stack([*squares, *dead.values()]).tolist() if layers else []
    fractions = dict(zip(dead, values[len(layers) :], strict=True))
    means = [square / max(1, count) for square, count in zip(values, counts, strict=False)]
    sizes = unclipped(np.sqrt(means), clip_factor).tolist()
    titles = [name for name, _ in numbered_titles([layer.title for layer in layers])]
    figures = tuple(
        LayerFigures(
            layer.name,
            title,
            len(layer.module.weight),
            size if count else None,
            fractions.get(layer.name),
        )
        for layer, title, size, count in zip(layers, titles, sizes, counts, strict=True)
    )
    norm = math.sqrt(sum(values[: len(layers)]))
    return Look(step, trained, figures, float(unclipped(norm, clip_factor)))


def _dead_units(model: nn.Module, images: Tensor) -> dict[str, Tensor]:
    """Return the fraction of dead units behind each layer that a ReLU follows."""
    # A copy: a network may change its input in place, but not the data.
    probe = images[:: max(1, len(images) // IMAGES)][:IMAGES].clone()
    with evaluating(model):
        _, passed = flow(model, probe)
        return {found.layer.name: _dead(found.values) for found in passed if found.has_relu}


def _dead(values: Tensor) -> Tensor:
    return (values == 0).transpose(0, 1).flatten(1).all(dim=1).float().mean()
