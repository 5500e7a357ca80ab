"""The message bar: what happened, and what can be done about it."""

from collections.abc import Callable, Sequence
from enum import StrEnum
from functools import partial
from html import escape

from PySide6.QtCore import QEvent, QObject, QPoint, QRect, QSize, Qt, QTimer, Signal
from PySide6.QtGui import QAccessible, QAccessibleEvent, QGuiApplication, QKeySequence, QShortcut
from PySide6.QtWidgets import (
    QFrame,
    QGridLayout,
    QHBoxLayout,
    QLabel,
    QPushButton,
    QToolButton,
    QWidget,
)

from netviz.ui.look.icons import icon, pixmap
from netviz.ui.look.style_sheet import set_style_property
from netviz.ui.look.theme import Theme


class Kind(StrEnum):
    """What sort of message it is; also its colour in the style sheet."""

    INFO = "info"
    SUCCESS = "success"
    WARNING = "warning"
    ERROR = "error"


_ICONS = {
    Kind.INFO: ("info", "primary"),
    Kind.SUCCESS: ("circle-check", "right"),
    Kind.WARNING: ("triangle-alert", "warning"),
    Kind.ERROR: ("circle-x", "wrong"),
}
_FADING = (Kind.INFO, Kind.SUCCESS)

Action = tuple[str, Callable[[], object]]
Holds = Callable[[], bool]
Told = tuple[Holds, Callable[[], None]]
"""Whether a message is still so, and what shows it."""


def always() -> bool:
    """Hold for good: what has happened stays so."""
    return True


