"""Arranges the parts of the window for a class: one large page at a time."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

from PySide6.QtCore import QObject, QSize, Qt
from PySide6.QtGui import QKeySequence, QShortcut
from PySide6.QtWidgets import QApplication, QWidget

from netviz.ui.look.theme import Theme
from netviz.ui.pad.pad_card import PadCard
from netviz.ui.plots.accuracy_plot import AccuracyPlot
from netviz.ui.plots.loss_plot import LossPlot
from netviz.ui.shell.message_bar import MessageBar
from netviz.ui.shell.screen_fit import share_of
from netviz.ui.shell.stage.lesson_page import LessonPage
from netviz.ui.shell.stage.stage_bar import StageBar
from netviz.ui.shell.stage.stage_foot import PAD_PX, StageFoot
from netviz.ui.shell.stage.type_size import CAPTION_PX
from netviz.ui.shell.view_tabs import ViewTabs
from netviz.ui.shell.workspace import Arranged, Workspace

LEAST_TYPE_PX = 20
"""On a stage of this size; it grows with the window."""
STAGE_PX = (1280, 720)
KEYS = (
    ("Next page of the stage", "Right, Page Down"),
    ("Page before", "Left, Page Up"),
    ("First page", "Home"),
    ("A page by its number", "1 to 9"),
    ("Leave the stage", "Esc, F5"),
)
"""What the keys do on the stage, for the list of all keys."""

_Key = Qt.Key


def stage_scale(size: QSize) -> float:
    """Return the scale at which the smallest type of the design is large enough for a class."""
    return share_of(size, QSize(*STAGE_PX)) * LEAST_TYPE_PX / CAPTION_PX


@dataclass(frozen=True)
class Parts:
    """What the stage arranges.

    Attributes
    ----------
    workspace, loss, accuracy, views, pad, messages
        Parts of the window that it shows in another way.
    elsewhere
        Parts that have no place on the stage.
    """

    workspace: Workspace
    loss: LossPlot
    accuracy: AccuracyPlot
    views: ViewTabs
    pad: PadCard
    messages: MessageBar
    elsewhere: tuple[QWidget, ...]


@dataclass(frozen=True)
class _Before:
    """How the window was before the stage."""

    arranged: Arranged
    filled: QWidget | None
    tab: int
    focus: QWidget | None
    bounds: tuple[QSize, QSize]


@dataclass(frozen=True)
class _Page:
    """One page: a plot, or the tab with this number."""

    title: str
    part: QWidget
    tab: int | None = None


class Stage(QObject):
    """The parts of the window, arranged for a class; nothing of a run is kept twice.

    The loss comes first, with the pad and the learning rate; then the accuracy and each tab have
    a page of their own. A lesson has one before them.

    Attributes
    ----------
    bar, foot, lesson_page
        What the stage adds: the line at the top, what stands below a page, and the page of a
        lesson.
    """

    def __init__(self, theme: Theme, parts: Parts, bar: StageBar, window: QWidget) -> None:
        super().__init__(window)
        self._window, self._parts, self.bar = window, parts, bar
        self._before: _Before | None = None
        self._page = 0
        self._is_looking_back = False
        self._has_lesson = False
        views = parts.views
        self.lesson_page = LessonPage(theme)
        self._pages = self._make_pages()
        self.foot = StageFoot(theme, self.titles)
        for widget in (bar, self.foot, self.lesson_page):
            widget.hide()
        self.foot.dots.picked.connect(self.show_page)
        views.tabs.currentChanged.connect(self._on_tabs_current_changed)
        field = self.foot.rate.control.field
        for ended in (field.returnPressed, field.dropped):
            ended.connect(self._focus_nowhere)
        self._add_keys()

    @property
    def titles(self) -> tuple[str, ...]:
        """The names of all pages."""
        return tuple(page.title for page in self._pages)

    @property
    def is_on(self) -> bool:
        """Whether the window shows the stage."""
        return self._before is not None

    @property
    def page(self) -> int:
        """Number of the page that is shown, from 0."""
        return self._page

    @property
    def front_tab(self) -> int:
        """The tab that is in front outside of the stage."""
        return self._before.tab if self._before else self._parts.views.tabs.currentIndex()

    def have_lesson(self, on: bool) -> None:
        """Have the page of a lesson before the others, or not; for when the stage is not shown."""
        self._has_lesson = on

    def _make_pages(self) -> list[_Page]:
        parts, views = self._parts, self._parts.views
        lesson = [_Page("Lesson", self.lesson_page)] if self._has_lesson else []
        return [
            *lesson,
            _Page("Loss", parts.loss),
            _Page("Accuracy", parts.accuracy),
            *(_Page(views.titles[tab], views, tab) for tab in views.offered),
        ]

    def enter(self) -> None:
        """Show the first page."""
        self._pages = self._make_pages()
        self.foot.dots.set_titles(self.titles)
        parts, workspace = self._parts, self._parts.workspace
        focus = QApplication.focusWidget()
        self._before = _Before(
            workspace.arranged,
            workspace.centre.filled,
            parts.views.tabs.currentIndex(),
            focus if focus and self._window.isAncestorOf(focus) else None,
            (workspace.minimumSize(), workspace.centre.minimumSize()),
        )
        # Qt bounds a splitter by what was in it when it was made; most of that is not here.
        for splitter in (workspace, workspace.centre):
            splitter.setMinimumSize(0, 0)
        self._dress(on=True)
        workspace.show_settings(False)
        parts.views.set_folded(False)
        workspace.choose((1.0, 1.0, float(PAD_PX)))
        self.show_page(0)
        self._let_escape_leave()
        self._focus_nowhere()

    def leave(self) -> None:
        """Arrange the window as it was before."""
        before = self._before
        if before is None:
            return
        parts = self._parts
        self._before = None
        parts.workspace.setMinimumSize(before.bounds[0])
        parts.workspace.centre.setMinimumSize(before.bounds[1])
        self._dress(on=False)
        parts.views.tabs.setCurrentIndex(before.tab)
        parts.workspace.arrange(before.arranged, before.filled)
        parts.messages.move_to(parts.workspace.centre)
        (before.focus or parts.workspace).setFocus()

    def show_page(self, number: int) -> None:
        """Show another page, in place of the one before it; beyond the ends nothing happens."""
        if not self.is_on or not 0 <= number < len(self._pages):
            return
        self._page, page, parts = number, self._pages[number], self._parts
        has_cards = page.part is parts.loss
        # Qt would give the focus of what is hidden to the next button.
        self._focus_nowhere()
        if page.tab is not None:
            parts.views.tabs.setCurrentIndex(page.tab)
        is_lesson = page.part is self.lesson_page
        self.lesson_page.setVisible(is_lesson)
        parts.workspace.setVisible(not is_lesson)
        parts.workspace.show_pad(has_cards)
        self.foot.show_cards(has_cards)
        if is_lesson:
            parts.messages.move_to(self.lesson_page, at_top=True)
        else:
            parts.workspace.centre.fill(page.part)
            # The curve of the loss is low down where it says most.
            place = parts.loss.canvas if has_cards else parts.workspace.centre
            parts.messages.move_to(place, at_top=has_cards)
        self.foot.dots.set_page(number)
        # What had it may be hidden now.
        self._focus_nowhere()

    def show_plot(self, *, is_accuracy: bool) -> None:
        """Show the page of the accuracy, or that of the loss."""
        self.show_page(self.titles.index("Accuracy" if is_accuracy else "Loss"))

    def refresh(self) -> None:
        """Show the figures of this moment."""
        if self.is_on:
            self.bar.show_accuracy(self._parts.accuracy.figures)

    def _dress(self, *, on: bool) -> None:
        """Show of each part what belongs on the stage, or all of it."""
        parts = self._parts
        for widget in parts.elsewhere:
            widget.setVisible(not on)
        parts.workspace.show()
        self.lesson_page.hide()
        for widget in (self.bar, self.foot):
            widget.setVisible(on)
        parts.workspace.centre.is_fixed = on
        parts.pad.set_brief(on)
        parts.views.set_headed(on)
        parts.loss.show_rates(not on)
        for plot in (parts.loss, parts.accuracy):
            plot.header.have_tools(not on)
        self.refresh()

    # -- keys --------------------------------------------------------------------------------

    def _add_keys(self) -> None:
        turns: dict[Qt.Key, Callable[[], object]] = {}
        for key in (_Key.Key_Right, _Key.Key_PageDown):
            turns[key] = partial(self._turn, 1)
        for key in (_Key.Key_Left, _Key.Key_PageUp):
            turns[key] = partial(self._turn, -1)
        turns[_Key.Key_Home] = partial(self.show_page, 0)
        for digit in range(1, 10):
            turns[_Key(_Key.Key_0 + digit)] = partial(self.show_page, digit - 1)
        for key, turn in turns.items():
            # They belong to the bar: where that is hidden they are no shortcuts.
            QShortcut(QKeySequence(key), self.bar).activated.connect(turn)
        self._escape = QShortcut(QKeySequence(_Key.Key_Escape), self.bar)
        self._escape.activated.connect(self.bar.left)
        messages = self._parts.messages
        # The first Escape closes the message.
        messages.opening.connect(partial(self._escape.setEnabled, False))
        messages.closed.connect(self._let_escape_leave)

    def look_back(self, looking: bool) -> None:
        """Take Escape as the way back to the present, while an earlier step is looked at."""
        self._is_looking_back = looking
        self._let_escape_leave()

    def _let_escape_leave(self) -> None:
        """Let Escape leave the stage where there is nothing else that it closes first."""
        is_last = self._parts.messages.isHidden() and not self._is_looking_back
        self._escape.setEnabled(is_last)

    def _turn(self, pages: int) -> None:
        self.show_page(self._page + pages)

    def _focus_nowhere(self) -> None:
        """Let no control have the keys: Space trains, the arrows turn the pages."""
        if self.is_on:
            workspace = self._parts.workspace
            (self.lesson_page if workspace.isHidden() else workspace).setFocus()

    def _on_tabs_current_changed(self, tab: int) -> None:
        """Follow a click in one tab that leads to another one."""
        page = self._pages[self._page]
        if self.is_on and page.tab is not None and page.tab != tab:
            self.show_page(next(n for n, each in enumerate(self._pages) if each.tab == tab))
