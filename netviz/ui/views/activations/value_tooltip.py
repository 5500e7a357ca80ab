"""The base of painted widgets that show the value under the mouse."""

from PySide6.QtCore import QPointF
from PySide6.QtGui import QMouseEvent
from PySide6.QtWidgets import QToolTip, QWidget

from netviz.ui.look.theme import Theme
from netviz.ui.look.themed_widget import ThemedWidget


class ValueTooltip(ThemedWidget):
    """A widget that shows what `describe` returns beside the mouse, as soon as it moves."""

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(theme, parent)
        self.setMouseTracking(True)

    def describe(self, point: QPointF) -> str:
        """Return the value at a point, with what it is a value of; empty where there is none."""
        raise NotImplementedError

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        text = self.describe(event.position())
        QToolTip.showText(event.globalPosition().toPoint(), text, self)
