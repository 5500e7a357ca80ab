"""Builds the torch optimizer of a config, and changes its hyperparameters in mid-run."""

import inspect
from collections.abc import Iterable
from typing import Any

import torch
from torch import nn
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
    """Make the optimizer that `config` names; fused where torch has it, for speed."""
    kind = optimizer_class(config)
    options = hyperparameters(config) | {"lr": config.learning_rate}
    if has_fused(kind):
        options["fused"] = True
    return kind(parameters, **options)


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
    if isinstance(optimizer, torch.optim.SGD):
        for group in optimizer.param_groups:
            _let_late_weights_in(optimizer, group)


def _let_late_weights_in(optimizer: Optimizer, group: dict[str, Any]) -> None:
    """Prepare fused SGD for weights that were frozen when the others got their momentum.

    It takes a group in which all weights have a momentum, or none.
    """
    free = [parameter for parameter in group["params"] if parameter.requires_grad]
    buffers = [optimizer.state.get(each, {}).get("momentum_buffer") for each in free]
    late = [each for each, buffer in zip(free, buffers, strict=True) if buffer is None]
    if not group["momentum"] or not 0 < len(late) < len(free):
        return
    if group["dampening"]:
        # A momentum's first step is not dampened; only the plain loop knows which step that is.
        group["fused"] = group["foreach"] = False
        return
    for parameter in late:
        optimizer.state[parameter]["momentum_buffer"] = torch.zeros_like(parameter)
