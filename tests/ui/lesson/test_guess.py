"""A guess has one value for each column and no gaps."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from netviz.ui.lesson.guess import Guess


def test_a_guess_starts_at_the_present_point() -> None:
    guess = Guess(100, 2.3, 200)
    assert guess.is_empty
    assert guess.steps.tolist() == [100]
    assert guess.values.tolist() == [2.3]


def test_a_stroke_that_begins_farther_right_is_joined_by_a_line() -> None:
    guess = Guess(0, 2.0, 100, columns=10)
    guess.draw((50, 1.0), (60, 1.0))
    assert guess.steps.tolist() == [0, 10, 20, 30, 40, 50, 60]
    assert guess.values == pytest.approx([2.0, 1.8, 1.6, 1.4, 1.2, 1.0, 1.0])
    assert not guess.is_whole


def test_a_later_stroke_replaces_what_it_passes_and_nothing_else() -> None:
    guess = Guess(0, 2.0, 100, columns=10)
    guess.draw((0, 2.0), (100, 2.0))
    guess.draw((70, 0.5), (40, 0.5))
    assert guess.is_whole
    assert guess.values == pytest.approx([2, 2, 2, 2, 0.5, 0.5, 0.5, 0.5, 2, 2, 2])


def test_a_stroke_is_straight_as_the_axis_is() -> None:
    guess = Guess(0, 1.0, 2, columns=2)
    guess.draw((0, 1.0), (2, 0.01), logarithmic=True)
    assert guess.values == pytest.approx([1, 0.1, 0.01])


def test_what_was_drawn_can_be_taken_back() -> None:
    guess = Guess(0, 2.0, 100, columns=10)
    guess.draw((0, 1.0), (100, 1.0))
    guess.cut(50)
    assert guess.steps[-1] == 40
    guess.clear()
    assert guess.is_empty


@given(
    st.lists(
        st.tuples(st.floats(-50, 250), st.floats(-5, 5), st.floats(-50, 250), st.floats(-5, 5)),
        min_size=1,
        max_size=5,
    )
)
def test_no_stroke_leaves_a_gap(strokes: list[tuple[float, float, float, float]]) -> None:
    guess = Guess(0, 1.0, 200, columns=20)
    for x0, y0, x1, y1 in strokes:
        guess.draw((x0, y0), (x1, y1))
    assert not guess.is_empty
    assert np.allclose(np.diff(guess.steps), 10)
    assert guess.values[0] == 1.0
    assert np.all(np.abs(guess.values) <= 5)
