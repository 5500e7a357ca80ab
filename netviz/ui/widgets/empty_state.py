"""What an empty tab shows: an icon and a sentence on what to do."""

from PySide6.QtCore import Qt
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QLabel, QPushButton, QVBoxLayout, QWidget

from netviz.ui.look.icons import pixmap
from netviz.ui.look.theme import Theme
from netviz.ui.look.themed_widget import ThemedWidget


class EmptyState(ThemedWidget):
    """A muted sentence in the middle, under an icon, and a button if there is what to press."""

    def __init__(
        self, theme: Theme, icon_name: str, text: str, parent: QWidget | None = None
    ) -> None:
        super().__init__(theme, parent)
        self._icon_name = icon_name
        self._icon = QLabel(alignment=Qt.AlignmentFlag.AlignCenter)
        self._label = QLabel(text, alignment=Qt.AlignmentFlag.AlignCenter)
        self._label.setProperty("role", "muted")
        self._label.setWordWrap(True)
        layout = self._layout = QVBoxLayout(self)
        layout.addStretch()
        layout.addWidget(self._icon)
        layout.addWidget(self._label)
        layout.addStretch()
        self._restyle()

    @property
    def text(self) -> str:
        """The sentence."""
        return self._label.text()

    def set_text(self, text: str) -> None:
        """Replace the sentence."""
        self._label.setText(text)

    def offer(self, action: QAction) -> None:
        """Put a button under the sentence that does what `action` does."""
        button = QPushButton(action.text())
        button.setProperty("kind", "small")
        button.setToolTip(action.toolTip())
        button.clicked.connect(action.trigger)
        self._layout.insertWidget(3, button, 0, Qt.AlignmentFlag.AlignHCenter)

    def _restyle(self) -> None:
        ratio = self.devicePixelRatioF()
        self._icon.setPixmap(pixmap(self._theme, self._icon_name, "faint", 24, ratio))
        self._label.setFont(self._theme.font())
        margin = self._theme.px(12)
        self._layout.setContentsMargins(margin, margin, margin, margin)
        self._layout.setSpacing(self._theme.px(8))
