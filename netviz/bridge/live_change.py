"""A user's change of options, to be taken back and made again."""

from collections.abc import Callable, Mapping
from time import monotonic
from typing import Any

from PySide6.QtGui import QUndoCommand

from netviz.engine.options.option import format_value
from netviz.engine.options.run_config import OPTIONS

MERGE_S = 1.0
"""Changes of the same option that follow each other faster are undone as one."""

Submit = Callable[[Mapping[str, Any]], None]


class LiveChange(QUndoCommand):
    """A change of options that take effect on the next batch.

    Parameters
    ----------
    submit
        Hands changes to the training.
    before, after
        Values by option.
    """

    def __init__(self, submit: Submit, before: dict[str, Any], after: dict[str, Any]) -> None:
        super().__init__()
        self._submit = submit
        self._before = before
        self._after = after
        self._when = monotonic()
        self._name()

    def _name(self) -> None:
        name, value = next(iter(self._after.items()))
        option = OPTIONS[name]
        old, new = (format_value(option, v) for v in (self._before[name], value))
        self.setText(f"{option.label} {old} → {new}")

    def redo(self) -> None:
        self._submit(self._after)

    def undo(self) -> None:
        self._submit(self._before)

    def id(self) -> int:
        return 1

    def mergeWith(self, other: QUndoCommand) -> bool:
        """Take in the next change if it is a part of the same movement of the hand."""
        if not isinstance(other, LiveChange) or other._after.keys() != self._after.keys():
            return False
        if other._when - self._when > MERGE_S:
            return False
        self._after, self._when = other._after, other._when
        self._name()
        self.setObsolete(self._after == self._before)
        return True
