"""A saved run and those beside it, as they are laid beside the runs of another session."""

from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path

from netviz.engine.errors import StorageError
from netviz.engine.protocol import lineage
from netviz.engine.protocol.left_run import Origin
from netviz.engine.protocol.run_names import given_name
from netviz.engine.protocol.run_tree import RunTree
from netviz.engine.session.saved_left_run import SavedLeftRun
from netviz.engine.session.saved_tree import SavedTree, read_saved_tree
from netviz.engine.storage.branch_files import is_branch_file, left_run, name_like, read_tree
from netviz.engine.storage.run_summary import RUN_FILE, read_record, run_file


def read_added_tree(path: Path) -> SavedTree:
    """Read the run in a folder (or run file), and those that were left beside it; no weights.

    All of them are runs that were left then. The one in the run file is named after its folder,
    unless it has a name of its own.

    Raises
    ------
    StorageError
        When there is no run, it is broken, of a later version, or none was trained.
    """
    file = run_file(path.absolute())
    path = file.parent if file.name == RUN_FILE else file
    record = read_record(file)
    main, tree = left_run(file, record), read_tree(record)
    is_branch = is_branch_file(file)
    home = file.parent.parent if is_branch else file.parent
    is_named = not is_branch and file.name != RUN_FILE
    beside = read_saved_tree(tree, path)
    branch = name_like(file, main.origin.line)
    own = SavedLeftRun(main, branch, path, None if is_branch else file)
    added = {**beside.left, main.origin.line: own}
    left = {line: run for line, run in added.items() if run.steps}
    if not left:
        raise StorageError(
            f"The run in {path} was not trained yet.", "There is nothing of it to be compared."
        )
    name = main.origin.name or given_name(file.stem if is_named else home.name)
    origins = _origins(replace(main.origin, name=name), beside.tree.origins, left, str(path))
    tree = RunTree(main.origin, origins, tree.branches)
    return SavedTree(tree, home, left, beside.unread, beside.left_out)


def _origins(
    main: Origin, origins: Iterable[Origin], kept: Iterable[int], added_from: str
) -> tuple[Origin, ...]:
    """Return where the runs that are kept began, with all that they came from.

    A file that tells of itself alone holds a run that began by itself.
    """
    known = {each.line: each for each in origins} or {main.line: replace(main, parent=0, step=0)}
    known[main.line] = replace(known[main.line], name=main.name)
    lines = {main.line} | {line for each in kept for line in lineage.path(known, each)}
    return tuple(replace(known[line], added_from=added_from) for line in sorted(lines))
