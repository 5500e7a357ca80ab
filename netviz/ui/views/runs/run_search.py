"""The field in which one looks for runs."""

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QAction, QKeyEvent
from PySide6.QtWidgets import QLineEdit, QWidget

from netviz.ui.look.icons import icon
from netviz.ui.look.theme import Theme


class RunSearch(QLineEdit):
    """Hidden until it is wanted; Esc empties and hides it.

    Signals
    -------
    left
        The user is done with it: what has been typed no longer counts.
    """

    left = Signal()

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self.setPlaceholderText("Name or setting, such as adam or lr 0.03")
        self.setAccessibleName("Find runs")
        self.setToolTip("Shows the runs whose name or settings hold all of these words; Esc ends.")
        self.setClearButtonEnabled(True)
        self._glass = QAction(self)
        self.addAction(self._glass, QLineEdit.ActionPosition.LeadingPosition)
        theme.changed.connect(self._restyle)
        self._restyle()
        self.hide()

    def open(self) -> None:
        """Show it, ready to type."""
        self.show()
        self.setFocus()
        self.selectAll()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Escape:
            self.clear()
            self.hide()
            self.left.emit()
        else:
            super().keyPressEvent(event)

    def _restyle(self) -> None:
        self._glass.setIcon(icon(self._theme, "search", "muted"))
