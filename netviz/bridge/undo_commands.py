"""What the user did to a run, to be taken back and made again."""

from collections.abc import Callable, Mapping, Sequence
from time import monotonic
from typing import Any

from PySide6.QtGui import QUndoCommand

from netviz.engine.options.option import brief_value
from netviz.engine.options.run_config import OPTIONS, RunConfig
from netviz.engine.protocol.commands import Command
from netviz.engine.protocol.layer_facts import LayerFacts
from netviz.engine.protocol.layer_names import layer_values

MERGE_S = 1.0
"""Changes of the same option that follow each other faster are undone as one."""

Submit = Callable[[Mapping[str, Any]], int]


class LiveChange(QUndoCommand):
    """A change of options that take effect on the next batch.

    Parameters
    ----------
    submit
        Hands changes to the training, and returns the number of the request.
    before, after
        Values by option.
    layers
        The layers of the network, so that those in question are called as the user knows them.

    Attributes
    ----------
    request
        Number of the last request that it made.
    """

    def __init__(
        self,
        submit: Submit,
        before: dict[str, Any],
        after: dict[str, Any],
        layers: Sequence[LayerFacts] = (),
    ) -> None:
        super().__init__()
        self.request = 0
        self._layers = layers
        self._submit = submit
        self._before = before
        self._after = after
        self._when = monotonic()
        self._name()

    def _name(self) -> None:
        name, value = next(iter(self._after.items()))
        option = OPTIONS[name]
        values = layer_values(name, (self._before[name], value), self._layers)
        old, new = (brief_value(option, v) for v in values)
        self.setText(f"{option.label} {old} → {new}")

    def redo(self) -> None:
        self.request = self._submit(self._after)

    def undo(self) -> None:
        if not self.isObsolete():
            self.request = self._submit(self._before)

    def keep_only(self, config: RunConfig) -> None:
        """Keep what is in force of the change, since its last request was refused."""
        self._after = {name: getattr(config, name) for name in self._after}
        self._name()
        self.setObsolete(self._after == self._before)

    def id(self) -> int:
        return 1

    def mergeWith(self, other: QUndoCommand) -> bool:
        """Take in the next change if it is a part of the same movement of the hand."""
        if not isinstance(other, LiveChange) or other._after.keys() != self._after.keys():
            return False
        if other._when - self._when > MERGE_S:
            return False
        self._after, self._when, self.request = other._after, other._when, other.request
        self._name()
        self.setObsolete(self._after == self._before)
        return True


class ListChange(QUndoCommand):
    """A change of the list of runs, such as that some were deleted.

    Parameters
    ----------
    text
        What it does: ``deleting Run 3``.
    submit
        Hands a command to the training.
    done, undone
        The commands that do it and take it back.
    is_done
        Whether it has been done already.
    """

    def __init__(
        self,
        text: str,
        submit: Callable[[Command], object],
        done: Command,
        undone: Command,
        *,
        is_done: bool = False,
    ) -> None:
        super().__init__(text)
        self._submit = submit
        self._commands = done, undone
        self._is_done = is_done

    def redo(self) -> None:
        if not self._is_done:
            self._submit(self._commands[0])
        self._is_done = True

    def undo(self) -> None:
        self._submit(self._commands[1])
        self._is_done = False


class Replacement(QUndoCommand):
    """A run that took the place of another: taking it back brings the other one back.

    Parameters
    ----------
    change_places
        Lets the run at hand and the other one change places.
    step
        Steps that the other one was trained.
    """

    def __init__(self, change_places: Callable[[], object], step: int) -> None:
        super().__init__(f"leaving step {step:,}")
        self._change_places = change_places
        self._is_done = False

    def redo(self) -> None:
        if self._is_done:  # at first it has just happened
            self._change_places()
        self._is_done = True

    def undo(self) -> None:
        self._change_places()


class Beginning(QUndoCommand):
    """Something that was begun: taking it back ends it, and it is not begun again.

    Parameters
    ----------
    text
        What was done: ``opening the lesson``.
    end
        Ends it.
    """

    def __init__(self, text: str, end: Callable[[], object]) -> None:
        super().__init__(text)
        self._end = end

    def undo(self) -> None:
        self.setObsolete(True)
        self._end()
