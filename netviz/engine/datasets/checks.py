"""What to distrust in a data set that loads: leaks and imbalance, in plain sentences."""

from dataclasses import dataclass
from hashlib import blake2b

import numpy as np
from numpy.typing import NDArray

from netviz.engine.datasets.dataset import Dataset, Split
from netviz.engine.protocol.mistakes import class_counts, is_skewed


@dataclass(frozen=True)
class DataNotes:
    """What is to be said of a data set that was loaded.

    Attributes
    ----------
    warnings
        Reasons to distrust what a run on it shows.
    left_out
        Files of own pictures that are not in it, and why.
    """

    warnings: tuple[str, ...] = ()
    left_out: tuple[str, ...] = ()


def warnings_of(dataset: Dataset) -> tuple[str, ...]:
    """Return a plain sentence for each reason to distrust what a run on `dataset` shows."""
    warnings = []
    if shared := shared_images(dataset):
        pictures = "1 test image is" if shared == 1 else f"{shared:,} test images are"
        warnings.append(
            f"{pictures} also among the training images, so the test says less about new ones."
        )
    if imbalance := class_imbalance(dataset.train.labels.numpy(), dataset.classes):
        warnings.append(imbalance)
    return tuple(warnings)


def shared_images(dataset: Dataset) -> int:
    """Count the test images that are, to the pixel, among the training images as well."""
    seen = set(_digests(dataset.train))
    return sum(digest in seen for digest in _digests(dataset.test))


def class_imbalance(labels: NDArray[np.int64], classes: tuple[str, ...]) -> str | None:
    """Say so when the smallest class has under half the images of the largest.

    Parameters
    ----------
    labels
        Class indices, ``int64 [N]``.
    classes
        Names of the classes.
    """
    counts = class_counts(labels, len(classes))
    if not is_skewed(counts):
        return None
    smallest, largest = int(counts.argmin()), int(counts.argmax())
    return (
        f"The classes are out of balance: {classes[smallest]!r} has {counts[smallest]:,} training "
        f"images and {classes[largest]!r} {counts[largest]:,}, so the network may favour the "
        "larger one."
    )


def _digests(split: Split) -> list[bytes]:
    """Return a digest of each image; keeping the images would double the memory."""
    images = np.ascontiguousarray(split.images.numpy())
    return [blake2b(image.data, digest_size=16).digest() for image in images]
