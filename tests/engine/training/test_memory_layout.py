"""Weights that lie in memory in another order than row by row, or are not always there."""

import copy
from typing import Any

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch import Tensor, nn

from netviz.engine.options.run_config import OPTIMIZERS, RunConfig
from netviz.engine.training.optimizers import build_optimizer, load_state

STEPS = 6


def as_in_a_file(value: Any) -> Any:
    """Row by row, which is how files hold every tensor."""
    if isinstance(value, Tensor):
        return value.contiguous().clone()
    if isinstance(value, dict):
        return {key: as_in_a_file(item) for key, item in value.items()}
    return [as_in_a_file(item) for item in value] if isinstance(value, list) else value


def laid_out(order: tuple[int, ...], gap: int) -> nn.Parameter:
    """A weight ``[2, 3, 4]`` whose dimensions lie in memory in `order`, with gaps of `gap`."""
    sizes = [(2, 3, 4)[dim] for dim in order]
    values = torch.randn(*sizes[:-1], sizes[-1] * (1 + gap))[..., :: 1 + gap]
    back = [order.index(dim) for dim in range(3)]
    return nn.Parameter(values.permute(back))


details = st.fixed_dictionaries(
    {
        "momentum": st.sampled_from([0.9, 0.0]),
        "dampening": st.sampled_from([0.0, 0.5]),
        "weight_decay": st.sampled_from([0.1, 0.0]),
        "amsgrad": st.booleans(),
        "centered": st.booleans(),
    }
)
orders = st.sampled_from([(2, 0, 1), (1, 2, 0), (0, 2, 1), (0, 1, 2)])
Layout = list[tuple[tuple[int, ...], int]]
layouts = st.lists(st.tuples(orders, st.sampled_from([0, 0, 0, 1])), min_size=1, max_size=3)


def configured(optimizer: str, values: dict[str, Any]) -> RunConfig:
    return RunConfig.parse({"optimizer": optimizer, "learning_rate": 0.05, **values})


def weights_of(layout: Layout) -> list[nn.Parameter]:
    torch.manual_seed(1)
    return [laid_out(order, gap) for order, gap in layout]


def gradients(weights: list[nn.Parameter], seed: int, skips: bool) -> None:
    """Give most weights a gradient as a backward pass does, and the others none."""
    torch.manual_seed(100 + seed)
    # The later weights are left out of the first steps, and every one now and then.
    there = [not skips or (seed >= index and (seed + index) % 4) for index in range(len(weights))]
    for weight in weights:
        weight.grad = None
    parts = [
        (weight.square() * torch.randn(2, 3, 4)).sum()
        for weight, is_there in zip(weights, there, strict=True)
        if is_there
    ]
    if parts:
        sum(parts, torch.zeros(())).backward()


def train(optimizer: Any, weights: list[nn.Parameter], seeds: range, skips: bool) -> list[Tensor]:
    for seed in seeds:
        gradients(weights, seed, skips)
        optimizer.step()
    return [weight.detach().clone() for weight in weights]


@pytest.mark.parametrize("optimizer_name", OPTIMIZERS)
@settings(max_examples=20)
@given(values=details, layout=layouts, skips=st.booleans())
def test_what_was_saved_goes_on_bit_for_bit(
    optimizer_name: str,
    values: dict[str, Any],
    layout: Layout,
    skips: bool,
) -> None:
    config, weights = configured(optimizer_name, values), weights_of(layout)
    optimizer = build_optimizer(config, weights)
    train(optimizer, weights, range(STEPS), skips)
    saved = as_in_a_file(copy.deepcopy(optimizer.state_dict()))
    kept = [weight.detach().clone() for weight in weights]
    future = train(optimizer, weights, range(STEPS, 2 * STEPS), skips)
    with torch.no_grad():
        for weight, value in zip(weights, kept, strict=True):
            weight.copy_(value)
    again = build_optimizer(config, weights)
    load_state(again, saved)
    assert all(map(torch.equal, train(again, weights, range(STEPS, 2 * STEPS), skips), future))


@pytest.mark.parametrize("optimizer_name", OPTIMIZERS)
@settings(max_examples=20)
@given(values=details, layout=layouts, skips=st.booleans())
def test_the_weights_move_as_with_plain_torch(
    optimizer_name: str,
    values: dict[str, Any],
    layout: Layout,
    skips: bool,
) -> None:
    config, weights = configured(optimizer_name, values), weights_of(layout)
    rows = [nn.Parameter(weight.detach().contiguous().clone()) for weight in weights]
    ours = train(build_optimizer(config, weights), weights, range(2 * STEPS), skips)
    plain = build_optimizer(config, rows)
    for group in plain.param_groups:
        group["fused"] = group["foreach"] = False
    theirs = train(plain, rows, range(2 * STEPS), skips)
    for one, other in zip(ours, theirs, strict=True):
        torch.testing.assert_close(one, other, rtol=1e-4, atol=1e-5)


@pytest.mark.parametrize("optimizer_name", ["sgd", "adam", "adamw"])
def test_a_state_that_was_fused_is_not_where_a_weight_has_gaps(optimizer_name: str) -> None:
    """As older versions saved it, or a network that has gaps since."""
    whole, gapped = weights_of([((0, 1, 2), 0)] * 2), weights_of([((0, 1, 2), 0), ((2, 0, 1), 1)])
    config = configured(optimizer_name, {"momentum": 0.9})
    optimizer, again = build_optimizer(config, whole), build_optimizer(config, gapped)
    train(optimizer, whole, range(2), skips=False)
    load_state(again, optimizer.state_dict())
    assert optimizer.param_groups[0]["fused"] is True
    assert again.param_groups[0]["fused"] is False
