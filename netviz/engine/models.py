"""From a name to a network, built of plain torch layers as the tutorials write them."""

import math
from collections import OrderedDict
from collections.abc import Iterator
from contextlib import contextmanager
from typing import cast

import torch
from torch import Tensor, nn

from netviz.engine.config import RunConfig
from netviz.engine.layer_plan import layer_texts
from netviz.engine.layers import build_layers


class Normalise(nn.Module):
    """Brings pixels to mean 0 and standard deviation 1, as a part of the network.

    Within the network it holds for training, testing, the pad and an exported network alike.

    Parameters
    ----------
    mean, std
        Of each channel over the training images, ``float32 [C]``.
    """

    def __init__(self, mean: Tensor, std: Tensor) -> None:
        super().__init__()
        self.register_buffer("mean", mean.view(-1, 1, 1), persistent=False)
        self.register_buffer("std", std.clamp_min(1e-6).view(-1, 1, 1), persistent=False)

    def forward(self, images: Tensor) -> Tensor:
        """Return ``(images - mean) / std``."""
        return (images - cast(Tensor, self.mean)) / cast(Tensor, self.std)


def build_model(
    config: RunConfig, image_shape: tuple[int, int, int], classes: int
) -> nn.Sequential:
    """Build the network that `config` names; its output are logits ``[N, classes]``.

    The initial weights come from torch's global generator, so seed it before.

    Raises
    ------
    ModelError
        When the network does not fit the images.
    """
    return build_layers(layer_texts(config), image_shape, classes)


def normalised(model: nn.Sequential, images: Tensor) -> nn.Sequential:
    """Put a `Normalise` for `images`, ``[N, C, H, W]``, before `model`; names stay the same."""
    front = Normalise(images.mean(dim=(0, 2, 3)), images.std(dim=(0, 2, 3)))
    return nn.Sequential(OrderedDict([("normalise", front), *model.named_children()]))


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
