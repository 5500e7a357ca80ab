"""Buttons that a double click presses once."""

from PySide6.QtCore import QEvent, QObject
from PySide6.QtWidgets import QAbstractButton


class SingleClick(QObject):
    """Lets a button pass over the second click of a double click, which many hands make anyway.

    Qt would count it, and a button that starts and stops would do both. Not for buttons that are
    pressed several times in a row.
    """

    def __init__(self, *buttons: QAbstractButton) -> None:
        super().__init__(buttons[0])
        for button in buttons:
            button.installEventFilter(self)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        return event.type() == QEvent.Type.MouseButtonDblClick
