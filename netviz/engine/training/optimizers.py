"""Builds the torch optimizer of a config, and changes its hyperparameters in mid-run."""

import copy
import inspect
from collections.abc import Iterable
from typing import Any

import torch
from torch import Tensor, nn
from torch.optim import Optimizer

from netviz.engine.options.optimizers import OPTIMIZERS, options_of
from netviz.engine.options.run_config import RunConfig


def hyperparameters(config: RunConfig) -> dict[str, Any]:
    """Return what the config's optimizer takes beside the learning rate, by torch's own names."""
    values: dict[str, Any] = {}
    for argument in OPTIMIZERS[config.optimizer].arguments:
        parts = tuple(getattr(config, option) for option in options_of(argument))
        values[argument] = parts if len(parts) > 1 else parts[0]
    if values.get("nesterov"):
        # torch refuses Nesterov without momentum, and there is nothing to look ahead along.
        values["nesterov"] = config.momentum > 0 and config.dampening == 0
    return values


def optimizer_class(config: RunConfig) -> type[Optimizer]:
    """Return torch's class of the config's optimizer."""
    kind: type[Optimizer] = getattr(torch.optim, OPTIMIZERS[config.optimizer].torch_name)
    return kind


def has_fused(kind: type[Optimizer]) -> bool:
    """Whether torch has this optimizer fused into one kernel."""
    return "fused" in inspect.signature(kind).parameters


def build_optimizer(config: RunConfig, parameters: Iterable[nn.Parameter]) -> Optimizer:
    """Make the optimizer that `config` names; fused where torch can do it, for speed."""
    weights = list(parameters)
    kind = optimizer_class(config)
    options = hyperparameters(config) | {"lr": config.learning_rate}
    if has_fused(kind):
        options["fused"] = all(map(_can_be_fused, weights))
    optimizer = kind(weights, **options)
    if isinstance(optimizer, torch.optim.SGD):
        optimizer.register_step_pre_hook(_let_late_weights_in)
    return optimizer


def _can_be_fused(weight: nn.Parameter) -> bool:
    """Whether a fused kernel, which walks through the memory, meets this weight and no other."""
    # What torch makes for it has the same strides only if its memory has no gaps or overlaps.
    like = torch.empty_like(weight, device="meta")
    return weight.is_floating_point() and like.stride() == weight.stride()


def load_state(optimizer: Optimizer, state: dict[str, Any]) -> None:
    """Put a copy of `state` into an optimizer that was just built.

    Files hold every tensor row by row. What belongs to a weight is laid out in memory as that
    weight is, since a fused kernel pairs them by their place in memory.
    """
    fused = [group.get("fused") for group in optimizer.param_groups]
    optimizer.load_state_dict(copy.deepcopy(state))
    for group, can_be_fused in zip(optimizer.param_groups, fused, strict=True):
        if can_be_fused is False:
            group["fused"] = False
    for weight, values in list(optimizer.state.items()):
        for name, value in list(values.items()):
            if value is None:  # a momentum that is not there yet, which the fused kernel takes not
                del values[name]
            elif isinstance(value, Tensor) and value.shape == weight.shape:
                values[name] = laid_out_like(weight, value)
        if not values:
            del optimizer.state[weight]


def laid_out_like(weight: Tensor, value: Tensor) -> Tensor:
    """Copy `value` to the device of `weight`, laid out in memory as torch would for `weight`."""
    return torch.empty_like(weight, dtype=value.dtype, requires_grad=False).copy_(value)


def set_learning_rate(optimizer: Optimizer, rate: float) -> None:
    """Set the learning rate of the optimizer's next step; nothing else writes it."""
    for group in optimizer.param_groups:
        group["lr"] = rate


def adjust_optimizer(optimizer: Optimizer, config: RunConfig) -> None:
    """Set the hyperparameters of `config` on an optimizer in use; its state is kept.

    The learning rate is not among them: the trainer sets it at each step.
    """
    values = hyperparameters(config)
    for group in optimizer.param_groups:
        group.update(values)
    late_buffers = OPTIMIZERS[config.optimizer].late_buffers
    for parameter, state in optimizer.state.items():
        for argument, buffer in late_buffers.items():
            if values[argument] and state:
                state.setdefault(buffer, torch.zeros_like(parameter))


def _let_late_weights_in(optimizer: Optimizer, _args: Any, _kwargs: Any) -> None:
    """Prepare a step of fused SGD in which some weights have no momentum yet.

    They were frozen so far, or in layers that the network skips now and then. The fused kernel
    takes weights that all have a momentum, or none.
    """
    for group in optimizer.param_groups:
        # Most steps end here: a weight has a state from its first step on.
        if group["momentum"] and group["fused"] and len(optimizer.state) < len(group["params"]):
            _let_late_weights_of(optimizer, group)


def _let_late_weights_of(optimizer: Optimizer, group: dict[str, Any]) -> None:
    moved = [weight for weight in group["params"] if weight.grad is not None]
    late = [each for each in moved if "momentum_buffer" not in optimizer.state.get(each, {})]
    if not 0 < len(late) < len(moved):
        return
    if group["dampening"]:
        # A momentum's first step is not dampened; only the plain loop knows which step that is.
        group["fused"] = group["foreach"] = False
        return
    for weight in late:
        optimizer.state[weight]["momentum_buffer"] = torch.zeros_like(weight)
