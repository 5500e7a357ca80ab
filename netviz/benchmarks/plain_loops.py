"""Training loops as one writes them without NetViz, to measure it against."""

from collections.abc import Callable, Iterator
from time import perf_counter

import torch
import torch.nn.functional as F
from PIL import Image
from torch import Tensor, nn
from torch.utils.data import DataLoader
from torch.utils.data import Dataset as TorchDataset
from torchvision.transforms import ToTensor

from netviz.engine.datasets.dataset import Split
from netviz.engine.network.build import build_model
from netviz.engine.options.run_config import RunConfig
from netviz.engine.training.trainer import DeviceData

_PLAIN = {"adam": torch.optim.Adam, "sgd": torch.optim.SGD}


class PilImages(TorchDataset[tuple[Tensor, int]]):
    """What ``torchvision.datasets.MNIST(root, transform=ToTensor())`` does for each image."""

    def __init__(self, split: Split) -> None:
        self._images = split.images[:, 0]
        self._labels = split.labels
        self._transform: Callable[[Image.Image], Tensor] = ToTensor()

    def __len__(self) -> int:
        return len(self._labels)

    def __getitem__(self, index: int) -> tuple[Tensor, int]:
        image = Image.fromarray(self._images[index].numpy(), mode=None)
        return self._transform(image), int(self._labels[index])


def tutorial_loop(config: RunConfig, data: DeviceData) -> Iterator[int]:
    """Train as the tutorials do; yields the number of samples of each step."""
    model = _model(config, data)
    optimizer = _PLAIN[config.optimizer](model.parameters(), lr=config.learning_rate)
    loss_function = nn.CrossEntropyLoss()
    loader = DataLoader(PilImages(data.source.train), batch_size=config.batch_size, shuffle=True)
    while True:
        for images, labels in loader:
            optimizer.zero_grad()
            loss = loss_function(model(images), labels)
            loss.backward()
            optimizer.step()
            yield len(labels)


def tightest_loop(config: RunConfig, data: DeviceData) -> Iterator[int]:
    """Train with all that makes plain torch fast; yields the number of samples of each step."""
    model = _model(config, data)
    kind = _PLAIN[config.optimizer]
    optimizer = kind(model.parameters(), lr=config.learning_rate, fused=True)
    images, labels, size = data.train_images, data.train_labels, config.batch_size
    while True:
        for indices in torch.split(torch.randperm(len(labels)), size):
            optimizer.zero_grad()
            batch, truth = images.index_select(0, indices), labels.index_select(0, indices)
            loss = F.cross_entropy(model(batch), truth)
            loss.backward()  # type: ignore[no-untyped-call]
            optimizer.step()
            yield len(indices)


def pace(loop: Iterator[int], seconds: float) -> float:
    """Run a loop for a while; return its samples per second."""
    began = perf_counter()
    samples, end = 0, began + seconds
    while perf_counter() < end:
        samples += next(loop)
    return samples / (perf_counter() - began)


def _model(config: RunConfig, data: DeviceData) -> nn.Module:
    torch.manual_seed(config.seed)
    return build_model(config, data.image_shape, len(data.classes))
