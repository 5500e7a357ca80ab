"""Which states of a run are kept: within their budget, fewer the longer ago they are."""

from collections.abc import Callable
from itertools import pairwise
from math import sqrt

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from netviz.engine.options.run_config import RunConfig
from netviz.engine.run.divergence import LossWatch
from netviz.engine.run.epoch_tally import EpochTally
from netviz.engine.run.run import Run
from netviz.engine.run.state import State
from netviz.engine.run.states import States
from netviz.engine.training.schedules import Plateau
from netviz.engine.training.trainer import DeviceData, Snapshot, Trainer
from tests.engine.conftest import CPU
from tests.engine.run.test_run import UNTRAINED

FEW = 12
"""So many states of equal size are within the budget."""
SIZE = 40


def state(step: int, size: int = SIZE, *, is_sound: bool = True) -> State:
    """A state whose tensors take `size` bytes."""
    weights = {"weight": torch.zeros(size, dtype=torch.uint8)}
    snapshot = Snapshot(RunConfig(), step, 0, weights, {}, {}, {}, Plateau(), 0, {})
    return State(snapshot, (), LossWatch(2.3, is_sound=is_sound), EpochTally())


def added(steps: list[int], budget: int = FEW * SIZE) -> States:
    states = States([state(0)], budget)
    for step in steps:
        states.add(state(step))
    return states


_GAPS = st.lists(st.integers(1, 1000), max_size=120)
_SIZES = st.lists(st.tuples(st.integers(1, 50), st.integers(0, 300)), max_size=60)


@given(drawn=_SIZES)
def test_they_are_ordered_and_within_the_budget_with_the_first_and_the_last(
    drawn: list[tuple[int, int]],
) -> None:
    states, step = States([state(0)], budget=500), 0
    for gap, size in drawn:
        step += gap
        states.add(state(step, size))
        steps = states.steps
        assert list(steps) == sorted(set(steps))
        assert (steps[0], steps[-1]) == (0, step)
        assert states.size <= 500 or len(steps) == 2


@given(gaps=_GAPS)
def test_none_is_dropped_while_there_is_room(gaps: list[int]) -> None:
    steps = [sum(gaps[: count + 1]) for count in range(len(gaps))]
    assert added(steps, budget=10**9).steps == (0, *steps)


@pytest.mark.parametrize("adds", [200, 1000, 3000])
@pytest.mark.parametrize("apart", [1, 7])
def test_the_longer_ago_the_farther_apart(adds: int, apart: int) -> None:
    budget = 40
    steps = added([apart * number for number in range(1, adds + 1)], budget * SIZE).steps
    assert len(steps) == budget
    gaps = [after - before for before, after in pairwise(steps)]
    quarter = len(gaps) // 4
    parts = [sum(gaps[at : at + quarter]) for at in range(0, 4 * quarter, quarter)]
    assert parts == sorted(parts, reverse=True)
    assert max(gaps) >= 4 * min(gaps)


@pytest.mark.parametrize("adds", [*range(50, 2000, 170), 10_000])
def test_the_way_to_any_step_is_short_beside_the_run_and_the_shorter_the_newer_it_is(
    adds: int,
) -> None:
    """It is compared with that between states which lie at even distances."""
    count = 40
    steps = added(list(range(1, adds + 1)), count * SIZE).steps
    even = adds / count
    for before, after in pairwise(steps):
        assert after - before <= max(2, 3.5 * even * sqrt((adds - before) / adds))


def test_another_state_of_the_same_step_takes_its_place() -> None:
    states = added([3, 5])
    newer = state(5, size=7)
    states.add(newer)
    assert states.steps == (0, 3, 5)
    assert states.last_until(5) is newer
    states = States([state(0)])
    first = state(0)
    states.add(first)
    assert states.steps == (0,)
    assert states.last_until(0) is first


@given(gaps=_GAPS, step=st.integers(0, 60_000))
def test_until_a_step_come_those_that_are_no_later(gaps: list[int], step: int) -> None:
    states = added([sum(gaps[: count + 1]) for count in range(len(gaps))])
    before = states.steps
    until = states.until(step)
    assert until.steps == tuple(each for each in before if each <= step)
    assert states.last_until(step) is until.last_until(step)
    assert states.last_until(step).step == max(until.steps)
    later = state(step + 1)
    until.add(later)  # it is another list, within the same budget
    assert (until.steps[-1], states.steps) == (step + 1, before)
    assert until.size <= FEW * SIZE


