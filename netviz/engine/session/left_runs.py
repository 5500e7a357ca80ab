"""The runs of a session that were left, of which each can be gone on with."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from netviz.engine.errors import ConfigError
from netviz.engine.options.run_config import RunConfig
from netviz.engine.protocol.commands import MOST as MOST_RACING
from netviz.engine.protocol.left_run import LeftRun, Origin
from netviz.engine.protocol.run_names import given_name
from netviz.engine.protocol.run_tree import RunTree
from netviz.engine.protocol.state_budget import StateBudget
from netviz.engine.run.run import Run
from netviz.engine.run.states import States
from netviz.engine.session.replaced_run import ReplacedRun
from netviz.engine.session.saved_left_run import SavedLeftRun
from netviz.engine.training.trainer import DeviceData

MOST = 20
"""Runs that are kept in memory; beyond them the one that was left first is forgotten."""
MOST_STATE_BYTES = 2 * StateBudget().memory
"""Memory for the states along the way of all of them, where the settings give no other."""


@dataclass(frozen=True)
class _Aside:
    """The runs that were set aside: which was at hand, all of them, and where each began."""

    line: int
    lines: frozenset[int]
    origins: Mapping[int, Origin]


class LeftRuns:
    """Keeps the runs that were left, in the order in which they were.

    Those of a saved tree lie in their files until they are gone on with.

    Attributes
    ----------
    at_hand
        Number of the run at hand; 0 before any.
    racing
        Numbers of the runs that race, that at hand among them: those are kept in any case.
    state_bytes
        Memory that the states along the way of all of them may take.
    """

    def __init__(self) -> None:
        self.at_hand = 0
        self.racing: frozenset[int] = frozenset()
        self.state_bytes = MOST_STATE_BYTES
        self._runs: dict[int, ReplacedRun | SavedLeftRun] = {}
        self._origins: dict[int, Origin] = {}
        self._deleted: set[int] = set()  # in their places still, until another one is left
        self._aside: _Aside | None = None

    @property
    def origin(self) -> Origin:
        """That of the run at hand."""
        return self._origins.get(self.at_hand, Origin())

    @property
    def origins(self) -> tuple[Origin, ...]:
        """Those of all runs that ever began, in the order of their numbers."""
        return tuple(self._origins[line] for line in sorted(self._origins))

    @property
    def trained(self) -> tuple[ReplacedRun | SavedLeftRun, ...]:
        """All that were trained, in the order of their numbers."""
        lines = sorted(self._runs.keys() - self._deleted)
        return tuple(self._runs[line] for line in lines if self._runs[line].steps)

    @property
    def deleted(self) -> tuple[ReplacedRun | SavedLeftRun, ...]:
        """Those that were deleted and can be restored."""
        return tuple(self._runs[line] for line in sorted(self._deleted))

    @property
    def _in_memory(self) -> list[ReplacedRun]:
        return [left for left in self._runs.values() if isinstance(left, ReplacedRun)]

    @property
    def last(self) -> ReplacedRun | None:
        """The one that was left last in this session."""
        hidden = self._deleted | self._waiting
        kept = (left for left in self._in_memory if left.origin.line not in hidden)
        return next(reversed(list(kept)), None)

    @property
    def last_step(self) -> int:
        """Steps of the one that was left last; 0 where there is none."""
        return self.last.run.trainer.step if self.last else 0

    def new_origin(
        self,
        parent: Origin | None = None,
        step: int = 0,
        *,
        line: int | None = None,
        left_for_it: RunConfig | None = None,
    ) -> Origin:
        """Return the origin of a new run, which parted from `parent` at `step`.

        Before it parted itself, a run is the one that it parted from. `line` is the number of a
        run that was never trained, in whose place it comes and whose name it keeps. `left_for_it`
        are the settings that its name is made in comparison with.
        """
        while parent and parent.parent and step <= parent.step:
            parent = self._origins[parent.parent]
        if line and line in self._origins:
            self._origins[line] = replace(self._origins[line], parent=0, step=0)
            return self._origins[line]
        line = line or self._next_line
        settings = left_for_it.to_json() if left_for_it else ""
        self._origins[line] = Origin(line, parent.line if parent else 0, step, "", settings)
        return self._origins[line]

    def parting(self, left: ReplacedRun, run: Run, *, takes_its_number: bool = True) -> Origin:
        """Return the origin of `run`, which parts from `left` where it is.

        One that is untrained is no parent. `takes_its_number` tells whether `run` takes the number
        of such a one, of which nothing else remains.
        """
        if left.steps:
            return self.new_origin(left.origin, run.trainer.step, left_for_it=run.trainer.config)
        return self.new_origin(line=left.origin.line if takes_its_number else None)

    @property
    def _next_line(self) -> int:
        return max(self._origins, default=0) + 1

    def adopt(
        self,
        tree: RunTree,
        left: Mapping[int, SavedLeftRun],
        line: int | None,
        same: Mapping[int, int],
    ) -> Origin:
        """Keep the runs of a saved tree, too; return the origin of the one that is opened.

        Their numbers are as they were if there is no other run, else those that come next.

        Parameters
        ----------
        left
            Those that can be gone on with, by their numbers in the file.
        line
            Number of a run that was never trained, in whose place it comes.
        same
            Runs of the tree that are here already: their numbers in the file, and those here.
        """
        self._origins.pop(line or 0, None)
        first = self._next_line
        others = [each for each in tree.origins if each.line not in same]
        numbers = dict(same)
        for index, each in enumerate(others):
            numbers[each.line] = each.line if first == 1 else first + index
        for each in others:
            number, parent = numbers[each.line], numbers.get(each.parent, 0)
            self._origins[number] = replace(each, line=number, parent=parent)
            if each.line in left:
                self._runs[number] = left[each.line].renumbered(self._origins[number])
        return self._origins[numbers[tree.origin.line]]

    def rename(self, line: int, name: str) -> None:
        """Give a run another name, empty for the made one.

        Raises
        ------
        ConfigError
            When it is neither at hand nor kept.
        """
        if line != self.at_hand:
            self.find(line)
        self._origins[line] = replace(self._origins[line], name=given_name(name))

    def tell_apart(self, lines: Sequence[int]) -> None:
        """Give runs that race colours that differ; a run has a new one for good.

        Those that come first keep theirs. There are as many colours as runs can race.
        """
        taken: set[int] = set()
        for line in lines:
            origin = self._origins[line]
            color = ((origin.color or line) - 1) % MOST_RACING + 1
            if color in taken:
                color = next(each for each in range(1, MOST_RACING + 1) if each not in taken)
                self._origins[line] = replace(origin, color=color)
            taken.add(color)

    def keep(self, left: ReplacedRun) -> None:
        """Keep a run as it is now."""
        self._runs[left.origin.line] = left

    def forget_untrained(self) -> None:
        """Keep no run in which nothing was trained: it was kept to be changed places with."""
        spared = self.racing | self._waiting
        self._runs = {
            line: left for line, left in self._runs.items() if left.steps or line in spared
        }

    def make_room(self, beside: DeviceData) -> None:
        """Forget what was deleted, and what there is no memory for beside a run with such data."""
        waiting = self._waiting
        for line in self._deleted - waiting:
            del self._runs[line]
        self._deleted &= waiting
        for left in self._in_memory:
            count = sum(each.origin.line not in waiting for each in self._in_memory)
            is_too_much = count > MOST or not left.is_affordable(beside)
            if is_too_much and left.origin.line not in self.racing | waiting:
                del self._runs[left.origin.line]
        for left in self._in_memory:
            if self._state_bytes > self.state_bytes:
                left.run.states.thin_out(keeps_good=left.is_ruined)

    @property
    def _waiting(self) -> frozenset[int]:
        """Numbers of the runs that were set aside."""
        return self._aside.lines if self._aside else frozenset()

    def set_aside(self) -> None:
        """Keep the run that was left last, and all others, as they are until `take_back`."""
        if self._aside is None:
            lines = frozenset(self._runs)
            self._aside = _Aside(self.at_hand, lines, dict(self._origins))

    @property
    def waits_for(self) -> int:
        """Number of the run that is gone on with when all are taken back; 0 where none waits."""
        return self._aside.line if self._aside else 0

    def take_back(self) -> int:
        """Keep those that were set aside, and no others; return which of them was at hand.

        Raises
        ------
        ConfigError
            When none was set aside.
        """
        aside, self._aside = self._aside, None
        if aside is None:
            raise ConfigError("No run was set aside.")
        self._runs = {line: left for line, left in self._runs.items() if line in aside.lines}
        self._deleted &= aside.lines
        self._origins = dict(aside.origins)
        return aside.line

    @property
    def runs(self) -> tuple[Run, ...]:
        """Those of them that are not in files, that first which was left first."""
        return tuple(left.run for left in self._in_memory if left.origin.line not in self.racing)

    def give_up_file(self, spared: States | None) -> bool:
        """Let one drop a state that it has in a file, and that `spared` has not got.

        That is the run which was left first and has one; False where none has.
        """
        return any(run.states.give_up_file(spared) for run in self.runs)

    def find(self, line: int) -> ReplacedRun | SavedLeftRun:
        """Return a run that was left.

        Raises
        ------
        ConfigError
            When it is not kept (any more).
        """
        if line in self._waiting:
            raise ConfigError(f"Run {line} was set aside.", "Take it back first.")
        if line not in self._runs or line in self._deleted:
            raise _gone(line)
        return self._runs[line]

    def loaded(self, line: int) -> ReplacedRun:
        """Return a run that was left, as `find`; one that lies in a file is refused, too."""
        left = self.find(line)
        if isinstance(left, SavedLeftRun):
            raise ConfigError(
                f"Run {line} lies in its file as yet.", "Go on with it once, to have it here."
            )
        return left

    def delete(self, lines: Sequence[int]) -> None:
        """Keep runs no longer; until another one is left they can be restored.

        Those that parted from them keep their own past.

        Raises
        ------
        ConfigError
            When one is not kept; then all are kept.
        """
        for line in lines:
            self.find(line)
        self._deleted |= set(lines)

    def restore(self, lines: Sequence[int]) -> None:
        """Keep runs again that were deleted, in their old places.

        Raises
        ------
        ConfigError
            When one is gone for good, or was not deleted; then nothing is restored.
        """
        for line in lines:
            if line not in self._deleted:
                raise _gone(line)
        self._deleted -= set(lines)

    def forget(self, line: int) -> None:
        """Keep a run no longer: it is at hand again."""
        del self._runs[line]

    def told(self) -> tuple[LeftRun, ...]:
        """Tell of each that was trained or races, in the order of their numbers."""
        kept = [line for line in self._runs if line not in self._deleted | self._waiting]
        told = (
            replace(self._runs[line].told(), origin=self._origins[line], newer=len(kept) - place)
            for place, line in enumerate(kept, start=1)
        )
        shown = (each for each in told if each.steps or each.origin.line in self.racing)
        return tuple(sorted(shown, key=lambda each: each.origin.line))

    @property
    def _state_bytes(self) -> int:
        """Memory of all states, each counted once: runs share those of their common past."""
        states = {id(each): each.size for left in self._in_memory for each in left.run.states}
        return sum(states.values())


def _gone(line: int) -> ConfigError:
    return ConfigError(
        f"Run {line} is not kept any more.",
        f"The {MOST} that were left last are, but for those that you deleted.",
    )
