"""A label that chooses the longest of its texts that fits."""

from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QFontMetrics, QPainter, QPaintEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from netviz.ui.look.theme import Theme
from netviz.ui.look.themed_widget import ThemedWidget


class FittingLabel(ThemedWidget):
    """A line of text with shorter versions for where there is less space."""

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(theme, parent)
        self._texts: tuple[str, ...] = ("",)
        self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)

    @property
    def text(self) -> str:
        """The longest version."""
        return self._texts[0]

    def set_texts(self, *texts: str) -> None:
        """Show another text; its versions in order of length, the longest first."""
        self._texts = texts
        self.setAccessibleName(texts[0])
        self.update()

    def sizeHint(self) -> QSize:
        metrics = QFontMetrics(self._theme.font())
        return QSize(metrics.horizontalAdvance(self.text), metrics.height())

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setFont(self._theme.font())
        painter.setPen(self._theme.color("text"))
        metrics = painter.fontMetrics()
        fitting = (text for text in self._texts if metrics.horizontalAdvance(text) <= self.width())
        painter.drawText(self.rect(), Qt.AlignmentFlag.AlignVCenter, next(fitting, ""))
