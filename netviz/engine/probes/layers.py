"""The layers of a network as the views name them, and what flows through them."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from netviz.engine.network.describe import layer_title

ACTIVATIONS = (
    nn.ReLU,
    nn.ReLU6,
    nn.LeakyReLU,
    nn.ELU,
    nn.GELU,
    nn.SiLU,
    nn.Tanh,
    nn.Sigmoid,
)


@dataclass(frozen=True, eq=False)
class Layer:
    """A dense layer or a convolution.

    Attributes
    ----------
    name
        Its name in the network, such as ``1`` or ``features.0``.
    title
        What it is, for the screen: ``Linear 784 → 64``.
    module
        torch's own.
    """

    name: str
    title: str
    module: nn.Linear | nn.Conv2d


@dataclass(frozen=True, eq=False)
class Flow:
    """The output of a layer for a batch.

    Attributes
    ----------
    values
        After the layer's activation function where it has one, ``[N, units]`` or
        ``[N, maps, H, W]``.
    has_relu
        Whether that function is a ReLU.
    """

    layer: Layer
    values: Tensor
    has_relu: bool = False


def layers_of(model: nn.Module) -> tuple[Layer, ...]:
    """List the dense layers and convolutions in the order in which they were declared."""
    return tuple(
        Layer(name, layer_title(module), module)
        for name, module in model.named_modules()
        if isinstance(module, nn.Linear | nn.Conv2d)
    )


def flow(model: nn.Module, images: Tensor) -> tuple[Tensor, list[Flow]]:
    """Pass `images` through `model` and listen at each layer.

    The caller chooses the mode and whether gradients are recorded.

    Returns
    -------
    tuple[Tensor, list[Flow]]
        The logits, and the layers in the order in which they were passed.
    """
    passed: list[Flow] = []

    def listen(layer: Layer) -> Callable[[Any, Any, Tensor], None]:
        return lambda _module, _inputs, output: passed.append(Flow(layer, output))

    def listen_to_activation(module: nn.Module, _inputs: Any, output: Tensor) -> None:
        # Pooling, normalisation and dropout may stand between a layer and its activation.
        if passed:
            passed[-1] = replace(passed[-1], values=output, has_relu=isinstance(module, nn.ReLU))

    hooks = [layer.module.register_forward_hook(listen(layer)) for layer in layers_of(model)]
    for module in model.modules():
        if isinstance(module, ACTIVATIONS):
            hooks.append(module.register_forward_hook(listen_to_activation))
    try:
        logits: Tensor = model(images)
    finally:
        for hook in hooks:
            hook.remove()
    return logits, passed


def to_numpy(tensor: Tensor) -> NDArray[np.float32]:
    """Copy `tensor` to an array of its own."""
    array: NDArray[np.float32] = tensor.detach().to("cpu", torch.float32, copy=True).numpy()
    return array
