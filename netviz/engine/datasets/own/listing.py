"""What own pictures are before they are read: which files, which classes, what is left out."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from netviz.engine.errors import DataError

MAX_FILES = 200_000
MAX_CLASSES = 1_000

SUFFIXES = frozenset(
    (".png", ".jpg", ".jpeg", ".gif", ".bmp", ".tif", ".tiff", ".webp", ".avif", ".heic")
)
"""How names of pictures end; only a hint, since what is in a file decides."""


@dataclass(frozen=True)
class LeftOut:
    """A file that is not in the data set, and why; as text one plain sentence.

    Attributes
    ----------
    path
        The picture; the folder of a class or the CSV file where a whole class or a line of the
        list is left out.
    reason
        What follows the file's name in the sentence: "is not an image".
    """

    path: Path
    reason: str

    def __str__(self) -> str:
        return f"{self.path.name} {self.reason}."


@dataclass(frozen=True)
class Listing:
    """The files of a data set of own pictures, not opened yet.

    Attributes
    ----------
    source
        The folder or the CSV file that the user named.
    folder
        Where the pictures lie.
    classes
        Names of the classes; the label ``i`` means ``classes[i]``.
    files
        Each picture's path and label.
    left_out
        What is left out already.
    """

    source: Path
    folder: Path
    classes: tuple[str, ...]
    files: tuple[tuple[Path, int], ...]
    left_out: tuple[LeftOut, ...]


def check_file_count(count: int, source: Path) -> None:
    """Refuse too many files, as soon as they are counted.

    Raises
    ------
    DataError
        `count` is above `MAX_FILES`.
    """
    if count > MAX_FILES:
        raise DataError(
            f"{source} holds more than {MAX_FILES:,} files.",
            "Choose the folder of the data set itself, or fewer pictures.",
        )


def check_classes(classes: Sequence[str], source: Path) -> None:
    """Refuse classes among which there is nothing to choose, or far too much.

    Raises
    ------
    DataError
        There is only one class, or more than `MAX_CLASSES`.
    """
    if len(classes) == 1:
        raise DataError(
            f"{source} has pictures of only one class, {classes[0]!r}.",
            "A network learns to tell classes apart: give it at least two.",
        )
    if len(classes) > MAX_CLASSES:
        raise DataError(
            f"{source} has {len(classes):,} classes; at most {MAX_CLASSES:,} are possible.",
            "Check that the labels are names of classes, the same for many pictures.",
        )


def nothing_left(source: Path, left_out: Iterable[LeftOut]) -> DataError:
    """Return the refusal of a data set of which no picture can be read."""
    first = next((f" The first: {item}" for item in left_out), "")
    return DataError(
        f"None of the pictures of {source} can be read.{first}",
        "Put pictures there (PNG, JPEG, GIF, BMP, TIFF or WebP).",
    )
