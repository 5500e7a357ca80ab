"""What the pages of the lower tabs share: an empty state, a bar of controls, rest while hidden."""

from PySide6.QtCore import QSignalBlocker, QSize, Qt, Signal
from PySide6.QtGui import QFontMetrics, QPainter, QPaintEvent, QShowEvent
from PySide6.QtWidgets import (
    QButtonGroup,
    QComboBox,
    QHBoxLayout,
    QSizePolicy,
    QStackedWidget,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from netviz.ui.look.theme import Theme
from netviz.ui.views.view import View
from netviz.ui.widgets.empty_state import EmptyState


class Page(View):
    """A tab's page: a sentence on what to do until there is something to show.

    A subclass keeps what it is given, calls `_invalidate` and draws in `_refresh`, which is
    called only while the page can be seen.

    Attributes
    ----------
    empty
        What is shown while `has_content` is False.
    bar
        Row of controls at the top.
    body
        Layout of the contents.
    """

    def __init__(
        self, theme: Theme, icon_name: str, empty_text: str, parent: QWidget | None = None
    ) -> None:
        super().__init__(theme, parent)
        self._is_stale = False
        self.empty = EmptyState(theme, icon_name, empty_text)
        self._content = QWidget()
        self.bar = QHBoxLayout()
        self.body = QVBoxLayout()
        self._layout = QVBoxLayout(self._content)
        self._layout.addLayout(self.bar)
        self._layout.addLayout(self.body, 1)
        self._stack = QStackedWidget()
        self._stack.addWidget(self.empty)
        self._stack.addWidget(self._content)
        whole = QVBoxLayout(self)
        whole.setContentsMargins(0, 0, 0, 0)
        whole.addWidget(self._stack)
        self._space()

    @property
    def has_content(self) -> bool:
        """Whether the contents are shown rather than the empty state."""
        return self._stack.currentWidget() is self._content

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        if self._is_stale:
            self._is_stale = False
            self._refresh()

    def _show_content(self, has_content: bool) -> None:
        self._stack.setCurrentWidget(self._content if has_content else self.empty)

    def _invalidate(self) -> None:
        """Draw anew, now or as soon as the page is shown."""
        if self.isVisible():
            self._refresh()
        else:
            self._is_stale = True

    def _refresh(self) -> None:
        """Draw what was given last."""

    def _on_theme_changed(self) -> None:
        self._space()
        super()._on_theme_changed()

    def _space(self) -> None:
        px = self._theme.px
        self._layout.setContentsMargins(px(12), px(8), px(12), px(8))
        self._layout.setSpacing(px(8))
        self.bar.setSpacing(px(8))
        self.body.setSpacing(px(8))


class Segments(QWidget):
    """A few choices side by side of which one holds.

    Parameters
    ----------
    choices
        Each choice's text and the sentence that explains it.

    Signals
    -------
    chosen
        The user chose another one; its place in the row.
    """

    chosen = Signal(int)

    def __init__(
        self,
        theme: Theme,
        name: str,
        choices: tuple[tuple[str, str], ...],
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self._theme = theme
        self.setObjectName("segments")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self.setAccessibleName(name)
        self._group = QButtonGroup(self)
        layout = QHBoxLayout(self)
        layout.setContentsMargins(1, 1, 1, 1)
        layout.setSpacing(0)
        for index, (text, tooltip) in enumerate(choices):
            button = QToolButton()
            button.setText(text)
            button.setToolTip(tooltip)
            button.setAccessibleName(f"{name}: {text}")
            button.setCheckable(True)
            button.setCursor(Qt.CursorShape.PointingHandCursor)
            self._group.addButton(button, index)
            layout.addWidget(button)
        self._group.button(0).setChecked(True)
        self._group.idClicked.connect(self.chosen)
        theme.changed.connect(self._restyle)
        self._restyle()

    @property
    def index(self) -> int:
        """Which one holds."""
        return self._group.checkedId()

    def button(self, index: int) -> QToolButton:
        """Return the button of a choice."""
        button = self._group.button(index)
        assert isinstance(button, QToolButton)
        return button

    def choose(self, index: int) -> None:
        """Let another one hold; emits nothing."""
        self.button(index).setChecked(True)

    def _restyle(self) -> None:
        c, px = self._theme.colors, self._theme.px
        self.setStyleSheet(f"""
QWidget#segments {{
    background: {c.raised}; border: 1px solid {c.border}; border-radius: {px(6)}px;
}}
QToolButton {{
    background: transparent; border: 1px solid transparent; border-radius: {px(5)}px;
    color: {c.muted}; padding: {px(2)}px {px(8)}px; font-size: {px(12)}px; font-weight: 500;
}}
QToolButton:hover {{ color: {c.text}; }}
QToolButton:checked {{ background: {c.surface}; border-color: {c.border}; color: {c.text}; }}
QToolButton:focus {{ border-color: {c.primary}; padding: {px(2)}px {px(8)}px; }}
""")


class CompactCombo(QComboBox):
    """A low combo box for a page's bar, no wider than its longest entry or `widest_px`."""

    def __init__(self, theme: Theme, name: str, tooltip: str, widest_px: int = 120) -> None:
        super().__init__()
        self._theme = theme
        self._widest_px = widest_px
        self.setAccessibleName(name)
        self.setToolTip(tooltip)
        self.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToContents)
        theme.changed.connect(self._restyle)
        self._restyle()

    def set_entries(self, texts: list[str]) -> None:
        """Offer other entries and choose the first; emits nothing."""
        with QSignalBlocker(self):
            self.clear()
            self.addItems(texts)
            self.setCurrentIndex(0)

    def minimumSizeHint(self) -> QSize:
        return QSize(self._theme.px(56), super().minimumSizeHint().height())

    def choose(self, index: int) -> None:
        """Choose an entry; emits nothing."""
        with QSignalBlocker(self):
            self.setCurrentIndex(index)

    def _restyle(self) -> None:
        px = self._theme.px
        self.setMaximumWidth(px(self._widest_px))
        self.setStyleSheet(
            f"QComboBox {{ font-size: {px(12)}px; min-height: {px(22)}px;"
            f" padding: 0 {px(4)}px 0 {px(8)}px; }}"
            f"QComboBox:focus {{ min-height: {px(22) - 2}px;"
            f" padding: 0 {px(4) - 1}px 0 {px(8) - 1}px; }}"
        )


class FittingLabel(QWidget):
    """A line of text that says the same in fewer words where there is less space."""

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._texts: tuple[str, ...] = ("",)
        self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)
        theme.changed.connect(self.updateGeometry)

    @property
    def text(self) -> str:
        """What is said where there is space enough."""
        return self._texts[0]

    def set_texts(self, *texts: str) -> None:
        """Say something else, the longest first."""
        self._texts = texts
        self.setAccessibleName(texts[0])
        self.update()

    def sizeHint(self) -> QSize:
        metrics = QFontMetrics(self._theme.font())
        return QSize(metrics.horizontalAdvance(self.text), metrics.height())

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setFont(self._theme.font())
        painter.setPen(self._theme.color("text"))
        metrics = painter.fontMetrics()
        fitting = (text for text in self._texts if metrics.horizontalAdvance(text) <= self.width())
        painter.drawText(self.rect(), Qt.AlignmentFlag.AlignVCenter, next(fitting, ""))
