"""Collect labelled drawings in a folder that is a data set of own pictures."""

import re
import shutil
import unicodedata
from datetime import datetime
from functools import partial
from pathlib import Path
from uuid import uuid4

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from netviz import paths
from netviz.engine.atomic_files import errors_explained, write_whole
from netviz.engine.errors import DataError

_NAME = re.compile(r"\d{8}-\d{6}-[0-9a-f]{8}\.png")
_FORBIDDEN = '<>:"/\\|?*'
_RESERVED = frozenset(
    ("con", "prn", "aux", "nul", *(f"{port}{n}" for port in ("com", "lpt") for n in range(1, 10)))
)
"""Names that Windows gives to devices, with any suffix."""

_LONGEST_BYTES = 120


class DrawingStore:
    """Labelled drawings as PNG files, in one subfolder per label.

    Only files that a store wrote are ever counted, exported or removed, so that a folder with
    other pictures in it is safe.

    Parameters
    ----------
    folder
        Where the drawings lie, by default in the user's state folder; made with the first one.
    """

    def __init__(self, folder: Path | None = None) -> None:
        self.folder = folder or paths.state_dir() / "drawings"
        self._added: list[Path] = []

    @property
    def dataset_name(self) -> str:
        """What `load` calls the drawings."""
        return f"folder:{self.folder}"

    def add(self, image: NDArray[np.uint8], label: str) -> Path:
        """Save a drawing, whole or not at all, and return its file.

        Parameters
        ----------
        image
            ``uint8 [H, W]`` or in colour ``[3, H, W]``, saved as it is. A data set of own
            pictures is not centred as the pad's drawings are, so give what the network sees.
        label
            Name of its class; what cannot stand in a folder's name becomes a hyphen.

        Raises
        ------
        DataError
            `image` is no such picture, or nothing is left of `label`.
        StorageError
            The file cannot be written.
        """
        is_colour = image.ndim == 3 and len(image) == 3
        if image.dtype != np.uint8 or not (image.ndim == 2 or is_colour) or not image.size:
            raise DataError(
                f"A drawing must be uint8 [H, W] or [3, H, W]; this is {image.dtype} "
                f"{list(image.shape)}."
            )
        pixels = np.ascontiguousarray(image.transpose(1, 2, 0)) if is_colour else image
        name = f"{datetime.now():%Y%m%d-%H%M%S}-{uuid4().hex[:8]}.png"
        path = self.folder / folder_name(label) / name
        write_whole(path, lambda temporary: Image.fromarray(pixels).save(temporary, "PNG"))
        self._added.append(path)
        return path

    def counts(self) -> dict[str, int]:
        """Return how many drawings each label has, the labels sorted."""
        counts: dict[str, int] = {}
        for path in self._drawings():
            counts[path.parent.name] = counts.get(path.parent.name, 0) + 1
        return counts

    def form(self) -> tuple[bool, int]:
        """Return whether any drawing has colours, and the longest side of all in pixels.

        Raises
        ------
        StorageError
            A file cannot be read.
        """
        has_colour, side = False, 0
        for path in self._drawings():
            with errors_explained(path, "read"), Image.open(path) as image:
                has_colour = has_colour or image.mode == "RGB"
                side = max(side, *image.size)
        return has_colour, side

    def remove_last(self) -> Path | None:
        """Remove the drawing that this store added last and return its file; None for none.

        Raises
        ------
        StorageError
            The file cannot be removed.
        """
        if not self._added:
            return None
        self._remove(self._added[-1])
        return self._added.pop()

    def clear(self) -> int:
        """Remove all drawings and return how many there were; raises `StorageError`."""
        drawings = self._drawings()
        for path in drawings:
            self._remove(path)
        self._added.clear()
        return len(drawings)

    def export(self, target: Path) -> int:
        """Copy all drawings into `target`, in the same subfolders, and return how many.

        Raises
        ------
        DataError
            `target` is the folder of the drawings itself or lies in it.
        StorageError
            A file cannot be read or written; those before it are there.
        """
        if target.resolve().is_relative_to(self.folder.resolve()):
            raise DataError(
                f"The drawings cannot be exported into their own folder, {self.folder}.",
                "Choose another folder.",
            )
        drawings = self._drawings()
        for path in drawings:
            copy = target / path.relative_to(self.folder)
            write_whole(copy, partial(shutil.copyfile, path))
        return len(drawings)

    def _drawings(self) -> list[Path]:
        with errors_explained(self.folder, "read"):
            return sorted(
                path for path in self.folder.glob("*/*.png") if _NAME.fullmatch(path.name)
            )

    def _remove(self, path: Path) -> None:
        with errors_explained(path, "removed"):
            path.unlink(missing_ok=True)
            if path.parent.is_dir() and not any(path.parent.iterdir()):
                path.parent.rmdir()


def folder_name(label: str) -> str:
    """Turn any label into the name of one folder that every system allows.

    Raises
    ------
    DataError
        Nothing is left of it.
    """
    letters = unicodedata.normalize("NFC", " ".join(label.split()))
    name = "".join("-" if c in _FORBIDDEN or not c.isprintable() else c for c in letters)
    # A leading dot would hide the folder, and Windows drops dots and spaces at the end.
    name = _cut(name.strip(". ")).strip(". ")
    if not name.strip("-"):
        raise DataError(
            f"{label!r} cannot be the name of a class.", "Give it at least one letter or digit."
        )
    return f"_{name}" if name.partition(".")[0].rstrip().lower() in _RESERVED else name


def _cut(name: str) -> str:
    return name.encode()[:_LONGEST_BYTES].decode(errors="ignore")
