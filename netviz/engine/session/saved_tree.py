"""The runs beside a saved one, as its folder tells of them when it is opened."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from netviz.engine.errors import StorageError
from netviz.engine.protocol.run_tree import RunTree
from netviz.engine.session.saved_left_run import SavedLeftRun
from netviz.engine.storage.branch_files import branch_file, is_branch_file, read_left_run
from netviz.engine.storage.run_summary import run_file


@dataclass(frozen=True, eq=False)
class SavedTree:
    """The runs that were left beside a saved one.

    Attributes
    ----------
    tree
        What its run file says of them.
    home
        The folder that it lies in.
    left
        Those that can be gone on with, by their numbers in the file.
    unread
        The files of the others.
    left_out
        Of each of those, why, in a sentence.
    """

    tree: RunTree = field(default_factory=RunTree)
    home: Path = Path()
    left: Mapping[int, SavedLeftRun] = field(default_factory=dict)
    unread: tuple[str, ...] = ()
    left_out: tuple[str, ...] = ()


def read_saved_tree(tree: RunTree, path: Path) -> SavedTree:
    """Read of each run that was left what there is to tell of it; no weights.

    Parameters
    ----------
    path
        The folder, or the run file, that is opened.
    """
    file = run_file(path)
    if is_branch_file(file):  # it may be a copy of a file that had others beside it
        return SavedTree()
    home = file.parent
    left: dict[int, SavedLeftRun] = {}
    unread: list[str] = []
    left_out: list[str] = []
    for line, name in tree.branches.items():
        try:
            left[line] = SavedLeftRun(read_left_run(branch_file(home, name)), name, path)
        except StorageError as error:
            unread.append(name)
            left_out.append(f"Run {line} is left out: {error.message}")
    return SavedTree(tree, home, left, tuple(unread), tuple(left_out))
