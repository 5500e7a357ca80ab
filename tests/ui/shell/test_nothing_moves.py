"""The parts keep their places whatever a run brings: markers, notices, counts, its end."""

from collections.abc import Callable

import numpy as np
import pytest
from PySide6.QtCore import QPoint, QRect, Qt
from PySide6.QtWidgets import QApplication, QSplitter, QWidget
from pytestqt.qtbot import QtBot

from netviz.engine.protocol import events
from netviz.engine.protocol.run_state import State
from netviz.ui.shell.main_window import MainWindow
from tests.ui.conftest import OpenWindow, wait_for_state

SIZES = ((1024, 700), (1280, 720), (1366, 768), (1920, 1080))


def places(window: MainWindow) -> dict[str, QRect]:
    """Return where every part stands in the window."""
    QApplication.processEvents()
    parts: dict[str, QWidget] = {
        "menus": window.actions_by_key.menu_bar,
        "top bar": window.top_bar,
        "train": window.top_bar.train_button,
        "learning rate": window.panel.row("learning_rate"),
        "optimizer": window.panel.row("optimizer"),
        "loss": window.loss_plot,
        "loss curves": window.loss_plot.canvas,
        "rates": window.loss_plot.rate_strip,
        "playhead": window.loss_plot.playhead,
        "accuracy": window.accuracy_plot,
        "accuracy curves": window.accuracy_plot.canvas,
        "tabs": window.views,
        "tab in front": window.views.tabs.currentWidget(),
        "pad": window.pad,
        "canvas": window.pad.pad,
        "status": window.statusBar(),
    }
    return {
        name: QRect(part.mapTo(window, part.rect().topLeft()), part.size())
        for name, part in parts.items()
    }


@pytest.mark.parametrize("size", SIZES, ids=lambda size: "x".join(map(str, size)))
def test_the_loss_has_half_of_the_centre(size: tuple[int, int], open_window: OpenWindow) -> None:
    window = open_window()
    window.resize(*size)
    QApplication.processEvents()
    centre = window.centre.height()
    assert window.loss_plot.height() >= 0.45 * centre
    if size >= (1280, 720):
        assert window.loss_plot.height() >= 300
        assert window.loss_plot.canvas.area.height() >= 180
    assert window.size().toTuple() == size
    for name, place in places(window).items():
        assert window.rect().contains(place), name


def test_nothing_moves_whatever_happens(open_window: OpenWindow, qtbot: QtBot) -> None:
    window = open_window(epochs=2)
    window.resize(1280, 720)
    before = places(window)
    run, bar = window.controller, window.message_bar

    def told(event: object, signal: object) -> None:
        signal.emit(event)  # type: ignore[attr-defined]

    happenings: dict[str, Callable[[], object]] = {
        "a batch": run.train_one_batch,
        "another rate": lambda: run.change({"learning_rate": 0.01}),
        "a second marker": lambda: run.change({"momentum": 0.5, "optimizer": "sgd"}),
        "a schedule's rate": lambda: run.change({"learning_rate": 0.02}),
        "a notice": lambda: bar.show_message("warning", "It diverges.", "Go back.", actions=[]),
        "a long notice": lambda: bar.show_message("error", "Why. " * 60, "", "trace"),
        "no notice": bar.close_message,
        "a count": lambda: window.views.tabs.setTabText(2, "Mistakes  1,024"),
        "divergence": lambda: told(
            events.Diverging(run.run, "It diverges.", "Go back.", 1, 0, 10.0, 0), run.diverging
        ),
        "recovery": lambda: told(events.Recovered(run.run, 1), run.recovered),
        "speed": lambda: window.top_bar.set_speed(123_456, 3700),
        "the end": run.start,
        "more": window.top_bar.train_button.click,
        "a look back": window.loss_plot.playhead.play_button.click,
        "back to now": window.loss_plot.look_bar.now_button.click,
        "the stage and back": lambda: [window.actions_by_key["stage"].trigger() for _ in range(2)],
        "folded and opened": lambda: [window.actions_by_key["fold"].trigger() for _ in range(2)],
        "filled and back": lambda: [
            qtbot.mouseDClick(window.loss_plot.header, Qt.MouseButton.LeftButton) for _ in range(2)
        ],
    }
    for name, happen in happenings.items():
        happen()
        if name in ("the end", "more"):
            wait_for_state(qtbot, window, State.RUNNING)
            wait_for_state(qtbot, window, State.FINISHED)
        else:
            qtbot.waitUntil(lambda: run.state is not State.RUNNING)
        for part, place in places(window).items():
            assert place == before[part], f"{name} moved {part}"