@given(sound=st.lists(st.booleans(), max_size=FEW - 1), step=st.integers(0, FEW))
def test_the_last_sound_one_is_from_before_any_damage(sound: list[bool], step: int) -> None:
    states = States([state(0)])
    for number, is_sound in enumerate(sound, 1):
        states.add(state(number, is_sound=is_sound))
    wanted = max(
        (number for number, is_sound in enumerate([True, *sound]) if is_sound and number <= step),
        default=0,
    )
    assert states.last_sound_until(step).step == wanted


def test_where_none_is_sound_the_first_one_has_to_do() -> None:
    first = state(0, is_sound=False)
    states = States([first])
    states.add(state(1, is_sound=False))
    assert states.last_sound_until(1) is first


def test_thinned_out_they_hold_the_one_to_go_back_to_after_damage() -> None:
    states = added([3, 5, 8])
    damaged = state(11, is_sound=False)
    damaged.watch.sound_step = 6
    states.add(damaged)
    states.thin_out(keeps_good=True)
    assert states.steps == (0, 5, 11)
    assert states.last_sound_until(6).step == 5
    states.thin_out()
    assert states.steps == (0, 11)


@pytest.fixture
def run(config: RunConfig, digits: DeviceData) -> Run:
    return Run(1, Trainer(config.with_changes({"optimizer": "adam"}), digits, CPU), UNTRAINED)


def test_a_state_is_as_large_as_its_tensors(run: Run) -> None:
    weights = sum(each.nbytes for each in run.trainer.model.parameters())
    untrained = run.states.last_until(0)
    run.trainer.train_batch()
    run.keep_state(1e9)
    trained = run.states.last_until(1)
    assert untrained.size >= weights
    # Adam's two moments and the gradient, its count of steps for each of four tensors, and the
    # order of the images.
    order = 8 * len(run.trainer.data.train_labels)
    assert trained.size - untrained.size == 3 * weights + 4 * 4 + order


def test_the_states_of_an_epoch_share_the_order_of_its_images(run: Run) -> None:
    order = 8 * len(run.trainer.data.train_labels)
    for _ in range(3):
        run.trainer.train_batch()
        run.keep_state(1e9)
    sizes = [run.states.last_until(step).size for step in run.states.steps]
    assert len(sizes) == 4
    assert run.states.size == sum(sizes) - 2 * order
    while not run.trainer.sampler.epoch_done:
        run.trainer.train_batch()
    before = run.states.size
    run.trainer.train_batch()
    run.keep_state(1e9)
    assert run.states.size == before + sizes[-1]
    run.trainer.restore(run.states.last_until(2).snapshot)
    run.trainer.train_batch()
    run.trainer.train_batch()
    back = run.states.until(2)
    before = back.size
    third = run.states.last_until(3)
    back.add(State(run.trainer.snapshot(), third.ledger, third.watch, third.tally))
    assert back.size == before + sizes[-1] - order


@pytest.mark.parametrize("rate", [0.0, 1.0])
def test_a_state_stays_as_it_was_while_the_run_goes_on(
    run: Run, rate: float, monkeypatch: pytest.MonkeyPatch
) -> None:
    trained: Callable[[], object] = run.trainer.train_batch
    trained()
    run.keep_state(1e9)
    kept = run.states.last_until(1)
    before = [value.clone() for value in kept.snapshot.model.values()]
    moments = [each["exp_avg"].clone() for each in kept.snapshot.optimizer["state"].values()]
    run.change(run.trainer.config.with_changes({"learning_rate": rate}))
    for _ in range(5):
        trained()
    run.trainer.restore(kept.snapshot)
    for _ in range(5):
        trained()
    assert all(map(torch.equal, kept.snapshot.model.values(), before))
    now = [each["exp_avg"] for each in kept.snapshot.optimizer["state"].values()]
    assert all(map(torch.equal, now, moments))
