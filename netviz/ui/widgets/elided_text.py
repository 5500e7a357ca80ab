"""Several lines of text that end in an ellipsis where there is no room for more."""

from itertools import pairwise

from PySide6.QtCore import QPointF, QSize, Qt
from PySide6.QtGui import QFontMetrics, QPainter, QPaintEvent, QTextLayout
from PySide6.QtWidgets import QSizePolicy

from netviz.ui.look.theme import Theme
from netviz.ui.look.themed_widget import ThemedWidget


class ElidedText(ThemedWidget):
    """Text broken into as many lines as there is room for; the tooltip has all of it.

    Parameters
    ----------
    size_px
        Size of the letters, in the design's pixels.
    """

    def __init__(self, theme: Theme, size_px: int) -> None:
        super().__init__(theme)
        self._size_px = size_px
        self._text, self._token = "", "text"
        # However long the text is, it moves nothing.
        self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Ignored)

    @property
    def text(self) -> str:
        """All of the text."""
        return self._text

    def set_text(self, text: str, token: str = "text") -> None:
        """Show another text, in a colour of the theme."""
        if (text, token) != (self._text, self._token):
            self._text, self._token = text, token
            self.setToolTip(text)
            self.setAccessibleName(text)
            self.update()

    def sizeHint(self) -> QSize:
        return QSize(0, 0)

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setFont(self._theme.font(self._size_px))
        painter.setPen(self._theme.color(self._token))
        metrics = painter.fontMetrics()
        lines = self._lines()
        top = (self.height() - len(lines) * metrics.lineSpacing()) / 2 + metrics.ascent()
        for number, line in enumerate(lines):
            painter.drawText(QPointF(0, top + number * metrics.lineSpacing()), line)

    def _lines(self) -> list[str]:
        """Break the text, and cut it where the room ends."""
        font = self._theme.font(self._size_px)
        metrics = QFontMetrics(font)
        room = max(1, self.height() // metrics.lineSpacing())
        layout = QTextLayout(self._text, font)
        layout.beginLayout()
        starts: list[int] = []
        while (line := layout.createLine()).isValid():
            line.setLineWidth(self.width())
            starts.append(line.textStart())
        layout.endLayout()
        lines = [
            self._text[start:end].rstrip() for start, end in pairwise([*starts, len(self._text)])
        ]
        if len(lines) <= room:
            return lines
        rest = self._text[starts[room - 1] :]
        cut = metrics.elidedText(rest, Qt.TextElideMode.ElideRight, self.width())
        return [*lines[: room - 1], cut]