def test_the_tabs_fold_to_their_bar_and_leave_their_room_to_the_loss(
    open_window: OpenWindow, qtbot: QtBot
) -> None:
    window = open_window()
    tabs, bar = window.views, window.views.tabs.tabBar()
    loss, watched = window.loss_plot.height(), tabs.watched
    assert watched

    def click(index: int) -> None:
        qtbot.mouseClick(bar, Qt.MouseButton.LeftButton, pos=bar.tabRect(index).center())
        QApplication.processEvents()

    click(0)
    assert tabs.is_folded
    assert tabs.watched == frozenset()
    assert window.loss_plot.height() > loss + 80
    assert bar.isVisible()
    click(1)
    assert not tabs.is_folded
    assert tabs.tabs.currentIndex() == 1
    assert window.loss_plot.height() == loss
    qtbot.keyClick(window, Qt.Key.Key_T, Qt.KeyboardModifier.ControlModifier)
    assert tabs.is_folded
    tabs.fold_button.click()
    assert not tabs.is_folded


def test_a_double_click_on_a_header_fills_the_centre(open_window: OpenWindow, qtbot: QtBot) -> None:
    window = open_window()
    for plot in (window.loss_plot, window.accuracy_plot):
        qtbot.mouseDClick(plot.header, Qt.MouseButton.LeftButton)
        QApplication.processEvents()
        assert plot.height() == window.centre.height()
        assert not window.views.isVisible()
        qtbot.mouseDClick(plot.header, Qt.MouseButton.LeftButton)
    assert window.views.isVisible()


def test_what_is_dragged_stays_in_proportion_and_is_remembered(open_window: OpenWindow) -> None:
    window = open_window()
    window.workspace.choose((300.0, 700.0, 330.0))
    window.centre.choose((300.0, 200.0, 300.0))
    shares = np.array(window.centre.sizes()) / sum(window.centre.sizes())
    window.resize(1500, 950)
    QApplication.processEvents()
    assert window.panel.width() == 300
    assert window.pad.width() == 330
    assert np.allclose(
        np.array(window.centre.sizes()) / sum(window.centre.sizes()), shares, atol=0.01
    )
    window.close()
    again = open_window()
    assert (again.panel.width(), again.pad.width()) == (300, 330)


def drag(qtbot: QtBot, splitter: QSplitter, handle: int, by: QPoint) -> None:
    """Drag a handle with the mouse."""
    grip = splitter.handle(handle)
    middle = grip.rect().center()
    qtbot.mousePress(grip, Qt.MouseButton.LeftButton, pos=middle)
    qtbot.mouseMove(grip, middle + by)
    qtbot.mouseRelease(grip, Qt.MouseButton.LeftButton, pos=middle + by)
    QApplication.processEvents()


def test_dragging_while_a_part_is_away_leaves_its_size_alone(
    open_window: OpenWindow, qtbot: QtBot
) -> None:
    window = open_window()
    window.resize(1500, 950)
    window.workspace.choose((320.0, 700.0, 300.0))
    tabs, accuracy = window.views.height(), window.accuracy_plot.height()
    window.actions_by_key["settings"].trigger()
    drag(qtbot, window.workspace, 2, QPoint(-40, 0))
    wider = window.pad.width()
    assert wider == pytest.approx(340, abs=1)
    window.actions_by_key["settings"].trigger()
    QApplication.processEvents()
    assert (window.panel.width(), window.pad.width()) == (320, wider)

    window.actions_by_key["fold"].trigger()
    drag(qtbot, window.centre, 1, QPoint(0, -30))
    assert window.accuracy_plot.height() == pytest.approx(accuracy + 30, abs=1)
    window.actions_by_key["fold"].trigger()
    QApplication.processEvents()
    assert window.views.height() == pytest.approx(tabs, abs=1)
    assert window.accuracy_plot.height() == pytest.approx(accuracy + 30, abs=1)


def test_the_menus_stand_beside_the_buttons_where_there_is_room(open_window: OpenWindow) -> None:
    window = open_window()
    menus = window.actions_by_key.menu_bar
    for width, is_beside in ((1280, True), (1100, False), (1500, True)):
        window.resize(width, 760)
        QApplication.processEvents()
        assert (menus.parentWidget() is window.top_bar) is is_beside
        assert menus.isVisible()
        corner = menus.mapTo(window, menus.rect().bottomRight())
        assert window.rect().contains(corner)
