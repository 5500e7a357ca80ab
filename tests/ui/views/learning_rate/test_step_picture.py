"""The curve of one step: where it lies, what is marked on it, and the ball at the rate."""

import math
from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from netviz.engine.options.run_config import RunConfig
from netviz.engine.protocol import commands
from netviz.engine.protocol.step_curve import StepCurve
from netviz.engine.protocol.step_figures import loss_at
from netviz.ui.look.theme import Theme
from netviz.ui.views.learning_rate.step_picture import StepPicture
from tests.ui.painting import painted, scale_of


def some_curve(step: int = 70, seconds: float = 0.1, factor: float = 1.0) -> StepCurve:
    """A curve that is lowest at 0.1 and comes back to its start at about 0.34."""
    rates = np.geomspace(1e-5, 10, 25)
    losses = 0.8 * factor - 3.0 * rates + 8.4 * rates**2 + 1e-9
    others = 1.1 * factor - 1.0 * rates + 8.4 * rates**2
    return StepCurve(
        1, step, RunConfig(), rates, losses, others, 0.8 * factor, 1.1 * factor, 32, 500,
        seconds=seconds,
    )  # fmt: skip


@pytest.fixture
def picture(qtbot: QtBot, theme: Theme) -> StepPicture:
    picture = StepPicture(theme)
    qtbot.addWidget(picture)
    picture.resize(800, 170)
    picture.set_rate(0.03)
    picture.show()
    picture.show_curve(some_curve())
    return picture


def test_the_ball_lies_on_the_curve_at_the_present_rate(picture: StepPicture) -> None:
    chart = picture.step
    for rate in (0.0005, 0.03, 0.2):
        picture.set_rate(rate)
        ball, axes = chart.ball(), chart.axes()
        assert ball is not None
        assert 10 ** axes.x_value(ball.x()) == pytest.approx(rate)
        assert axes.y_value(ball.y()) == pytest.approx(loss_at(some_curve(), rate))


def test_where_the_loss_is_beyond_the_axis_the_ball_is_at_its_edge(picture: StepPicture) -> None:
    picture.set_rate(10.0)
    ball = picture.step.ball()
    assert ball is not None
    assert ball.y() == pytest.approx(picture.step.axes().area.top())


@pytest.mark.parametrize("rate", [0.0, 1e-7, 30.0])
def test_a_rate_that_is_not_on_the_axis_has_no_ball(picture: StepPicture, rate: float) -> None:
    picture.set_rate(rate)
    assert picture.step.ball() is None


def test_the_sentence_follows_the_rate(picture: StepPicture) -> None:
    assert "lowers the loss of its batch by 0.08" in picture.sentence
    assert "above 0.34 it rises" in picture.sentence
    picture.set_rate(1.0)
    assert "raises the loss of its batch by 5.4" in picture.sentence


def test_the_marks_lie_where_they_say(picture: StepPicture, theme: Theme) -> None:
    chart, painting = picture.step, painted(picture.step)
    axes, figures = chart.axes(), chart.figures
    assert figures is not None
    assert figures.lowest_rate is not None
    assert figures.critical_rate is not None
    assert "lowest 0.18" in painting.words()
    assert "back at its start 0.34" in painting.words()
    (triangle,) = (
        shape for shape in painting.filled(theme.color("right").name()) if len(shape.points) == 3
    )
    assert 10 ** axes.x_value(triangle.box.center().x()) == pytest.approx(0.178, rel=0.02)
    squares = [s for s in painting.shapes if s.line == theme.color("wrong").name() and s.fill]
    place = squares[0].box.center()
    assert 10 ** axes.x_value(place.x()) == pytest.approx(figures.critical_rate, rel=0.02)
    assert axes.y_value(place.y()) == pytest.approx(0.8, abs=0.03)


def test_both_curves_are_named_with_their_losses_now(picture: StepPicture) -> None:
    painting = painted(picture.step)
    assert "this batch, now 0.800" in painting.words()
    assert "500 images, now 1.100" in painting.words()
    assert "after step 70" in painting.words()
    assert not painting.collisions()


def test_the_names_stay_apart_where_both_begin_alike(picture: StepPicture) -> None:
    for start in (0.81, 0.8, 0.79, 0.7, 0.9):
        picture.show_curve(replace(some_curve(), sample_start=start))
        assert not painted(picture.step).collisions()


