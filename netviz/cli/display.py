"""Finds out without Qt, which would abort or fail to load, whether a window can be shown."""

import ctypes
import importlib.util
import os
import sys
from dataclasses import dataclass
from pathlib import Path

from netviz.cli.system_libraries import lacking

QT_LIBRARIES = ("lib/libQt6Widgets.so.6", "lib/libQt6Svg.so.6")
"""Below Qt's folder, what the window's modules are made of; they load the rest of Qt."""

PLUGINS = {"xcb": "plugins/platforms/libqxcb.so", "wayland": "plugins/platforms/libqwayland.so"}
"""Below Qt's folder, what Qt loads by itself to open a window on X and on Wayland."""

NO_DISPLAY = "There is no display: neither DISPLAY nor WAYLAND_DISPLAY names one."


@dataclass(frozen=True)
class NoWindow:
    """Why no window can be shown.

    Attributes
    ----------
    reason
        A sentence for the user, which says what to do if something can be done.
    has_qt
        Whether Qt can be loaded, so that it can draw a picture of a window that nobody sees.
    """

    reason: str
    has_qt: bool


def why_no_window() -> NoWindow | None:
    """Return why no window can be shown; None if one can.

    Qt ends the process where it finds no display or cannot load its plugin for it, and cannot even
    be imported where other system libraries are missing. So both are tried first, as Qt would:
    on systems with X or Wayland; other systems always have a display, and all that Qt needs.
    """
    if not sys.platform.startswith(("linux", "freebsd")):
        return None
    for name in QT_LIBRARIES:
        if complaint := _complaint_about(name):
            return NoWindow(lacking(complaint), has_qt=False)
    asked = (os.environ.get("QT_QPA_PLATFORM") or "wayland;xcb").split(";")
    reasons = [_why_not_on(platform.partition(":")[0]) for platform in asked]
    if not all(reasons):
        return None  # Qt takes the first that works
    telling = [reason for reason in reasons if reason and reason != NO_DISPLAY]
    return NoWindow(telling[0] if telling else NO_DISPLAY, has_qt=True)


def _why_not_on(platform: str) -> str | None:
    if platform.startswith("wayland"):
        return _why_not_on_wayland()
    # Qt's others, such as offscreen, need neither a server nor more than Qt does.
    return _why_not_on_x() if platform == "xcb" else None


def _why_not_on_wayland() -> str | None:
    name = os.environ.get("WAYLAND_DISPLAY")
    if not name or not (Path(os.environ.get("XDG_RUNTIME_DIR", "/")) / name).exists():
        return NO_DISPLAY
    complaint = _complaint_about(PLUGINS["wayland"])
    return lacking(complaint) if complaint else None


def _why_not_on_x() -> str | None:
    if "DISPLAY" not in os.environ:
        return NO_DISPLAY
    # Before the display, which cannot be asked without X's own library.
    if complaint := _complaint_about(PLUGINS["xcb"]):
        return lacking(complaint)
    if not _can_connect_to_x():
        return f"The display {os.environ['DISPLAY']} does not answer."
    return None


def _complaint_about(name: str) -> str | None:
    """Load a file of Qt's as Qt would; return what the loader complains of, None if it loads."""
    spec = importlib.util.find_spec("PySide6")
    if spec is None or not spec.submodule_search_locations:
        return None
    file = Path(spec.submodule_search_locations[0]) / "Qt" / name
    if not file.is_file():  # Qt is the system's own, whose packages ask for all that they need
        return None
    try:
        ctypes.CDLL(str(file))
    except OSError as error:
        return str(error)
    return None


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
