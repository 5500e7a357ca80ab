"""Leaks between the splits and classes out of balance are said in plain sentences."""

import numpy as np
import pytest
import torch

from netviz.engine.datasets.checks import class_imbalance, shared_images, warnings_of
from netviz.engine.datasets.dataset import Dataset, Split
from netviz.engine.datasets.load import load


def dataset(train_labels: list[int], shared: int = 0) -> Dataset:
    """Ten random test images, the first `shared` of which are the last ones of train."""
    generator = torch.Generator().manual_seed(0)
    count = len(train_labels)
    images = torch.randint(0, 256, (count + 10, 3, 4, 5), dtype=torch.uint8, generator=generator)
    first = count - shared
    train = Split(images[:count], torch.tensor(train_labels))
    return Dataset(
        "x", ("cat", "dog"), train, Split(images[first : first + 10].clone(), torch.zeros(10))
    )


@pytest.mark.parametrize("shared", [0, 1, 10])
def test_shared_images_are_counted(shared: int) -> None:
    assert shared_images(dataset([0] * 20, shared)) == shared


def test_shared_images_differ_in_no_pixel() -> None:
    data = dataset([0] * 20, shared=10)
    data.test.images[3, 2, 3, 4] ^= 1

    assert shared_images(data) == 9


def test_repeated_test_image_counts_each_time() -> None:
    data = dataset([0] * 20, shared=1)
    data.test.images[1] = data.test.images[0]

    assert shared_images(data) == 2


def test_images_that_do_not_lie_in_one_piece_are_compared_all_the_same() -> None:
    data = dataset([0] * 20, shared=4)
    scattered = Split(
        data.test.images.permute(0, 1, 3, 2).contiguous().permute(0, 1, 3, 2), data.test.labels
    )

    assert not scattered.images.is_contiguous()
    assert shared_images(Dataset("x", data.classes, data.train, scattered)) == 4


@pytest.mark.parametrize(
    ("counts", "warned"), [((10, 10), False), ((5, 10), False), ((4, 10), True), ((0, 3), True)]
)
def test_imbalance_begins_below_half(counts: tuple[int, int], warned: bool) -> None:
    labels = np.repeat([0, 1], counts)

    assert (class_imbalance(labels, ("cat", "dog")) is not None) is warned


def test_sentences_say_what_is_wrong() -> None:
    shared, balance = warnings_of(dataset([0] * 1200 + [1] * 30, shared=2))

    assert shared == (
        "2 test images are also among the training images, so the test says less about new ones."
    )
    assert balance == (
        "The classes are out of balance: 'dog' has 30 training images and 'cat' 1,200, so the "
        "network may favour the larger one."
    )
    assert warnings_of(dataset([0, 1], shared=1))[0].startswith("1 test image is also among")


def test_bundled_digits_are_without_fault() -> None:
    assert warnings_of(load("mnist-sample")) == ()
