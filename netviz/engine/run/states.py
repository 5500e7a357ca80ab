"""States of a run along its way, from which any of its steps can be reached again."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from itertools import pairwise
from math import sqrt
from typing import Any

from torch import Tensor

from netviz.engine.protocol.ledger import LedgerEntry
from netviz.engine.run.divergence import LossWatch
from netviz.engine.run.epoch_tally import EpochTally
from netviz.engine.training.trainer import Snapshot

BUDGET_BYTES = 256 * 2**20
"""Memory for the states of one run, beside the first, the last and the last good one."""


@dataclass(frozen=True, eq=False)
class State:
    """A run at one step.

    Attributes
    ----------
    snapshot
        The trainer's state: all that the steps after it depend on.
    ledger
        The changes until then.
    watch
        What was remembered of the losses.
    tally
        Sums over the epoch under way.
    size
        Bytes that its tensors take.
    """

    snapshot: Snapshot
    ledger: tuple[LedgerEntry, ...]
    watch: LossWatch
    tally: EpochTally
    size: int = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "size", _size(vars(self.snapshot)))

    @property
    def step(self) -> int:
        """Steps trained until then."""
        return self.snapshot.step


class States:
    """States in the order of their steps, fewer the longer ago they are.

    Parameters
    ----------
    states
        Ordered by their steps, the first that of step 0.
    budget
        Bytes that they may take; the first, the last and the last good one are kept in any case.

    Attributes
    ----------
    budget
        May change; it is kept to from the next state on.
    trusted_step
        The states up to this step are sound, whatever the losses said when they were kept.
    """

    def __init__(self, states: Iterable[State], budget: int = BUDGET_BYTES) -> None:
        self._states = list(states)
        self.budget = budget
        self.trusted_step = 0

    @property
    def steps(self) -> tuple[int, ...]:
        """Their steps, increasing."""
        return tuple(state.step for state in self._states)

    def __iter__(self) -> Iterator[State]:
        return iter(self._states)

    @property
    def size(self) -> int:
        """Bytes that they take; the order of the images, which those of an epoch share, once."""
        whole = sum(state.size for state in self._states)
        orders = [state.snapshot.sampler.get("order") for state in self._states]
        return whole - sum(_size(one) for one, next_one in pairwise(orders) if one is next_one)

    def add(self, state: State) -> None:
        """Add the state of the present; at a step that has one already it takes its place."""
        if self._states[-1].step == state.step:
            self._states.pop()
        self._states.append(state)
        while self.size > self.budget and (missed := self._least_missed()):
            del self._states[missed]

    def thin_out(self) -> None:
        """Keep the first and the last alone; all steps can be reached, but it takes longer."""
        del self._states[1:-1]

    def until(self, step: int) -> "States":
        """Return those that are no later than `step`."""
        states = States((state for state in self._states if state.step <= step), self.budget)
        states.trusted_step = min(step, self.trusted_step)
        return states

    def last_until(self, step: int) -> State:
        """Return the last one that is no later than `step`."""
        return next(state for state in reversed(self._states) if state.step <= step)

    def last_sound_until(self, step: int) -> State:
        """Return the last one that is no later than `step` and from before any damage.

        One that is trusted may be later.
        """
        sound = (
            state
            for state in self._states
            if state.step <= self.trusted_step or (state.step <= step and state.watch.is_sound)
        )
        return max(sound, key=lambda state: state.step, default=self._states[0])

    def _least_missed(self) -> int | None:
        """Return which one leaves the smallest gap beside the square root of how long ago it is.

        None where each is needed: the first, the last, and the one to go back to after damage.

        Beside how long ago it is, the gaps of the first steps of a long run would be several times
        as large, and it is from there that one waits; with all gaps alike those of the last steps
        would be, and it is there that one goes back most.
        """
        steps = self.steps
        good = self.last_sound_until(self._states[-1].watch.sound_step)
        return min(
            (i for i in range(1, len(steps) - 1) if self._states[i] is not good),
            key=lambda i: (steps[i + 1] - steps[i - 1]) / sqrt(steps[-1] - steps[i]),
            default=None,
        )


def _size(value: Any) -> int:
    """Return how many bytes the tensors take that are in `value`, however deep."""
    if isinstance(value, Tensor):
        return value.numel() * value.element_size()  # of a sparse one, what it would be at most
    if isinstance(value, dict):
        return sum(map(_size, value.values()))
    if isinstance(value, list | tuple):
        return sum(map(_size, value))
    return 0
