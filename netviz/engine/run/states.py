"""States of a run along its way, from which any of its steps can be reached again."""

from collections.abc import Iterable, Iterator, Sequence
from itertools import count, pairwise
from math import inf, sqrt
from typing import Protocol

from netviz.engine.protocol.state_budget import StateBudget
from netviz.engine.run.state import State, Stored, size_of
from netviz.engine.training.trainer import Snapshot

BUDGET_BYTES = StateBudget().memory
"""Memory for the states of one run, beside the last and where no disk takes those, the first and
the last good one."""


class Disk(Protocol):
    """Takes what memory has no room for."""

    @property
    def size(self) -> int:
        """Bytes of all its files, whosever they are."""

    def store(self, snapshot: Snapshot, size: int, states: "States") -> Stored | None:
        """Write a snapshot of so many bytes into a file; None where that is not possible.

        `states` are those that it is one of, in whose favour others may have to go.
        """


class States:
    """States in the order of their steps, fewer the longer ago they are.

    What has no room in memory is written into files; what has none there either is dropped.

    Parameters
    ----------
    states
        Ordered by their steps, the first that of step 0.
    budget
        Bytes of memory that they may take; the last is kept there in any case, and where no disk
        takes them also the first and the last good one.

    Attributes
    ----------
    budget
        May change; it is kept to from the next state on, or with `fit` at once.
    disk, disk_budget
        Takes what memory has no room for, and bytes that this may be; None for no disk.
    trusted_step
        The states up to this step are sound, whatever the losses said when they were kept.
    """

    def __init__(self, states: Iterable[State], budget: int = BUDGET_BYTES) -> None:
        self._states = list(states)
        self.budget = budget
        self.disk: Disk | None = None
        self.disk_budget = 0
        self.trusted_step = 0

    @property
    def steps(self) -> tuple[int, ...]:
        """Their steps, increasing."""
        return tuple(state.step for state in self._states)

    def __iter__(self) -> Iterator[State]:
        return iter(self._states)

    @property
    def size(self) -> int:
        """Bytes of memory; the order of the images, which those of an epoch share, once."""
        return _size([state for state in self._states if state.in_memory is not None])

    @property
    def disk_size(self) -> int:
        """Bytes of files; one that several states share counts once."""
        files = {id(file): file.size for state in self._states for file in state.files}
        return sum(files.values())

    def add(self, state: State) -> None:
        """Add the state of the present; at a step that has one already it takes its place."""
        if self._states[-1].step == state.step:
            self._states.pop()
        self._states.append(state)
        self.fit()

    def fit(self) -> None:
        """Keep to the budgets."""
        while self._files_exceed(0) and self._clear_file():
            pass
        kept = [state for state in self._states if state.in_memory is not None]
        while _size(kept) > self.budget and (state := self._next_out_of_memory(kept)):
            if not self._store(state):
                is_full = self._can_be_stored(state) and self._files_exceed(state.size)
                missed = self._least_missed(self._states if is_full else kept)
                if missed is None:
                    return
                self._states.remove(missed)
                state = missed
            if state in kept:
                kept.remove(state)

    def thin_out(self, *, keeps_good: bool = False) -> None:
        """Keep in memory the first and the last alone; it takes longer to reach a step then.

        `keeps_good` also keeps the one to go back to after damage.
        """
        first, good, last = self._needed
        needed = (first, good, last) if keeps_good else (first, last)
        self._states = [state for state in self._states if state.files or state in needed]

    def give_up_file(self, spared: "States | None" = None) -> bool:
        """Drop the state in a file that is least missed; False where there is none to drop.

        Those of `spared` would stay in their files nevertheless.
        """
        others = {id(state) for state in spared} if spared else set()
        missed = self._least_missed(
            state for state in self._states if state.files and id(state) not in others
        )
        if missed is not None:
            self._states.remove(missed)
        return missed is not None

    def until(self, step: int) -> "States":
        """Return those that are no later than `step`."""
        states = self.like_these(state for state in self._states if state.step <= step)
        states.trusted_step = min(step, self.trusted_step)
        return states

    def like_these(self, states: Iterable[State]) -> "States":
        """Return other states that have what these have of memory and disk."""
        other = States(states, self.budget)
        other.disk, other.disk_budget = self.disk, self.disk_budget
        return other

    def last_until(self, step: int) -> State:
        """Return the last one that is no later than `step`."""
        return self._last(state for state in reversed(self._states) if state.step <= step)

    def last_sound_until(self, step: int) -> State:
        """Return the last one that is no later than `step` and from before any damage.

        One that is trusted may be later.
        """
        return self._last(
            state
            for state in reversed(self._states)
            if state.step <= self.trusted_step or (state.step <= step and state.watch.is_sound)
        )

    def _last(self, states: Iterable[State]) -> State:
        """Return the first of `states` that can be had, else the state of step 0."""
        return next((state for state in states if state.is_there), self._states[0])

    # -- what goes ---------------------------------------------------------------------------

    @property
    def _needed(self) -> tuple[State, State, State]:
        """The first, the last, and the one to go back to after damage."""
        last = self._states[-1]
        return self._states[0], self.last_sound_until(last.watch.sound_step), last

    def _files_exceed(self, more: int) -> bool:
        """Whether the files, and `more` bytes of others, are more than they may be."""
        most = self.disk_budget - more
        # Those of all runs are soon counted, and seldom too many for one.
        return (self.disk is None or self.disk.size > most) and self.disk_size > most

    def _next_out_of_memory(self, kept: Sequence[State]) -> State | None:
        """Return which of `kept` memory can spare most: one that is needed only into a file."""
        among = kept if kept[0] is self._states[0] else [self._states[0], *kept]
        spare = self._least_missed(kept, among=among)
        if spare is not None:
            return spare
        first, good, last = self._needed
        needed = (each for each in (first, good) if each is not last and not each.files)
        return next((each for each in needed if self._can_be_stored(each)), None)

    def _can_be_stored(self, state: State) -> bool:
        return self.disk is not None and state.size <= self.disk_budget

    def _store(self, state: State) -> bool:
        """Move a state into a file, if there is room for it."""
        snapshot = state.in_memory
        if self.disk is None or snapshot is None or self._files_exceed(state.size):
            return False
        stored = self.disk.store(snapshot, state.size, self)
        if stored is not None:
            state.move(stored)
        return stored is not None

    def _clear_file(self) -> bool:
        """Take one state out of its file: back into memory if it is needed, else for good."""
        if self.give_up_file():
            return True
        stored = next((state for state in self._states if state.files and state.is_there), None)
        if stored is not None:
            stored.move_back()
        return stored is not None

    def _least_missed(
        self, candidates: Iterable[State], among: Sequence[State] | None = None
    ) -> State | None:
        """Return which one leaves the smallest gap beside the square root of how long ago it is.

        None where each is needed: the first, the last, and the one to go back to after damage.

        Beside how long ago it is, the gaps of the first steps of a long run would be several times
        as large, and it is from there that one waits; with all gaps alike those of the last steps
        would be, and it is there that one goes back most.

        Parameters
        ----------
        candidates
            Those to choose from.
        among
            The states between which a gap is left; by default all.
        """
        states = self._states if among is None else among
        allowed = {id(state) for state in candidates}.difference(map(id, self._needed))
        now = states[-1].step
        gaps = (
            (after.step - before.step) / sqrt(now - state.step) if id(state) in allowed else inf
            for before, state, after in zip(states, states[1:], states[2:], strict=False)
        )
        gap, place = min(zip(gaps, count(1)), default=(inf, 0))
        return states[place] if gap < inf else None


def _size(states: Sequence[State]) -> int:
    """Return the bytes of states in memory, an order of the images that follows itself once."""
    orders = [state.in_memory and state.in_memory.sampler.get("order") for state in states]
    twice = sum(size_of(one) for one, next_one in pairwise(orders) if one is next_one)
    return sum(state.size for state in states) - twice
