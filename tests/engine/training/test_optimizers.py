"""Optimizers: what reaches torch, and what a change in mid-run does to them."""

import copy
from typing import Any

import pytest
import torch
from torch import nn
from torch.optim import SGD, Adam, AdamW, NAdam, Optimizer, RAdam, RMSprop

from netviz.engine.options.run_config import OPTIMIZERS, RunConfig
from netviz.engine.training.optimizers import (
    adjust_optimizer,
    build_optimizer,
    set_learning_rate,
)

TORCHS_OWN: dict[str, type[Optimizer]] = {
    "sgd": SGD,
    "adam": Adam,
    "adamw": AdamW,
    "radam": RAdam,
    "nadam": NAdam,
    "rmsprop": RMSprop,
}


def config(**values: Any) -> RunConfig:
    return RunConfig.parse({"learning_rate": 0.01, **values})


class Descent:
    """A small problem: how the weights move under one optimizer."""

    def __init__(self) -> None:
        self.layer = nn.Linear(5, 3)
        with torch.no_grad():
            for parameter in self.layer.parameters():
                parameter.copy_(torch.linspace(-1, 1, parameter.numel()).view_as(parameter))
        self.images = torch.linspace(-2, 2, 40).view(8, 5)

    def step(self, optimizer: Optimizer, count: int = 1) -> None:
        for _ in range(count):
            optimizer.zero_grad()
            self.layer(self.images).square().mean().backward()
            optimizer.step()

    @property
    def weights(self) -> torch.Tensor:
        return nn.utils.parameters_to_vector(self.layer.parameters()).detach().clone()


def adjust(optimizer: Optimizer, config: RunConfig) -> None:
    """Go on with `config` as the trainer does."""
    adjust_optimizer(optimizer, config)
    set_learning_rate(optimizer, config.learning_rate)


def trained(build: Any, count: int = 6) -> torch.Tensor:
    descent = Descent()
    descent.step(build(descent.layer.parameters()), count)
    return descent.weights


def test_every_declared_optimizer_is_torchs_own() -> None:
    assert TORCHS_OWN.keys() == OPTIMIZERS.keys()
    for name, kind in TORCHS_OWN.items():
        assert type(build_optimizer(config(optimizer=name), Descent().layer.parameters())) is kind


@pytest.mark.parametrize(
    ("values", "plain"),
    [
        ({"optimizer": "sgd"}, lambda p: SGD(p, 0.01)),
        (
            {"optimizer": "sgd", "momentum": 0.9, "nesterov": True, "weight_decay": 0.1},
            lambda p: SGD(p, 0.01, momentum=0.9, nesterov=True, weight_decay=0.1),
        ),
        ({"optimizer": "adam", "weight_decay": 0.1}, lambda p: Adam(p, 0.01, weight_decay=0.1)),
        ({"optimizer": "adamw", "weight_decay": 0.0}, lambda p: AdamW(p, 0.01, weight_decay=0)),
        ({"optimizer": "adamw", "weight_decay": 0.5}, lambda p: AdamW(p, 0.01, weight_decay=0.5)),
        ({"optimizer": "radam", "weight_decay": 0.1}, lambda p: RAdam(p, 0.01, weight_decay=0.1)),
        ({"optimizer": "nadam", "weight_decay": 0.1}, lambda p: NAdam(p, 0.01, weight_decay=0.1)),
        (
            {"optimizer": "rmsprop", "momentum": 0.5, "weight_decay": 0.1},
            lambda p: RMSprop(p, 0.01, momentum=0.5, weight_decay=0.1),
        ),
    ],
)
def test_the_options_move_the_weights_as_plain_torch_does(values: Any, plain: Any) -> None:
    ours = trained(lambda p: build_optimizer(config(**values), p))
    torch.testing.assert_close(ours, trained(plain), rtol=1e-6, atol=1e-7)


