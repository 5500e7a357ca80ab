"""The surfaces that widgets stand on: a card, and a section that folds."""

from PySide6.QtCore import QRect, QSize, Qt, Signal
from PySide6.QtGui import QFont, QFontMetrics, QKeyEvent, QPainter, QPaintEvent, QPen, QResizeEvent
from PySide6.QtWidgets import QAbstractButton, QFrame, QHBoxLayout, QLabel, QVBoxLayout, QWidget

from netviz.ui.look.icons import icon
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


class SectionBox(QWidget):
    """A part of a panel under a small heading that folds it away.

    Signals
    -------
    toggled
        The user opened (True) or folded (False) the section.

    Attributes
    ----------
    body
        Layout for the contents.
    """

    toggled = Signal(bool)

    def __init__(self, theme: Theme, title: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._header = _SectionHeader(theme, title)
        self._header.toggled.connect(self._on_header_toggled)
        self._header.clicked.connect(self.toggled)
        self._content = QWidget()
        self.body = QVBoxLayout(self._content)
        self._layout = QVBoxLayout(self)
        for widget in (self._header, self._content):
            self._layout.addWidget(widget)
        theme.changed.connect(self._on_theme_changed)
        self._restyle()
        self._on_header_toggled(True)

    def is_open(self) -> bool:
        """Whether the contents are shown."""
        return self._header.isChecked()

    def set_open(self, is_open: bool) -> None:
        """Show or fold the contents; emits nothing."""
        self._header.setChecked(is_open)

    def set_summary(self, text: str) -> None:
        """Say in the heading what is inside while the section is folded."""
        self._header.set_summary(text)

    def add_tools(self, tools: QWidget) -> None:
        """Put buttons into the heading, before its chevron."""
        layout = QHBoxLayout(self._header)
        layout.setContentsMargins(0, 0, self._theme.px(20), 0)
        layout.addStretch()
        layout.addWidget(tools)

    def _on_header_toggled(self, is_open: bool) -> None:
        self._content.setVisible(is_open)

    def _on_theme_changed(self) -> None:
        self._restyle()

    def _restyle(self) -> None:
        px = self._theme.px
        self._layout.setContentsMargins(0, 0, 0, 0)
        self._layout.setSpacing(px(2))
        # An open section ends with air; folded ones stand close together.
        self.body.setContentsMargins(0, 0, 0, px(6))
        self.body.setSpacing(px(7))


class _SectionHeader(QAbstractButton):
    """A heading with a chevron at its right end; Space, Enter or a click turns it."""

    def __init__(self, theme: Theme, title: str) -> None:
        super().__init__()
        self._theme = theme
        self.setText(title)
        self.setCheckable(True)
        self.setChecked(True)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setAttribute(Qt.WidgetAttribute.WA_Hover)
        self.setAccessibleName(f"{title} section")
        self._summary = QLabel(self)
        self._summary.setProperty("role", "fact")
        self._summary.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        self._summary.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self._summary_text = ""
        self.toggled.connect(self._place_summary)
        self.set_summary("")
        theme.changed.connect(self._on_theme_changed)

    def set_summary(self, text: str) -> None:
        """Write `text` at the right while the section is folded, as much as there is space for."""
        self._summary_text = text
        self.setAccessibleDescription(text)
        tooltip = f"Fold or open the settings under {self.text()}."
        self.setToolTip(f"{tooltip}\nChanged: {text}" if text else tooltip)
        self._place_summary()

    def _place_summary(self) -> None:
        title = QFontMetrics(heading_font(self._theme)).horizontalAdvance(self.text().upper())
        tools = self.layout()
        taken = tools.sizeHint().width() if tools else self._theme.px(20)
        left, right = title + self._theme.px(8), self.width() - taken
        self._summary.setGeometry(left, 0, max(0, right - left), self.height())
        metrics = QFontMetrics(self._theme.font(11))
        mode = Qt.TextElideMode.ElideRight
        self._summary.setText(metrics.elidedText(self._summary_text, mode, max(0, right - left)))
        self._summary.setVisible(bool(self._summary_text) and not self.isChecked())

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._place_summary()

    def sizeHint(self) -> QSize:
        metrics = QFontMetrics(heading_font(self._theme))
        width = metrics.horizontalAdvance(self.text().upper()) + self._theme.px(24)
        return QSize(width, self._theme.px(22))

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self.click()
        else:
            super().keyPressEvent(event)

    def paintEvent(self, event: QPaintEvent) -> None:
        theme = self._theme
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        if self.hasFocus():
            painter.setPen(QPen(theme.color("primary"), 2))
            painter.drawRoundedRect(self.rect().adjusted(1, 1, -1, -1), 4, 4)
        painter.setFont(heading_font(theme))
        token = "text" if self.underMouse() else "muted"
        painter.setPen(theme.color(token))
        inset = theme.px(4) if self.hasFocus() else 0
        area = self.rect().adjusted(inset, 0, -inset, 0)
        painter.drawText(area, Qt.AlignmentFlag.AlignVCenter, self.text().upper())
        side = theme.px(14)
        name = "chevron-down" if self.isChecked() else "chevron-right"
        place = QRect(area.right() - side + 1, (self.height() - side) // 2, side, side)
        icon(theme, name, token, 14).paint(painter, place)

    def _on_theme_changed(self) -> None:
        self.updateGeometry()
        self._place_summary()
        self.update()


def heading_font(theme: Theme) -> QFont:
    """Return the font of small headings, which are written in capitals."""
    font = theme.font(11, QFont.Weight.DemiBold)
    font.setLetterSpacing(QFont.SpacingType.PercentageSpacing, 108)
    font.setCapitalization(QFont.Capitalization.AllUppercase)
    return font
