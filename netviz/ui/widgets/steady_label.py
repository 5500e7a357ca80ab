"""A label whose figures change many times a second."""

from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import QLabel


class FigureLabel(QLabel):
    """A label with the width of its widest text, whatever it shows, so that nothing moves.

    To Qt's layouts its text is always the widest one: a label that is given another text has
    the whole window laid out again, which costs more than all the rest of a frame.

    Parameters
    ----------
    role
        How the style dresses it.
    widest
        The widest text that is expected; a longer one makes room for itself.
    """

    def __init__(self, role: str, widest: str, tooltip: str) -> None:
        super().__init__(widest)
        self._shown = ""
        self.setProperty("role", role)
        self.setToolTip(tooltip)

    def set_widest(self, text: str) -> None:
        """Say which text must fit; the figures of one width make any other as wide."""
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
        self.style().drawItemText(
            painter,
            self.contentsRect(),
            self.alignment(),
            self.palette(),
            self.isEnabled(),
            self._shown,
            self.foregroundRole(),
        )
