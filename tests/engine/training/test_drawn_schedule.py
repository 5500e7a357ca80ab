"""Schedules drawn by hand: what a moved point may do, and that what was trained stays."""

import math
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from netviz.engine.options.rate_points import RatePoints
from netviz.engine.options.run_config import SCHEDULES, RunConfig
from netviz.engine.training.drawn_schedule import added, moved, points_following, removed
from netviz.engine.training.schedules import Plateau, Position, factor_at, rate_factor

LAST = 20.0
EPOCHS = st.integers(0, 2000).map(lambda number: number / 100)
FACTORS = st.floats(-3, 2).map(lambda power: 10.0**power)
LINES = st.dictionaries(EPOCHS, FACTORS, min_size=1, max_size=8).map(
    lambda points: tuple(sorted(points.items()))
)
NOW = st.one_of(st.just(0.0), EPOCHS)


def is_allowed(points: RatePoints) -> bool:
    return RunConfig.parse({"points": points}).points == points


def same(one: float, other: float) -> bool:
    """Equal to the four figures to which points are written."""
    return math.isclose(one, other, rel_tol=2e-3)


@given(LINES, st.data(), NOW, st.tuples(st.floats(-5, 30), st.floats(-1, 1e12)))
def test_a_point_goes_as_far_as_it_may_and_never_moves_the_present(
    points: RatePoints, data: Any, now: float, to: tuple[float, float]
) -> None:
    index = data.draw(st.integers(0, len(points) - 1))
    after = moved(points, index, to, now, LAST)
    assert is_allowed(after)
    assert after[len(after) - (len(points) - index) + 1 :] == points[index + 1 :]
    if now > 0:
        assert same(factor_at(after, now), factor_at(points, now))
    if points[index][0] < now:
        assert after == points, "what was trained is past"


@given(LINES, st.data(), NOW)
def test_a_point_that_is_removed_leaves_the_present_as_it_is(
    points: RatePoints, data: Any, now: float
) -> None:
    index = data.draw(st.integers(0, len(points) - 1))
    after = removed(points, index, now, LAST)
    assert is_allowed(after)
    if now > 0:
        assert same(factor_at(after, now), factor_at(points, now))
    if now == 0 and len(points) > 1:
        assert after == points[:index] + points[index + 1 :]


@given(LINES, EPOCHS, NOW)
def test_a_point_that_is_added_lies_on_the_line(
    points: RatePoints, epochs: float, now: float
) -> None:
    after, index = added(points, epochs, now, LAST)
    assert is_allowed(after)
    assert {*points} <= {*after}
    if after != points:
        assert after[index][0] == epochs
        for moment in (0.0, 3.3, epochs, 19.9):
            assert factor_at(after, moment) == pytest.approx(factor_at(points, moment), rel=2e-3)


def test_a_point_moves_freely_between_its_neighbours() -> None:
    points = ((0.0, 1.0), (5.0, 1.0), (10.0, 0.1))
    assert moved(points, 1, (7.0, 0.5), 0.0, LAST) == ((0, 1), (7, 0.5), (10, 0.1))
    assert moved(points, 1, (30.0, 0.5), 0.0, LAST) == ((0, 1), (9.98, 0.5), (10, 0.1))
    assert moved(points, 1, (-3.0, 0.5), 0.0, LAST) == ((0, 1), (0.02, 0.5), (10, 0.1))
    assert moved(points, 2, (30.0, 0.5), 0.0, LAST) == ((0, 1), (5, 1), (20, 0.5))


def test_in_mid_run_a_point_marks_the_present_so_that_only_the_future_bends() -> None:
    points = ((0.0, 1.0), (10.0, 0.01))
    after = moved(points, 1, (10.0, 1.0), 5.0, LAST)
    assert after == ((0, 1), (5, 0.1), (10, 1))
    later = moved(after, 2, (10.0, 0.001), 5.1, LAST)
    assert [epoch for epoch, _ in later] == [0, 5.1, 10], "marks of one movement are one point"
    much_later = moved(after, 2, (10.0, 0.001), 8.0, LAST)
    assert [epoch for epoch, _ in much_later] == [0, 5, 8, 10]


def test_the_number_of_points_stays_within_what_is_allowed() -> None:
    points = tuple((float(epoch), 1.0 + epoch % 2) for epoch in range(100))
    assert added(points, 50.5, 0.0, 100.0) == (points, 50)
    after = moved(points, 99, (99.0, 0.5), 98.5, 100.0)
    assert is_allowed(after)
    assert after[-1] == (99, 0.5)


def test_the_last_point_stays() -> None:
    assert removed(((3.0, 0.5),), 0, 0.0, LAST) == ((3, 0.5),)


@pytest.mark.parametrize("schedule", SCHEDULES)
@pytest.mark.parametrize("position", [Position(0, 0, 40), Position(3, 17, 40), Position(12, 0, 40)])
def test_points_follow_what_is_planned_and_pass_through_the_present(
    schedule: str, position: Position
) -> None:
    config = RunConfig.parse(
        {"schedule": schedule, "epochs": 12, "points": "0:1, 2:0.5, 9:0.5, 12:0.001"}
    )
    plateau = Plateau(factor=0.25)
    points = points_following(config, position, plateau)
    assert is_allowed(points)
    assert len(points) <= 11
    assert (points[0][0], points[-1][0]) == (0, 12)
    if position.epoch < 12:
        here = rate_factor(config, position, plateau)
        assert same(factor_at(points, position.epochs), max(here, 0.01))
    peak = max(rate_factor(config, Position(epoch, 0, 40), plateau) for epoch in range(12))
    for epoch in range(12):
        planned = rate_factor(config, Position(epoch, 20, 40), plateau)
        if planned > 0.02 * peak:
            # A plan that falls at once each epoch is followed in its trend.
            factor = 2.1 if schedule == "exponential" else 1.2
            assert planned / factor < factor_at(points, epoch + 0.5) < planned * factor


@pytest.mark.parametrize(
    "values",
    [
        {"schedule": "exponential", "gamma": 0.0},
        {"schedule": "step", "gamma": 0.0, "step_epochs": 1},
        {"schedule": "warmup", "warmup_start": 0.0, "warmup_epochs": 50},
        {"schedule": "cosine", "epochs": 1},
        {"schedule": "exponential", "gamma": 0.01, "epochs": 100_000},
        {"schedule": "one-cycle", "epochs": 100_000},
    ],
)
def test_points_are_allowed_whatever_is_planned(values: dict[str, Any]) -> None:
    config = RunConfig.parse(values)
    for position in (Position(0, 0, 1), Position(0, 0, 400), Position(7, 3, 400)):
        assert is_allowed(points_following(config, position))
