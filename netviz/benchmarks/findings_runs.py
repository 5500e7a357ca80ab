"""The fifty runs of the trial of the findings: good ones, bad ones, and some of all kinds."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

import torch
from torch import Tensor

from netviz.engine.datasets.dataset import Dataset, Split


@dataclass(frozen=True)
class TrialRun:
    """One run.

    Attributes
    ----------
    values
        Its settings, where they are not the defaults.
    images
        Training images to take; 0 for all.
    thinned
        Classes of which only a part of the training images is taken, with the fraction.
    relabelled
        Class, another one, and the fraction of its training images that are labelled as that.
    needs_mnist
        Whether it takes its images from the whole of MNIST.
    """

    name: str
    values: Mapping[str, Any]
    images: int = 0
    thinned: Mapping[int, float] = field(default_factory=dict)
    relabelled: tuple[int, int, float] | None = None
    needs_mnist: bool = False


def dataset_of(run: TrialRun, sample: Dataset, mnist: Dataset | None) -> Dataset:
    """Return the data of a run; the test images stay as they are, but 2,000 of MNIST's do."""
    data = mnist if run.needs_mnist and mnist else sample
    labels = data.train.labels.clone()
    kept = torch.ones(len(labels), dtype=torch.bool)
    generator = torch.Generator().manual_seed(0)
    for label, fraction in run.thinned.items():
        kept &= (labels != label) | (torch.rand(len(labels), generator=generator) < fraction)
    if run.relabelled:
        own, other, fraction = run.relabelled
        is_wrong = (labels == own) & (torch.rand(len(labels), generator=generator) < fraction)
        labels[is_wrong] = other
    indices = kept.nonzero().flatten()
    if run.images:
        indices = indices[:: max(1, len(indices) // run.images)][: run.images]
    train = Split(_at(data.train.images, indices), labels[indices])
    test = Split(data.test.images[:2000], data.test.labels[:2000])
    return replace(data, train=train, test=test)


def _at(images: Tensor, indices: Tensor) -> Tensor:
    return images[indices].contiguous()


def _deep(activation: str, depth: int, width: int = 64) -> dict[str, Any]:
    layers = [text for _ in range(depth) for text in (f"linear {width}", activation)]
    return {"model": "layers", "layers": ("flatten", *layers)}


def _sgd(rate: float, **values: Any) -> dict[str, Any]:
    return {"optimizer": "sgd", "learning_rate": rate, **values}


def _adam(rate: float, **values: Any) -> dict[str, Any]:
    return {"learning_rate": rate, **values}


_TRAINED_WELL = (
    TrialRun("defaults", {}),
    TrialRun("adam, batch 64", _adam(0.001, batch_size=64)),
    TrialRun("adam, batch 512, 40 epochs", _adam(0.003, batch_size=512, epochs=40)),
    TrialRun("adam, batch 1", _adam(0.0003, batch_size=1, epochs=6)),
    TrialRun("sgd 0.1", _sgd(0.1)),
    TrialRun("sgd 0.03 with momentum", _sgd(0.03, momentum=0.9, batch_size=32)),
    TrialRun("rmsprop", {"optimizer": "rmsprop", "learning_rate": 0.001, "batch_size": 32}),
    TrialRun("no hidden layer", _sgd(0.05, hidden=(), epochs=30)),
    TrialRun("narrow, 5 units", _adam(0.001, hidden=(5,), epochs=20)),
    TrialRun("wide, 512 units", _adam(0.0005, hidden=(512,), batch_size=64, epochs=12)),
    TrialRun("mse", _adam(0.001, loss="mse", epochs=10)),
    TrialRun("cosine, 12 epochs", _adam(0.001, schedule="cosine", epochs=12, batch_size=32)),
    TrialRun("one cycle", _sgd(0.3, schedule="one-cycle", epochs=12, batch_size=32)),
    TrialRun("augmented", _adam(0.001, augment_shift=0.08, augment_rotate=10, batch_size=32)),
    TrialRun("accumulating", _adam(0.001, accumulate=8, epochs=10)),
    TrialRun("cnn", _adam(0.001, model="cnn", batch_size=32, epochs=6)),
    TrialRun("lenet-5, sgd", _sgd(0.05, model="lenet5", batch_size=32, epochs=6)),
)

_RATES = (
    TrialRun("adam 1e-6", _adam(1e-6, epochs=10)),
    TrialRun("adam 1e-5", _adam(1e-5, epochs=20)),
    TrialRun("adam 1e-4", _adam(1e-4, epochs=20)),
    TrialRun("adam 1e-4, batch 128", _adam(1e-4, batch_size=128, epochs=20)),
    TrialRun("adam 0.01", _adam(0.01)),
    TrialRun("adam 0.1", _adam(0.1, epochs=8)),
    TrialRun("adam 10", _adam(10.0, epochs=6)),
    TrialRun("sgd 1e-4", _sgd(1e-4, epochs=10)),
    TrialRun("sgd 1e-3", _sgd(1e-3, epochs=20)),
    TrialRun("sgd 0.01, batch 64", _sgd(0.01, batch_size=64, epochs=20)),
    TrialRun("sgd 1", _sgd(1.0, epochs=8)),
    TrialRun("sgd 10", _sgd(10.0, epochs=6)),
    TrialRun("sgd 3, batch 3", _sgd(3.0, batch_size=3, epochs=4)),
    TrialRun(
        "radam 0.03, batch 2",
        {"optimizer": "radam", "learning_rate": 0.03, "batch_size": 2, "epochs": 4},
    ),
    TrialRun("rmsprop 0.1", {"optimizer": "rmsprop", "learning_rate": 0.1, "epochs": 6}),
    TrialRun("rate 0", _adam(0.0, epochs=6)),
    TrialRun("cnn, sgd 1e-4", _sgd(1e-4, model="cnn", batch_size=32, epochs=6)),
)

_FEW_IMAGES = (
    TrialRun("50 images", _adam(0.001, epochs=60), images=50),
    TrialRun("200 images", _adam(0.001, epochs=60), images=200),
    TrialRun("200 images, augmented", _adam(0.001, epochs=60, augment_shift=0.1), images=200),
    TrialRun("500 images, weight decay", _adam(0.001, epochs=60, weight_decay=0.01), images=500),
    TrialRun("1,000 images, cnn", _adam(0.001, model="cnn", batch_size=32, epochs=20), images=1000),
)

_DEEP = (
    TrialRun("8 sigmoid layers, sgd", {**_sgd(0.1, epochs=10), **_deep("sigmoid", 8)}),
    TrialRun("5 sigmoid layers, adam", {**_adam(0.001, epochs=12), **_deep("sigmoid", 5)}),
    TrialRun("8 tanh layers, sgd", {**_sgd(0.05, epochs=10), **_deep("tanh", 8)}),
    TrialRun("12 relu layers, sgd", {**_sgd(0.05, epochs=10), **_deep("relu", 12)}),
    TrialRun("12 relu layers, adam", {**_adam(0.001, epochs=10), **_deep("relu", 12)}),
)

_CLASSES = (
    TrialRun("5 % of the 8s", _adam(0.001, batch_size=32), thinned={8: 0.05}),
    TrialRun("no 3s at all", _adam(0.001, batch_size=32), thinned={3: 0.0}),
    TrialRun("half of the 4s called 9", _adam(0.001, batch_size=32), relabelled=(4, 9, 0.8)),
)

_MNIST = (
    TrialRun(
        "mnist, 10,000 images",
        _adam(0.001, batch_size=64, epochs=12),
        images=10_000,
        needs_mnist=True,
    ),
    TrialRun(
        "mnist, 30,000 images, sgd",
        _sgd(0.05, batch_size=32, epochs=5),
        images=30_000,
        needs_mnist=True,
    ),
    TrialRun(
        "mnist, 30,000 images, adam 0.03",
        _adam(0.03, batch_size=10, epochs=3),
        images=30_000,
        needs_mnist=True,
    ),
)

RUNS = (*_TRAINED_WELL, *_RATES, *_FEW_IMAGES, *_DEEP, *_CLASSES, *_MNIST)
