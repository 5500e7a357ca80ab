"""What the window remembers between two starts."""

from pathlib import Path
from typing import Any

from PySide6.QtCore import QByteArray, QSettings

from netviz.paths import state_dir


class Settings:
    """Typed access to the settings file; a damaged one reads as the defaults.

    Parameters
    ----------
    path
        The file; the user's own if None.
    """

    def __init__(self, path: Path | None = None) -> None:
        path = path or state_dir() / "window.ini"
        self._store = QSettings(str(path), QSettings.Format.IniFormat)

    def bytes(self, key: str) -> QByteArray:
        """Return stored bytes, empty where there are none."""
        value = self._store.value(key)
        return value if isinstance(value, QByteArray) else QByteArray()

    def text(self, key: str) -> str:
        """Return a stored text, empty where there is none."""
        value = self._store.value(key)
        return str(value) if isinstance(value, str | int) else ""

    def flag(self, key: str, default: bool) -> bool:
        """Return a stored yes or no."""
        return {"true": True, "false": False}.get(str(self._store.value(key)).lower(), default)

    def set(self, key: str, value: Any) -> None:
        """Store a value; written when the settings are closed or now and then."""
        self._store.setValue(key, value)

    def save(self) -> None:
        """Write everything now."""
        self._store.sync()
