"""What a loaded data set is: images and labels in memory, as torch tensors."""

from dataclasses import dataclass, replace

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

    def evenly(self, count: int) -> "Split":
        """The first `count` images of which each class has the same share, in their own order.

        A class with fewer gives all that it has. What `count` takes is among what more would.
        """
        place_in_class = torch.empty_like(self.labels)
        for label in set(self.labels.tolist()):
            places = (self.labels == label).nonzero().squeeze(1)
            place_in_class[places] = torch.arange(len(places))
        taken = place_in_class.argsort(stable=True)[:count].sort().values
        return Split(self.images[taken], self.labels[taken])

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

    def with_train_size(self, size: int) -> "Dataset":
        """This data set with no more than `size` training images, see `Split.evenly`.

        0 takes all; the test images stay.
        """
        if not 0 < size < len(self.train):
            return self
        return replace(self, train=self.train.evenly(size))

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
