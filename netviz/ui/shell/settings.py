"""The settings of the window that are kept between two starts."""

import contextlib
from pathlib import Path
from typing import Any

from PySide6.QtCore import QByteArray, QSettings

from netviz.paths import state_dir

_BYTES = ("geometry", "layout", "plots")
LARGEST_BYTES = 2**20
"""A settings file has a few kilobytes; a much larger one is something else."""


class Settings:
    """Typed access to the settings file; a damaged file or value gives the defaults.

    Parameters
    ----------
    path
        The file; the user's own if None.

    Attributes
    ----------
    problem
        One sentence if something in the file could not be read, else empty.
    """

    def __init__(self, path: Path | None = None) -> None:
        path = path or state_dir() / "window.ini"
        self.problem = _put_aside_if_damaged(path)
        self._store = QSettings(str(path), QSettings.Format.IniFormat)
        self.problem = self.problem or self._drop_damaged()

    def bytes(self, key: str) -> QByteArray:
        """Return stored bytes; empty if there are none."""
        value = self._store.value(key)
        return value if isinstance(value, QByteArray) else QByteArray()

    def text(self, key: str) -> str:
        """Return a stored text; empty if there is none."""
        value = self._store.value(key)
        return str(value) if isinstance(value, str | int) else ""

    def flag(self, key: str, default: bool) -> bool:
        """Return a stored truth value."""
        return {"true": True, "false": False}.get(str(self._store.value(key)).lower(), default)

    def is_dark(self, asked: bool | None) -> bool:
        """Return whether the theme is dark: as asked for, or else as it was left."""
        return self.flag("dark", True) if asked is None else asked

    def set(self, key: str, value: Any) -> None:
        """Store a value; Qt writes it to the file from time to time."""
        self._store.setValue(key, value)

    def save(self) -> None:
        """Write everything now."""
        self._store.sync()

    def _drop_damaged(self) -> str:
        """Drop values of a wrong type; return a sentence about them, empty if there are none."""
        damaged = [key for key in self._store.allKeys() if not self._is_sound(key)]
        for key in damaged:
            self._store.remove(key)
        names = ", ".join(key.replace("_", " ") for key in damaged)
        return f"Damaged settings start with their defaults: {names}." if damaged else ""

    def _is_sound(self, key: str) -> bool:
        # A text that lost its quotes reads as a list, what cannot be read at all as None.
        return isinstance(self._store.value(key), QByteArray if key in _BYTES else str | int)


def _put_aside_if_damaged(path: Path) -> str:
    """Move a file that cannot be read out of the way; return a sentence about it, or empty."""
    try:
        if path.stat().st_size <= LARGEST_BYTES:
            text = path.read_text("utf-8")
            if "\0" not in text and _reads(path):
                return ""
    except FileNotFoundError:
        return ""
    except (OSError, UnicodeDecodeError):
        pass
    with contextlib.suppress(OSError):
        path.replace(path.with_name(f"{path.name}.damaged"))
    return "The window's settings could not be read; it starts with the defaults."


def _reads(path: Path) -> bool:
    store = QSettings(str(path), QSettings.Format.IniFormat)
    return store.status() is QSettings.Status.NoError
