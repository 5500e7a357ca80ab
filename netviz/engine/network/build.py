"""Builds the network of a config from plain torch layers, as the tutorials write them."""

import math
from collections import OrderedDict
from collections.abc import Iterator
from contextlib import contextmanager
from typing import cast

import torch
from torch import Tensor, nn

from netviz.engine.network.layer_plan import layer_texts
from netviz.engine.network.modes import modes_kept
from netviz.engine.network.modules import build_layers
from netviz.engine.network.python_file import load_model
from netviz.engine.options.network import MODELS
from netviz.engine.options.run_config import RunConfig


class Normalise(nn.Module):
    """Brings pixels to mean 0 and standard deviation 1, as a part of the network.

    As a part of the network it applies in training, testing, the pad and an exported network.

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


def build_model(config: RunConfig, image_shape: tuple[int, int, int], classes: int) -> nn.Module:
    """Build the network that `config` names; its output are logits ``[N, classes]``.

    The initial weights come from torch's global generator, so seed it before. A network of
    layers is a plain `nn.Sequential`; a network in a Python file is run, see `python_file`.

    Raises
    ------
    ModelError
        When the network does not fit the images, or its file cannot be used.
    """
    if config.model.startswith("resnet18"):
        # Brings torchvision with it, which takes seconds to import.
        from netviz.engine.network import resnet

        pretrained = config.model == "resnet18-pretrained"
        make = resnet.pretrained_resnet18 if pretrained else resnet.small_resnet18
        return make(image_shape[0], classes)
    if config.model not in MODELS:
        return load_model(config.model, image_shape, classes)
    return build_layers(layer_texts(config), image_shape, classes)


def normalised(model: nn.Module, images: Tensor) -> nn.Module:
    """Put a `Normalise` for `images`, ``[N, C, H, W]``, before `model`; names stay the same."""
    front = Normalise(*_mean_and_std(images))
    if type(model) is nn.Sequential:
        return nn.Sequential(OrderedDict([("normalise", front), *model.named_children()]))
    # Other modules define their own forward(), so normalise in a forward pre-hook.
    model.add_module(FRONT, front)
    model.register_forward_pre_hook(_normalise_first)
    return model


def _mean_and_std(images: Tensor) -> tuple[Tensor, Tensor]:
    """Return both for each channel; on one thread, since more add up in another order."""
    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    try:
        images = images.contiguous()
        return images.mean(dim=(0, 2, 3)), images.std(dim=(0, 2, 3))
    finally:
        torch.set_num_threads(threads)


FRONT = "netviz_normalise"
"""Name of the `Normalise` in a network that is not a plain `nn.Sequential`."""


def _normalise_first(model: nn.Module, inputs: tuple[Tensor, ...]) -> tuple[Tensor, ...]:
    return (model.get_submodule(FRONT)(inputs[0]), *inputs[1:])


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
    """Put `model` into evaluation mode without gradients, and restore its modes afterwards.

    Random numbers that it draws here, such as for a dropout that is always on, are drawn anew
    afterwards, and what it writes into its buffers is undone, so that measuring changes nothing
    in the training.
    """
    device = next((parameter.device for parameter in model.parameters()), None)
    cuda = [device] if device is not None and device.type == "cuda" else []
    state = torch.get_rng_state()
    cuda_states = [torch.cuda.get_rng_state(each) for each in cuda]
    buffers = [] if all(map(_keeps_buffers, model.modules())) else list(_buffers(model))
    try:
        with modes_kept(model), torch.inference_mode():
            model.eval()
            yield
    finally:
        torch.set_rng_state(state)
        for each, cuda_state in zip(cuda, cuda_states, strict=True):
            torch.cuda.set_rng_state(cuda_state, each)
        for module, name, buffer, value in buffers:
            _put_back(module, name, buffer, value)


def _keeps_buffers(module: nn.Module) -> bool:
    """Whether `module` is of a kind that writes into no buffer in evaluation mode."""
    return type(module).__module__.startswith(("torch.", "torchvision.", "netviz."))


def _buffers(model: nn.Module) -> Iterator[tuple[nn.Module, str, Tensor, Tensor]]:
    """Yield each dense buffer with its module, its name there, and a copy of it."""
    for module in model.modules():
        for name, buffer in module.named_buffers(recurse=False):
            if buffer.layout is torch.strided:
                yield module, name, buffer, buffer.clone()


def _put_back(module: nn.Module, name: str, buffer: Tensor, value: Tensor) -> None:
    """Undo what was written into a buffer, or put in its place."""
    with torch.no_grad():
        if not torch.equal(buffer, value):
            buffer.copy_(value)
        if getattr(module, name, None) is not buffer:
            setattr(module, name, buffer)
