"""The tabs below the plots: they pass on what a run tells, and say what of them can be seen."""

from collections.abc import Collection
from functools import partial
from typing import TypeVar

from PySide6.QtCore import Signal
from PySide6.QtGui import QFont, QHideEvent, QShowEvent
from PySide6.QtWidgets import QLabel, QTabWidget, QWidget

from netviz.engine.errors import ConfigError
from netviz.engine.options.run_config import RunConfig
from netviz.engine.protocol.events import Prepared
from netviz.engine.protocol.observations import Observation
from netviz.engine.protocol.run_state import Measurement, State
from netviz.ui.look.icons import icon
from netviz.ui.look.theme import Theme
from netviz.ui.shell.fitted_splitter import UNBOUNDED
from netviz.ui.shell.tab_dots import TabDots
from netviz.ui.shell.tab_overflow import TabOverflow
from netviz.ui.views.view import View
from netviz.ui.views.view_spec import ViewSpec
from netviz.ui.widgets.card import Card
from netviz.ui.widgets.icon_button import quiet_button

V = TypeVar("V", bound=View)


class ViewTabs(Card):
    """A card of tabs; what is not visible need not be computed.

    Parameters
    ----------
    views
        The tabs, in their order.

    Signals
    -------
    watched_changed
        Other observations can be seen now: a ``frozenset`` of their types.
    command_requested
        The user wants something of the training, in one of the views: a command.
    folded_changed
        The tabs were folded to their bar, or opened.

    Attributes
    ----------
    fold_button
        Folds the tabs and opens them; so does a click on the tab in front.
    overflow
        Offers the tabs that there is no room for.
    """

    watched_changed = Signal(object)
    command_requested = Signal(object)
    folded_changed = Signal()

    def __init__(self, theme: Theme, views: list[ViewSpec], parent: QWidget | None = None) -> None:
        super().__init__(theme, margin_px=0, parent=parent)
        self._views: dict[View, ViewSpec] = {}
        self._front: View | None = None
        self._watched: frozenset[type[Observation]] = frozenset()
        self.tabs = QTabWidget()
        self.fold_button = quiet_button("Fold the tabs", "")
        self.overflow = TabOverflow(theme, self.tabs, self.fold_button)
        self.tabs.setDocumentMode(True)
        self.tabs.tabBar().setExpanding(False)
        self._dots = TabDots(theme, self.tabs.tabBar())
        for spec in views:
            self._add(spec)
        self.tabs.currentChanged.connect(self._update_watched)
        self.tabs.tabBarClicked.connect(self._on_bar_clicked)
        self._is_folded = False
        self._offered: tuple[int, ...] | None = None
        self.fold_button.clicked.connect(self._on_fold_button_clicked)
        self._heading = QLabel()
        self._heading.hide()
        self.tabs.currentChanged.connect(self._show_heading)
        self.body.addWidget(self._heading)
        self.body.addWidget(self.tabs)
        self._show_fold()

    def view(self, kind: type[V]) -> V:
        """Return the view of this class; raises ``StopIteration`` where there is none."""
        return next(view for view in self._views if isinstance(view, kind))

    def begin_run(self, prepared: Prepared) -> None:
        """Turn all views to a new run."""
        for view in self._views:
            view.begin_run(prepared)

    def set_config(self, config: RunConfig) -> None:
        """Tell all views the settings in force."""
        for view in self._views:
            view.set_config(config)

    def set_state(self, state: State) -> None:
        """Tell all views what the run is doing."""
        for view in self._views:
            view.set_state(state)

    def show_measurement(self, measurement: Measurement) -> None:
        """Tell all views what an epoch's measurement found."""
        for view in self._views:
            view.show_measurement(measurement)

    def look_back(self, step: int | None) -> None:
        """Tell all views which step is looked at; None for the present."""
        for view in self._views:
            view.look_back(step)

    def show_observation(self, observation: Observation) -> None:
        """Give an observation to every view that shows its kind."""
        for view, spec in self._views.items():
            show = spec.shows.get(type(observation))
            if show:
                show(view, observation)

    def show_view(self, view: View) -> None:
        """Bring a view to the front."""
        self.tabs.setCurrentWidget(view)

    def show_named(self, name: str, part: str = "") -> None:
        """Bring the view with this title to the front, and a part of it into sight.

        Raises
        ------
        ConfigError
            When there is none.
        """
        titles = [spec.title.lower() for spec in self._views.values()]
        if name.lower() not in titles:
            raise ConfigError(f"view: there is no {name}. Allowed: {', '.join(titles)}.")
        place = titles.index(name.lower())
        self.tabs.setCurrentIndex(place)
        if part:
            list(self._views)[place].show_part(part)

    def show_only(self, titles: Collection[str] | None) -> None:
        """Offer the views with these titles only, in any case of letters; None for all of them.

        Titles that there are not are passed over. If the view in front is not among them, the
        first one of them comes to the front.
        """
        wanted = None if titles is None else {title.lower() for title in titles}
        offered = [n for n, title in enumerate(self.titles) if _is_in(title, wanted)]
        self._offered = None if wanted is None else tuple(offered)
        if offered and self.tabs.currentIndex() not in offered:
            self.tabs.setCurrentIndex(offered[0])
        self.overflow.offer(None if wanted is None else offered)

    @property
    def offered(self) -> tuple[int, ...]:
        """The places of the views that can be chosen, all of them but for a while."""
        return tuple(range(len(self._views))) if self._offered is None else self._offered

    def page(self, title: str) -> View | None:
        """Return the view with this title; None where there is none."""
        return next((view for view, spec in self._views.items() if spec.title == title), None)

    def mark(self, titles: Collection[str]) -> None:
        """Put a quiet dot on the tabs with these titles, and on no others."""
        self._dots.mark(
            {index for index, spec in enumerate(self._views.values()) if spec.title in titles}
        )

    @property
    def marked(self) -> set[str]:
        """The titles of the tabs with a dot."""
        specs = [*self._views.values()]
        return {specs[index].title for index in self._dots.marked}

    @property
    def wanted_height_px(self) -> int:
        """What the tab in front needs where that is more than usual, at scale 1; else 0."""
        view = self.tabs.currentWidget()
        spec = self._views.get(view) if isinstance(view, View) else None
        return spec.height_px if spec and not self._is_folded else 0

    @property
    def is_folded(self) -> bool:
        """Whether only the bar is shown; what is behind it is not computed."""
        return self._is_folded

    @property
    def bar_height(self) -> int:
        """Height of the card when it is folded."""
        margins = self.contentsMargins()
        return self.tabs.tabBar().sizeHint().height() + margins.top() + margins.bottom() + 2

    def set_folded(self, folded: bool) -> None:
        """Show the bar only, or the tab in front as well."""
        if folded != self._is_folded:
            self._is_folded = folded
            self._show_fold()
            self._update_watched()
            self.folded_changed.emit()

    def set_headed(self, headed: bool) -> None:
        """Show the name of the tab in front as a heading, in the place of the bar."""
        self.tabs.tabBar().setVisible(not headed)
        self.fold_button.setVisible(not headed)
        self._heading.setVisible(headed)
        self._show_heading()

    @property
    def heading(self) -> str:
        """The name of the tab in front, with its count."""
        return self._heading.text()

    @property
    def titles(self) -> tuple[str, ...]:
        """The names of all tabs, in their order."""
        return tuple(spec.title for spec in self._views.values())

    @property
    def watched(self) -> frozenset[type[Observation]]:
        """The observations that can be seen."""
        return self._watched

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self._update_watched()

    def hideEvent(self, event: QHideEvent) -> None:
        super().hideEvent(event)
        self._update_watched()

    def _add(self, spec: ViewSpec) -> None:
        view = spec.make(self._theme)
        self._views[view] = spec
        index = self.tabs.addTab(view, spec.title)
        self.tabs.setTabToolTip(index, spec.tooltip)
        view.count_changed.connect(partial(self._show_count, index, spec.title))
        view.command_requested.connect(self.command_requested)
        view.unwatched_changed.connect(self._on_view_unwatched_changed)

    def _show_count(self, index: int, title: str, count: int | None) -> None:
        self.tabs.setTabText(index, title if count is None else f"{title}  {count:,}")
        self.overflow.fit()
        self._show_heading()

    def _show_heading(self) -> None:
        theme, px = self._theme, self._theme.px
        self._heading.setText(self.tabs.tabText(self.tabs.currentIndex()))
        self._heading.setFont(theme.font(14, QFont.Weight.Bold))
        self._heading.setContentsMargins(px(12), px(8), px(12), px(2))

    def _show_fold(self) -> None:
        folded = self._is_folded
        self.fold_button.setIcon(
            icon(self._theme, "chevron-up" if folded else "chevron-down", "muted")
        )
        self.fold_button.setToolTip(f"{'Open' if folded else 'Fold'} the tabs (Ctrl+T).")
        self.setMaximumHeight(self.bar_height if folded else UNBOUNDED)
        self.setMinimumHeight(self.bar_height if folded else 0)

    def _on_theme_changed(self) -> None:
        super()._on_theme_changed()
        self._show_fold()
        self._show_heading()

    def _on_fold_button_clicked(self) -> None:
        self.set_folded(not self._is_folded)

    def _on_bar_clicked(self, index: int) -> None:
        if index >= 0:
            self.set_folded(not self._is_folded and index == self.tabs.currentIndex())

    def _update_watched(self) -> None:
        view = self.tabs.currentWidget()
        is_seen = self.isVisible() and not self._is_folded
        front = view if is_seen and isinstance(view, View) else None
        if front is self._front:
            return
        self._front = front
        watched = self._watched_in_front()
        if watched & self._watched:
            # The view that comes to the front wants to show the present moment, even where the
            # one before it showed the same observation of an earlier one.
            self.watched_changed.emit(frozenset())
        if watched or self._watched:
            self._watched = watched
            self.watched_changed.emit(watched)

    def _watched_in_front(self) -> frozenset[type[Observation]]:
        front = self._front
        return self._views[front].watches - front.unwatched if front else frozenset()

    def _on_view_unwatched_changed(self) -> None:
        watched = self._watched_in_front()
        if watched != self._watched:
            self._watched = watched
            self.watched_changed.emit(watched)


def _is_in(title: str, wanted: Collection[str] | None) -> bool:
    return wanted is None or title.lower() in wanted
