"""A section of a panel that opens and closes."""

from PySide6.QtCore import QRect, QSize, Qt, Signal
from PySide6.QtGui import QFontMetrics, QKeyEvent, QPainter, QPaintEvent, QPen, QResizeEvent
from PySide6.QtWidgets import QAbstractButton, QHBoxLayout, QLabel, QVBoxLayout, QWidget

from netviz.ui.look.icons import icon
from netviz.ui.look.theme import Theme
from netviz.ui.look.themed_widget import ThemedWidget
from netviz.ui.widgets.card import heading_font


class CollapsibleSection(ThemedWidget):
    """A part of a panel below a heading that opens and closes it, open at first.

    Signals
    -------
    toggled
        The user opened (True) or closed (False) the section.

    Attributes
    ----------
    header
        The heading, which is clicked to open and close.
    body
        Layout for the contents.
    """

    toggled = Signal(bool)

    def __init__(self, theme: Theme, title: str, parent: QWidget | None = None) -> None:
        super().__init__(theme, parent)
        self.header = _SectionHeader(theme, title)
        self.header.toggled.connect(self._on_header_toggled)
        self.header.clicked.connect(self.toggled)
        self._content = QWidget()
        self.body = QVBoxLayout(self._content)
        self._layout = QVBoxLayout(self)
        for widget in (self.header, self._content):
            self._layout.addWidget(widget)
        self._restyle()
        self._on_header_toggled(True)

    def is_open(self) -> bool:
        """Whether the contents are shown."""
        return self.header.isChecked()

    def set_open(self, is_open: bool) -> None:
        """Open or close the section; emits nothing."""
        self.header.setChecked(is_open)

    def set_summary(self, text: str) -> None:
        """Show `text` in the heading while the section is closed."""
        self.header.set_summary(text)

    def add_tools(self, tools: QWidget) -> None:
        """Put buttons into the heading, before its chevron."""
        layout = QHBoxLayout(self.header)
        layout.setContentsMargins(0, 0, self._theme.px(20), 0)
        layout.addStretch()
        layout.addWidget(tools)

    def _on_header_toggled(self, is_open: bool) -> None:
        self._content.setVisible(is_open)

    def _restyle(self) -> None:
        px = self._theme.px
        self._layout.setContentsMargins(0, 0, 0, 0)
        self._layout.setSpacing(px(2))
        # Space below an open section only: closed ones stand close together.
        self.body.setContentsMargins(0, 0, 0, px(6))
        self.body.setSpacing(px(7))


class _SectionHeader(QAbstractButton):
    """A heading with a chevron at its right end; Space, Enter or a click toggles it."""

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
        theme.changed.connect(self._restyle)

    def set_summary(self, text: str) -> None:
        """Write `text` at the right while the section is closed, elided to the space there is."""
        self._summary_text = text
        self.setAccessibleDescription(text)
        tooltip = f"Open or close the settings under {self.text()}."
        self.setToolTip(f"{tooltip}\nChanged: {text}" if text else tooltip)
        self._place_summary()

    def _place_summary(self) -> None:
        title = QFontMetrics(heading_font(self._theme)).horizontalAdvance(self.text().upper())
        tools = self.layout()
        taken = tools.sizeHint().width() if tools else self._theme.px(20)
        left, right = title + self._theme.px(8), self.width() - taken
        self._summary.setGeometry(left, 0, max(0, right - left), self.height())
        metrics = QFontMetrics(self._theme.font(12))
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

    def _restyle(self) -> None:
        self.updateGeometry()
        self._place_summary()
        self.update()
