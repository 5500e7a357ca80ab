"""The runs of a session that were left, of which each can be gone on with."""

from collections.abc import Sequence
from dataclasses import replace

from netviz.engine.errors import ConfigError
from netviz.engine.options.run_config import RunConfig
from netviz.engine.protocol.left_run import LeftRun, Origin
from netviz.engine.protocol.run_names import given_name
from netviz.engine.session.replaced_run import ReplacedRun
from netviz.engine.training.trainer import DeviceData

MOST = 20
"""Runs that are kept; beyond them the one that was left first is forgotten."""
MOST_STATE_BYTES = 512 * 2**20
"""Memory for the states along the way of all of them."""


class LeftRuns:
    """Keeps the runs that were left, in the order in which they were."""

    def __init__(self) -> None:
        self._runs: dict[int, ReplacedRun] = {}
        self._origins: dict[int, Origin] = {}
        self._at_hand = 0
        self._deleted: set[int] = set()  # in their places still, until another one is left

    @property
    def last(self) -> ReplacedRun | None:
        """The one that was left last."""
        kept = (self._runs[line] for line in reversed(self._runs) if line not in self._deleted)
        return next(kept, None)

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
        if line:
            self._origins[line] = replace(self._origins[line], parent=0, step=0)
            return self._origins[line]
        line = len(self._origins) + 1
        settings = left_for_it.to_json() if left_for_it else ""
        self._origins[line] = Origin(line, parent.line if parent else 0, step, "", settings)
        return self._origins[line]

    @property
    def at_hand(self) -> Origin:
        """The origin of the run at hand."""
        return self._origins[self._at_hand]

    def take_up(self, line: int) -> Origin:
        """Take note of which run is at hand; return its origin, with the name it has by now."""
        self._at_hand = line
        return self.at_hand

    def rename(self, line: int, name: str) -> None:
        """Give a run another name, empty for the made one.

        Raises
        ------
        ConfigError
            When it is neither at hand nor kept.
        """
        if line != self._at_hand:
            self.find(line)
        self._origins[line] = replace(self._origins[line], name=given_name(name))

    def keep(self, left: ReplacedRun) -> None:
        """Keep a run as it is now."""
        self._runs[left.origin.line] = left

    def forget_untrained(self) -> None:
        """Keep no run in which nothing was trained: it was kept to be changed places with."""
        self._runs = {line: left for line, left in self._runs.items() if left.run.trainer.step}

    def make_room(self, beside: DeviceData) -> None:
        """Forget what was deleted, and what there is no memory for beside a run with such data."""
        for line in self._deleted:
            del self._runs[line]
        self._deleted.clear()
        for line, left in list(self._runs.items()):
            if len(self._runs) > MOST or not left.is_affordable(beside):
                del self._runs[line]
        for left in self._runs.values():
            if self._state_bytes > MOST_STATE_BYTES:
                left.run.states.thin_out()

    def find(self, line: int) -> ReplacedRun:
        """Return a run that was left.

        Raises
        ------
        ConfigError
            When it is not kept (any more).
        """
        if line not in self._runs or line in self._deleted:
            raise _gone(line)
        return self._runs[line]

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
        """Tell of each that was trained, in the order of their numbers."""
        lines = sorted(self._runs.keys() - self._deleted)
        told = (replace(self._runs[line].told(), origin=self._origins[line]) for line in lines)
        return tuple(each for each in told if each.steps)

    @property
    def _state_bytes(self) -> int:
        """Memory of all states, each counted once: runs share those of their common past."""
        states = {id(each): each.size for left in self._runs.values() for each in left.run.states}
        return sum(states.values())


def _gone(line: int) -> ConfigError:
    return ConfigError(
        f"Run {line} is not kept any more.",
        f"The {MOST} that were left last are, but for those that you deleted.",
    )
