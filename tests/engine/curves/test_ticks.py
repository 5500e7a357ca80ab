"""The arithmetic of ranges and ticks."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from netviz.engine.curves import ticks
from tests.ui.painting import number


@given(st.floats(1e-30, 1e30), st.floats(1e-3, 1))
def test_ranges_hold_what_they_are_made_for_and_have_few_ticks(high: float, ratio: float) -> None:
    low = high * ratio
    bottom, top = ticks.linear_range(low, high)
    assert bottom <= low <= high <= top * (1 + 1e-6)
    assert 3 <= len(ticks.linear_ticks(bottom, top)) <= 5
    bottom, top = ticks.logarithmic_range(low, high)
    assert bottom <= math.log10(low) + 1e-6
    assert math.log10(high) <= top + 1e-6
    assert 2 <= len(ticks.logarithmic_ticks(bottom, top)) <= 5


@given(st.floats(0, 1e6), st.floats(4, 1e6))
def test_ticks_of_any_stretch_are_few_and_inside(low: float, width: float) -> None:
    values = ticks.linear_ticks(low, low + width)
    assert 2 <= len(values) <= 5
    slack = 1e-6 * (low + width)
    assert all(low - slack <= value <= low + width + slack for value, _ in values)


@given(st.floats(0, 1e6), st.floats(1e-3, 1e6))
def test_each_label_says_the_value_where_it_stands(low: float, width: float) -> None:
    made = [*ticks.linear_ticks(low, low + width), *ticks.step_ticks(low, low + max(width, 4))]
    for value, text in made:
        assert number(text) == pytest.approx(value, rel=1e-5, abs=1e-9)
    for value, text in ticks.logarithmic_ticks(*ticks.logarithmic_range(width, low + width)):
        assert math.log10(number(text)) == pytest.approx(value, abs=0.01)


@given(st.floats(-12, 3), st.floats(0.5, 15))
def test_labels_of_powers_of_ten_are_short(low: float, decades: float) -> None:
    shown = ticks.logarithmic_range(10**low, 10 ** (low + decades))
    assert max(len(text) for _, text in ticks.logarithmic_ticks(*shown)) <= 5


@given(st.floats(0, 0.9999))
def test_labels_of_an_accuracy_rise_to_a_hundred_percent(low: float) -> None:
    shown = ticks.percent_range(low)
    assert shown[0] <= low
    made = ticks.percent_ticks(*shown)
    assert made == sorted(made)
    assert (made[0][0], made[-1][0]) == shown
    assert all(number(text) == pytest.approx(value) for value, text in made)