class MessageBar(QFrame):
    """One bar for everything that the user must be told; hidden when there is nothing.

    A new message replaces the one before it, or waits until that is closed. The same message
    again is counted. Errors and warnings stay until they are closed or no longer so. The others
    disappear after a while, and the error or warning comes back in whose place they stood.

    Signals
    -------
    opening
        The bar is about to be shown.
    closed
        The bar was closed, by the user or by time.

    Attributes
    ----------
    fade_after_ms
        How long a message of kind info or success stays.
    """

    opening = Signal()
    closed = Signal()

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self.fade_after_ms = 6000
        self._kind = Kind.INFO
        self._message = ("", "")
        self._details = ""
        self._count = 0
        self._shown: Told | None = None
        self._beneath: Told | None = None
        self._waiting: list[Told] = []
        self.setObjectName("notice")
        self._place: QWidget | None = None
        self._is_at_top = False
        self._build()
        self._fade_timer = QTimer(self, singleShot=True)
        self._fade_timer.timeout.connect(self.close_message)
        self._escape = QShortcut(QKeySequence(Qt.Key.Key_Escape), self)
        self._escape.activated.connect(self.close_message)
        theme.changed.connect(self._restyle)
        self._restyle()
        self.hide()

    def float_over(self, place: QWidget, parent: QWidget) -> None:
        """Stand at the foot of `place`, over whatever is there: nothing moves for a message.

        Parameters
        ----------
        parent
            Holds `place` and the bar.
        """
        self._place = place
        self.setParent(parent)
        for widget in (place, parent):
            widget.installEventFilter(self)
        self.hide()

    def move_to(self, place: QWidget, *, at_top: bool = False) -> None:
        """Stand at the foot of another part of the window, or at its top.

        There it is wide for its height: what can be done stands below what happened.
        """
        if self._place is not None:
            self._place.removeEventFilter(self)
        self._place, self._is_at_top = place, at_top
        place.installEventFilter(self)
        self._layout.removeWidget(self._tools)
        row, column, columns = (1, 1, 3) if at_top else (0, 3, 1)
        self._layout.addWidget(self._tools, row, column, 1, columns, Qt.AlignmentFlag.AlignLeft)
        self._float()

    def eventFilter(self, _watched: QObject, event: QEvent) -> bool:
        if event.type() in (QEvent.Type.Resize, QEvent.Type.Move, QEvent.Type.Show):
            self._float()
        return False

    @property
    def text(self) -> str:
        """The message and its hint without markup; empty when the bar is hidden."""
        return " ".join(part for part in self._message if part)

    @property
    def count(self) -> int:
        """How many times the message was shown in a row."""
        return self._count

    def show_message(
        self,
        kind: str,
        message: str,
        hint: str = "",
        details: str = "",
        actions: Sequence[Action] = (),
        holds: Holds = always,
    ) -> None:
        """Show a message in place of the one before it.

        Parameters
        ----------
        kind
            One of `Kind`.
        message, hint
            What happened; what it means or what to do.
        details
            Technical details such as a traceback, which the user can copy.
        actions
            Label and callable of each button; pressing one also closes the message.
        holds
            Whether it is still so; asked by `review`, which closes a message that is not.
        """
        if Kind(kind) not in _FADING:
            self._beneath = None
        elif self._kind not in _FADING and self._count:
            self._beneath = self._shown
        show = partial(self.show_message, kind, message, hint, details, actions, holds)
        self._shown = (holds, show)
        same = (Kind(kind), (message, hint)) == (self._kind, self._message)
        self._count = self._count + 1 if same else 1
        self._kind, self._message, self._details = Kind(kind), (message, hint), details
        self._set_actions(actions)
        self._copy.setVisible(bool(details))
        self._show_text()
        self._restyle()
        if self.isHidden():
            self.opening.emit()
        self.show()
        self._float()
        if self._kind in _FADING:
            self._fade_timer.start(self.fade_after_ms)
        else:
            self._fade_timer.stop()
        QAccessible.updateAccessibility(QAccessibleEvent(self, QAccessible.Event.Alert))

    def show_next(
        self,
        kind: str,
        message: str,
        hint: str = "",
        details: str = "",
        actions: Sequence[Action] = (),
        holds: Holds = always,
    ) -> None:
        """Show a message as soon as the one that is shown now is closed, if it still holds."""
        show = partial(self.show_message, kind, message, hint, details, actions, holds)
        if self._count:
            self._waiting.append((holds, show))
        else:
            show()

    def review(self) -> None:
        """Close the message if it is no longer so, and forget those that wait and are not."""
        self._waiting = [(holds, show) for holds, show in self._waiting if holds()]
        if self._beneath and not self._beneath[0]():
            self._beneath = None
        if self._shown and not self._shown[0]():
            self.close_message()

    def close_message(self) -> None:
        """Hide the message; show the next one if one waits."""
        was_shown = bool(self._count)
        self._fade_timer.stop()
        self._message, self._details, self._count = ("", ""), "", 0
        if self._beneath:
            self._waiting.insert(0, self._beneath)
        self._shown = self._beneath = None
        self.hide()
        if was_shown:
            self.closed.emit()
        while self._waiting and not self._count:
            holds, show = self._waiting.pop(0)
            if holds():
                show()

    def _float(self) -> None:
        """Stand where the bar belongs, as high as its text wants."""
        place, parent = self._place, self.parentWidget()
        if place is None or parent is None or self.isHidden():
            return
        gap = self._theme.px(8)
        width = place.width() - 2 * gap
        self._layout.activate()
        height = max(self.minimumSizeHint().height(), self.heightForWidth(width))
        top = gap if self._is_at_top else place.height() - gap - height
        corner = place.mapTo(parent, QPoint(gap, top))
        self.setGeometry(QRect(corner, QSize(width, height)))
        self.raise_()

    def _build(self) -> None:
        self._picture = QLabel()
        self._label = QLabel()
        self._label.setWordWrap(True)
        self._label.setTextFormat(Qt.TextFormat.RichText)
        self._label.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self._counter = QLabel()
        self._counter.setProperty("role", "chip")
        self._counter.setToolTip("How many times this happened.")
        self._tools = QWidget()
        self._buttons = QHBoxLayout(self._tools)
        self._buttons.setContentsMargins(0, 0, 0, 0)
        self._copy = QPushButton("Copy details")
        self._copy.setProperty("kind", "small")
        self._copy.setToolTip("Copy the technical details, for example to report them.")
        self._copy.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self._copy.clicked.connect(self._on_copy_clicked)
        self._close = QToolButton()
        self._close.setProperty("kind", "quiet")
        self._close.setToolTip("Close this message (Esc).")
        self._close.setAccessibleName("Close message")
        self._close.clicked.connect(self.close_message)
        self._layout = QGridLayout(self)
        self._layout.setColumnStretch(1, 1)
        widgets = (self._picture, self._label, self._counter, self._tools, self._copy, self._close)
        for column, widget in enumerate(widgets):
            self._layout.addWidget(widget, 0, column)

    def _set_actions(self, actions: Sequence[Action]) -> None:
        while (item := self._buttons.takeAt(0)) is not None:
            if (widget := item.widget()) is not None:
                # Not deleted at once: it may be the button whose click led to this message.
                widget.hide()
                widget.deleteLater()
        self._tools.setVisible(bool(actions))
        for label, act in actions:
            self._buttons.addWidget(_ActionButton(label, act, self))

    def _show_text(self) -> None:
        message, hint = (escape(part) for part in self._message)
        self._label.setText(f"<b>{message}</b> {hint}".replace("\n", "<br>"))
        self._counter.setText(f"×{self._count}")
        self._counter.setVisible(self._count > 1)
        self.setAccessibleName(f"{self._kind.value}: {self.text}")

    def _on_copy_clicked(self) -> None:
        QGuiApplication.clipboard().setText(f"{self.text}\n\n{self._details}")

    def _restyle(self) -> None:
        theme, px = self._theme, self._theme.px
        set_style_property(self, "kind", self._kind.value)
        name, token = _ICONS[self._kind]
        self._picture.setPixmap(pixmap(theme, name, token, 18, self.devicePixelRatioF()))
        self._close.setIcon(icon(theme, "x", "muted"))
        self._close.setIconSize(QSize(px(16), px(16)))
        self._layout.setContentsMargins(px(12), px(8), px(8), px(8))
        self._layout.setSpacing(px(10))
        self._buttons.setSpacing(px(8))
        self._float()


class _ActionButton(QPushButton):
    """A button of a message, which closes the message and then acts."""

    def __init__(self, label: str, act: Callable[[], object], bar: MessageBar) -> None:
        super().__init__(label)
        self._act = act
        self._bar = bar
        # The button goes with its message; the mouse leaves the focus where it was, so that Space
        # goes on to train.
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setProperty("kind", "small")
        self.setToolTip(f"{label}, and close this message.")
        self.clicked.connect(self._on_self_clicked)

    def _on_self_clicked(self) -> None:
        self._bar.close_message()
        self._act()
