"""The tabs below the plots, which tell what of them can be seen."""

from PySide6.QtCore import Signal
from PySide6.QtGui import QHideEvent, QShowEvent
from PySide6.QtWidgets import QTabWidget, QWidget

from netviz.engine.errors import ConfigError
from netviz.engine.protocol.observations import View
from netviz.ui.look.theme import Theme
from netviz.ui.widgets.card import Card


class ViewTabs(Card):
    """A card of tabs; what is not visible need not be computed.

    Signals
    -------
    watched_changed
        Other views are visible now: a ``frozenset`` of `View`.
    """

    watched_changed = Signal(object)

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(theme, margin_px=0, parent=parent)
        self._views: dict[QWidget, View] = {}
        self._watched: frozenset[View] = frozenset()
        self.tabs = QTabWidget()
        self.tabs.setDocumentMode(True)
        self.tabs.tabBar().setExpanding(False)
        self.tabs.currentChanged.connect(self._update_watched)
        self.body.addWidget(self.tabs)

    def add(self, page: QWidget, title: str, tooltip: str, view: View | None = None) -> None:
        """Add a page; `view` is what must be computed while it is visible."""
        if view is not None:
            self._views[page] = view
        index = self.tabs.addTab(page, title)
        self.tabs.setTabToolTip(index, tooltip)

    def show_page(self, page: QWidget) -> None:
        """Bring a page to the front."""
        self.tabs.setCurrentWidget(page)

    def show_named(self, name: str) -> None:
        """Bring the page with this title to the front.

        Raises
        ------
        ConfigError
            When there is none.
        """
        titles = [self.tabs.tabText(i).split("  ")[0].lower() for i in range(self.tabs.count())]
        if name.lower() not in titles:
            raise ConfigError(f"view: there is no {name}. Allowed: {', '.join(titles)}.")
        self.tabs.setCurrentIndex(titles.index(name.lower()))

    def set_count(self, page: QWidget, title: str, count: int) -> None:
        """Show a number beside a page's title."""
        self.tabs.setTabText(self.tabs.indexOf(page), f"{title}  {count:,}")

    @property
    def watched(self) -> frozenset[View]:
        """The views that can be seen."""
        return self._watched

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self._update_watched()

    def hideEvent(self, event: QHideEvent) -> None:
        super().hideEvent(event)
        self._update_watched()

    def _update_watched(self) -> None:
        page = self.tabs.currentWidget()
        visible = self.isVisible() and page in self._views
        watched = frozenset({self._views[page]} if visible else ())
        if watched != self._watched:
            self._watched = watched
            self.watched_changed.emit(watched)
