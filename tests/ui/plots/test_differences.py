"""The arithmetic of the differences between the losses of runs."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from netviz.engine.curves.smoothing import Smoother
from netviz.engine.run.history import StepHistory
from netviz.ui.plots.differences import Difference, Differences, fitting_limit
from netviz.ui.plots.ghost import Ghost, GhostTrack

HALF_LIFE = 20.0
Known = dict[int, float]
"""Losses by their steps."""


def losses(most: int = 300) -> st.SearchStrategy[Known]:
    """Losses of a run, of which some steps are not known."""
    numbers = st.floats(0, 10, width=32)
    return st.integers(1, most).flatmap(
        lambda end: st.dictionaries(st.integers(1, end), numbers, max_size=end)
    )


def recorded(known: Known) -> StepHistory:
    history = StepHistory()
    feed(history, known)
    return history


def feed(history: StepHistory, known: Known) -> None:
    steps = sorted(known)
    history.extend(steps, np.array([known[s] for s in steps], np.float32), [0.1] * len(steps))


def expected(run: Known, base: Known, after: int) -> dict[int, np.float32]:
    shared = sorted(step for step in run.keys() & base.keys() if step > after)
    return {step: np.float32(run[step]) - np.float32(base[step]) for step in shared}


def told(difference: Difference) -> dict[int, np.float32]:
    return dict(zip(difference.steps.tolist(), difference.values, strict=True))


@given(losses(), losses(), st.integers(0, 50))
def test_each_step_that_both_have_is_subtracted(run: Known, base: Known, after: int) -> None:
    difference = Difference(recorded(run), recorded(base), after, HALF_LIFE)
    difference.update()
    assert told(difference) == expected(run, base, after)
    smoother = Smoother(HALF_LIFE)
    smoother.update(difference.values)
    np.testing.assert_array_equal(difference.averages, smoother.averages)


@given(losses(), losses(), st.lists(st.integers(1, 300), max_size=8), st.booleans())
def test_what_comes_bit_by_bit_gives_the_same(
    run: Known, base: Known, ends: list[int], is_base_first: bool
) -> None:
    histories = StepHistory(), StepHistory()
    difference = Difference(*histories, 0, HALF_LIFE)
    before = [0, 0]
    for number, end in enumerate([*sorted(ends), 300]):
        # One of them may be ahead of the other.
        reached = [end, end]
        reached[is_base_first] = end if number == len(ends) else max(before[is_base_first], end - 9)
        for which, known in enumerate((run, base)):
            new = {s: v for s, v in known.items() if before[which] < s <= reached[which]}
            feed(histories[which], new)
            before[which] = reached[which]
        difference.update()
    whole = Difference(recorded(run), recorded(base), 0, HALF_LIFE)
    whole.update()
    assert told(difference) == told(whole)
    np.testing.assert_allclose(difference.averages, whole.averages, rtol=1e-4, atol=1e-5)


def test_a_run_beside_that_at_hand_is_read_as_far_as_it_has_grown() -> None:
    ghost = Ghost(2, "B", "B", 2, np.array([4, 3, 2], np.float32), (), ((0, "cross_entropy"),))
    track = GhostTrack(ghost, "cross_entropy")
    base = recorded(dict.fromkeys(range(1, 8), 1.0))
    difference = Difference(track, base, 2, HALF_LIFE)
    difference.update()
    assert told(difference) == {3: 1.0}
    track.append(np.array([4, 6]), np.array([1.5, 0.5], np.float32))
    difference.update()
    assert told(difference) == {3: 1.0, 4: 0.5, 6: -0.5}
    assert difference.at(5) == difference.at(4)
    assert difference.at(2) is None
    assert difference.at(7) is None


@given(losses(), losses(), st.floats(1, 100), st.floats(1, 200), st.integers(2, 50))
def test_few_points_are_drawn_and_they_are_of_the_average(
    run: Known, base: Known, start: float, span: float, columns: int
) -> None:
    difference = Difference(recorded(run), recorded(base), 0, HALF_LIFE)
    difference.update()
    steps, values = difference.points((start, start + span), columns)
    known = dict(zip(difference.steps.tolist(), difference.averages.tolist(), strict=True))
    assert len(steps) <= columns + 4
    assert [known[step] for step in steps.tolist()] == values.tolist()
    assert (np.diff(steps) > 0).all()
    inside = [step for step in known if start <= step <= start + span]
    if inside:
        assert steps[0] <= inside[0]
        assert steps[-1] >= inside[-1]


def test_losses_that_are_not_finite_leave_the_average_where_it_was() -> None:
    run, base = {1: 2.0, 2: math.inf, 3: math.nan}, {1: 1.0, 2: math.inf, 3: 1.0}
    difference = Difference(recorded(run), recorded(base), 0, HALF_LIFE)
    difference.update()
    assert difference.averages.tolist() == [1.0, 1.0, 1.0]


def test_another_run_base_or_average_is_computed_anew_and_nothing_else() -> None:
    runs = {line: recorded({1: float(line), 2: 1.0}) for line in (1, 2, 3)}
    differences = Differences()
    first = differences.update(runs, 1, 0, HALF_LIFE)
    assert {line: told(each)[1] for line, each in first.items()} == {2: 1, 3: 2}
    runs[3] = recorded({1: 7.0})
    second = differences.update(runs, 1, 0, HALF_LIFE)
    assert second[2] is first[2]
    assert told(second[3]) == {1: 6}
    assert told(differences.update(runs, 2, 0, HALF_LIFE)[1]) == {1: -1, 2: 0}
    assert differences.update(runs, 2, 0, 5.0)[1].half_life == 5
    assert differences.update(runs, 9, 0, HALF_LIFE) == {}


@pytest.mark.parametrize(
    ("highest", "limit"), [(0.0, 0.05), (1e-9, 0.001), (0.03, 0.05), (0.1, 0.2), (0.7, 1), (4, 5)]
)
def test_the_axis_ends_at_a_round_number(highest: float, limit: float) -> None:
    assert fitting_limit([np.full(50, -highest)]) == limit


def test_the_axis_follows_most_of_what_is_in_sight_and_does_not_flicker() -> None:
    curve = np.full(100, 0.04)
    curve[:5] = 3
    assert fitting_limit([curve, curve[:0]]) == 0.05
    assert fitting_limit([curve], present=0.02) == 0.05
    assert fitting_limit([curve], present=0.1) == 0.1
    assert fitting_limit([curve / 2], present=0.1) == 0.05
    assert fitting_limit([], present=0.2) == 0.2
