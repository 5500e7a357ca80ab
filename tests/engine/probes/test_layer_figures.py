"""The figures of each layer, against plain computations."""

import numpy as np
import pytest
import torch
import torch.nn.functional as F
from torch import nn

from netviz.engine.probes.gradients import copy_weights
from netviz.engine.probes.layer_figures import look_at_layers
from netviz.engine.probes.layer_rows import layer_row
from netviz.engine.probes.layers import layers_of
from netviz.engine.protocol.layer_look import Look
from tests.support import cnn, mlp


def after_a_step(model: nn.Module, images: torch.Tensor) -> None:
    F.cross_entropy(model(images), torch.arange(len(images)) % 10).backward()


def look(model: nn.Module, images: torch.Tensor, clip_factor: float = 1.0) -> Look:
    return look_at_layers(model, images, step=7, trained=70, clip_factor=clip_factor)


def test_gradients_are_root_mean_squares_before_clipping() -> None:
    model, images = mlp(20, (8, 8), 10), torch.rand(12, 1, 1, 20)
    after_a_step(model, images)
    seen = look(model, images, 0.5)
    assert (seen.step, seen.images) == (7, 70)
    layers = [module for module in model if isinstance(module, nn.Linear)]
    everything = []
    for layer, figures in zip(layers, seen.layers, strict=True):
        assert layer.weight.grad is not None
        assert layer.bias.grad is not None
        gradient = np.concatenate([layer.weight.grad.flatten(), layer.bias.grad])
        assert figures.gradient == pytest.approx(2 * np.sqrt((gradient**2).mean()), rel=1e-5)
        everything.append(gradient)
    norm = np.linalg.norm(np.concatenate(everything))
    assert seen.gradient_norm == pytest.approx(2 * norm, rel=1e-5)


def test_a_gradient_that_was_clipped_to_nothing_is_looked_at() -> None:
    """Clipping shortens a gradient of infinite length to 0; how long it was is then unknown."""
    model, images = mlp(20, (8, 8), 10), torch.rand(12, 1, 1, 20)
    after_a_step(model, images)
    for parameter in model.parameters():
        assert parameter.grad is not None
        parameter.grad.zero_()
    seen = look(model, images, 0.0)
    assert np.isnan([layer.gradient for layer in seen.layers]).all()
    assert np.isnan(seen.gradient_norm)
    row = layer_row(layers_of(model), 7, copy_weights(layers_of(model)), 0.0)
    assert row.gradients is not None
    assert np.isnan(row.gradients.unclipped_norms).all()


def test_layers_are_counted_by_kind() -> None:
    model, images = cnn((1, 28, 28), 10), torch.rand(4, 1, 28, 28)
    titles = [layer.title for layer in look(model, images).layers]
    assert titles == [
        "Conv 1",
        "Conv 2",
        "Linear 1",
        "Linear 2",
    ]


def test_dead_units_are_those_that_no_image_switches_on() -> None:
    model, images = mlp(20, (8, 8), 10), torch.rand(12, 1, 1, 20)
    first, second = [each for each in model if isinstance(each, nn.Linear)][:2]
    with torch.no_grad():
        first.bias[:3] = -1000
        second.bias[:] = -1000
    after_a_step(model, images)
    layers = look(model, images).layers
    with torch.no_grad():
        hidden = F.relu(first(images.flatten(1)))
    assert layers[0].dead == pytest.approx(float((hidden == 0).all(dim=0).float().mean()))
    assert layers[0].dead >= 3 / 8
    assert layers[1].dead == 1.0
    assert layers[2].dead is None
    assert [layer.units for layer in layers] == [8, 8, 10]


def test_a_layer_without_gradient_has_none() -> None:
    model, images = mlp(20, (8,), 10), torch.rand(4, 1, 1, 20)
    model[1].requires_grad_(False)
    after_a_step(model, images)
    layers = look(model, images).layers
    assert layers[0].gradient is None
    assert layers[1].gradient is not None


def test_a_network_without_layers_has_no_figures() -> None:
    assert look(nn.Flatten(), torch.rand(3, 1, 2, 2)) == Look(7, 70, ())
