"""What of a session's runs that were left is in files, and what is to be written yet."""

import contextlib
from pathlib import Path
from typing import NamedTuple

from netviz.engine.errors import StorageError
from netviz.engine.options.run_config import RunConfig
from netviz.engine.protocol.left_run import Origin
from netviz.engine.protocol.run_tree import RunTree
from netviz.engine.run.run import Run
from netviz.engine.run.version import Version
from netviz.engine.session.left_runs import LeftRuns
from netviz.engine.session.replaced_run import ReplacedRun
from netviz.engine.session.saved_left_run import SavedLeftRun
from netviz.engine.session.saved_tree import SavedTree
from netviz.engine.storage.branch_files import Branches, branch_file, fingerprint, new_name
from netviz.engine.storage.run_file import pack


class _Content(NamedTuple):
    """What the file of a run that was left depends on; its number in the session is not of it."""

    version: Version
    has_failed: bool


class TreeFiles:
    """Knows the branch file of each run that was left, and where there is one already.

    A run that was left does not change, so that its file is written once for each folder.

    Parameters
    ----------
    left
        The runs that were left.
    """

    def __init__(self, left: LeftRuns) -> None:
        self._left = left
        self._names: dict[int, tuple[_Content, str]] = {}
        self._folders: list[Path] = []
        self._unread: set[str] = set()
        self._deleted: set[str] = set()

    def know(self, folder: Path) -> None:
        """Look for branch files in this folder, too."""
        if folder not in self._folders:
            self._folders.append(folder)

    def adopt(
        self, saved: SavedTree, line: int | None, left_for_it: RunConfig | None = None
    ) -> Origin:
        """Keep the runs beside one that is opened; return the origin of that one.

        Parameters
        ----------
        line
            Number of a run that was never trained, in whose place it comes.
        left_for_it
            Settings that its name is made in comparison with.
        """
        if not saved.tree.origins:  # it was saved before there was a tree, or was left itself
            return self._left.new_origin(line=line, left_for_it=left_for_it)
        here = {name: line for line, name in self._current().items()}
        names = saved.tree.branches.items()
        same = {line: here[name] for line, name in names if name in here}
        self._unread.update(saved.unread)
        self.know(saved.home)
        return self._left.adopt(saved.tree, saved.left, line, same)

    def add(self, saved: SavedTree) -> tuple[int, ...]:
        """Keep the runs of a saved tree beside those that are here; return the new numbers.

        Those that are here already are not kept twice; those that were deleted are restored.
        """
        kept = (*self._left.trained, *self._left.deleted)
        here = {self._name(run): run.origin.line for run in kept}
        same = {line: here[run.name] for line, run in saved.left.items() if run.name in here}
        deleted = {run.origin.line for run in self._left.deleted}
        restored = tuple(sorted(deleted & set(same.values())))
        self._left.restore(restored)
        if len(same) == len(saved.left):
            return restored
        before = set(self._current())
        self._unread.update(saved.unread)
        self.know(saved.home)
        self._left.adopt(saved.tree, saved.left, None, same)
        return tuple(sorted({*restored, *(self._current().keys() - before)}))

    def take_up(self, saved: SavedLeftRun, run: Run) -> Origin:
        """Keep a run no longer that was opened from its file; return its origin."""
        origin = saved.origin
        self._left.forget(origin.line)
        self._names[origin.line] = (_Content(run.version._replace(run=0), False), saved.name)
        return origin

    def file_of(self, run: SavedLeftRun) -> Path:
        """Return where a run lies.

        Raises
        ------
        StorageError
            When its file is gone.
        """
        file = self._locate(run.name)
        if file is None and run.file is not None:
            return _own_file(run, run.file)
        if file is None:
            raise StorageError(
                f"The file of run {run.origin.line} is gone: {branch_file(run.folder, run.name)}.",
                "Put it back, or open the run's folder again from where it is now.",
            )
        return file

    @property
    def state(self) -> tuple[object, ...]:
        """What is another as soon as a file of the tree would be."""
        return self._left.at_hand, self._left.origins, tuple(self._current().items())

    def branches_for(self, folder: Path) -> tuple[RunTree, Branches]:
        """Return what a run file in `folder` shall tell of the tree, and what it takes for that.

        Runs whose files are not there yet are copied now, so that they can be gone on with while
        they are written.
        """
        names: dict[int, str] = {}
        new: dict[str, bytes | Path] = {}
        left_out: list[str] = []
        for run in self._left.trained:
            name = self._name(run)
            try:
                if not branch_file(folder, name).is_file():
                    new[name] = self._source(run, name)
            except StorageError as error:
                left_out.append(f"Run {run.origin.line} is left out: {error.message}")
            else:
                names[run.origin.line] = name
        tree = RunTree(self._left.origin, self._left.origins, names)
        # One that was deleted may be restored, and its file may be all that there is of it.
        restorable = {self._name(run) for run in self._left.deleted}
        self._deleted |= restorable
        spared, dropped = frozenset(self._unread | restorable), frozenset(self._deleted)
        return tree, Branches(frozenset(names.values()), new, spared, dropped, tuple(left_out))

    def _current(self) -> dict[int, str]:
        return {run.origin.line: self._name(run) for run in self._left.trained}

    def _name(self, run: ReplacedRun | SavedLeftRun) -> str:
        """Return the name of a run's file, which is a new one where the run has changed."""
        if isinstance(run, SavedLeftRun):
            return run.name
        line, content = run.origin.line, _content(run)
        known = self._names.get(line)
        if known is None or known[0] != content:
            known = self._names[line] = (content, new_name(line))
        return known[1]

    def _source(self, run: ReplacedRun | SavedLeftRun, name: str) -> bytes | Path:
        """Return what to fill a run's file with."""
        if isinstance(run, SavedLeftRun):
            return self.file_of(run)
        return self._locate(name) or pack(run.record())

    def _locate(self, name: str) -> Path | None:
        """Return where a branch file is: in the first of the folders that has it."""
        files = (branch_file(folder, name) for folder in self._folders)
        return next((file for file in files if file.is_file()), None)


def _own_file(run: SavedLeftRun, file: Path) -> Path:
    """Return the user's file that a run was added from; raises `StorageError` if it is another."""
    with contextlib.suppress(StorageError):
        if fingerprint(file) in run.name:
            return file
    raise StorageError(
        f"The file of run {run.origin.line} is gone, or another by now: {file}.",
        "Put it back, or add the run again from where it is now.",
    )


def _content(run: ReplacedRun) -> _Content:
    # A run that is taken up gets another number, and is the same run.
    return _Content(run.run.version._replace(run=0), run.failed is not None)
