"""What an entry in a menu is, whatever the system."""

import contextlib
import sys
from abc import ABC, abstractmethod
from dataclasses import dataclass
from pathlib import Path

from PIL import Image

from netviz.engine.atomic_files import errors_explained, write_whole
from netviz.engine.errors import StorageError
from netviz.paths import resource

NAME = "NetViz"
COMMENT = "Watch a neural network learn, and steer it while it learns"


@dataclass(frozen=True)
class Launcher:
    """What is run to open a window: a program, and what follows its name."""

    program: Path
    arguments: tuple[str, ...] = ()

    def __str__(self) -> str:
        return " ".join((str(self.program), *self.arguments))


class Entry(ABC):
    """An entry in a menu of applications.

    Attributes
    ----------
    place
        The file or folder that is the entry.
    menu
        What the system calls its menu.
    """

    menu: str

    def __init__(self, place: Path) -> None:
        self.place = place

    @property
    @abstractmethod
    def is_ours(self) -> bool:
        """Whether what lies at `place` was made by NetViz."""

    @property
    def content(self) -> bytes:
        """What tells one entry from another: empty where there is none; raises `StorageError`."""
        if not self.place.exists():
            return b""
        with errors_explained(self.place, "read"):
            return self.place.read_bytes()

    @abstractmethod
    def add(self, launcher: Launcher) -> None:
        """Make the entry, or make it anew; raises `StorageError`."""

    @abstractmethod
    def remove(self) -> None:
        """Take away all that `add` made; raises `StorageError`."""

    def _remove_place(self) -> None:
        """Delete the entry itself, where it is a file."""
        with errors_explained(self.place, "removed"):
            self.place.unlink(missing_ok=True)


def launcher_here(executable: Path | None = None, *, windowless: bool = False) -> Launcher:
    """Return what starts the NetViz that is running.

    Parameters
    ----------
    executable
        Its Python; that of this process if None. Not resolved: in a virtual environment it is a
        link, by which Python finds the environment.
    windowless
        Whether the program must not open a terminal of its own, as programs on Windows do.
    """
    python = executable or Path(sys.executable)
    script, quiet = python.with_name("netviz"), python.with_name("pythonw.exe")
    if windowless:
        return Launcher(quiet if quiet.is_file() else python, ("-m", "netviz"))
    return Launcher(script) if script.is_file() else Launcher(python, ("-m", "netviz"))


def write_icon(file: Path, kind: str, sizes: tuple[int, ...]) -> None:
    """Write the application's icon as a picture of this kind and these sizes, in pixels."""
    shipped = resource("app-icon", "netviz.png")
    try:
        with Image.open(shipped) as picture:
            large = picture.convert("RGBA")
    except (OSError, ValueError) as error:
        raise StorageError(
            f"The icon {shipped} cannot be read.", "Install NetViz again: its files are damaged."
        ) from error
    side = max(sizes)
    scaled = large.resize((side, side), Image.Resampling.LANCZOS)
    all_sizes = [(size, size) for size in sizes]
    write_whole(file, lambda temporary: scaled.save(temporary, kind, sizes=all_sizes))


def delete(file: Path) -> None:
    """Delete a file, and the two folders around it that are empty then; raises `StorageError`."""
    with errors_explained(file, "removed"):
        file.unlink(missing_ok=True)
    with contextlib.suppress(OSError):
        for folder in file.parents[:2]:
            folder.rmdir()