def test_the_labels_of_the_axis_tell_the_losses(picture: StepPicture) -> None:
    chart = picture.step
    labels = [
        (text.box.center().y(), float(text.text))
        for text in painted(chart).texts
        if text.text.replace(".", "").isdigit() and text.box.right() < chart.axes().area.left()
    ]
    to_loss = scale_of(labels)
    ball = chart.ball()
    assert ball is not None
    assert to_loss(ball.y()) == pytest.approx(loss_at(some_curve(), 0.03), abs=0.02)


def test_the_curve_of_the_next_step_slides_into_its_place(
    picture: StepPicture, qtbot: QtBot
) -> None:
    after = some_curve(step=71, factor=0.95)
    picture.show_curve(after)
    assert picture.step.is_sliding
    assert "after step 71" not in painted(picture.step).words()
    qtbot.waitUntil(lambda: not picture.step.is_sliding)
    ball, axes = picture.step.ball(), picture.step.axes()
    assert ball is not None
    assert axes.y_value(ball.y()) == pytest.approx(loss_at(after, 0.03))
    assert "after step 71" in painted(picture.step).words()


def test_the_axis_stays_while_the_next_curves_fit(picture: StepPicture) -> None:
    before = picture.step.y_range()
    picture.show_curve(some_curve(step=71, factor=0.97))
    assert picture.step.y_range() == before
    picture.show_curve(some_curve(step=72, factor=0.2))
    assert picture.step.y_range() != before


@pytest.mark.parametrize(
    "other", [some_curve(step=69), replace(some_curve(step=71), run=2)], ids=["earlier", "run"]
)
def test_another_past_does_not_slide(picture: StepPicture, other: StepCurve) -> None:
    picture.show_curve(other)
    assert not picture.step.is_sliding


def test_the_ball_can_be_dragged(picture: StepPicture, qtbot: QtBot) -> None:
    chosen: list[float] = []
    picture.rate_chosen.connect(chosen.append)
    picture.rate_chosen.connect(picture.set_rate)
    ball = picture.step.ball()
    assert ball is not None
    start = ball.toPoint()
    left = Qt.MouseButton.LeftButton
    QTest.mousePress(picture.step, left, pos=start)
    QTest.mouseMove(picture.step, start + QPoint(40, 25))
    QTest.mouseRelease(picture.step, left, pos=start + QPoint(40, 25))
    x = (start + QPoint(40, 25)).x()
    assert chosen
    assert chosen[-1] == pytest.approx(10 ** picture.step.axes().x_value(x), rel=0.06)
    moved = picture.step.ball()
    assert moved is not None
    assert abs(moved.x() - x) < 4
    QTest.mouseMove(picture.step, start)
    assert len(chosen) == 1


def test_a_click_beside_the_ball_moves_nothing(picture: StepPicture) -> None:
    chosen: list[float] = []
    picture.rate_chosen.connect(chosen.append)
    place = QPoint(120, 20)
    QTest.mousePress(picture.step, Qt.MouseButton.LeftButton, pos=place)
    QTest.mouseMove(picture.step, place + QPoint(30, 0))
    assert not chosen


def test_a_tooltip_says_what_each_rate_does(picture: StepPicture) -> None:
    axes = picture.step.axes()
    text = picture.text_at(axes.x(math.log10(0.1)))
    assert text.startswith("0.1: the loss of the batch goes from 0.800 to 0.58")
    assert "evaluation mode" in text
    picture.show_curve(some_curve(seconds=2.7))
    assert "2.7 s" in picture.text_at(200)


def test_the_button_asks_for_the_present_moment(picture: StepPicture) -> None:
    asked: list[object] = []
    picture.command_requested.connect(asked.append)
    picture.refresh.click()
    assert asked == [commands.Refresh(StepCurve)]


@pytest.mark.parametrize(
    "empty",
    [
        lambda picture: picture.clear(),
        lambda picture: picture.show_curve(
            replace(some_curve(), batch_start=math.nan, batch_losses=np.full(25, np.nan))
        ),
    ],
    ids=["no run", "ruined"],
)
def test_without_a_loss_nothing_is_drawn(
    picture: StepPicture, empty: Callable[[StepPicture], None]
) -> None:
    empty(picture)
    assert picture.step.ball() is None
    words = "".join(text.text for text in painted(picture.step).texts)
    assert words == picture.step.empty_text
