"""Says that a guess is drawn in the plot, and which of the two curves is which."""

from PySide6.QtCore import QPointF, QSize, Qt
from PySide6.QtGui import QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QGridLayout, QLabel, QVBoxLayout, QWidget

from netviz.ui.lesson.guess_painting import DASHES
from netviz.ui.lesson.sheet import CurveQuestion
from netviz.ui.look.theme import Theme
from netviz.ui.look.themed_widget import ThemedWidget

_SAMPLE_PX = (24, 18)
_HOW = "Draw your guess in the plot: drag from the last point to the right."
_HOW_BY_KEY = "Or press Tab until the plot has the focus: arrows draw, Delete takes back."


class CurveAnswer(ThemedWidget):
    """How to draw, and then the legend: "Your guess", "What it did"."""

    def __init__(self, theme: Theme, size_px: int = 13) -> None:
        super().__init__(theme)
        self._size_px = size_px
        self._how = QLabel(_HOW)
        self._how.setWordWrap(True)
        self._how.setProperty("role", "muted")
        self._how.setToolTip(_HOW_BY_KEY)
        self._guess = _Entry(theme, "Your guess", "text", size_px, is_dashed=True)
        self._truth = _Entry(theme, "What it did", "train", size_px)
        self._column = QVBoxLayout(self)
        for widget in (self._how, self._guess, self._truth):
            self._column.addWidget(widget)
        self._restyle()

    def show_question(self, question: CurveQuestion) -> None:
        """Show a question as it stands."""
        self._how.setVisible(question.is_open and not question.is_drawn)
        self._guess.set_words(question.guess_words)
        self._guess.setVisible(question.is_drawn)
        self._truth.set_words(question.truth_words)
        self._truth.set_token("test" if question.is_tested else "train")
        self._truth.setVisible(question.is_revealed)

    def _restyle(self) -> None:
        self._column.setContentsMargins(0, 0, 0, 0)
        self._column.setSpacing(self._theme.px(8))
        self._how.setFont(self._theme.font(self._size_px))


class _Entry(ThemedWidget):
    """A piece of a line, its name, and a sentence about it."""

    def __init__(
        self, theme: Theme, name: str, token: str, size_px: int, *, is_dashed: bool = False
    ) -> None:
        super().__init__(theme)
        self._size_px = size_px
        self._name, self._words = QLabel(name), QLabel()
        self._name.setProperty("role", "strong")
        self._words.setProperty("role", "muted")
        self._words.setWordWrap(True)
        self._words.setTextFormat(Qt.TextFormat.PlainText)
        self._grid = QGridLayout(self)
        self._sample = _Sample(theme, token, is_dashed=is_dashed)
        self._grid.addWidget(self._sample, 0, 0)
        self._grid.addWidget(self._name, 0, 1)
        self._grid.addWidget(self._words, 1, 1)
        self._grid.setColumnStretch(1, 1)
        self.set_words("")
        self._restyle()

    def set_token(self, token: str) -> None:
        """Draw the line in another colour of the theme."""
        self._sample.set_token(token)

    def set_words(self, words: str) -> None:
        """Say something about the line; empty for nothing."""
        self._words.setText(words)
        self._words.setVisible(bool(words))

    def _restyle(self) -> None:
        self._grid.setContentsMargins(0, 0, 0, 0)
        self._grid.setHorizontalSpacing(self._theme.px(10))
        self._grid.setVerticalSpacing(self._theme.px(1))
        for label in (self._name, self._words):
            label.setFont(self._theme.font(self._size_px))


class _Sample(ThemedWidget):
    """A piece of a line as it is in the plot."""

    def __init__(
        self, theme: Theme, token: str, *, is_dashed: bool, parent: QWidget | None = None
    ) -> None:
        super().__init__(theme, parent)
        self._token, self._is_dashed = token, is_dashed
        self._restyle()

    def set_token(self, token: str) -> None:
        """Be in another colour of the theme."""
        self._token = token
        self.update()

    def sizeHint(self) -> QSize:
        return QSize(*(self._theme.px(side) for side in _SAMPLE_PX))

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        pen = QPen(self._theme.color(self._token), self._theme.px(2.5))
        pen.setCapStyle(Qt.PenCapStyle.FlatCap)
        if self._is_dashed:
            pen.setDashPattern(DASHES)
        painter.setPen(pen)
        middle = self.height() / 2
        painter.drawLine(QPointF(0, middle), QPointF(self.width(), middle))

    def _restyle(self) -> None:
        self.setFixedSize(self.sizeHint())
