"""The base of the editors of single options, and the combo box that several of them use.

Editors emit what was entered unchecked; the panel checks it against the option's declaration.
"""

from typing import Any

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QWheelEvent
from PySide6.QtWidgets import QComboBox, QVBoxLayout, QWidget

from netviz.ui.look.style_sheet import set_style_property


class OptionEditor(QWidget):
    """Shows the value of one option and emits what the user entered.

    Signals
    -------
    edited
        The user entered something: a value, or the text typed, unchecked.

    Attributes
    ----------
    field
        The widget that takes the input.
    """

    edited = Signal(object)
    field: QWidget

    def set_value(self, value: Any) -> None:
        """Show `value`; emits nothing."""
        raise NotImplementedError

    def set_invalid(self, invalid: bool) -> None:
        """Frame the field in red, or remove the frame."""
        set_style_property(self.field, "invalid", invalid)

    def describe(self, name: str, tooltip: str) -> None:
        """Give the field its accessible name and its tooltip."""
        self.field.setAccessibleName(name)
        self.field.setToolTip(tooltip)

    def _hold(self, field: QWidget) -> None:
        self.field = field
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(field)
        self.setFocusProxy(field)


class OptionComboBox(QComboBox):
    """A combo box that leaves the mouse wheel to the panel unless it has the focus."""

    def __init__(self) -> None:
        super().__init__()
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        # Long entries are elided; they must not widen the panel.
        self.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
        self.setMinimumContentsLength(6)

    def wheelEvent(self, event: QWheelEvent) -> None:
        if self.hasFocus():
            super().wheelEvent(event)
        else:
            event.ignore()
