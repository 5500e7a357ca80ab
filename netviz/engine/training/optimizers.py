"""From a config to a torch optimizer, and live changes of its hyperparameters."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import torch
from torch import nn
from torch.optim import Optimizer

from netviz.engine.options.run_config import RunConfig


@dataclass(frozen=True)
class _Kind:
    """A torch optimizer, whether torch has it fused, and the options of a run that it takes."""

    build: type[Optimizer]
    fused: bool
    hyperparameters: tuple[str, ...]


_LATE_BUFFERS: dict[type[Optimizer], tuple[tuple[str, str], ...]] = {
    torch.optim.RMSprop: (("momentum", "momentum_buffer"), ("centered", "grad_avg")),
    torch.optim.Adam: (("amsgrad", "max_exp_avg_sq"),),
    torch.optim.AdamW: (("amsgrad", "max_exp_avg_sq"),),
}
"""Options with the buffers that they need in an optimizer's state."""

_ADAM = ("betas", "eps")
_KINDS = {
    "sgd": _Kind(torch.optim.SGD, True, ("momentum", "dampening", "nesterov")),
    "adam": _Kind(torch.optim.Adam, True, (*_ADAM, "amsgrad")),
    "adamw": _Kind(torch.optim.AdamW, True, (*_ADAM, "amsgrad")),
    "radam": _Kind(torch.optim.RAdam, False, (*_ADAM, "decoupled_weight_decay")),
    "nadam": _Kind(torch.optim.NAdam, False, (*_ADAM, "momentum_decay", "decoupled_weight_decay")),
    "rmsprop": _Kind(torch.optim.RMSprop, False, ("alpha", "eps", "centered", "momentum")),
}


def hyperparameters(config: RunConfig) -> dict[str, Any]:
    """Return what the config's optimizer is set to, by torch's own names."""
    values: dict[str, Any] = {"lr": config.learning_rate, "weight_decay": config.weight_decay}
    for name in _KINDS[config.optimizer].hyperparameters:
        pair = (config.beta1, config.beta2)
        values[name] = pair if name == "betas" else getattr(config, name)
    if values.get("nesterov"):
        # torch refuses Nesterov without momentum, and there is nothing to look ahead along.
        values["nesterov"] = config.momentum > 0 and config.dampening == 0
    return values


def build_optimizer(config: RunConfig, parameters: Iterable[nn.Parameter]) -> Optimizer:
    """Make the optimizer that `config` names; fused where torch has it, for speed."""
    kind = _KINDS[config.optimizer]
    options = hyperparameters(config)
    if kind.fused:
        options["fused"] = True
    return kind.build(parameters, **options)


def adjust_optimizer(optimizer: Optimizer, config: RunConfig) -> None:
    """Set the hyperparameters of `config` on a living optimizer, whose memory stays."""
    values = hyperparameters(config)
    for group in optimizer.param_groups:
        group.update(values)
    for parameter, state in optimizer.state.items():
        # torch makes these buffers at the first step only, and so misses what is switched on
        # later.
        for option, buffer in _LATE_BUFFERS.get(type(optimizer), ()):
            if values.get(option) and state:
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
        # Whose first step is not dampened; only the plain loop knows which that is.
        group["fused"] = group["foreach"] = False
        return
    for parameter in late:
        optimizer.state[parameter]["momentum_buffer"] = torch.zeros_like(parameter)
