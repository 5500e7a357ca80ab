"""One step and Stability in the window: the ball follows the slider, Step brings the next curve."""

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from netviz.engine.protocol.sharpness import Sharpness
from netviz.engine.protocol.step_curve import StepCurve
from netviz.ui.shell.main_window import MainWindow
from netviz.ui.views.learning_rate.rate_view import RateView
from netviz.ui.views.learning_rate.stability_picture import StabilityPicture
from netviz.ui.views.learning_rate.step_chart import StepChart
from netviz.ui.views.learning_rate.step_picture import StepPicture
from tests.ui.conftest import OpenWindow


@pytest.fixture
def window(open_window: OpenWindow, qtbot: QtBot) -> MainWindow:
    """A window on an untrained run whose tab of the learning rate is in front."""
    window = open_window(zones=True, epochs=1, optimizer="sgd", learning_rate=0.1)
    window.views.show_view(window.views.view(RateView))
    qtbot.waitUntil(lambda: chart_of(window).curve is not None, timeout=30_000)
    return window


def picture_of(window: MainWindow) -> StepPicture:
    pictures = window.views.view(RateView).pictures
    return next(each for each in pictures if isinstance(each, StepPicture))


def chart_of(window: MainWindow) -> StepChart:
    return picture_of(window).step


def stability_of(window: MainWindow) -> StabilityPicture:
    pictures = window.views.view(RateView).pictures
    return next(each for each in pictures if isinstance(each, StabilityPicture))


def test_the_ball_moves_with_the_slider_before_any_step_and_without_a_new_try(
    window: MainWindow,
) -> None:
    chart, slider = chart_of(window), window.panel.rate_slider
    curve, before, said = chart.curve, chart.ball(), picture_of(window).sentence
    left = Qt.MouseButton.LeftButton
    start = QPoint(round(slider.x_of(0.1)), 10)
    QTest.mousePress(slider, left, pos=start)
    QTest.mouseMove(slider, start + QPoint(40, 0))
    after = chart.ball()
    assert before is not None
    assert after is not None
    assert after.x() > before.x()
    assert picture_of(window).sentence != said
    assert chart.curve is curve
    assert window.controller.step == 0
    QTest.mouseRelease(slider, left, pos=start + QPoint(40, 0))


def test_step_brings_the_curve_of_the_next_step(window: MainWindow, qtbot: QtBot) -> None:
    window.top_bar.step_button.click()

    def has_next() -> bool:
        curve = chart_of(window).curve
        return curve is not None and curve.step == 1

    qtbot.waitUntil(has_next, timeout=30_000)


def test_the_ball_sets_the_rate_of_the_run(window: MainWindow) -> None:
    chart = chart_of(window)
    ball = chart.ball()
    assert ball is not None
    start = ball.toPoint()
    QTest.mousePress(chart, Qt.MouseButton.LeftButton, pos=start)
    QTest.mouseMove(chart, start - QPoint(30, 0))
    QTest.mouseRelease(chart, Qt.MouseButton.LeftButton, pos=start - QPoint(30, 0))
    assert 0.01 < window.controller.config.learning_rate < 0.1
    assert chart.rate == window.controller.config.learning_rate


def test_the_sharpness_is_measured_only_while_its_row_is_open(
    window: MainWindow, qtbot: QtBot
) -> None:
    measured: list[int] = []
    window.controller.observed.connect(
        lambda event: measured.append(event.step) if isinstance(event, Sharpness) else None
    )
    curves: list[int] = []
    window.controller.observed.connect(
        lambda event: curves.append(event.step) if isinstance(event, StepCurve) else None
    )
    window.top_bar.step_button.click()
    qtbot.waitUntil(lambda: 1 in curves, timeout=30_000)
    assert not measured
    stability_of(window).set_folded(False)
    qtbot.waitUntil(lambda: 1 in measured, timeout=30_000)
    assert "The curvature allows rates up to" in stability_of(window).sentence
