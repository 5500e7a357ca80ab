"""The arithmetic of ranges and ticks."""

import math

from hypothesis import given
from hypothesis import strategies as st

from netviz.ui.charts import ticks


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
