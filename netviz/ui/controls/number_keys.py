"""Which keys a field for a number leaves to the window."""

from PySide6.QtCore import Qt
from PySide6.QtGui import QKeyEvent

_CONTROL, _SHIFT = Qt.KeyboardModifier.ControlModifier, Qt.KeyboardModifier.ShiftModifier


def is_for_window(event: QKeyEvent, *, whole: bool, typed: bool) -> bool:
    """Return whether a number has no use for a key, which a shortcut of the window may have.

    No number has a blank in it, and none that is whole a point. Where nothing was typed that is
    not confirmed yet, the field has nothing to take back, and the window's undo is meant.
    """
    modifiers = event.modifiers() & ~Qt.KeyboardModifier.KeypadModifier
    if event.key() == Qt.Key.Key_Z and modifiers in (_CONTROL, _CONTROL | _SHIFT):
        return not typed
    if modifiers == _CONTROL:
        return event.key() == Qt.Key.Key_Period
    return not modifiers and event.text() in ((" ", ".") if whole else (" ",))
