"""What a loaded data set is: images and labels in memory, as torch tensors."""

from dataclasses import dataclass

import torch
from torch import Tensor

from netviz.engine.protocol.observations import ImageArrays


@dataclass(frozen=True)
class Split:
    """One half of a data set.

    Attributes
    ----------
    images
        Pixels as stored, ``uint8 [N, C, H, W]``.
    labels
        Class indices, ``int64 [N]``.
    """

    images: Tensor
    labels: Tensor

    def __len__(self) -> int:
        return len(self.labels)

    def scaled(self, device: torch.device) -> Tensor:
        """Images as the network takes them: ``float32 [N, C, H, W]`` in 0..1, on `device`.

        The same numbers, bit for bit, as torchvision's ``ToTensor``.
        """
        return self.images.to(device).to(torch.float32).div_(255)


@dataclass(frozen=True)
class Dataset:
    """Train and test split of one data set with the names of its classes."""

    name: str
    classes: tuple[str, ...]
    train: Split
    test: Split

    def arrays(self) -> ImageArrays:
        """Return the images as numpy views of the same memory, which nobody may write to."""
        splits = (self.train.images, self.train.labels, self.test.images, self.test.labels)
        arrays = [tensor.numpy() for tensor in splits]
        for array in arrays:
            array.flags.writeable = False
        return ImageArrays(*arrays)

    @property
    def image_shape(self) -> tuple[int, int, int]:
        """Channels, height and width of one image."""
        channels, height, width = self.train.images.shape[1:]
        return channels, height, width
