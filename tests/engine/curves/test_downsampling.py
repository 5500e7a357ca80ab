"""The reduction of a growing curve to the pixels of a chart."""

import math

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from netviz.engine.curves.downsampling import Extremes, bucket_width, extreme_indices
from netviz.engine.curves.smoothing import Smoother
from netviz.engine.run.history import StepHistory

values = st.floats(-1e6, 1e6, width=32)
losses = st.one_of(values, st.sampled_from([math.nan, math.inf, -math.inf]))


@given(st.lists(losses, max_size=200), st.integers(1, 60), st.sampled_from([2, 4, 8, 32]))
def test_reduction_keeps_the_extremes_of_every_bucket(
    series: list[float], chunk: int, width: int
) -> None:
    array, extremes = np.array(series, np.float32), Extremes()
    for end in range(chunk, len(array), chunk):
        extremes.indices(array[:end], 0, end, width)
    indices = extremes.indices(array, 0, len(array), width)
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
    extremes = Extremes()
    before = extremes.indices(series[:700], 0, 640, 64)
    after = extremes.indices(series, 0, 1000, 64)
    assert np.array_equal(after[: len(before)], before)


def test_reduction_begins_anew() -> None:
    series = np.arange(100, dtype=np.float32)
    extremes, fresh = Extremes(), Extremes()
    widths = (2, 8, 32)
    for width in widths:
        extremes.indices(series, 0, 100, width)
    extremes.clear()
    other = series[::-1] + 1000
    for width in widths:
        assert np.array_equal(
            extremes.indices(other, 0, 100, width), fresh.indices(other, 0, 100, width)
        )


def test_reduction_of_a_stretch_begins_at_its_bucket() -> None:
    series = np.arange(1000, dtype=np.float32)
    extremes = Extremes()
    assert extremes.indices(series, 100, 130, 16).tolist() == [
        *(96, 111, 112, 127),
        *(128, 129),
    ]
    assert extremes.indices(series, 5, 9, 1).tolist() == [5, 6, 7, 8]
    assert extremes.indices(series, 5, 5, 16).tolist() == []


@given(st.integers(0, 10**9), st.integers(2, 4000))
def test_bucket_width_keeps_to_the_points(span: int, points: int) -> None:
    width = bucket_width(span, points)
    assert width & (width - 1) == 0
    assert (span if width == 1 else 2 * span / width) <= points


def test_a_million_steps_take_well_under_80_megabytes() -> None:
    history, smoother, extremes = StepHistory(), Smoother(50), Extremes()
    for start in range(1, 1_000_001, 50_000):
        steps = np.arange(start, start + 50_000)
        history.extend(steps, np.ones(50_000), np.ones(50_000))
        smoother.update(history.losses)
        for width in (2**level for level in range(1, 20)):
            extremes.indices(history.losses, 0, len(history), width)
    used = sum(
        len(column)
        for column in (history.steps, history.losses, history.learning_rates, smoother.averages)
    )
    assert used == 4_000_000
    assert 1_000_000 * (8 + 4 + 8 + 4) + extremes.nbytes < 40e6


@given(st.lists(losses, max_size=200), st.integers(1, 60))
def test_a_short_series_keeps_its_ends_and_extremes(series: list[float], points: int) -> None:
    array = np.array(series, np.float64)
    indices = extreme_indices(array, points)
    assert np.all(np.diff(indices) > 0)
    assert len(indices) <= max(2, points) + 2
    if series:
        assert {indices[0], indices[-1]} == {0, len(series) - 1}
    comparable = array[~np.isnan(array)]
    if len(comparable):
        kept = array[indices]
        assert np.nanmin(kept) == comparable.min()
        assert np.nanmax(kept) == comparable.max()
