"""The base of most tabs: an empty state, a row of controls, and no drawing while hidden."""

from collections.abc import Sequence

from PySide6.QtGui import QResizeEvent, QShowEvent
from PySide6.QtWidgets import QHBoxLayout, QStackedWidget, QVBoxLayout, QWidget

from netviz.engine.protocol.findings import Finding, FindingAction
from netviz.ui.look.theme import Theme
from netviz.ui.views.view import View
from netviz.ui.widgets.empty_state import EmptyState
from netviz.ui.widgets.finding_note import FindingNote


class Page(View):
    """A tab: its contents, or an empty state until there is something to show.

    A subclass keeps what it is given, calls `_invalidate` and draws in `_refresh`, which is
    called only while the page is visible.

    Attributes
    ----------
    empty
        What is shown while `has_content` is False.
    bar
        Row of controls at the top.
    body
        Layout of the contents.
    finding_note
        Over the top: what was noticed that is to be seen here; hidden while there is nothing.
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
        self.finding_note = FindingNote(theme, is_line=True, parent=self)
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

    def show_finding(self, finding: Finding | None, actions: Sequence[FindingAction] = ()) -> None:
        """Say at the top what was noticed, until it is clicked away; None says nothing."""
        self.finding_note.set_finding(finding, actions)
        self.finding_note.setVisible(finding is not None)
        self._place_note()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._place_note()

    def _place_note(self) -> None:
        # It lies over the contents: a row of its own would take room from the plots above.
        gap, note = self._theme.px(8), self.finding_note
        width = max(1, self.width() - 2 * gap)
        note.setGeometry(gap, gap // 2, width, note.height_for(width))
        note.raise_()

    def _show_content(self, has_content: bool) -> None:
        self._stack.setCurrentWidget(self._content if has_content else self.empty)

    def _invalidate(self) -> None:
        """Redraw, now or as soon as the page is shown."""
        if self.isVisible():
            self._refresh()
        else:
            self._is_stale = True

    def _refresh(self) -> None:
        """Draw the newest data."""

    def _on_theme_changed(self) -> None:
        self._space()
        super()._on_theme_changed()
        self._place_note()

    def _space(self) -> None:
        px = self._theme.px
        self._layout.setContentsMargins(px(12), px(8), px(12), px(8))
        self._layout.setSpacing(px(8))
        self.bar.setSpacing(px(8))
        self.body.setSpacing(px(8))
