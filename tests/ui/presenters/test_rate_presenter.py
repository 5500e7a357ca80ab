"""The zones under the slider follow the run, age, and can be switched off."""

import pytest
from PySide6.QtCore import QPointF, Qt
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from netviz.engine.protocol.rate_zones import ZoneKind
from netviz.engine.protocol.rates import StepsAhead
from netviz.engine.protocol.run_state import State
from netviz.ui.presenters import rate_presenter
from netviz.ui.shell.main_window import MainWindow
from netviz.ui.views.learning_rate.ahead_picture import AheadPicture
from netviz.ui.views.learning_rate.rate_view import RateView
from tests.ui.conftest import OpenWindow, wait_for_state


@pytest.fixture
def window(open_window: OpenWindow, qtbot: QtBot) -> MainWindow:
    """A window on an untrained run whose zones are measured."""
    window = open_window(zones=True, epochs=1, optimizer="sgd", learning_rate=0.1)
    qtbot.waitUntil(lambda: bool(window.panel.rate_slider.zones), timeout=30_000)
    return window


def picture_of(window: MainWindow) -> AheadPicture:
    pictures = window.views.view(RateView).pictures
    return next(each for each in pictures if isinstance(each, AheadPicture))


def ahead_of(window: MainWindow) -> StepsAhead:
    ahead = picture_of(window).fan.ahead
    assert ahead is not None
    return ahead


def test_both_sliders_have_the_zones_and_the_tooltip_explains_them(window: MainWindow) -> None:
    slider = window.panel.rate_slider
    assert slider.zones
    assert ZoneKind.GOOD in {zone.kind for zone in slider.zones}
    assert window.stage.foot.rate.control.slider.zones == slider.zones
    assert "next 40 batches" in slider.toolTip()


def test_without_zones_there_is_room_for_none_and_nothing_is_tried(
    window: MainWindow, qtbot: QtBot
) -> None:
    slider, action = window.panel.rate_slider, window.actions_by_key["rate_zones"]
    height = slider.sizeHint().height()
    action.trigger()
    assert slider.zones is None
    assert slider.sizeHint().height() < height
    tried: list[object] = []
    window.controller.observed.connect(
        lambda event: tried.append(event) if isinstance(event, StepsAhead) else None
    )
    window.controller.start()
    wait_for_state(qtbot, window, State.FINISHED)
    assert not tried
    action.trigger()
    qtbot.waitUntil(lambda: bool(tried), timeout=30_000)


def test_other_settings_make_the_zones_old_and_another_try_new(
    window: MainWindow, qtbot: QtBot
) -> None:
    window.controller.change({"optimizer": "adam"})
    assert "old" in window.panel.rate_slider.toolTip()
    qtbot.waitUntil(lambda: ahead_of(window).config.optimizer == "adam", timeout=30_000)
    assert "old" not in window.panel.rate_slider.toolTip()


def test_what_was_tried_long_before_is_old(
    window: MainWindow, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(rate_presenter, "OLD_S", 0.0)
    window.actions_by_key["rate_zones"].trigger()  # so that no other is tried
    window.controller.start()
    wait_for_state(qtbot, window, State.FINISHED)
    qtbot.waitUntil(lambda: "old" in window.panel.rate_slider.toolTip(), timeout=10_000)


def test_a_rate_that_was_dragged_to_is_tried(window: MainWindow, qtbot: QtBot) -> None:
    slider = window.panel.rate_slider
    place = QPointF(slider.x_of(0.0003), 11).toPoint()
    qtbot.mouseClick(slider, Qt.MouseButton.LeftButton, pos=place)
    rate = window.controller.config.learning_rate
    assert rate != 0.1
    qtbot.waitUntil(lambda: rate in ahead_of(window).rates.tolist(), timeout=30_000)


def test_a_click_on_a_future_takes_its_rate(window: MainWindow, qtbot: QtBot) -> None:
    window.views.show_named("learning rate")
    fan = picture_of(window).fan
    rate = float(ahead_of(window).rates[2])
    axes = fan.axes()
    place = next(x for x in range(fan.width()) if fan.rate_at(x) == rate)
    assert axes.area.contains(QPointF(place, axes.area.center().y()))
    QTest.mouseClick(fan, Qt.MouseButton.LeftButton, pos=QPointF(place + 2, 40).toPoint())
    assert window.controller.config.learning_rate == rate
    qtbot.keyClick(window, Qt.Key.Key_Z, Qt.KeyboardModifier.ControlModifier)
    assert window.controller.config.learning_rate == 0.1


def test_the_button_looks_ahead_while_it_trains(window: MainWindow, qtbot: QtBot) -> None:
    window.views.show_named("learning rate")
    window.controller.change({"epochs": 50})
    window.controller.start()
    qtbot.waitUntil(lambda: window.controller.step > 50, timeout=30_000)
    before = ahead_of(window)
    picture_of(window).refresh.click()
    qtbot.waitUntil(lambda: ahead_of(window) is not before, timeout=30_000)
    assert ahead_of(window).step > 50


def test_the_tab_has_the_room_it_needs_and_gives_it_back(window: MainWindow) -> None:
    accuracy, loss = window.accuracy_plot, window.loss_plot
    before = accuracy.height(), loss.height(), window.views.height()
    window.views.show_named("learning rate")
    assert not accuracy.canvas.isVisible()
    assert window.views.height() > before[2]
    window.views.show_named("weights")
    assert accuracy.canvas.isVisible()
    assert (accuracy.height(), loss.height(), window.views.height()) == before
