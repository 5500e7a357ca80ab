"""Random changes to the training images, so that the network never sees the same image twice."""

import math

import numpy as np
import torch
import torch.nn.functional as F
from numpy.typing import NDArray
from torch import Tensor

from netviz.engine.options.option import Section
from netviz.engine.options.run_config import OPTIONS, RunConfig

AUGMENTATIONS = tuple(
    name for name, option in OPTIONS.items() if option.section is Section.AUGMENTATION
)
"""The options that change the training images; each does nothing at its default."""


def is_augmented(config: RunConfig) -> bool:
    """Whether the config asks for any change of the training images."""
    return any(getattr(config, name) for name in AUGMENTATIONS)


def preview(images: Tensor, config: RunConfig, seed: int) -> NDArray[np.uint8]:
    """Return images as the config's augmentation may change them, ``uint8 [N, C, H, W]``.

    The changes are drawn from `seed` alone and never touch the generator of a run.
    """
    if is_augmented(config):
        images = Augmenter(seed)(images, config)
    return (images * 255).round().clamp(0, 255).to("cpu", torch.uint8).numpy()


class Augmenter:
    """Changes batches of images at random, from a generator of its own.

    Parameters
    ----------
    seed
        Decides all changes. The numbers are drawn on the CPU, so that they are the same on
        any device.
    """

    def __init__(self, seed: int) -> None:
        self.generator = torch.Generator().manual_seed(seed)

    def __call__(self, images: Tensor, config: RunConfig) -> Tensor:
        """Return changed copies of `images`, ``float32 [N, C, H, W]`` in 0..1.

        What is moved in from outside is black.
        """
        changed = self._moved(images, config)
        if config.augment_noise:
            noise = torch.randn(images.shape, generator=self.generator).to(images.device)
            changed = (changed + config.augment_noise * noise).clamp(0, 1)
        return changed

    def _moved(self, images: Tensor, config: RunConfig) -> Tensor:
        count = len(images)
        angle = self._spread(count) * math.radians(config.augment_rotate)
        scale = 1 + self._spread(count) * config.augment_scale
        shift_x = self._spread(count) * 2 * config.augment_shift
        shift_y = self._spread(count) * 2 * config.augment_shift
        mirror = torch.ones(count)
        if config.augment_flip:
            mirror = 1 - 2 * torch.randint(0, 2, (count,), generator=self.generator).float()
        cos, sin = torch.cos(angle) / scale, torch.sin(angle) / scale
        rows = (cos * mirror, -sin, shift_x, sin * mirror, cos, shift_y)
        matrices = torch.stack(rows, dim=1).view(count, 2, 3).to(images.device)
        grid = F.affine_grid(matrices, list(images.shape), align_corners=False)
        return F.grid_sample(images, grid, align_corners=False)

    def _spread(self, count: int) -> Tensor:
        """Draw `count` numbers uniformly from -1 to 1."""
        return 2 * torch.rand(count, generator=self.generator) - 1
