"""The network's prediction in large type."""

from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QFont, QFontMetrics, QPainter, QPaintEvent
from PySide6.QtWidgets import QWidget

from netviz.number_text import percent_text
from netviz.ui.look.theme import Theme
from netviz.ui.look.themed_widget import ThemedWidget

_SURE, _UNSURE = 0.9, 0.5
_ALIGN = Qt.AlignmentFlag
_HELP = "The class that the network predicts, and how sure it is."


def confidence_word(confidence: float) -> str:
    """Say in one word how sure a confidence in 0..1 is."""
    if confidence >= _SURE:
        return "sure"
    return "unsure" if confidence >= _UNSURE else "guessing"


class PredictionLine(ThemedWidget):
    """The winning class in large type with its confidence."""

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(theme, parent)
        self._name, self._confidence = "", 0.0
        self.setAccessibleName("The network's prediction")
        self.setToolTip(_HELP)

    def text(self) -> str:
        """Return the prediction in words; empty when there is none."""
        if not self._name:
            return ""
        return f"{self._name} {percent_text(self._confidence)} {confidence_word(self._confidence)}"

    def set_prediction(self, name: str, confidence: float) -> None:
        """Show the winning class and its probability, or a dash where `name` is empty."""
        before = self.text()
        self._name, self._confidence = name, confidence
        if self.text() == before:
            return
        self.setToolTip(f"{name}. {_HELP}" if name else _HELP)
        self.setAccessibleDescription(self.text())
        self.update()

    def sizeHint(self) -> QSize:
        return QSize(0, self._theme.px(46))

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        theme = self._theme
        if not self._name:
            painter.setFont(theme.font(40, QFont.Weight.Bold))
            painter.setPen(theme.color("faint"))
            painter.drawText(self.rect(), _ALIGN.AlignVCenter | _ALIGN.AlignLeft, "–")
            return
        figure, word = percent_text(self._confidence), confidence_word(self._confidence)
        figure_font, word_font = theme.font(22, QFont.Weight.DemiBold), theme.font(13)
        figure_width = QFontMetrics(figure_font).horizontalAdvance("100.0 %")
        word_width = QFontMetrics(word_font).horizontalAdvance("guessing")
        gap = theme.px(10)
        one_line = self.width() - figure_width - word_width - 2 * gap
        font = theme.font(40, QFont.Weight.Bold)
        beside = QFontMetrics(font).horizontalAdvance(self._name) <= one_line
        room = one_line if beside else self.width() - figure_width - gap
        font = _shrunk(font, self._name, room, theme.px(13))
        metrics = QFontMetrics(font)
        name = metrics.elidedText(self._name, Qt.TextElideMode.ElideRight, room + 2)
        base = theme.px(38)
        painter.setFont(font)
        painter.setPen(theme.color("text"))
        painter.drawText(0, base, name)
        left = metrics.horizontalAdvance(name) + gap
        painter.setFont(figure_font)
        # A long name takes the word's place, which then stands below the figure.
        painter.drawText(left, base if beside else theme.px(24), figure)
        painter.setFont(word_font)
        painter.setPen(theme.color("muted"))
        if beside:
            left += QFontMetrics(figure_font).horizontalAdvance(figure) + gap
        painter.drawText(left, base if beside else theme.px(42), word)


def _shrunk(font: QFont, text: str, width: int, smallest_px: int) -> QFont:
    """Return `font`, smaller where `text` is wider than `width`."""
    while QFontMetrics(font).horizontalAdvance(text) > width and font.pixelSize() > smallest_px:
        font.setPixelSize(font.pixelSize() - 1)
    return font
