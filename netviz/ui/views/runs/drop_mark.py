"""What lies over a page while something is dragged over it that can be dropped there."""

from PySide6.QtCore import QEvent, QObject, QRectF, Qt
from PySide6.QtGui import QFont, QPainter, QPaintEvent, QPen, QShowEvent
from PySide6.QtWidgets import QWidget

from netviz.ui.look.theme import Theme


class DropMark(QWidget):
    """A frame with a sentence over the whole of its parent; hidden until something is dragged.

    Attributes
    ----------
    text
        The sentence.
    """

    def __init__(self, theme: Theme, text: str, parent: QWidget) -> None:
        super().__init__(parent)
        self._theme, self._page = theme, parent
        self.text = text
        self.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self.hide()
        parent.installEventFilter(self)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() == QEvent.Type.Resize:
            self._cover()
        return super().eventFilter(watched, event)

    def showEvent(self, event: QShowEvent) -> None:
        self._cover()
        self.raise_()
        super().showEvent(event)

    def paintEvent(self, event: QPaintEvent) -> None:
        theme, gap = self._theme, self._theme.px(6)
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.fillRect(self.rect(), theme.color("surface"))
        pen = QPen(theme.color("primary"), theme.px(2), Qt.PenStyle.DashLine)
        painter.setPen(pen)
        painter.setBrush(theme.color("primary", 0.08))
        frame = QRectF(self.rect()).adjusted(gap, gap, -gap, -gap)
        painter.drawRoundedRect(frame, theme.px(8), theme.px(8))
        painter.setPen(theme.color("text"))
        painter.setFont(theme.font(14, QFont.Weight.DemiBold))
        painter.drawText(frame, Qt.AlignmentFlag.AlignCenter | Qt.TextFlag.TextWordWrap, self.text)
        painter.end()

    def _cover(self) -> None:
        self.setGeometry(self._page.rect())
