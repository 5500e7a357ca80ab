"""What is drawn of another run, as figures."""

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from netviz.engine.curves.smoothing import Smoother
from netviz.ui.plots.ghost import Ghost, GhostTrack
from tests.ui.plots.using_plots import measured

CE = ((0, "cross-entropy"),)


def ghost(losses: np.ndarray, begins: float = 0, **more: object) -> Ghost:
    values = {"measurements": (), "functions": CE, **more}
    return Ghost(2, "lr 0.03", "run 2 (lr 0.03)", begins, losses, **values)  # type: ignore[arg-type]


def track(losses: np.ndarray, begins: float = 0, **more: object) -> GhostTrack:
    return GhostTrack(ghost(losses, begins, **more), "cross-entropy")


def noisy(count: int) -> np.ndarray:
    noise = np.random.default_rng(0).normal(size=count)
    return (2 / (1 + 0.01 * np.arange(count)) * np.exp(0.3 * noise)).astype(np.float32)


def whole(found: GhostTrack, half_life: float = 20) -> tuple[np.ndarray, np.ndarray]:
    parts = found.parts(half_life, (0, 1e9), 10**9)
    steps = [np.append(part[0], -1) for part in parts]
    averages = [np.append(part[1], np.nan) for part in parts]
    return np.concatenate([[], *steps])[:-1], np.concatenate([[], *averages])[:-1]


@settings(max_examples=30)
@given(st.integers(0, 9_000), st.sampled_from([1, 20, 100]))
def test_it_begins_where_it_parts_on_the_average_of_the_whole_run(
    begins: int, half_life: int
) -> None:
    losses = noisy(9_100)
    smoother = Smoother(half_life)
    smoother.update(losses)
    steps, averages = whole(track(losses, begins), half_life)
    assert steps[0] == max(1, begins)
    assert steps.tolist() == list(range(max(1, begins), 9_101))
    assert averages == pytest.approx(smoother.averages[max(0, begins - 1) :], rel=1e-4)


def test_a_run_that_was_left_where_it_parted_has_no_curve() -> None:
    for count, begins in ((0, 0), (5, 5), (5, 9)):
        assert track(noisy(count), begins).parts(20, (0, 100), 100) == []


def test_of_a_long_run_there_are_no_more_points_than_pixels() -> None:
    losses = noisy(300_000)
    found = track(losses, 1_000)
    ((steps, _),) = found.parts(20, (0.0, 300_000.0), 600)
    assert len(steps) <= 600
    assert (steps[0], steps[-1]) == (1_000, 300_000)
    ((steps, _),) = found.parts(20, (200_000.0, 200_100.0), 600)
    assert (steps[0], steps[-1]) == (200_000, 200_101)
    assert len(steps) == 102


def test_only_losses_of_the_function_in_force_are_drawn() -> None:
    functions = ((0, "cross-entropy"), (10, "mse"), (30, "cross-entropy"))
    losses = np.concatenate([np.full(10, 2.0), np.full(20, 0.1), np.full(20, 1.0)])
    found = GhostTrack(ghost(losses.astype(np.float32), functions=functions), "cross-entropy")
    steps, averages = whole(found)
    assert steps.tolist() == [*range(1, 11), -1, *range(31, 51)]
    assert averages[:10].tolist() == [2.0] * 10
    assert averages[11:].tolist() == [1.0] * 20, "no average reaches across a change"
    assert found.value_at(5, 20) == 2.0
    assert found.value_at(20, 20) is None
    other = GhostTrack(found.ghost, "mse")
    assert whole(other)[0].tolist() == [*range(11, 31)]
    assert other.value_at(20, 20) == pytest.approx(0.1)


def test_it_has_values_where_it_was_trained_by_itself() -> None:
    found = track(np.full(50, 0.5, np.float32), 20)
    assert [found.value_at(step, 20) for step in (0, 20, 21, 50, 51)] == [
        None,
        None,
        0.5,
        0.5,
        None,
    ]


def test_what_grows_is_as_if_it_had_been_there_at_once() -> None:
    losses, steps = noisy(900), np.arange(1, 901)
    grown, at_once = track(losses[:100], 50), track(losses, 50)
    for first in range(100, 900, 80):
        whole(grown)
        more = slice(first, first + 80)
        grown.append(steps[more], losses[more])
    assert grown.last_step == 900
    for one, other in zip(whole(grown), whole(at_once), strict=True):
        assert one == pytest.approx(other)
    thinned = GhostTrack(ghost(losses[::3], steps=steps[::3]), "cross-entropy")
    thinned.append(np.array([950]), np.array([0.1], np.float32))
    assert whole(thinned)[0].tolist() == [*steps[::3].tolist(), 950]


def test_its_epochs_begin_with_the_last_that_it_shares() -> None:
    epochs = tuple(measured(epoch, 100 * epoch) for epoch in range(5))
    assert [each.epoch for each in track(noisy(400), 250, measurements=epochs).measured()] == [
        2,
        3,
        4,
    ]
    assert track(noisy(400), 400, measurements=epochs).measured() == []


def test_other_words_make_it_no_other_run() -> None:
    losses = noisy(100)
    found = track(losses, 10)
    same = ghost(losses[:], 10)
    assert found.take(same)
    assert found.ghost is same
    assert not found.take(ghost(losses.copy(), 10))
    assert not found.take(ghost(losses, 20))
    assert not found.take(ghost(losses, 10, measurements=(measured(1, 50),)))


def test_the_axis_makes_room_below_for_all_and_above_for_what_is_alike() -> None:
    losses = np.full(200, 1e6, np.float32)
    losses[100:] = 1e-3
    usual = track(losses).reach(1)
    assert usual.lowest_positive == pytest.approx(1e-3, rel=0.1)
    assert usual.highest == -math.inf
    alike = track(losses, widens=True).reach(1)
    assert alike.highest == pytest.approx(1e6)
