"""The networks: their layers, weights and modes."""

import pytest
import torch
from torch import nn

from netviz.engine.errors import ModelError
from netviz.engine.network.build import (
    build_model,
    evaluating,
    multiplications,
    parameter_count,
)
from netviz.engine.options.run_config import MODELS, RunConfig
from tests.support import cnn, mlp

BUILT = [name for name in MODELS if name != "resnet18-pretrained"]
"""The networks that need no file; test_resnet.py has the others."""


def test_an_mlp_is_the_tutorials_stack() -> None:
    layers = [str(layer) for layer in mlp(784, (64, 32), 10)]
    assert layers == [
        "Flatten(start_dim=1, end_dim=-1)",
        "Linear(in_features=784, out_features=64, bias=True)",
        "ReLU()",
        "Linear(in_features=64, out_features=32, bias=True)",
        "ReLU()",
        "Linear(in_features=32, out_features=10, bias=True)",
    ]


def test_an_mlp_without_hidden_layers_is_a_linear_classifier() -> None:
    assert [type(layer) for layer in mlp(4, (), 2)] == [nn.Flatten, nn.Linear]


@pytest.mark.parametrize("shape", [(1, 28, 28), (3, 32, 32), (1, 4, 4), (2, 5, 7)])
@pytest.mark.parametrize("name", BUILT)
def test_logits_come_out_for_images_of_any_size(name: str, shape: tuple[int, int, int]) -> None:
    if name == "lenet5" and min(shape[1:]) < 12:
        pytest.skip("LeNet-5 needs larger images")
    model = build_model(RunConfig(model=name), shape, 7)
    assert model(torch.rand(5, *shape)).shape == (5, 7)


def test_the_cnn_says_when_images_are_too_small() -> None:
    with pytest.raises(ModelError, match=r"Layer 6 .maxpool 2.: its window of 2×2 is larger"):
        cnn((1, 3, 28), 10)


@pytest.mark.parametrize("name", BUILT)
def test_the_global_seed_decides_the_weights(name: str) -> None:
    def weights(seed: int) -> torch.Tensor:
        torch.manual_seed(seed)
        model = build_model(RunConfig(model=name), (1, 16, 16), 3)
        return nn.utils.parameters_to_vector(model.parameters())

    assert torch.equal(weights(1), weights(1))
    assert not torch.equal(weights(1), weights(2))


def test_parameters_are_counted_without_frozen_ones() -> None:
    model = mlp(784, (64, 64, 64), 10)
    assert parameter_count(model) == 784 * 64 + 64 + 2 * (64 * 64 + 64) + 64 * 10 + 10
    model[1].requires_grad_(False)
    assert parameter_count(model) == 2 * (64 * 64 + 64) + 64 * 10 + 10


def test_multiplications_are_those_of_one_image() -> None:
    assert multiplications(mlp(784, (64,), 10), (1, 28, 28)) == 784 * 64 + 64 * 10
    convolutions = 9 * 16 * 8 * 8 + 16 * 9 * 32 * 4 * 4
    dense = 32 * 2 * 2 * 64 + 64 * 10
    assert multiplications(cnn((1, 8, 8), 10), (1, 8, 8)) == convolutions + dense


def test_counting_leaves_no_hook_and_no_gradient() -> None:
    model = mlp(4, (3,), 2)
    multiplications(model, (1, 2, 2))
    assert not any(module._forward_hooks for module in model.modules())
    assert all(parameter.grad is None for parameter in model.parameters())


def test_evaluating_puts_every_layers_mode_back_even_after_an_error() -> None:
    model = nn.Sequential(nn.Linear(2, 2), nn.Dropout(), nn.BatchNorm1d(2))
    model[1].eval()  # someone's own choice
    modes = [module.training for module in model.modules()]

    def fail_inside() -> None:
        with evaluating(model):
            assert not any(module.training for module in model.modules())
            assert not model(torch.ones(3, 2)).requires_grad
            raise OSError

    with pytest.raises(OSError):  # noqa: PT011 - any will do
        fail_inside()
    assert [module.training for module in model.modules()] == modes
    assert model(torch.ones(3, 2)).requires_grad
