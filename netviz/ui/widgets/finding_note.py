"""What was noticed in a run, in a small frame: the sentence, and links to what can be done."""

from collections.abc import Sequence
from functools import partial
from html import escape

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtGui import QKeyEvent, QMouseEvent
from PySide6.QtWidgets import (
    QAbstractButton,
    QBoxLayout,
    QFrame,
    QHBoxLayout,
    QLabel,
    QPushButton,
    QWidget,
)

from netviz.engine.protocol.findings import Finding, FindingAction, FindingKind
from netviz.ui.look.icons import icon
from netviz.ui.look.style_sheet import set_style_property
from netviz.ui.look.theme import FAMILY, Theme
from netviz.ui.widgets.icon_button import quiet_button

_FONT_PX = 12


class FindingNote(QFrame):
    """Shows one finding; a click on it, or on its cross, takes it away.

    Parameters
    ----------
    is_line
        Whether the links stand beside the sentence, in a line, or below it.

    Signals
    -------
    acted
        A link was chosen: the finding and its `FindingAction`.
    dismissed
        The user took the finding away; carries it.

    Attributes
    ----------
    finding, offered
        What is shown, and what can be done about it.
    links, close_button
        The buttons of the actions, and the cross.
    """

    acted = Signal(object, object)
    dismissed = Signal(object)

    def __init__(self, theme: Theme, *, is_line: bool, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self.setObjectName("finding")
        self.finding: Finding | None = None
        self.offered: tuple[FindingAction, ...] = ()
        self.links: list[QPushButton] = []
        self._label = QLabel()
        self._label.setTextFormat(Qt.TextFormat.RichText)
        self._label.setWordWrap(True)
        self.close_button = quiet_button("Close", "Take this away; the Log keeps it.")
        self.close_button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.close_button.clicked.connect(self._dismiss)
        self._link_row = QHBoxLayout()
        down, across = QBoxLayout.Direction.TopToBottom, QBoxLayout.Direction.LeftToRight
        self._text_and_links = QBoxLayout(across if is_line else down)
        self._text_and_links.addWidget(self._label, 1)
        self._text_and_links.addLayout(self._link_row)
        self._row = QHBoxLayout(self)
        self._row.addLayout(self._text_and_links, 1)
        top, middle = Qt.AlignmentFlag.AlignTop, Qt.AlignmentFlag.AlignVCenter
        self._row.addWidget(self.close_button, 0, middle if is_line else top)
        self.hide()
        theme.changed.connect(self._restyle)
        self._restyle()

    @property
    def text(self) -> str:
        """What it says; empty while nothing is shown."""
        return "" if self.finding is None else f"{self.finding.title}. {self.finding.sentence}"

    def set_finding(self, finding: Finding | None, actions: Sequence[FindingAction] = ()) -> None:
        """Say this, with links for these actions; the caller shows or hides the note."""
        self.finding, self.offered = finding, tuple(actions)
        for link in self.links:
            self._link_row.removeWidget(link)
            # Not deleted at once: it may be the link whose click led here.
            link.hide()
            link.deleteLater()
        self.links = []
        if finding is None:
            return
        self._label.setText(f"<b>{escape(finding.title)}.</b> {escape(finding.sentence)}")
        self.setToolTip(finding.hint)
        self.setAccessibleName(f"{self.text} {finding.hint}")
        while self._link_row.takeAt(0) is not None:
            pass
        for action in actions:
            link = self._link(finding, action)
            self._link_row.addWidget(link)
            link.show()  # else it has no height until the note is shown again
        self._link_row.addStretch(1)
        is_advice = finding.kind is FindingKind.RATE_COULD_RISE
        set_style_property(self, "kind", "advice" if is_advice else "trouble")

    def height_for(self, width: int) -> int:
        """Return the height that the note wants at this width."""
        for layout in (self._link_row, self._text_and_links, self._row):
            layout.invalidate()
        return max(self._row.minimumSize().height(), self._row.totalHeightForWidth(width))

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        is_here = self.rect().contains(event.position().toPoint())
        if event.button() is Qt.MouseButton.LeftButton and is_here:
            self._dismiss()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Return does what Space does elsewhere, since that trains; Escape takes the note away."""
        focused = self.focusWidget()
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and focused is not None:
            if isinstance(focused, QAbstractButton):
                focused.click()
        elif event.key() == Qt.Key.Key_Escape:
            self._dismiss()
        else:
            super().keyPressEvent(event)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        event.accept()  # it must not reach what lies below

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        event.accept()

    def _link(self, finding: Finding, action: FindingAction) -> QPushButton:
        link = QPushButton(action.label)
        link.setProperty("kind", "link")
        link.setCursor(Qt.CursorShape.PointingHandCursor)
        # The mouse leaves the focus where it was, so that Space goes on to train.
        link.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        link.setToolTip(finding.hint)
        link.clicked.connect(partial(self.acted.emit, finding, action))
        self.links.append(link)
        return link

    def _dismiss(self) -> None:
        if self.finding is not None:
            self.dismissed.emit(self.finding)

    def _restyle(self) -> None:
        theme, c, px = self._theme, self._theme.colors, self._theme.px
        self.close_button.setIcon(icon(theme, "x", "muted"))
        self.close_button.setIconSize(QSize(px(14), px(14)))
        self._row.setContentsMargins(px(10), px(5), px(5), px(5))
        self._row.setSpacing(px(6))
        self._text_and_links.setSpacing(px(4))
        self._link_row.setSpacing(px(14))
        link = c.train if theme.dark else c.primary
        self.setStyleSheet(f"""
QFrame#finding {{
    background: {c.pill}; border: 1px solid {c.border}; border-left: {px(3)}px solid {c.warning};
    border-radius: {px(6)}px;
}}
QFrame#finding[kind="advice"] {{ border-left-color: {c.right}; }}
QFrame#finding QLabel {{ font: {px(_FONT_PX)}px "{FAMILY}"; color: {c.text}; }}
QFrame#finding QPushButton[kind="link"] {{
    background: transparent; border: none; border-bottom: 1px solid transparent;
    border-radius: 0; padding: {px(1)}px 0; text-align: left;
    color: {link}; font: 600 {px(_FONT_PX)}px "{FAMILY}";
}}
QFrame#finding QPushButton[kind="link"]:hover {{ border-bottom-color: {link}; }}
QFrame#finding QPushButton[kind="link"]:focus {{ border-bottom: {px(2)}px solid {link}; }}
QFrame#finding QToolButton {{ padding: {px(2)}px; }}
""")
