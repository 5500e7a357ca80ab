"""How an exported script writes down the network, the loss and the optimizer."""

import inspect
from typing import Any

import torch
from torch import nn

from netviz.engine.export.script_texts import LOSS_NAMES
from netviz.engine.network.build import Normalise
from netviz.engine.options.run_config import RunConfig
from netviz.engine.training.optimizers import build_optimizer, hyperparameters


def model_lines(model: nn.Module) -> list[str]:
    """Write a network of layers out as an ``nn.Sequential``."""
    layers = [layer for layer in model.children() if not isinstance(layer, Normalise)]
    return ["model = nn.Sequential(", *(f"    {_layer(layer)}," for layer in layers), ")"]


def _layer(layer: nn.Module) -> str:
    """Write a layer as one would by hand: what is as usual is left out."""
    name = type(layer).__name__
    positional = {
        "Linear": ("in_features", "out_features"),
        "Conv2d": ("in_channels", "out_channels", "kernel_size"),
        "MaxPool2d": ("kernel_size",),
        "AvgPool2d": ("kernel_size",),
        "Dropout": ("p",),
        "BatchNorm1d": ("num_features",),
        "BatchNorm2d": ("num_features",),
    }.get(name, ())
    arguments = [_value(getattr(layer, each)) for each in positional]
    if isinstance(layer, nn.Conv2d):
        for each, usual in (("stride", 1), ("padding", 0)):
            if (value := _value(getattr(layer, each))) != str(usual):
                arguments.append(f"{each}={value}")
    return f"nn.{name}({', '.join(arguments)})"


def _value(value: Any) -> str:
    if isinstance(value, tuple) and len(set(value)) == 1:
        return str(value[0])
    return str(value)


def loss_name(config: RunConfig) -> str:
    """Return what the script calls the config's loss."""
    return LOSS_NAMES[config.loss]


def optimizer_text(config: RunConfig) -> str:
    """Write the call that makes the config's optimizer."""
    kind, fused = optimizer_kind(config)
    usual = inspect.signature(kind).parameters
    arguments = ["model.parameters()", "lr=learning_rate"]
    for name, value in hyperparameters(config).items():
        if name != "lr" and usual[name].default != value:
            arguments.append(f"{name}={value!r}")
    if fused:
        arguments.append("fused=True")
    return f"torch.optim.{kind.__name__}({', '.join(arguments)})"


def optimizer_kind(config: RunConfig) -> tuple[type[torch.optim.Optimizer], bool]:
    """Return the config's class of optimizer, and whether it is the fused one."""
    made = build_optimizer(config, [nn.Parameter(torch.zeros(1))])
    return type(made), bool(made.defaults.get("fused"))
