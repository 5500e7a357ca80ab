"""Finds out without Qt, which would abort, whether a window can be shown."""

import ctypes
import os
import sys
from pathlib import Path


def missing_display() -> str | None:
    """Return a sentence that says why no window can be shown; None if one can.

    Qt ends the process when it finds no display, so this is checked first: on systems with X
    or Wayland by connecting to it; other systems always have a display.
    """
    if not sys.platform.startswith(("linux", "freebsd")) or "QT_QPA_PLATFORM" in os.environ:
        return None
    if _has_wayland():
        return None
    if "DISPLAY" not in os.environ:
        return "There is no display (neither DISPLAY nor WAYLAND_DISPLAY is set)."
    if not _can_connect_to_x():
        return f"The display {os.environ['DISPLAY']} does not answer."
    return _missing_library()


def _has_wayland() -> bool:
    name = os.environ.get("WAYLAND_DISPLAY")
    return bool(name) and (Path(os.environ.get("XDG_RUNTIME_DIR", "/")) / str(name)).exists()


def _can_connect_to_x() -> bool:
    try:
        xcb = ctypes.CDLL("libxcb.so.1")
    except OSError:
        return False
    xcb.xcb_connect.restype = ctypes.c_void_p
    xcb.xcb_connection_has_error.argtypes = [ctypes.c_void_p]
    xcb.xcb_disconnect.argtypes = [ctypes.c_void_p]
    connection = xcb.xcb_connect(None, None)
    connected: bool = xcb.xcb_connection_has_error(connection) == 0
    xcb.xcb_disconnect(connection)
    return connected


def _missing_library() -> str | None:
    """Load Qt's X plugin as Qt would, to find out which system library is missing."""
    import PySide6

    plugin = Path(PySide6.__path__[0]) / "Qt/plugins/platforms/libqxcb.so"
    if not plugin.is_file():
        return None
    try:
        ctypes.CDLL(str(plugin))
    except OSError as error:
        library = str(error).split(":")[0]
        return f"Qt cannot open a window because the system library {library} is missing."
    return None
