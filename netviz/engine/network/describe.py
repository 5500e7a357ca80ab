"""Describes a network's layers: their kinds, the shapes of their outputs, their weights."""

from collections.abc import Iterator
from typing import Any

import torch
from torch import Tensor, nn
from torch.nn.modules.batchnorm import _NormBase
from torch.nn.modules.dropout import _DropoutNd

from netviz.engine.network.build import evaluating
from netviz.engine.protocol.layer_facts import LayerFacts

_CONTAINERS = (nn.Sequential, nn.ModuleList, nn.ModuleDict)


def describe_network(model: nn.Module, image_shape: tuple[int, ...]) -> tuple[LayerFacts, ...]:
    """Describe the layers in the order in which an image passes them.

    A block that is not a sequence, such as a residual one, is described as one layer; layers
    that no image passes come last. Shared weights are counted at their first layer.
    """
    parts = dict(_parts(model))
    outputs = _outputs(model, parts, image_shape)
    order = [*outputs, *(name for name in parts if name not in outputs)]
    seen: set[int] = set()
    facts = [_facts(name, parts[name], outputs.get(name, ()), seen) for name in order]
    return tuple(each for each in facts if each.output or each.weights)


def _parts(model: nn.Module, prefix: str = "") -> Iterator[tuple[str, nn.Module]]:
    """Yield the layers with their names; only the network and its containers are taken apart."""
    is_whole = not list(model.children()) or list(model.parameters(recurse=False))
    if is_whole:
        yield prefix, model
        return
    for name, child in model.named_children():
        path = f"{prefix}.{name}" if prefix else name
        if isinstance(child, _CONTAINERS):
            yield from _parts(child, path)
        else:
            yield path, child


def _outputs(
    model: nn.Module, parts: dict[str, nn.Module], image_shape: tuple[int, ...]
) -> dict[str, tuple[int, ...]]:
    """Pass a black image through, and note the shape of each layer's first output."""
    outputs: dict[str, tuple[int, ...]] = {}
    names = {module: name for name, module in parts.items()}

    def note(module: nn.Module, _inputs: Any, output: Any) -> None:
        shape = tuple(output.shape[1:]) if isinstance(output, Tensor) else ()
        outputs.setdefault(names[module], shape)

    hooks = [module.register_forward_hook(note) for module in names]
    parameter = next(model.parameters(), None)
    device = parameter.device if parameter is not None else None
    try:
        with evaluating(model):
            model(torch.zeros(1, *image_shape, device=device))
    finally:
        for hook in hooks:
            hook.remove()
    return outputs


def _facts(name: str, module: nn.Module, output: tuple[int, ...], seen: set[int]) -> LayerFacts:
    weights = []
    for inner, layer in module.named_modules():
        own = [p for p in layer.parameters(recurse=False) if id(p) not in seen]
        seen.update(map(id, own))
        if own:
            path = ".".join(part for part in (name, inner) if part)
            weights.append((path, sum(parameter.numel() for parameter in own)))
    has_modes = any(isinstance(layer, _DropoutNd | _NormBase) for layer in module.modules())
    return LayerFacts(
        name, type(module).__name__, layer_title(module), output, tuple(weights), has_modes
    )


def layer_title(module: nn.Module) -> str:
    """Say what a layer is, for the screen: ``Linear 784 → 64``."""
    name = type(module).__name__
    match module:
        case nn.Linear():
            return f"Linear {module.in_features} → {module.out_features}"
        case nn.Conv2d():
            size = "×".join(map(str, module.kernel_size))
            return f"Conv {module.in_channels} → {module.out_channels}, {size}"
        case nn.MaxPool2d() | nn.AvgPool2d():
            return f"{name} {module.kernel_size}"
        case nn.Dropout():
            return f"Dropout {module.p:g}"
    return name
