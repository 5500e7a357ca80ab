"""The base of every widget that is drawn in the theme's colours."""

from PySide6.QtGui import QPalette
from PySide6.QtWidgets import QWidget

from netviz.ui.look.theme import Theme


class ThemedWidget(QWidget):
    """A widget that follows the theme.

    A subclass that has fonts, spacing or sizes of its own sets them in `_restyle`, and calls it
    once when it is built.
    """

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        theme.changed.connect(self._on_theme_changed)

    def _restyle(self) -> None:
        """Set what depends on the theme's colours and scale and is not painted."""

    def _on_theme_changed(self) -> None:
        self._restyle()
        self.updateGeometry()
        self.update()


def fill_with_surface(widget: QWidget) -> None:
    """Let a widget on a card fill itself with the card's colour.

    For what is painted many times a second: Qt then leaves out the card and all else that lies
    below it.
    """
    widget.setBackgroundRole(QPalette.ColorRole.AlternateBase)
    widget.setAutoFillBackground(True)
