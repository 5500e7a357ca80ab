"""A label whose figures change many times a second without a new layout."""

from PySide6.QtCore import Qt
from PySide6.QtGui import QPainter, QPaintEvent, QPalette
from PySide6.QtWidgets import QLabel


class FigureLabel(QLabel):
    """A label as wide as its widest text, whatever it shows, so that nothing moves.

    Qt's layouts see the widest text only: a QLabel whose text changes makes Qt lay out the whole
    window again, which costs more than the rest of the frame.

    Parameters
    ----------
    role
        Its `role` in the style sheet.
    widest
        The widest text expected; a longer one widens the label.
    """

    def __init__(self, role: str, widest: str, tooltip: str) -> None:
        super().__init__(widest)
        self._shown = ""
        self.setProperty("role", role)
        self.setToolTip(tooltip)
        # It lies on a bar or a card: neither need be painted with every figure.
        self.setBackgroundRole(QPalette.ColorRole.AlternateBase)
        self.setAttribute(Qt.WidgetAttribute.WA_OpaquePaintEvent)

    def set_widest(self, text: str) -> None:
        """Set the text that must fit; figures all have the same width."""
        if text != super().text():
            super().setText(text)

    def text(self) -> str:
        return self._shown

    def setText(self, text: str) -> None:
        if text == self._shown:
            return
        self._shown = text
        if len(text) > len(super().text()):
            self.set_widest(text)
        self.setAccessibleName(text)
        self.update()

    def clear(self) -> None:
        self.setText("")

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.fillRect(self.rect(), self.palette().brush(self.backgroundRole()))
        self.style().drawItemText(
            painter,
            self.contentsRect(),
            self.alignment(),
            self.palette(),
            self.isEnabled(),
            self._shown,
            self.foregroundRole(),
        )
