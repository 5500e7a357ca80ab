"""Finds out how much room a window has, and how large its letters can be there."""

from collections.abc import Callable

from PySide6.QtCore import QRect, QSize
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QWidget

from netviz.ui.look.theme import Theme

_LEAST_SCALE = 0.4
_SCALE_STEP = 0.02


def room_of(window: QWidget) -> QRect | None:
    """Return what the screen of `window` leaves to it and its frame; None without a screen."""
    screen = window.screen()
    if screen is None or QGuiApplication.platformName() in ("offscreen", "minimal"):
        return None
    return screen.availableGeometry()


def largest_size(window: QWidget, room: QRect) -> QSize:
    """Return how large `window` can be without its frame."""
    frame = window.frameGeometry().size() - window.size()
    return room.size() - frame


def keep_within(window: QWidget, room: QRect) -> None:
    """Shrink and move a window that reaches beyond its screen."""
    if window.isMaximized() or window.isFullScreen():
        return
    size = window.size().boundedTo(largest_size(window, room))
    if size != window.size():
        window.resize(size)
    frame = window.frameGeometry()
    if not room.contains(frame):
        left = max(room.left(), min(frame.left(), room.right() - frame.width() + 1))
        top = max(room.top(), min(frame.top(), room.bottom() - frame.height() + 1))
        window.move(left, top)


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
