"""What a data set of own pictures holds, without reading all of it. Needs no torch."""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import chain, islice, zip_longest
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from netviz.engine.dataset_names import is_own, own_path
from netviz.engine.datasets.own.csv_listing import list_csv
from netviz.engine.datasets.own.folder_listing import list_folder
from netviz.engine.datasets.own.images import OwnForm, PictureError, read_picture
from netviz.engine.datasets.own.listing import LeftOut, Listing

__all__ = ["OwnPeek", "is_own", "list_own", "own_path", "peek_own"]

_KINDS = {"folder": list_folder, "csv": list_csv}


@dataclass(frozen=True)
class OwnPeek:
    """A first look at own pictures.

    Attributes
    ----------
    folder
        Where the pictures lie.
    counts
        Number of files of each class by its name, in the order of the labels; some may turn
        out not to be pictures.
    images
        The first pictures as the network will see them, ``uint8 [N, C, H, W]``, the classes
        in turn.
    labels
        Classes of `images`, ``int64 [N]``.
    left_out
        What is left out as far as this first look tells.
    """

    folder: Path
    counts: dict[str, int]
    images: NDArray[np.uint8]
    labels: NDArray[np.int64]
    left_out: tuple[LeftOut, ...]


def list_own(name: str) -> Listing:
    """List the files of a data set of own pictures without opening them.

    Raises
    ------
    DataError
        It is not there, has no two classes, or its list is not as it should be.
    """
    path = own_path(name)
    return _KINDS[name.partition(":")[0]](path)


def peek_own(name: str, form: OwnForm, count: int = 12) -> OwnPeek:
    """Look at the first pictures of a data set and count its classes; fast.

    Parameters
    ----------
    name
        ``folder:PATH`` or ``csv:FILE``.
    form
        What the pictures are converted to.
    count
        How many pictures are read.

    Raises
    ------
    DataError
        The data set would be refused for its folders or its list. What is wrong with single
        pictures, `load_own` finds out.
    """
    listing = list_own(name)
    counts = np.bincount([label for _, label in listing.files], minlength=len(listing.classes))
    images: list[NDArray[np.uint8]] = []
    labels: list[int] = []
    left_out = list(listing.left_out)
    for path, label in islice(_in_turn(listing), 3 * count):
        if len(images) == count:
            break
        try:
            images.append(read_picture(path, form))
            labels.append(label)
        except PictureError as error:
            left_out.append(LeftOut(path, str(error)))
    return OwnPeek(
        listing.folder,
        dict(zip(listing.classes, counts.tolist(), strict=True)),
        np.array(images, np.uint8).reshape(-1, *form.shape),
        np.array(labels, np.int64),
        tuple(left_out),
    )


def _in_turn(listing: Listing) -> Iterator[tuple[Path, int]]:
    """Yield the first file of each class, then the second of each, and so on."""
    by_class: list[list[tuple[Path, int]]] = [[] for _ in listing.classes]
    for path, label in listing.files:
        by_class[label].append((path, label))
    return (file for file in chain(*zip_longest(*by_class)) if file is not None)
