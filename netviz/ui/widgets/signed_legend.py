"""The legend of the diverging scale of signed values."""

from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QLinearGradient, QPainter, QPaintEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from netviz.ui.look.theme import Theme
from netviz.ui.look.themed_widget import ThemedWidget

_LOW, _HIGH = "−max", "+max"
_MIDDLE = Qt.AlignmentFlag.AlignVCenter


class SignedLegend(ThemedWidget):
    """The diverging scale as a bar; every picture beside it has its own maximum."""

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(theme, parent)
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        self.setAccessibleName("Colour scale of signed values")
        self.setToolTip("Blue is below zero, orange above; zero has the colour of the background.")

    def sizeHint(self) -> QSize:
        return QSize(self._theme.px(160), self._theme.px(16))

    def paintEvent(self, event: QPaintEvent) -> None:
        theme, area = self._theme, QRectF(self.rect())
        painter = QPainter(self)
        painter.setFont(theme.font(12))
        painter.setPen(theme.color("muted"))
        metrics = painter.fontMetrics()
        label_width = max(metrics.horizontalAdvance(_LOW), metrics.horizontalAdvance(_HIGH))
        left, right = QRectF(area), QRectF(area)
        left.setWidth(label_width)
        right.setLeft(area.right() - label_width)
        painter.drawText(left, _MIDDLE | Qt.AlignmentFlag.AlignRight, _LOW)
        painter.drawText(right, _MIDDLE, _HIGH)
        gap, height = label_width + theme.px(6), theme.px(8)
        bar = QRectF(gap, area.center().y() - height / 2, area.width() - 2 * gap, height)
        gradient = QLinearGradient(bar.topLeft(), bar.topRight())
        for position, token in ((0.0, "negative"), (0.5, "surface"), (1.0, "positive")):
            gradient.setColorAt(position, theme.color(token))
        painter.setPen(theme.color("border"))
        painter.setBrush(gradient)
        painter.drawRect(bar)
