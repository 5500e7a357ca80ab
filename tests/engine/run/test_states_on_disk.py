"""What memory has no room for goes into files, within a budget of its own, and comes back."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from netviz.engine.errors import StorageError
from netviz.engine.options.run_config import RunConfig
from netviz.engine.run.divergence import LossWatch
from netviz.engine.run.epoch_tally import EpochTally
from netviz.engine.run.state import State
from netviz.engine.run.states import States
from netviz.engine.training.schedules import Plateau
from netviz.engine.training.trainer import Snapshot

SIZE = 40


@dataclass(frozen=True, eq=False)
class Shelf:
    """A file of the disk below."""

    size: int


class Written:
    """A snapshot that was written."""

    def __init__(self, snapshot: Snapshot, size: int) -> None:
        self._snapshot = snapshot
        self.files: Sequence[Shelf] = [Shelf(size)]
        self.is_there = True

    def read(self) -> Snapshot:
        if not self.is_there:
            raise StorageError("It was taken away.")
        return self._snapshot


class Disk:
    """A disk without files; full if there is no room on it.

    Attributes
    ----------
    written
        All that was ever written.
    is_full
        Whether nothing more can be.
    """

    def __init__(self) -> None:
        self.written: list[Written] = []
        self.is_full = False

    @property
    def size(self) -> int:
        return sum(each.files[0].size for each in self.written)

    def store(self, snapshot: Snapshot, size: int, states: States) -> Written | None:
        if self.is_full:
            return None
        self.written.append(Written(snapshot, size))
        return self.written[-1]


def state(step: int, size: int = SIZE, *, sound_step: int = 0, is_sound: bool = True) -> State:
    """A state whose tensors take `size` bytes."""
    weights = {"weight": torch.zeros(size, dtype=torch.uint8)}
    snapshot = Snapshot(RunConfig(), step, 0, weights, {}, {}, {}, Plateau(), 0, {})
    watch = LossWatch(2.3, sound_step=sound_step, is_sound=is_sound)
    return State(snapshot, (), watch, EpochTally())


def states_on(disk: Disk, memory: int, room: int, count: int = 0) -> States:
    """The first of them and `count` more."""
    states = States([state(0)], memory)
    states.disk, states.disk_budget = disk, room
    for step in range(1, count + 1):
        states.add(state(step))
    return states


def on_disk(states: States) -> list[int]:
    return [each.step for each in states if each.files]


_ADDED = st.lists(
    st.tuples(st.integers(1, 50), st.integers(0, 300), st.booleans(), st.booleans()), max_size=60
)


@given(added=_ADDED, memory=st.integers(0, 500), room=st.integers(0, 900))
def test_memory_and_disk_stay_within_their_budgets_whatever_is_added(
    added: list[tuple[int, int, bool, bool]], memory: int, room: int
) -> None:
    disk = Disk()
    states, step, sound_step = states_on(disk, memory, room), 0, 0
    for gap, size, is_sound, disk.is_full in added:
        sound_step, step = (step if is_sound else sound_step), step + gap
        states.add(state(step, size, sound_step=sound_step, is_sound=is_sound))
        steps = states.steps
        assert list(steps) == sorted(set(steps))
        assert (steps[0], steps[-1]) == (0, step)
        assert states.disk_size <= room
        good = states.last_sound_until(sound_step).step
        in_memory = [each.step for each in states if not each.files]
        assert states.size <= memory or set(in_memory) <= {0, good, step}
    assert [each.snapshot.step for each in states] == list(states.steps)


@given(sizes=st.lists(st.integers(0, 300), max_size=60), memory=st.integers(0, 500))
def test_where_the_disk_has_room_none_is_lost_and_memory_holds_its_budget_or_one(
    sizes: list[int], memory: int
) -> None:
    states = states_on(Disk(), memory, 10**9)
    for step, size in enumerate(sizes, 1):
        states.add(state(step, size))
        assert states.size <= memory or [each.step for each in states if not each.files] == [step]
    assert states.steps == tuple(range(len(sizes) + 1))


@given(count=st.integers(0, 150), memory=st.integers(3, 20))
def test_memory_holds_those_that_it_would_hold_without_a_disk(count: int, memory: int) -> None:
    with_disk = states_on(Disk(), memory * SIZE, 10**9, count)
    without = states_on(Disk(), memory * SIZE, 0, count)
    assert tuple(each.step for each in with_disk if not each.files) == without.steps


@pytest.mark.parametrize("count", [100, 1000])
def test_where_both_are_full_the_longer_ago_the_farther_apart(count: int) -> None:
    memory, room = 10, 30
    states = states_on(Disk(), memory * SIZE, room * SIZE, count)
    assert (states.size, states.disk_size) == (memory * SIZE, room * SIZE)
    gaps = [after - before for before, after in pairwise(states.steps)]
    quarter = len(gaps) // 4
    parts = [sum(gaps[at : at + quarter]) for at in range(0, 4 * quarter, quarter)]
    assert parts == sorted(parts, reverse=True)
    assert max(gaps) <= 5 * count / (memory + room)


def test_nothing_is_written_without_room_on_the_disk() -> None:
    disk = Disk()
    states = states_on(disk, 3 * SIZE, 0, 50)
    assert (disk.written, len(states.steps)) == ([], 3)
    states_on(disk, 3 * SIZE, SIZE - 1, 50)
    assert disk.written == []


def test_when_the_disk_fills_up_those_on_it_stay_and_memory_is_thinned_out() -> None:
    disk = Disk()
    states = states_on(disk, 4 * SIZE, 10**9, 20)
    before = on_disk(states)
    assert len(before) == 17
    disk.is_full = True
    for step in range(21, 41):
        states.add(state(step))
    assert on_disk(states) == before
    assert (states.size, states.steps[-1]) == (4 * SIZE, 40)


def test_less_room_holds_at_once_and_what_is_needed_comes_back_to_memory() -> None:
    states = states_on(Disk(), 0, 10**9, 20)
    assert on_disk(states) == list(range(20))
    states.disk_budget = 7 * SIZE
    states.fit()
    assert len(on_disk(states)) == 7
    assert states.steps[-1] == 20
    states.disk_budget = 0
    states.fit()
    assert (on_disk(states), states.steps) == ([], (0, 20))
    assert states.last_until(19).snapshot.step == 0


def test_less_memory_holds_at_once() -> None:
    states = states_on(Disk(), 10**9, 10**9, 20)
    assert on_disk(states) == []
    states.budget = 5 * SIZE
    states.fit()
    assert states.size == 5 * SIZE
    assert states.steps == tuple(range(21))


def test_runs_share_the_files_of_their_common_past() -> None:
    disk = Disk()
    states = states_on(disk, 10**9, 10**9, 20)
    branch = states.until(12)
    states.budget = 0
    states.fit()
    assert branch.size == 0
    assert on_disk(branch) == list(range(13))
    assert len(disk.written) == 20
    assert branch.disk_size == 13 * SIZE
    branch.add(state(13))
    assert len(disk.written) == 20


def test_a_run_that_makes_room_for_another_keeps_what_would_stay_all_the_same() -> None:
    states = states_on(Disk(), 0, 10**9, 20)
    branch = states.until(12)
    dropped = 0
    while states.give_up_file(branch):
        dropped += 1
    assert dropped == 7  # not the last sound one, by which it would be rescued
    assert set(range(13)) <= set(states.steps)
    assert branch.steps == tuple(range(13))


def test_thinned_out_it_keeps_what_is_on_the_disk() -> None:
    states = states_on(Disk(), 5 * SIZE, 10**9, 20)
    kept = on_disk(states)
    states.thin_out()
    assert states.steps == tuple(sorted({0, *kept, 20}))


def test_where_a_file_was_taken_away_the_state_before_it_has_to_do() -> None:
    disk = Disk()
    states = states_on(disk, 0, 10**9, 20)
    for written in disk.written:
        written.is_there = written.read().step not in (9, 10)
    assert states.last_until(10).step == 8
    assert states.last_sound_until(10).step == 8
    assert states.last_until(11).step == 11
    assert states.last_until(20).step == 20


def test_the_first_and_the_last_good_one_go_last_and_the_newest_never() -> None:
    states = states_on(Disk(), 2 * SIZE, 10**9)
    for step in range(1, 6):
        states.add(state(step, sound_step=3))
    assert [each.step for each in states if not each.files] == [3, 5]
    states.budget = 0
    states.fit()
    assert [each.step for each in states if not each.files] == [5]


def test_a_single_one_cannot_be_thinned_out() -> None:
    states = States([state(0)])
    states.thin_out()
    assert states.steps == (0,)
