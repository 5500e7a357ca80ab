"""The data sets that are made from what comes with NetViz."""

import hashlib

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays
from numpy.typing import NDArray

from netviz.engine.catalogue import CATALOGUE
from netviz.engine.datasets.bundled import moved
from netviz.engine.datasets.checks import warnings_of
from netviz.engine.datasets.load import load

IMAGES = arrays.arrays(
    np.uint8,
    st.tuples(st.just(3), st.integers(1, 2), st.integers(1, 6), st.integers(1, 6)),
    elements=st.sampled_from([0, 0, 0, 1, 255]),
)


@given(images=IMAGES, seed=st.integers(0, 99))
def test_nothing_that_is_drawn_is_changed_or_leaves_the_frame(
    images: NDArray[np.uint8], seed: int
) -> None:
    before = images.copy()
    after = moved(images, np.random.RandomState(seed))
    assert (images == before).all()
    for old, new in zip(images, after, strict=True):
        assert (cropped(old) == cropped(new)).all()


def cropped(image: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """Cut off the black rows and columns around what is drawn."""
    if not image.any():
        return image
    rows, columns = (np.flatnonzero(image.any(axis=axes)) for axes in ((0, 2), (0, 1)))
    return image[:, rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1]


def test_every_place_that_keeps_a_dot_in_the_frame_is_as_likely() -> None:
    dots = np.zeros((9_000, 1, 3, 3), np.uint8)
    dots[:, 0, 1, 2] = 255
    counts = (moved(dots, np.random.RandomState(0)) > 0).sum(axis=(0, 1))
    assert counts.shape == (3, 3)
    assert ((counts > 900) & (counts < 1_100)).all()


def test_the_moved_digits_are_the_sample_elsewhere() -> None:
    sample, other = load("mnist-sample"), load("mnist-moved")
    for old, new in ((sample.train, other.train), (sample.test, other.test)):
        assert (old.labels == new.labels).all()
        assert (old.images.sum(dim=(1, 2, 3)) == new.images.sum(dim=(1, 2, 3))).all()
        is_moved = (old.images != new.images).flatten(1).any(dim=1)
        assert is_moved.float().mean() > 0.95


@pytest.mark.parametrize(
    ("name", "digest"),
    [
        ("mnist-moved", "4697e7fe832d9f7694abf2d90d7d356b"),
        ("drawn-letters", "2f8ab0ccbd91cdb8b46321a30c925642"),
    ],
)
def test_they_are_the_same_everywhere(name: str, digest: str) -> None:
    dataset = load(name)
    pixels = (split.images.numpy().tobytes() for split in (dataset.train, dataset.test))
    assert hashlib.md5(b"".join(pixels)).hexdigest() == digest


def test_the_letters_are_ten_classes_of_the_same_size_without_fault() -> None:
    letters = load("drawn-letters")
    assert "".join(letters.classes) == "ABCDEFGHIJ"
    assert letters.image_shape == (1, 28, 28)
    assert letters.train.labels.bincount().tolist() == [300] * 10
    assert letters.test.labels.bincount().tolist() == [100] * 10
    assert warnings_of(letters) == ()


@pytest.mark.parametrize("name", ["mnist-moved", "drawn-letters"])
def test_they_need_no_download(name: str) -> None:
    assert CATALOGUE[name].bundled
