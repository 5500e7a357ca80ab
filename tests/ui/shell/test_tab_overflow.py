"""Tabs that find no room are in a menu, and none can be lost."""

import pytest
from PySide6.QtCore import Qt, QTimer
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from netviz.ui.look.style_sheet import dress_window
from netviz.ui.look.theme import Theme
from netviz.ui.shell.view_tabs import ViewTabs
from netviz.ui.views.view_spec import all_views


@pytest.fixture
def views(qtbot: QtBot, theme: Theme) -> ViewTabs:
    views = ViewTabs(theme, all_views())
    qtbot.addWidget(views)
    dress_window(views, theme)
    views.resize(1400, 300)
    views.show()
    return views


def in_bar(views: ViewTabs) -> list[str]:
    """Return the tabs that are shown whole in the bar."""
    QApplication.processEvents()
    bar, tabs = views.tabs.tabBar(), views.tabs
    right = views.overflow.button.parentWidget().geometry().left()
    shown = [i for i in range(tabs.count()) if tabs.isTabVisible(i)]
    assert all(bar.geometry().left() + bar.tabRect(i).right() <= right for i in shown)
    return [tabs.tabText(i) for i in shown]


def in_menu(views: ViewTabs) -> list[str]:
    if not views.overflow.button.isVisible():
        return []
    menu = views.overflow.button.menu()
    menu.aboutToShow.emit()
    assert all(action.toolTip() for action in menu.actions())
    return [action.text() for action in menu.actions()]


@pytest.mark.parametrize("scale", [0.5, 1.0, 2.0])
def test_the_buttons_stand_on_the_line_of_the_titles_at_every_scale(
    views: ViewTabs, theme: Theme, scale: float
) -> None:
    theme.set_scale(scale)
    corner = views.overflow.button.parentWidget().layout()
    assert corner is not None
    assert corner.contentsMargins().bottom() == 6 * scale


@pytest.mark.parametrize("width", [230, 456, 700, 1400])
def test_each_tab_is_in_the_bar_or_in_the_menu(views: ViewTabs, width: int) -> None:
    titles = [spec.title for spec in all_views()]
    views.resize(width, 300)
    shown = in_bar(views)
    assert sorted(shown + in_menu(views)) == sorted(titles)
    assert shown == titles[: len(shown)]
    assert (len(shown) == len(titles)) is (width == 1400) or width == 700


def test_a_tab_chosen_in_the_menu_comes_into_the_bar(views: ViewTabs, qtbot: QtBot) -> None:
    views.resize(456, 300)
    views.set_folded(True)
    hidden = in_menu(views)
    last = hidden[-1]
    next(a for a in views.overflow.button.menu().actions() if a.text() == last).trigger()
    assert views.tabs.tabText(views.tabs.currentIndex()) == last
    assert not views.is_folded
    assert views.tabs.currentWidget().isVisible()
    assert last in in_bar(views)
    assert last not in in_menu(views)
    views.tabs.setCurrentIndex(0)
    assert last in in_menu(views)


def test_a_tab_brought_to_the_front_elsewhere_comes_into_the_bar(views: ViewTabs) -> None:
    views.resize(456, 300)
    for name in ("log", "data", "weights"):
        views.show_named(name)
        assert views.tabs.tabText(views.tabs.currentIndex()).lower() == name
        assert views.tabs.currentWidget().isVisible()
        assert name in [title.lower() for title in in_bar(views)]


def test_a_count_moves_no_tab_out_of_reach(views: ViewTabs) -> None:
    views.resize(456, 300)
    before = set(in_bar(views)) | set(in_menu(views))
    view = next(iter(views.tabs.widget(i) for i in range(views.tabs.count())))
    view.count_changed.emit(123_456)
    after = set(in_bar(views)) | set(in_menu(views))
    assert len(after) == len(before)
    assert "Weights  123,456" in after


def test_the_menu_opens_by_key(views: ViewTabs, qtbot: QtBot) -> None:
    views.resize(456, 300)
    QApplication.processEvents()
    button = views.overflow.button
    assert button.focusPolicy() & Qt.FocusPolicy.TabFocus
    views.activateWindow()
    button.setFocus(Qt.FocusReason.TabFocusReason)
    qtbot.waitUntil(button.hasFocus)
    opened = []

    def see_and_close() -> None:
        opened.append(button.menu().isVisible())
        button.menu().close()

    button.menu().aboutToShow.connect(lambda: QTimer.singleShot(0, see_and_close))
    qtbot.keyClick(button, Qt.Key.Key_Space)
    qtbot.waitUntil(lambda: opened == [True])
