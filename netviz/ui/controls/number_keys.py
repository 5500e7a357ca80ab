"""Which keys a field for a number leaves to the window."""

from PySide6.QtCore import Qt
from PySide6.QtGui import QKeyEvent


def is_for_window(event: QKeyEvent, *, whole: bool) -> bool:
    """Return whether a number has no use for a key, which a shortcut of the window may have.

    No number has a blank in it, and none that is whole a point.
    """
    modifiers = event.modifiers() & ~Qt.KeyboardModifier.KeypadModifier
    if modifiers == Qt.KeyboardModifier.ControlModifier:
        return event.key() == Qt.Key.Key_Period
    return not modifiers and event.text() in ((" ", ".") if whole else (" ",))
