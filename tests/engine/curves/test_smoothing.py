"""The smoothing of a curve that grows."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from netviz.engine.curves.smoothing import Smoother, half_life_at

values = st.floats(-1e6, 1e6, width=32)
losses = st.one_of(values, st.sampled_from([math.nan, math.inf, -math.inf]))


def plain_average(series: list[float], half_life: float) -> list[float]:
    """The definition, one step after the other."""
    average, count, averages = math.nan, 0, []
    for value in series:
        if math.isfinite(value):
            count += 1
            weight = max(1 / count, 1 - 0.5 ** (1 / half_life_at(count, half_life)))
            average = value if count == 1 else average + weight * (value - average)
        averages.append(average)
    return averages


@given(st.lists(losses, max_size=300), st.floats(0.5, 1000), st.integers(1, 90))
def test_smoothing_is_the_plain_loop(series: list[float], half_life: float, chunk: int) -> None:
    smoother = Smoother(half_life)
    array = np.array(series, np.float32)
    for end in range(chunk, len(array) + chunk, chunk):
        smoother.update(array[:end])
    expected = plain_average(array.tolist(), half_life)
    scale = max([1, *(abs(value) for value in series if math.isfinite(value))])
    np.testing.assert_allclose(smoother.averages, expected, rtol=1e-5, atol=1e-6 * scale)


@pytest.mark.parametrize("half_life", [1, 50, 100_000])
def test_smoothing_of_many_blocks_is_the_plain_loop(half_life: float) -> None:
    series = np.random.default_rng(0).exponential(size=20_000).astype(np.float32)
    smoother = Smoother(half_life)
    smoother.update(series)
    expected = plain_average(series.tolist(), half_life)
    np.testing.assert_allclose(smoother.averages, expected, rtol=1e-5)


def test_smoothing_of_a_constant_is_the_constant_from_the_first_step_on() -> None:
    smoother = Smoother(500)
    smoother.update(np.full(10, 2.5, np.float32))
    np.testing.assert_allclose(smoother.averages, 2.5)


def test_smoothing_starts_again_when_asked() -> None:
    smoother = Smoother(5)
    smoother.update(np.array([100.0, 100.0]))
    smoother.restart()
    smoother.update(np.array([1.0]))
    assert smoother.averages.tolist() == [1.0]


def test_smoothing_refuses_a_half_life_of_nothing() -> None:
    with pytest.raises(ValueError, match="half-life"):
        Smoother(0)


@pytest.mark.parametrize("half_life", [20, 50])
def test_the_average_does_not_lie_above_what_falls_at_first(half_life: float) -> None:
    """As the first hundred batches of a network do, from 2.3 to 0.6 and noisy."""
    rng = np.random.default_rng(0)
    steps = np.arange(100)
    series = 0.5 + 1.8 * np.exp(-steps / 40) + rng.normal(0, 0.25, 100)
    smoother = Smoother(half_life)
    smoother.update(series)
    below = series < smoother.averages
    assert all(below[start : start + 25].mean() < 0.8 for start in range(0, 100, 25))
