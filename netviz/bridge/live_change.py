"""A user's change of options, to be taken back and made again."""

from collections.abc import Callable, Mapping, Sequence
from time import monotonic
from typing import Any

from PySide6.QtGui import QUndoCommand

from netviz.engine.options.option import format_value
from netviz.engine.options.run_config import OPTIONS
from netviz.engine.protocol.layer_facts import LayerFacts
from netviz.engine.protocol.layer_names import layer_values

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
    layers
        The layers of the network, so that those in question are called as the user knows them.
    """

    def __init__(
        self,
        submit: Submit,
        before: dict[str, Any],
        after: dict[str, Any],
        layers: Sequence[LayerFacts] = (),
    ) -> None:
        super().__init__()
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
        old, new = (format_value(option, v) for v in values)
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
