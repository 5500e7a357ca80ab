"""How an exported script calls what it is made of: layers, loss, optimizer and schedule."""

import inspect
from typing import Any

from torch import nn

from netviz.engine.network.build import Normalise
from netviz.engine.options.run_config import RunConfig
from netviz.engine.training.optimizers import has_fused, hyperparameters, optimizer_class


def layer_texts(model: nn.Module) -> list[str]:
    """Write the calls that make the layers of an ``nn.Sequential``."""
    return [_layer(layer) for layer in model.children() if not isinstance(layer, Normalise)]


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
    return config.loss.replace("-", "_")


def schedule_name(config: RunConfig) -> str:
    """Return what the script calls the config's schedule."""
    return f"{config.schedule.replace('-', '_')}_schedule"


def optimizer_text(config: RunConfig) -> str:
    """Write the call that makes the config's optimizer."""
    kind = optimizer_class(config)
    usual = inspect.signature(kind).parameters
    arguments = ["model.parameters()", "lr=learning_rate"]
    for name, value in hyperparameters(config).items():
        if usual[name].default != value:
            arguments.append(f"{name}={value!r}")
    if has_fused(kind):
        arguments.append("fused=True")
    return f"torch.optim.{kind.__name__}({', '.join(arguments)})"
