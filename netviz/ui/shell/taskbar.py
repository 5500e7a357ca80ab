"""The progress of a run on the icon in the taskbar, where the desktop can show one.

Docks of Linux desktops (Ubuntu's, KDE's, Dash to Dock, Plank) listen on the session's bus for what
Unity began: https://wiki.ubuntu.com/Unity/LauncherAPI. Qt has nothing for Windows and macOS.
"""

import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from PySide6.QtDBus import QDBusConnection

_DESKTOP_ENTRY = "application://netviz.desktop"
_PATH, _INTERFACE = "/netviz/launcher", "com.canonical.Unity.LauncherEntry"


class Taskbar(Protocol):
    """Something that shows how far a run is."""

    def show(self, done: float | None) -> None:
        """Show a fraction 0..1; None for no run under way."""


class NoTaskbar:
    """A desktop that shows no progress."""

    def show(self, done: float | None) -> None:
        pass


class LauncherEntry:
    """Tells docks over the session's bus; a fraction is told once a percent.

    The bus is joined with the first run, not when the window opens, and nothing is ever waited
    for: where nobody listens, nothing happens.
    """

    def __init__(self) -> None:
        self._bus: QDBusConnection | None = None
        self._percent: int | None = None

    def show(self, done: float | None) -> None:
        """Show a fraction 0..1; None for no run under way."""
        percent = None if done is None else round(100 * min(1.0, max(0.0, done)))
        if percent != self._percent:
            self._percent = percent
            self._tell(percent)

    def _tell(self, percent: int | None) -> None:
        try:
            from PySide6.QtDBus import QDBusConnection, QDBusMessage  # late: no start waits for it
        except ImportError:  # a system library that it needs is missing
            return
        if self._bus is None:
            self._bus = QDBusConnection.sessionBus()
        if not self._bus.isConnected():
            return
        message = QDBusMessage.createSignal(_PATH, _INTERFACE, "Update")
        shown = {"progress": (percent or 0) / 100, "progress-visible": percent is not None}
        message.setArguments([_DESKTOP_ENTRY, shown])
        self._bus.send(message)


def taskbar(platform: str = sys.platform) -> Taskbar:
    """Return what shows progress on this desktop."""
    # Without an address the library would try to start a bus of its own.
    runtime = os.environ.get("XDG_RUNTIME_DIR")
    has_bus = os.environ.get("DBUS_SESSION_BUS_ADDRESS") or (
        runtime is not None and (Path(runtime) / "bus").exists()
    )
    if platform.startswith(("linux", "freebsd")) and has_bus:
        return LauncherEntry()
    return NoTaskbar()
