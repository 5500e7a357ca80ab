"""The base of painted widgets whose tooltip depends on the place under the mouse."""

from PySide6.QtCore import QEvent, QPointF
from PySide6.QtGui import QHelpEvent
from PySide6.QtWidgets import QToolTip

from netviz.ui.look.themed_widget import ThemedWidget


class TooltipWidget(ThemedWidget):
    """A widget that shows what `text_at` returns as its tooltip."""

    def text_at(self, position: QPointF) -> str:
        """Return the tooltip of a place; empty where there is none."""
        raise NotImplementedError

    def event(self, event: QEvent) -> bool:
        if isinstance(event, QHelpEvent):
            QToolTip.showText(event.globalPos(), self.text_at(QPointF(event.pos())), self)
            return True
        return super().event(event)
