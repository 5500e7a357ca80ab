"""The memory and the disk that a session's runs have for their states along the way."""

from collections.abc import Callable, Sequence
from pathlib import Path

from netviz.engine.protocol.state_budget import StateBudget
from netviz.engine.run.run import Run
from netviz.engine.run.states import States
from netviz.engine.session.left_runs import LeftRuns
from netviz.engine.storage.state_folder import StateFolder, StoredSnapshot
from netviz.engine.training.trainer import Snapshot


class StateRoom:
    """Shares memory and disk out among the runs that are trained.

    On the disk those that were left make room for them, that first which was left first; in
    memory they have a room of their own.

    Parameters
    ----------
    root
        Folder in which all processes have their files; None for no files.
    left
        The runs that were left.

    Attributes
    ----------
    when_full
        Called with a sentence where nothing can be written any more; the states are kept in memory
        only from then on.
    """

    def __init__(self, root: Path | None, left: LeftRuns) -> None:
        self.when_full: Callable[[str], object] = lambda _: None
        self._left = left
        self._budget = StateBudget()
        self._folder = StateFolder(root) if root is not None else None
        if self._folder is not None:
            self._folder.remove_left()

    def change(self, budget: StateBudget, runs: Sequence[Run], others: Sequence[Run]) -> None:
        """Keep to another budget from now on; where nothing could be written it is tried again.

        Parameters
        ----------
        runs
            The runs that are trained.
        others
            Runs beside those and those that were left.
        """
        self._budget = budget
        self._left.state_bytes = 2 * budget.memory
        if self._folder is not None:
            self._folder.problem = ""
        for run in (*others, *self._left.runs):
            self._allow(run.states, StateBudget(run.states.budget, budget.disk))
        self._make_room(0)
        self.share(runs)

    def share(self, runs: Sequence[Run]) -> None:
        """Give each of the runs that are trained as much as the others."""
        for run in runs:
            self._allow(run.states, self._budget.shared(len(runs)))

    def _allow(self, states: States, budget: StateBudget) -> None:
        states.budget, states.disk_budget = budget.memory, budget.disk
        states.disk = self if self._folder is not None else None
        states.fit()

    @property
    def size(self) -> int:
        """Bytes of the files of all runs."""
        return self._folder.size if self._folder is not None else 0

    def store(self, snapshot: Snapshot, size: int, states: States) -> StoredSnapshot | None:
        """Write a snapshot of so many bytes into a file; None where that is not possible."""
        folder = self._folder
        if folder is None or folder.problem or not self._make_room(size, states):
            return None
        stored = folder.write(snapshot)
        if stored is None:
            self.when_full(folder.problem)
        return stored

    def _make_room(self, size: int, states: States | None = None) -> bool:
        """Let the runs that were left drop what is in files until there is room for more."""
        if self._folder is None:
            return False
        while self.size + size > self._budget.disk:
            if not self._left.give_up_file(states):
                return False
        return True

    def close(self) -> None:
        """Remove all files."""
        if self._folder is not None:
            self._folder.close()
