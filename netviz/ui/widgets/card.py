"""The rounded surface that the window's parts stand on, and the font of its headings."""

from PySide6.QtGui import QFont
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QVBoxLayout, QWidget

from netviz.ui.look.theme import Theme


class Card(QFrame):
    """A rounded surface with 12 px inside, or what `margin_px` says.

    Attributes
    ----------
    header
        Row at the top: the title, then whatever is added to it. Empty without a title.
    body
        Layout below it for the contents.
    """

    def __init__(
        self,
        theme: Theme,
        title: str = "",
        *,
        margin_px: int = 12,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self.setObjectName("card")
        self._theme = theme
        self._margin_px = margin_px
        self._layout = QVBoxLayout(self)
        self.header = QHBoxLayout()
        self.body = QVBoxLayout()
        self.title: QLabel | None = None
        if title:
            self.title = QLabel(title)
            self.title.setProperty("role", "muted")
            self.header.addWidget(self.title)
            self.header.addStretch()
        self._layout.addLayout(self.header)
        self._layout.addLayout(self.body, 1)
        theme.changed.connect(self._on_theme_changed)
        self._restyle()

    def _on_theme_changed(self) -> None:
        self._restyle()

    def _restyle(self) -> None:
        margin = self._theme.px(self._margin_px) if self._margin_px else 0
        self._layout.setContentsMargins(margin, margin, margin, margin)
        self._layout.setSpacing(self._theme.px(8) if self.title else 0)
        if self.title:
            self.title.setFont(heading_font(self._theme))


def heading_font(theme: Theme) -> QFont:
    """Return the font of small headings, which are written in capitals."""
    font = theme.font(12, QFont.Weight.DemiBold)
    font.setLetterSpacing(QFont.SpacingType.PercentageSpacing, 108)
    font.setCapitalization(QFont.Capitalization.AllUppercase)
    return font
