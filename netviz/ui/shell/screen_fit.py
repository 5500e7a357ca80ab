"""Finds out how much room a window has, and how large its letters can be there."""

from collections.abc import Callable

from PySide6.QtCore import QMargins, QRect, QSize
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QWidget

from netviz.ui.look.theme import Theme

_LEAST_SCALE = 0.4
_SCALE_STEP = 0.02
_ROUNDED_OFF = QMargins(1, 1, 1, 1)


def room_of(window: QWidget) -> QRect | None:
    """Return what the screen of `window` leaves to it and its frame; None without a screen."""
    screen = window.screen()
    if screen is None or QGuiApplication.platformName() in ("offscreen", "minimal"):
        return None
    room = screen.availableGeometry()
    # A scaled screen may have a fraction of a pixel less than Qt says in whole ones.
    return room if window.devicePixelRatioF() == 1 else room.adjusted(0, 0, -1, -1)


def frame_of(window: QWidget) -> QMargins:
    """Return how wide the frame is that the window system puts around `window`, as of now."""
    handle = window.windowHandle()
    if handle is None or window.isFullScreen():
        return QMargins()
    frame = handle.frameMargins()
    # In scaled pixels its sides are rounded, and a thin one is none at all.
    return frame if frame.isNull() or window.devicePixelRatioF() == 1 else frame + _ROUNDED_OFF


def largest_size(window: QWidget, room: QRect) -> QSize:
    """Return how large `window` can be without its frame."""
    return room.marginsRemoved(frame_of(window)).size()


def keep_within(window: QWidget, room: QRect) -> None:
    """Shrink and move a window that reaches beyond its screen."""
    if window.isMaximized() or window.isFullScreen():
        return
    inside = room.marginsRemoved(frame_of(window))
    place = window.geometry()
    place.setSize(place.size().boundedTo(inside.size()))
    place.moveRight(min(place.right(), inside.right()))
    place.moveBottom(min(place.bottom(), inside.bottom()))
    place.moveLeft(max(place.left(), inside.left()))
    place.moveTop(max(place.top(), inside.top()))
    if place != window.geometry():
        window.setGeometry(place)


def share_of(room: QSize, need: QSize) -> float:
    """Return how many times `need` fits into `room`, less than 1 if it does not."""
    return min(room.width() / need.width(), room.height() / need.height())


def choose_scale(
    theme: Theme, wanted: float, smallest: Callable[[], QSize], room: QSize, least: float = 0.0
) -> None:
    """Give `theme` the largest scale up to `wanted` at which the window fits into `room`.

    Parameters
    ----------
    smallest
        Returns the least size of the window at the scale in force.
    least
        The scale is not made smaller than this.
    """
    theme.set_scale(wanted)
    least = max(least, _LEAST_SCALE)
    while theme.scale > least:
        share = share_of(room, smallest())
        if share >= 1:
            return
        # Not everything becomes smaller with the letters, so this comes near from above.
        steps = min(theme.scale * share / _SCALE_STEP, theme.scale / _SCALE_STEP - 1)
        theme.set_scale(max(least, int(steps + 1e-6) * _SCALE_STEP))
