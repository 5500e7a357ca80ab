"""From a config to a torch optimizer, and live changes of its hyperparameters."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import torch
from torch import nn
from torch.optim import Optimizer

from netviz.engine.config import RunConfig


@dataclass(frozen=True)
class _Kind:
    """A torch optimizer, whether torch has it fused, and the options of a run that it takes."""

    build: type[Optimizer]
    fused: bool
    hyperparameters: tuple[str, ...]


_KINDS = {
    "sgd": _Kind(torch.optim.SGD, True, ("momentum", "nesterov")),
    "adam": _Kind(torch.optim.Adam, True, ()),
    "adamw": _Kind(torch.optim.AdamW, True, ()),
    "radam": _Kind(torch.optim.RAdam, False, ()),
    "rmsprop": _Kind(torch.optim.RMSprop, False, ("momentum",)),
}


def hyperparameters(config: RunConfig) -> dict[str, Any]:
    """Return what the config's optimizer is set to, by torch's own names."""
    values: dict[str, Any] = {"lr": config.learning_rate, "weight_decay": config.weight_decay}
    for name in _KINDS[config.optimizer].hyperparameters:
        values[name] = getattr(config, name)
    if values.get("nesterov"):
        # torch refuses Nesterov without momentum, and there is nothing to look ahead along.
        values["nesterov"] = config.momentum > 0
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
    if values.get("momentum") and isinstance(optimizer, torch.optim.RMSprop):
        # torch makes this buffer at the first step only, and so misses a momentum raised later.
        for parameter, state in optimizer.state.items():
            state.setdefault("momentum_buffer", torch.zeros_like(parameter))
