"""ResNet-18, made for small images or with the weights that torchvision publishes.

He et al., "Deep Residual Learning for Image Recognition", CVPR 2016.
"""

import hashlib
import io
from pathlib import Path
from typing import cast

import torch
from torch import Tensor, nn
from torch.nn import functional as F
from torchvision.models.resnet import BasicBlock, ResNet

from netviz.engine.errors import ModelError
from netviz.paths import data_dir

WEIGHTS_FILE = "resnet18-f37072fd.pth"
WEIGHTS_URL = f"https://download.pytorch.org/models/{WEIGHTS_FILE}"
WEIGHTS_SHA256 = "f37072fd"
"""How the file's SHA-256 begins; torchvision puts it into the name."""

_BLOCKS = [2, 2, 2, 2]
_LEAST_SIDE = 64
_IMAGENET_CLASSES = 1000


def small_resnet18(channels: int, classes: int) -> nn.Module:
    """Make torchvision's ResNet-18 with a first layer that leaves small images their size.

    As is usual for images of about 32 pixels, the first convolution is 3×3 with stride 1 and
    there is no pooling after it.
    """
    model = ResNet(BasicBlock, _BLOCKS, num_classes=classes)
    model.conv1 = nn.Conv2d(channels, 64, kernel_size=3, stride=1, padding=1, bias=False)
    nn.init.kaiming_normal_(model.conv1.weight, mode="fan_out", nonlinearity="relu")
    model.maxpool = nn.Identity()
    return cast(nn.Module, model)


class ImageNetFront(nn.Module):
    """Brings any images into the form that ImageNet's networks were trained on.

    Grey becomes three equal channels, sides below 64 pixels are enlarged, and the channels get
    ImageNet's mean and standard deviation.
    """

    def __init__(self) -> None:
        super().__init__()
        mean, std = (0.485, 0.456, 0.406), (0.229, 0.224, 0.225)
        self.register_buffer("mean", torch.tensor(mean).view(-1, 1, 1), persistent=False)
        self.register_buffer("std", torch.tensor(std).view(-1, 1, 1), persistent=False)

    def forward(self, images: Tensor) -> Tensor:
        """Return ``[N, 3, H, W]`` of images ``[N, 1 or 3, h, w]`` in 0..1."""
        height, width = images.shape[-2:]
        factor = _LEAST_SIDE / min(height, width)
        if factor > 1:
            size = (round(height * factor), round(width * factor))
            images = F.interpolate(images, size=size, mode="bilinear", align_corners=False)
        if images.shape[1] == 1:
            images = images.expand(-1, 3, -1, -1)
        return (images - cast(Tensor, self.mean)) / cast(Tensor, self.std)


class TransferResNet18(ResNet):  # type: ignore[misc]  # torchvision has no types
    """torchvision's ResNet-18 behind an `ImageNetFront`, with a last layer of its own.

    The names of its layers are torchvision's.
    """

    def __init__(self) -> None:
        super().__init__(BasicBlock, _BLOCKS, num_classes=_IMAGENET_CLASSES)
        self.front = ImageNetFront()

    def forward(self, images: Tensor) -> Tensor:
        """Return logits ``[N, classes]``."""
        return cast(Tensor, super().forward(self.front(images)))


def pretrained_resnet18(channels: int, classes: int) -> nn.Module:
    """Make ResNet-18 with ImageNet's weights and a new last layer.

    Raises
    ------
    ModelError
        When the file of weights is missing or is another file, or images have neither one nor
        three channels.
    """
    if channels not in (1, 3):
        raise ModelError(f"ResNet-18's weights are for grey or colour images, not {channels} maps.")
    state = _weights(weights_path())
    model = TransferResNet18()
    model.load_state_dict(state)
    model.fc = nn.Linear(model.fc.in_features, classes)
    return cast(nn.Module, model)


def weights_path() -> Path:
    """Where the file of ImageNet's weights is looked for."""
    return data_dir() / "models" / WEIGHTS_FILE


def _weights(path: Path) -> dict[str, Tensor]:
    hint = f"Fetch {WEIGHTS_URL} and put it there as it is."
    try:
        content = path.read_bytes()
    except FileNotFoundError:
        raise ModelError(f"ResNet-18's weights are missing: there is no {path}.", hint) from None
    except OSError as error:
        reason = error.strerror or str(error)
        raise ModelError(f"{path} cannot be read: {reason}.", hint) from error
    found = hashlib.sha256(content).hexdigest()
    if not found.startswith(WEIGHTS_SHA256):
        raise ModelError(
            f"{path} is not the file that PyTorch publishes: its SHA-256 begins with "
            f"{found[: len(WEIGHTS_SHA256)]}, not {WEIGHTS_SHA256}.",
            hint,
        )
    return cast(dict[str, Tensor], torch.load(io.BytesIO(content), weights_only=True))
