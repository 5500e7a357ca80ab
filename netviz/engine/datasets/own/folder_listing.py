"""List own pictures that lie in one subfolder per class, as torchvision's ImageFolder has them."""

import os
from collections.abc import Iterator
from pathlib import Path

from netviz.engine.datasets.own.listing import (
    SUFFIXES,
    LeftOut,
    Listing,
    check_classes,
    check_file_count,
)
from netviz.engine.errors import DataError

_HOW = "Make one subfolder for each class and put that class's pictures into it."
_PARTS = frozenset(("train", "training", "val", "valid", "validation", "test", "testing"))


def list_folder(folder: Path) -> Listing:
    """List all files below the subfolders of `folder`; each subfolder is a class.

    Classes and files are sorted by name, so the list is the same on every machine. What is
    hidden is passed over. A class may be a link to a folder elsewhere; below it links to
    folders are not followed, so no loop of links can hang.

    Raises
    ------
    DataError
        `folder` is missing, is no folder, cannot be read, has no subfolder with a file or only
        one, or holds too many files.
    """
    entries = _visible(folder)
    left_out = [
        LeftOut(path, "lies beside the folders of the classes, not in one")
        for path in entries
        if path.suffix.lower() in SUFFIXES and not path.is_dir()
    ]
    of_class: dict[str, list[Path]] = {}
    count = 0
    for subfolder in (path for path in entries if path.is_dir()):
        if folder.resolve().is_relative_to(subfolder.resolve()):
            left_out.append(LeftOut(subfolder, "is a link back to the folder that it lies in"))
            continue
        paths = []
        for path in _files_below(subfolder, left_out):
            count += 1
            check_file_count(count, folder)
            paths.append(path)
        if paths:
            of_class[subfolder.name] = paths
        else:
            left_out.append(LeftOut(subfolder, "holds no pictures"))
    _check_subfolders(tuple(of_class), folder)
    files = [(path, label) for label, paths in enumerate(of_class.values()) for path in paths]
    return Listing(folder, folder, tuple(of_class), tuple(files), tuple(left_out))


def _visible(folder: Path) -> list[Path]:
    if not os.path.exists(folder):
        raise DataError(f"There is no folder {folder}.", "Choose a folder of pictures.")
    if not os.path.isdir(folder):
        raise DataError(f"{folder} is a file, not a folder.", _HOW)
    try:
        return sorted(path for path in folder.iterdir() if not path.name.startswith("."))
    except OSError as error:
        message = f"{folder} cannot be read: {error.strerror or error}."
        raise DataError(message, "Choose another folder.") from error


def _check_subfolders(names: tuple[str, ...], folder: Path) -> None:
    if not names:
        raise DataError(f"{folder} has no subfolders with pictures.", _HOW)
    if _PARTS.issuperset(name.lower() for name in names):
        parts = " and ".join(names)
        raise DataError(
            f"The subfolders of {folder}, {parts}, are parts of a data set, not classes.",
            f"Choose one of them, such as {folder / names[0]}: NetViz splits it by itself.",
        )
    check_classes(names, folder)


def _files_below(folder: Path, left_out: list[LeftOut]) -> Iterator[Path]:
    def note(error: OSError) -> None:
        left_out.append(LeftOut(Path(error.filename), f"cannot be read: {error.strerror}"))

    for path, subfolders, names in os.walk(folder, onerror=note):
        # os.walk goes on into these, in this order.
        subfolders[:] = sorted(name for name in subfolders if not name.startswith("."))
        for name in sorted(names):
            if not name.startswith("."):
                yield Path(path, name)
