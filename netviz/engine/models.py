"""From a name to a network, built of plain torch layers as the tutorials write them."""

import math
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from itertools import pairwise
from typing import cast

import torch
from torch import Tensor, nn

from netviz.engine.config import RunConfig
from netviz.engine.errors import ModelError


def build_model(
    config: RunConfig, image_shape: tuple[int, int, int], classes: int
) -> nn.Sequential:
    """Build the network that `config` names; its output are logits ``[N, classes]``.

    The initial weights come from torch's global generator, so seed it before.
    """
    if config.model == "cnn":
        return cnn(image_shape, classes)
    return mlp(math.prod(image_shape), config.hidden, classes)


def mlp(inputs: int, hidden: Sequence[int], classes: int) -> nn.Sequential:
    """Dense layers with ReLU between them; no hidden layer makes it a linear classifier."""
    layers: list[nn.Module] = [nn.Flatten()]
    widths = [inputs, *hidden]
    for before, after in pairwise(widths):
        layers += [nn.Linear(before, after), nn.ReLU()]
    layers.append(nn.Linear(widths[-1], classes))
    return nn.Sequential(*layers)


def cnn(image_shape: tuple[int, int, int], classes: int) -> nn.Sequential:
    """Two convolutions with pooling, then two dense layers."""
    channels, height, width = image_shape
    if min(height, width) < 4:
        raise ModelError(
            f"The CNN needs images of at least 4x4 pixels; these are {height}x{width}.",
            "Choose the MLP.",
        )
    pooled = 32 * (height // 4) * (width // 4)
    return nn.Sequential(
        nn.Conv2d(channels, 16, kernel_size=3, padding=1),
        nn.ReLU(),
        nn.MaxPool2d(2),
        nn.Conv2d(16, 32, kernel_size=3, padding=1),
        nn.ReLU(),
        nn.MaxPool2d(2),
        nn.Flatten(),
        nn.Linear(pooled, 64),
        nn.ReLU(),
        nn.Linear(64, classes),
    )


def parameter_count(model: nn.Module) -> int:
    """Count the numbers that training may change."""
    return sum(p.numel() for p in model.parameters() if p.requires_grad)


def multiplications(model: nn.Module, image_shape: tuple[int, int, int]) -> int:
    """Count the multiplications of one image's forward pass through dense and conv layers."""
    total = 0

    def count(module: nn.Module, inputs: tuple[Tensor, ...], output: Tensor) -> None:
        nonlocal total
        weight = cast(nn.Linear | nn.Conv2d, module).weight
        total += weight.numel() * math.prod(output.shape[2:])

    layers = [m for m in model.modules() if isinstance(m, nn.Linear | nn.Conv2d)]
    hooks = [layer.register_forward_hook(count) for layer in layers]
    try:
        device = next(model.parameters()).device
        with evaluating(model):
            model(torch.zeros(1, *image_shape, device=device))
    finally:
        for hook in hooks:
            hook.remove()
    return total


@contextmanager
def evaluating(model: nn.Module) -> Iterator[None]:
    """Put `model` into evaluation mode without gradients, and back as it was."""
    modes = {module: module.training for module in model.modules()}
    model.eval()
    try:
        with torch.inference_mode():
            yield
    finally:
        for module, mode in modes.items():
            module.training = mode
