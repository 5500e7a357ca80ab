"""Load own pictures, from a folder or a CSV file, as a data set like any other."""

from collections.abc import Callable, Generator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray

from netviz.engine.dataset_names import own_path
from netviz.engine.datasets.dataset import Dataset, Split
from netviz.engine.datasets.own.images import OwnForm, PictureError, read_picture
from netviz.engine.datasets.own.listing import LeftOut, Listing, check_classes, nothing_left
from netviz.engine.datasets.own.peek import list_own
from netviz.engine.errors import DataError

MAX_BYTES = 4_000_000_000
"""Memory that own pictures may take: a byte for each pixel and a float for training."""

_BYTES_PER_PIXEL = 5


class LoadingCancelledError(DataError):
    """The user cancelled the loading of own pictures."""


@dataclass(frozen=True)
class OwnDataset:
    """A data set of own pictures, and what of the folder or list is not in it."""

    dataset: Dataset
    left_out: tuple[LeftOut, ...]


def load_own(
    name: str,
    form: OwnForm,
    *,
    on_progress: Callable[[int, int], None] | None = None,
    cancelled: Callable[[], bool] | None = None,
) -> OwnDataset:
    """Read all pictures of ``folder:PATH`` or ``csv:FILE`` into memory and split them.

    Files that are no pictures are left out and listed. Each class gives the fraction of its
    pictures that `form` asks for to the test split, rounded, but at least one to each split;
    a class of one picture has it in train. The same files and seed give the same splits.

    Parameters
    ----------
    name
        ``folder:PATH`` (see `list_folder`) or ``csv:FILE`` (see `list_csv`).
    form
        What the pictures are converted to (see `read_picture`) and how they are split.
    on_progress
        Called in this thread with how many files are done, and of how many.
    cancelled
        Asked in this thread before every file; when it says yes, the loading ends.

    Raises
    ------
    DataError
        The folder or list is missing or not as it should be, no picture can be read, only
        one class is left, or the pictures would take too much memory.
    LoadingCancelledError
        `cancelled` said yes.
    """
    work = loading(name, form, on_progress)
    while True:
        if cancelled is not None and cancelled():
            raise LoadingCancelledError(f"Loading {own_path(name)} was cancelled.")
        try:
            next(work)
        except StopIteration as end:
            loaded: OwnDataset = end.value
            return loaded


def loading(
    name: str, form: OwnForm, on_progress: Callable[[int, int], None] | None = None
) -> Generator[None, None, OwnDataset]:
    """Load as `load_own` does; yields after every file."""
    listing = list_own(name)
    _check_memory(len(listing.files), form, listing.source)
    images, kept, left_out = yield from _read_all(listing, form, on_progress)
    if not len(kept):
        raise nothing_left(listing.source, left_out)
    classes, labels = _remaining_classes(listing, kept, left_out)
    train, test = (
        Split(torch.from_numpy(images[kept[half]]), torch.from_numpy(labels[half]))
        for half in split_indices(labels, form.test_share, form.seed)
    )
    if not len(test):
        raise DataError(
            f"Every class of {listing.source} has only one picture, so none is left to test on.",
            "Give at least one class two pictures, better all of them many.",
        )
    return OwnDataset(Dataset(name, classes, train, test), tuple(left_out))


def fingerprint(name: str) -> int:
    """Return a number that changes as soon as a file of a data set comes, goes or changes.

    Raises
    ------
    DataError
        The data set would be refused for its folders or its list.
    """
    listing = list_own(name)
    facts: list[object] = [listing.classes, listing.left_out]
    for path, label in listing.files:
        try:
            status = path.stat()
        except OSError:
            continue
        facts.append((path, label, status.st_mtime_ns, status.st_size))
    return hash(tuple(facts))


def split_indices(
    labels: NDArray[np.int64], test_share: float, seed: int
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Choose which images train and which test, each class by the same fraction, shuffled.

    Parameters
    ----------
    labels
        Class indices, ``int64 [N]``.
    test_share
        Between 0 and 1. A class of two images or more has at least one in each split, a class
        of one has it in train.
    seed
        0 or more; the same seed gives the same splits.

    Returns
    -------
    tuple[NDArray[np.int64], NDArray[np.int64]]
        Indices of the train and of the test images, ``int64``, without overlap.
    """
    rng = np.random.default_rng(seed)
    train, test = [], []
    for label in np.unique(labels):
        members = rng.permutation(np.flatnonzero(labels == label))
        wanted = max(1, round(len(members) * test_share))
        count = min(wanted, len(members) - 1)
        test.append(members[:count])
        train.append(members[count:])
    mixed = [rng.permutation(np.concatenate(parts)) for parts in (train, test)]
    return mixed[0], mixed[1]


def _check_memory(count: int, form: OwnForm, source: Path) -> None:
    needed = count * form.channels * form.height * form.width * _BYTES_PER_PIXEL
    if needed > MAX_BYTES:
        raise DataError(
            f"The {count:,} pictures of {source} would take {needed / 1e9:.1f} GB of memory at "
            f"{form.width} x {form.height} pixels; at most {MAX_BYTES / 1e9:.0f} GB are taken.",
            "Choose a smaller size, grey instead of colour, or fewer pictures.",
        )


def _read_all(
    listing: Listing, form: OwnForm, on_progress: Callable[[int, int], None] | None
) -> Generator[None, None, tuple[NDArray[np.uint8], NDArray[np.int64], list[LeftOut]]]:
    """Return a picture for each file, the indices of those that were read, and the others."""
    count = len(listing.files)
    images = np.empty((count, *form.shape), np.uint8)
    left_out = list(listing.left_out)
    kept: list[int] = []
    for index, (path, _) in enumerate(listing.files):
        try:
            images[index] = read_picture(path, form)
            kept.append(index)
        except PictureError as error:
            left_out.append(LeftOut(path, str(error)))
        if on_progress is not None:
            on_progress(index + 1, count)
        yield
    return images, np.array(kept, np.int64), left_out


def _remaining_classes(
    listing: Listing, kept: NDArray[np.int64], left_out: list[LeftOut]
) -> tuple[tuple[str, ...], NDArray[np.int64]]:
    """Return the classes that have a picture, and the label of each picture that is kept."""
    listed = np.array([listing.files[index][1] for index in kept])
    remaining, labels = np.unique(listed, return_inverse=True)
    classes = tuple(listing.classes[label] for label in remaining)
    gone = [name for name in listing.classes if name not in set(classes)]
    left_out += [
        LeftOut(listing.source, f"has no picture of class {name!r} that can be read")
        for name in gone
    ]
    check_classes(classes, listing.source)
    return classes, labels.astype(np.int64)
