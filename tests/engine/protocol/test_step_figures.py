"""What is said of a step's curve: its lowest point, its critical rate, any rate between, words."""

import math

import numpy as np
import pytest

from netviz.engine.options.run_config import RunConfig
from netviz.engine.protocol.step_curve import StepCurve
from netviz.engine.protocol.step_figures import (
    StepFigures,
    figures_of,
    in_words,
    loss_at,
    losses_at,
)

RATES = np.array([0.001, 0.01, 0.1, 1.0])


def curve_of(*losses: float, start: float = 1.0) -> StepCurve:
    found = np.array(losses)
    return StepCurve(1, 5, RunConfig(), RATES, found, found + 9, start, start + 9, 64, 500)


def test_the_lowest_point_and_the_rate_that_is_too_much() -> None:
    figures = figures_of(curve_of(0.99, 0.9, 0.8, 1.6))
    assert figures == StepFigures(1.0, 0.1, 0.8, pytest.approx(10 ** (-1 + 0.2 / 0.8)))


def test_a_curve_that_stays_below_its_start_has_no_critical_rate() -> None:
    assert figures_of(curve_of(0.99, 0.9, 0.8, 0.7)) == StepFigures(1.0, 1.0, 0.7, None)


@pytest.mark.parametrize("losses", [(1.1, 1.2, 1.3, 1.4), (math.nan,) * 4, (0.99999,) * 4])
def test_where_no_rate_lowers_the_loss_there_is_neither(losses: tuple[float, ...]) -> None:
    assert figures_of(curve_of(*losses)) == StepFigures(1.0, None, None, None)


def test_the_critical_rate_is_where_it_first_comes_back() -> None:
    figures = figures_of(curve_of(0.9, 1.1, 0.95, 1.2))
    assert figures.lowest_rate == 0.001
    assert figures.critical_rate == pytest.approx(10**-2.5)


@pytest.mark.parametrize("ruined", [math.nan, math.inf])
def test_a_ruined_rate_is_too_much(ruined: float) -> None:
    figures = figures_of(curve_of(0.9, 0.8, ruined, ruined))
    assert figures.critical_rate == pytest.approx(10**-1.5)


def test_the_loss_between_two_rates_that_were_tried() -> None:
    curve = curve_of(0.99, 0.9, 0.8, 1.6)
    assert [loss_at(curve, rate) for rate in RATES.tolist()] == [0.99, 0.9, 0.8, 1.6]


def test_between_them_the_curve_turns_only_where_they_do() -> None:
    curve = curve_of(0.99, 0.9, 0.8, 1.6)
    dense = np.geomspace(0.001, 1.0, 301)
    found = losses_at(curve.rates, curve.batch_losses, curve.batch_start, dense)
    assert (np.diff(found[:201]) < 0).all()
    assert (np.diff(found[200:]) > 0).all()
    straight = np.interp(np.log(dense), np.log(RATES), curve.batch_losses)
    assert np.abs(found - straight).max() < 0.15


def test_points_on_a_line_are_joined_by_it() -> None:
    curve = curve_of(0.9, 0.8, 0.7, 0.6)
    assert loss_at(curve, 10**-1.7) == pytest.approx(0.77)


def test_the_loss_below_and_above_all_that_were_tried() -> None:
    curve = curve_of(0.99, 0.9, 0.8, 1.6)
    assert loss_at(curve, 0.0) == 1.0
    assert loss_at(curve, 0.0005) == pytest.approx(0.995)
    assert math.isnan(loss_at(curve, 2.0))


def test_beside_a_ruined_rate_the_loss_is_infinite() -> None:
    curve = curve_of(0.9, 0.8, math.nan, math.nan)
    assert loss_at(curve, 0.02) == math.inf
    assert loss_at(curve, 0.01) == 0.8


@pytest.mark.parametrize(
    ("losses", "rate", "words"),
    [
        (
            (0.99, 0.969, 0.948, 1.6),
            0.01,
            (
                "This step lowers the loss of its batch by 0.031; at 0.1 it would fall by 0.052; "
                "above 0.12 it rises."
            ),
        ),
        (
            (0.99, 0.969, 0.948, 1.6),
            0.1,
            (
                "This step lowers the loss of its batch by 0.052; no rate lowers it much further; "
                "above 0.12 it rises."
            ),
        ),
        (
            (0.99, 0.969, 0.948, 1.6),
            1.0,
            (
                "This step raises the loss of its batch by 0.600; at 0.1 it would fall by 0.052; "
                "above 0.12 it rises."
            ),
        ),
        (
            (0.99999, 0.9, 0.8, 0.7),
            0.001,
            (
                "This step hardly changes the loss of its batch; at 1 it would fall by 0.300; "
                "up to 1 it does not rise."
            ),
        ),
        (
            (1.1, 1.2, 1.3, 1.4),
            0.001,
            "This step raises the loss of its batch by 0.100; no rate lowers it.",
        ),
        (
            (0.9, 0.8, math.nan, math.nan),
            0.1,
            (
                "This step ruins the network: its loss is no number afterwards; at 0.01 it would "
                "fall by 0.200; above 0.032 it rises."
            ),
        ),
        (
            (0.99, 0.9, 0.8, 1.6),
            0.0,
            (
                "At a rate of 0 this step moves no weight; at 0.1 it would fall by 0.200; "
                "above 0.18 it rises."
            ),
        ),
        (
            (math.nan,) * 4,
            0.01,
            "This step ruins the network: its loss is no number afterwards; no rate lowers it.",
        ),
        (
            (0.99, 0.9, 0.8, 1.6),
            30.0,
            "No step was tried with 30; at 0.1 it would fall by 0.200; above 0.18 it rises.",
        ),
    ],
)
def test_in_words(losses: tuple[float, ...], rate: float, words: str) -> None:
    assert in_words(curve_of(*losses), rate) == words


def test_in_words_of_a_network_that_is_ruined() -> None:
    curve = curve_of(*(math.nan,) * 4, start=math.nan)
    assert in_words(curve, 0.01) == "The network is ruined already: its loss is no number."
