"""`ListControl`: what each command does to the list of the runs of the session."""

from collections.abc import Callable
from pathlib import Path

from netviz.engine.errors import ConfigError, NetvizError
from netviz.engine.protocol import commands, events
from netviz.engine.protocol.events import Event
from netviz.engine.session.added_tree import read_added_tree
from netviz.engine.session.run_control import RunControl
from netviz.engine.session.tree_files import TreeFiles


class ListControl:
    """Adds, deletes, restores and renames runs; the run at hand goes on meanwhile.

    Parameters
    ----------
    emit
        Takes each event.
    control
        Has the runs.
    tree
        Knows in which files they are.
    """

    def __init__(self, emit: Callable[[Event], None], control: RunControl, tree: TreeFiles) -> None:
        self._emit = emit
        self._control = control
        self._tree = tree

    def add(self, command: commands.AddSavedRuns) -> None:
        """Keep saved runs, too; what cannot be added is told, or refused if nothing can."""
        self._control.ready_run()
        added: list[int] = []
        left_out: list[str] = []
        errors: list[NetvizError] = []
        for folder in command.folders:
            try:
                saved = read_added_tree(folder)
                new = self._tree.add(saved)
            except NetvizError as error:
                errors.append(error)
                continue
            added += new
            left_out += saved.left_out
            if not new:
                errors.append(_already_here(folder))
        sentences = [error.message for error in errors]
        if errors and not added:
            raise type(errors[0])("\n".join([*sentences, *left_out]), errors[0].hint)
        self._tell(tuple(added), (*sentences, *left_out))

    def delete(self, command: commands.DeleteRuns) -> None:
        """Keep runs no longer."""
        self._control.left.delete(command.lines)
        self._tell()

    def restore(self, command: commands.RestoreRuns) -> None:
        """Keep runs again."""
        self._control.left.restore(command.lines)
        self._tell()

    def rename(self, command: commands.RenameRun) -> None:
        """Call a run by another name."""
        self._control.left.rename(command.line, command.name)
        self._tell()

    def _tell(self, added: tuple[int, ...] = (), left_out: tuple[str, ...] = ()) -> None:
        number, runs = self._control.number, self._control.left
        self._emit(events.RunListChanged(number, runs.origin, runs.told(), added, left_out))


def _already_here(folder: Path) -> ConfigError:
    return ConfigError(
        f"The run in {folder} is in the list already.",
        "Once it is trained on and saved again, it can be added as another one.",
    )
