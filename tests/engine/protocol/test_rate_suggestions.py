"""What is read from the curve of a range test: each rule by its own words."""

import math
from dataclasses import replace

import numpy as np
import pytest
from numpy.typing import NDArray

from netviz.engine.options.run_config import RunConfig
from netviz.engine.protocol.range_test import Ended, RangeTest, smoothed_losses
from netviz.engine.protocol.rate_suggestions import RULES, Readings, readings_of

RATES = np.geomspace(1e-5, 10, 150)
NOTHING = [None] * len(RULES)


def curve(decades: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return a loss that falls steepest at 1e-3, is lowest at 1e-1 and rises from there."""
    fall = 1 / (1 + np.exp(-4 * (decades + 3)))
    rise = np.exp(5 * np.maximum(0.0, decades + 1)) - 1
    return 2.3 - 1.5 * fall - 0.05 * np.minimum(0, decades + 1) - 0.1 + rise


def found(*smoothed: NDArray[np.float64], start: float = 2.3, done: int | None = None) -> RangeTest:
    rows = np.full((len(smoothed), len(RATES)), np.nan)
    for row, values in zip(rows, smoothed, strict=True):
        row[: len(values)] = values
    done = len(smoothed) if done is None else done
    losses = rows.astype(np.float32)
    return RangeTest(1, 0, RunConfig(), RATES, losses, rows, start, done, Ended.DIVERGED)


def rates_of(readings: Readings) -> list[float | None]:
    return [each.rate for each in readings.suggestions]


def test_each_rule_finds_its_place_on_a_smooth_curve() -> None:
    readings = readings_of(found(curve(np.log10(RATES))))
    steepest, tenth, valley = rates_of(readings)
    assert steepest == pytest.approx(1e-3, rel=0.1)
    assert tenth == pytest.approx(1e-2, rel=0.1)
    assert valley is not None
    assert 1e-4 < valley < 1e-1
    assert len({steepest, tenth, valley}) == 3, "they disagree"
    assert readings.lowest == pytest.approx(0.1, rel=0.1)
    assert readings.band is not None
    assert readings.band[0] == pytest.approx(3e-4, rel=0.5)
    assert readings.band[1] == readings.lowest
    assert readings.diverges_from == pytest.approx(0.208, rel=0.1)


def test_the_valley_is_that_of_fastai() -> None:
    values = curve(np.log10(RATES)) + np.random.default_rng(1).normal(0, 0.02, len(RATES))
    lengths = [1] * len(values)
    end = start = 0
    for i in range(1, len(values)):  # as fastai writes it
        for j in range(i):
            if values[i] < values[j] and lengths[i] < lengths[j] + 1:
                lengths[i] = lengths[j] + 1
            if lengths[end] < lengths[i]:
                end, start = i, i - lengths[i]
    third = (end - start) / 3
    expected = RATES[start + int(third) + int(third / 2)]
    assert rates_of(readings_of(found(values)))[2] == pytest.approx(float(expected))


def test_a_flat_curve_suggests_nothing_but_tells_where_it_rises() -> None:
    rise = np.exp(np.maximum(0.0, 5 * (np.log10(RATES) + 1))) - 1
    readings = readings_of(found(0.5 + rise, start=0.5))
    assert rates_of(readings) == NOTHING
    assert (readings.band, readings.lowest) == (None, None)
    assert readings.diverges_from == pytest.approx(10 ** (-1 + math.log(1.5) / 5), rel=0.1)


def test_a_fall_that_is_noise_suggests_nothing() -> None:
    generator = np.random.default_rng(3)
    trials = [smoothed_losses(generator.gamma(0.3, 0.2, len(RATES))) for _ in range(6)]
    assert rates_of(readings_of(found(*trials, start=0.06))) == NOTHING


def test_a_loss_that_falls_to_the_last_rate_has_no_tenth_of_its_lowest() -> None:
    readings = readings_of(found(2.3 - 0.1 * (np.log10(RATES) + 5)))
    assert rates_of(readings)[1] is None
    assert readings.diverges_from is None


def test_the_mean_goes_as_far_as_all_trials_go() -> None:
    whole = curve(np.log10(RATES))
    test = found(whole, whole[:110])
    np.testing.assert_array_equal(np.isfinite(test.mean), np.arange(150) < 110)
    assert readings_of(test).diverges_from == pytest.approx(RATES[110], rel=0.2)


def test_of_a_test_under_way_the_trials_that_have_ended_count() -> None:
    first, second = curve(np.log10(RATES)), curve(np.log10(RATES)) + 1
    under_way = replace(found(first, second[:40], done=1), ended=None)
    np.testing.assert_array_equal(under_way.mean, first)
    assert readings_of(under_way).lowest == pytest.approx(0.1, rel=0.1)


def test_a_test_that_has_just_begun_says_nothing() -> None:
    readings = readings_of(replace(found(np.array([]), done=0), ended=None))
    assert rates_of(readings) == NOTHING
    assert (readings.band, readings.lowest, readings.diverges_from) == (None, None, None)


def test_each_rule_names_its_source() -> None:
    for rule in RULES:
        assert rule.sentence.endswith(".")
        assert rule.source
        assert (rule.find.__doc__ or "").count("fastai") >= 1


def test_a_first_trial_that_was_stopped_while_it_fell_suggests_nothing() -> None:
    whole = curve(np.log10(RATES))
    falling = replace(found(whole[:80], done=0), ended=Ended.STOPPED)
    assert rates_of(readings_of(falling)) == NOTHING
    risen = replace(found(whole[:115], done=0), ended=Ended.STOPPED)
    assert readings_of(risen).lowest == pytest.approx(0.1, rel=0.1)
