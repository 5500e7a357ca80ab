"""The data sets that come with NetViz: digits, the same digits moved about, and drawn letters."""

from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from netviz import paths
from netviz.engine.catalogue import DatasetInfo
from netviz.engine.datasets.idx import Arrays

_SEED = 28
"""Where the digits are moved to never changes, whatever the seed of a run."""


def read_sample(_info: DatasetInfo, _folder: Path) -> tuple[Arrays, Arrays]:
    """Read the digits, 28 x 28."""
    return _read("digits", "mnist_sample.npz")


def read_letters(_info: DatasetInfo, _folder: Path) -> tuple[Arrays, Arrays]:
    """Read the letters; ``resources/letters/draw_letters.py`` drew them."""
    return _read("letters", "drawn_letters.npz")


def read_moved(info: DatasetInfo, folder: Path) -> tuple[Arrays, Arrays]:
    """Read the digits and move each to a place of its own, see `moved`."""
    # The generator whose numbers numpy promises never to change.
    generator = np.random.RandomState(_SEED)
    train, test = read_sample(info, folder)
    return (moved(train[0], generator), train[1]), (moved(test[0], generator), test[1])


def moved(images: NDArray[np.uint8], generator: np.random.RandomState) -> NDArray[np.uint8]:
    """Move each image at random, as far as nothing but black leaves the frame.

    Every place at which all of what is drawn can be seen is equally likely.

    Parameters
    ----------
    images
        ``uint8 [N, C, H, W]``, black where nothing is drawn.
    generator
        Draws two numbers for each image.

    Returns
    -------
    NDArray[np.uint8]
        Copies, of the same shape.
    """
    down = _offsets(images.max(axis=(1, 3)), generator.random_sample(len(images)))
    right = _offsets(images.max(axis=(1, 2)), generator.random_sample(len(images)))
    pairs = zip(images, down, right, strict=True)
    # Rolling brings back at the other side only what is black.
    return np.stack([np.roll(image, (y, x), axis=(1, 2)) for image, y, x in pairs])


def _offsets(brightest: NDArray[np.uint8], chance: NDArray[np.float64]) -> list[int]:
    """Choose how far each image moves along one axis.

    Parameters
    ----------
    brightest
        ``[N, L]``, the brightest pixel at each place along the axis.
    chance
        ``[N]``, from 0 to below 1.
    """
    before = (brightest > 0).argmax(axis=1)
    after = (brightest[:, ::-1] > 0).argmax(axis=1)
    return [int(c * (b + a + 1)) - int(b) for c, b, a in zip(chance, before, after, strict=True)]


def _read(folder: str, name: str) -> tuple[Arrays, Arrays]:
    with np.load(paths.resource(folder, name)) as arrays:
        train = arrays["train_images"][:, None], arrays["train_labels"]
        test = arrays["test_images"][:, None], arrays["test_labels"]
    return train, test
