"""Tabs that find no room in their bar are in a menu beside it."""

from collections.abc import Collection

from PySide6.QtCore import QEvent, QObject, Qt
from PySide6.QtWidgets import QHBoxLayout, QMenu, QTabBar, QTabWidget, QToolButton, QWidget

from netviz.ui.look.theme import Theme

_MARK_PX = 6


class FittedTabBar(QTabBar):
    """A tab bar that says how wide each tab is, shown or not."""

    def width_of(self, index: int) -> int:
        """Return the width of a tab in pixels."""
        self.ensurePolished()
        return self.tabSizeHint(index).width()


class TabOverflow(QObject):
    """Hides the last tabs where there is no room for all, and offers them in a menu.

    The tab in front is always in the bar, however it came there.

    Parameters
    ----------
    tabs
        Whose tabs they are; its corner is taken.
    fold_button
        Stands in the same corner.

    Attributes
    ----------
    button
        Opens the menu; hidden while all tabs have room.
    """

    def __init__(self, theme: Theme, tabs: QTabWidget, fold_button: QToolButton) -> None:
        super().__init__(tabs)
        self._theme = theme
        self._tabs = tabs
        self._bar = FittedTabBar()
        self._is_fitting = False
        self._offered: frozenset[int] | None = None
        tabs.setTabBar(self._bar)
        self.button = QToolButton()
        self.button.setText("More ▾")
        self.button.setProperty("kind", "quiet")
        self.button.setAccessibleName("More tabs")
        self.button.setToolTip("The tabs that there is no room for.")
        self.button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.button.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
        menu = QMenu(self.button)
        menu.setToolTipsVisible(True)
        menu.aboutToShow.connect(self._fill)
        self.button.setMenu(menu)
        self._fold_button = fold_button
        self._corner = QWidget()
        self._row = QHBoxLayout(self._corner)
        self._row.setSpacing(0)
        self._row.addWidget(self.button)
        self._row.addWidget(fold_button)
        tabs.setCornerWidget(self._corner)
        tabs.installEventFilter(self)
        self._bar.installEventFilter(self)
        tabs.currentChanged.connect(self.fit)
        theme.changed.connect(self._restyle)
        self._restyle()

    @property
    def hidden(self) -> tuple[int, ...]:
        """The tabs that are only in the menu."""
        return tuple(i for i in self._all if not self._tabs.isTabVisible(i))

    def offer(self, tabs: Collection[int] | None) -> None:
        """Offer these tabs only, in the bar and in the menu, and the one in front; None for all."""
        self._offered = None if tabs is None else frozenset(tabs)
        self.fit()

    @property
    def _all(self) -> list[int]:
        """The tabs that are offered."""
        every = range(self._tabs.count())
        return [index for index in every if self._offered is None or index in self._offered]

    def eventFilter(self, _watched: QObject, event: QEvent) -> bool:
        if event.type() in (
            QEvent.Type.Resize,
            QEvent.Type.Show,
            QEvent.Type.LayoutRequest,
            QEvent.Type.StyleChange,
        ):
            self.fit()
        return False

    def fit(self) -> None:
        """Show as many tabs as there is room for."""
        if self._is_fitting:
            return
        self._is_fitting = True
        widths = [self._bar.width_of(index) for index in range(self._tabs.count())]
        room = self._tabs.width() - self._width_of(self._fold_button)
        shown = {*self._all, max(0, self._tabs.currentIndex())}
        if sum(widths[index] for index in shown) > room:
            shown = self._fitting(widths, room - self._width_of(self.button))
        for index in range(len(widths)):
            if self._tabs.isTabVisible(index) != (index in shown):
                self._tabs.setTabVisible(index, index in shown)
        self.button.setVisible(bool({*self._all} - shown))
        self._is_fitting = False

    def _restyle(self) -> None:
        # On one line with the titles, below which a tab has its mark.
        self._row.setContentsMargins(0, 0, 0, self._theme.px(_MARK_PX))

    def _fitting(self, widths: list[int], room: int) -> set[int]:
        """Return the tab in front, and of the others the first ones that fit beside it."""
        front = max(0, self._tabs.currentIndex())
        shown, room = {front}, room - widths[front]
        for index in self._all:
            if index == front:
                continue
            if widths[index] > room:
                break
            shown.add(index)
            room -= widths[index]
        return shown

    def _width_of(self, button: QToolButton) -> int:
        button.ensurePolished()
        return button.sizeHint().width()

    def _fill(self) -> None:
        menu = self.button.menu()
        menu.clear()
        for index in self.hidden:
            action = menu.addAction(self._tabs.tabText(index))
            action.setToolTip(self._tabs.tabToolTip(index))
            action.setData(index)
            action.triggered.connect(self._on_action_triggered)

    def _on_action_triggered(self) -> None:
        index = self.sender().data()  # type: ignore[attr-defined]
        # As a click on a tab does it, which opens folded tabs: who chooses one wants to see it.
        self._tabs.tabBarClicked.emit(index)
        self._tabs.setCurrentIndex(index)