@pytest.mark.parametrize("name", OPTIMIZERS)
@pytest.mark.parametrize("option", ["learning_rate", "weight_decay", "momentum", "nesterov"])
def test_each_option_moves_the_weights_where_it_means_something(name: str, option: str) -> None:
    values = {"learning_rate": 0.3, "weight_decay": 0.3, "momentum": 0.3, "nesterov": True}
    base = config(optimizer=name, **({"momentum": 0.5} if option == "nesterov" else {}))
    other = base.with_changes({option: values[option]})
    moved = [trained(lambda p, c=c: build_optimizer(c, p)) for c in (base, other)]
    assert torch.equal(*moved) != base.is_relevant(option)


CHANGES = [
    {"learning_rate": 0.5},
    {"learning_rate": 0.0},
    {"weight_decay": 0.2},
    {"momentum": 0.9},
    {"momentum": 0.9, "nesterov": True},
    {"nesterov": True},
]


@pytest.mark.parametrize("changes", CHANGES)
@pytest.mark.parametrize("name", OPTIMIZERS)
def test_a_change_holds_from_the_next_step_on(name: str, changes: dict[str, Any]) -> None:
    """An adjusted optimizer moves on like one that had these values in it."""
    before = config(optimizer=name)
    after = before.with_changes(changes)
    adjusted, reference = Descent(), Descent()
    optimizer = build_optimizer(before, adjusted.layer.parameters())
    adjusted.step(optimizer, 3)
    reference.layer.load_state_dict(adjusted.layer.state_dict())
    other = build_optimizer(after, reference.layer.parameters())
    for ours, theirs in zip(adjusted.layer.parameters(), reference.layer.parameters(), strict=True):
        memory = copy.deepcopy(optimizer.state[ours]) if ours in optimizer.state else {}
        if name == "rmsprop" and after.momentum:
            memory["momentum_buffer"] = torch.zeros_like(ours)
        if memory:
            other.state[theirs] = memory
    adjust(optimizer, after)
    adjusted.step(optimizer, 4)
    reference.step(other, 4)
    assert torch.equal(adjusted.weights, reference.weights)


@pytest.mark.parametrize("name", OPTIMIZERS)
def test_a_change_back_and_forth_between_steps_is_no_change(name: str) -> None:
    base = config(optimizer=name)
    descent, steady = Descent(), Descent()
    optimizer = build_optimizer(base, descent.layer.parameters())
    descent.step(optimizer, 3)
    adjust(optimizer, base.with_changes({"learning_rate": 9, "momentum": 0.9}))
    adjust(optimizer, base)
    descent.step(optimizer, 3)
    steady.step(build_optimizer(base, steady.layer.parameters()), 6)
    assert torch.equal(descent.weights, steady.weights)


def test_rmsprop_can_be_given_momentum_before_and_after_its_first_step() -> None:
    base = config(optimizer="rmsprop")
    faster = base.with_changes({"momentum": 0.9})
    descent = Descent()
    optimizer = build_optimizer(base, descent.layer.parameters())
    adjust(optimizer, faster)
    descent.step(optimizer, 5)
    assert torch.equal(descent.weights, trained(lambda p: build_optimizer(faster, p), 5))


def test_nesterov_without_momentum_is_plain_descent() -> None:
    nesterov = config(optimizer="sgd", nesterov=True)
    plain = config(optimizer="sgd")
    moved = [trained(lambda p, c=c: build_optimizer(c, p)) for c in (nesterov, plain)]
    assert torch.equal(*moved)


def test_nesterov_waits_for_momentum_and_then_works() -> None:
    descent = Descent()
    optimizer = build_optimizer(config(optimizer="sgd", nesterov=True), descent.layer.parameters())
    assert optimizer.param_groups[0]["nesterov"] is False
    adjust(optimizer, config(optimizer="sgd", nesterov=True, momentum=0.9))
    assert optimizer.param_groups[0]["nesterov"] is True
    descent.step(optimizer, 3)
    adjust(optimizer, config(optimizer="sgd", nesterov=True, momentum=0.0))
    assert optimizer.param_groups[0]["nesterov"] is False


@pytest.mark.parametrize("name", ["sgd", "adam", "adamw"])
def test_it_is_fused_where_torch_has_it(name: str) -> None:
    optimizer = build_optimizer(config(optimizer=name), Descent().layer.parameters())
    assert optimizer.defaults["fused"] is True
