"""The history of a run, its smoothing and its reduction to pixels."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from netviz.engine.run.history import MinMaxPyramid, Smoother, StepHistory, bucket_width

values = st.floats(-1e6, 1e6, width=32)
losses = st.one_of(values, st.sampled_from([math.nan, math.inf, -math.inf]))


def filled(count: int) -> StepHistory:
    history = StepHistory()
    history.extend(np.arange(1, count + 1), np.linspace(2, 1, count), np.full(count, 0.1))
    return history


def test_history_keeps_every_step_in_order() -> None:
    history = StepHistory()
    for start in range(1, 5001, 100):
        steps = np.arange(start, start + 100)
        history.extend(steps, steps / 2, steps / 4)
    assert len(history) == history.last_step == 5000
    assert np.array_equal(history.steps, np.arange(1, 5001))
    assert np.array_equal(history.losses, history.steps / np.float32(2))
    assert np.array_equal(history.learning_rates, history.steps / 4)
    assert (history.losses.dtype, history.learning_rates.dtype) == (np.float32, np.float64)


def test_history_hands_out_views_that_nobody_can_write() -> None:
    with pytest.raises(ValueError, match="read-only"):
        filled(3).losses[0] = 0


def test_history_forgets_what_comes_after_a_step_and_goes_on_from_there() -> None:
    history = filled(3000)
    history.truncate(10)
    assert history.last_step == 10
    history.extend([11], [7], [0.5])
    assert history.losses[-1] == 7
    history.truncate(99)
    assert len(history) == 11
    history.clear()
    assert (len(history), history.last_step) == (0, 0)


@pytest.mark.parametrize(
    ("steps", "numbers"), [([3], [1]), ([4, 4], [1, 1]), ([5, 4], [1, 1]), ([4, 5], [1])]
)
def test_history_refuses_what_does_not_go_on(steps: list[int], numbers: list[float]) -> None:
    history = filled(3)
    with pytest.raises(ValueError, match=r"increase|length"):
        history.extend(steps, numbers, numbers)
    assert len(history) == 3


def test_a_million_steps_take_well_under_80_megabytes() -> None:
    history, smoother, pyramid = StepHistory(), Smoother(50), MinMaxPyramid()
    for start in range(1, 1_000_001, 50_000):
        steps = np.arange(start, start + 50_000)
        history.extend(steps, np.ones(50_000), np.ones(50_000))
        smoother.update(history.losses)
        pyramid.update(history.losses)
    used = sum(
        len(column)
        for column in (history.steps, history.losses, history.learning_rates, smoother.averages)
    )
    levels = sum(len(column) * 4 for level in pyramid._levels for column in level)
    assert used == 4_000_000
    assert 1_000_000 * (8 + 4 + 8 + 4) + levels < 40e6


def plain_average(series: list[float], half_life: float) -> list[float]:
    """The definition, one step after the other."""
    decay, total, weight, averages = 0.5 ** (1 / half_life), 0.0, 0.0, []
    for value in series:
        if math.isfinite(value):
            total = decay * total + (1 - decay) * value
            weight = decay * weight + (1 - decay)
        averages.append(total / weight if weight else math.nan)
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


@given(st.lists(losses, max_size=200), st.integers(1, 60), st.sampled_from([2, 4, 8, 32]))
def test_reduction_keeps_the_extremes_of_every_bucket(
    series: list[float], chunk: int, width: int
) -> None:
    array, pyramid = np.array(series, np.float32), MinMaxPyramid()
    for end in range(chunk, len(array) + chunk, chunk):
        pyramid.update(array[:end])
    indices = pyramid.indices(array, 0, len(array), width)
    assert np.all(np.diff(indices) > 0)
    for start in range(0, len(array), width):
        bucket = array[start : start + width]
        finite = bucket[np.isfinite(bucket)]
        kept = array[indices[(indices >= start) & (indices < start + width)]]
        assert 1 <= len(kept) <= 2
        if len(finite):
            assert {finite.min(), finite.max()} == set(kept.tolist())


def test_reduction_of_the_past_stays_when_values_arrive() -> None:
    series = np.random.default_rng(1).normal(size=1000).astype(np.float32)
    pyramid = MinMaxPyramid()
    pyramid.update(series[:700])
    before = pyramid.indices(series, 0, 640, 64)
    pyramid.update(series)
    after = pyramid.indices(series, 0, 1000, 64)
    assert np.array_equal(after[: len(before)], before)


def test_reduction_forgets_and_goes_on() -> None:
    series = np.arange(100, dtype=np.float32)
    pyramid = MinMaxPyramid()
    pyramid.update(series)
    pyramid.truncate(37)
    other = np.concatenate((series[:37], series[37:][::-1] + 1000))
    pyramid.update(other)
    fresh = MinMaxPyramid()
    fresh.update(other)
    for width in (2, 8, 32):
        assert np.array_equal(
            pyramid.indices(other, 0, 100, width), fresh.indices(other, 0, 100, width)
        )


def test_reduction_of_a_stretch_begins_at_its_bucket() -> None:
    series = np.arange(1000, dtype=np.float32)
    pyramid = MinMaxPyramid()
    pyramid.update(series)
    assert pyramid.indices(series, 100, 130, 16).tolist() == [
        *(96, 111, 112, 127),
        *(128, 129),
    ]
    assert pyramid.indices(series, 5, 9, 1).tolist() == [5, 6, 7, 8]
    assert pyramid.indices(series, 5, 5, 16).tolist() == []


@given(st.integers(0, 10**9), st.integers(2, 4000))
def test_bucket_width_keeps_to_the_points(span: int, points: int) -> None:
    width = bucket_width(span, points)
    assert width & (width - 1) == 0
    assert (span if width == 1 else 2 * span / width) <= points
