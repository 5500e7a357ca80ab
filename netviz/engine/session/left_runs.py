"""The runs of a session that were left, of which each can be gone on with."""

from dataclasses import replace

from netviz.engine.errors import ConfigError
from netviz.engine.protocol.left_run import LeftRun, Origin
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

    @property
    def last(self) -> ReplacedRun | None:
        """The one that was left last."""
        return next(reversed(self._runs.values()), None)

    @property
    def last_step(self) -> int:
        """Steps of the one that was left last; 0 where there is none."""
        return self.last.run.trainer.step if self.last else 0

    def new_origin(
        self, parent: Origin | None = None, step: int = 0, *, line: int | None = None
    ) -> Origin:
        """Return the origin of a new run, which parted from `parent` at `step`.

        Before it parted itself, a run is the one that it parted from. `line` is the number of a
        run that was never trained, in whose place it comes.
        """
        while parent and parent.parent and step <= parent.step:
            parent = self._origins[parent.parent]
        line = line or len(self._origins) + 1
        self._origins[line] = Origin(line, parent.line if parent else 0, step)
        return self._origins[line]

    @property
    def origins(self) -> tuple[Origin, ...]:
        """Those of all runs of the session, in the order of their numbers."""
        return tuple(self._origins[line] for line in sorted(self._origins))

    def cut(self, line: int, step: int) -> None:
        """Note that a run went back to `step` within itself: what it trains then is another past.

        Runs that parted from it later have no more than that in common with it.
        """
        for child, origin in self._origins.items():
            if origin.parent == line and origin.step > step:
                self._origins[child] = parted = replace(origin, step=step)
                if left := self._runs.get(child):
                    described = replace(left.described, origin=parted)
                    self._runs[child] = replace(left, described=described)

    def keep(self, left: ReplacedRun) -> None:
        """Keep a run as it is now."""
        self._runs[left.origin.line] = left

    def forget_untrained(self) -> None:
        """Keep no run in which nothing was trained: it was kept to be changed places with."""
        self._runs = {line: left for line, left in self._runs.items() if left.run.trainer.step}

    def make_room(self, beside: DeviceData) -> None:
        """Forget what there is no memory for while a run uses the data `beside`."""
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
        if line not in self._runs:
            raise ConfigError(
                f"Run {line} is not kept any more.", f"Only the {MOST} that were left last are."
            )
        return self._runs[line]

    def forget(self, line: int) -> None:
        """Keep a run no longer: it is at hand again."""
        del self._runs[line]

    def told(self) -> tuple[LeftRun, ...]:
        """Tell of each that was trained, in the order of their numbers."""
        newer = {line: count for count, line in enumerate(reversed(self._runs))}
        told = (self._runs[line].told(newer[line]) for line in sorted(self._runs))
        return tuple(each for each in told if each.steps)

    @property
    def _state_bytes(self) -> int:
        """Memory of all states, each counted once: runs share those of their common past."""
        states = {id(each): each.size for left in self._runs.values() for each in left.run.states}
        return sum(states.values())
