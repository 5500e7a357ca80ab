"""An X server of a test's own, and what it says of a window: the truth, whatever Qt believes."""

import ctypes
import os
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from ctypes import byref, c_int, c_uint, c_ulong, c_void_p

Rectangle = tuple[int, int, int, int]
"""Left, top, width and height in pixels of the screen."""


@contextmanager
def x_server(size: str = "1920x1080") -> Iterator[str]:
    """Start Xvfb with a screen of `size`, and return the name of its display."""
    read_end, write_end = os.pipe()
    server = subprocess.Popen(
        [
            *("Xvfb", "-displayfd", str(write_end), "-screen", "0", f"{size}x24"),
            *("-nolisten", "tcp", "-noreset"),
        ],
        pass_fds=(write_end,),
        stderr=subprocess.DEVNULL,
    )
    os.close(write_end)
    with os.fdopen(read_end) as numbers:
        number = numbers.readline().strip()
    try:
        yield f":{number}"
    finally:
        server.terminate()
        server.wait(10)


def outer_rectangle(window: int) -> Rectangle:
    """Return where a window lies with the frame that a window manager put around it, if one did."""
    with _connection() as (x11, display):
        root, parent = _root_and_parent(x11, display, window)
        while parent != root:
            window = parent
            root, parent = _root_and_parent(x11, display, window)
        return _rectangle(x11, display, window)


def screen_rectangle() -> Rectangle:
    """Return the whole screen."""
    with _connection() as (x11, display):
        return _rectangle(x11, display, x11.XDefaultRootWindow(display))


@contextmanager
def _connection() -> Iterator[tuple[ctypes.CDLL, c_void_p]]:
    x11 = ctypes.CDLL("libX11.so.6")
    x11.XOpenDisplay.restype = c_void_p
    x11.XDefaultRootWindow.restype = c_ulong
    display = c_void_p(x11.XOpenDisplay(None))
    assert display.value, "the X server does not answer"
    try:
        yield x11, display
    finally:
        x11.XCloseDisplay(display)


def _root_and_parent(x11: ctypes.CDLL, display: c_void_p, window: int) -> tuple[int, int]:
    root, parent, children, count = c_ulong(), c_ulong(), c_void_p(), c_uint()
    found = x11.XQueryTree(
        display, c_ulong(window), byref(root), byref(parent), byref(children), byref(count)
    )
    assert found, "there is no such window"
    if children:
        x11.XFree(children)
    return root.value, parent.value


def _rectangle(x11: ctypes.CDLL, display: c_void_p, window: int) -> Rectangle:
    root, left, top = c_ulong(), c_int(), c_int()
    width, height, border, depth = c_uint(), c_uint(), c_uint(), c_uint()
    found = x11.XGetGeometry(
        *(display, c_ulong(window), byref(root), byref(left), byref(top)),
        *(byref(width), byref(height), byref(border), byref(depth)),
    )
    assert found, "there is no such window"
    edge = 2 * border.value
    return left.value, top.value, width.value + edge, height.value + edge
