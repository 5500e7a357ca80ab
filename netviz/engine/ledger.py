"""The ledger: every change that the user made to a run, and at which step."""

from dataclasses import dataclass
from typing import Any

from netviz.engine.config import OPTIONS
from netviz.engine.options import format_value


@dataclass(frozen=True)
class LedgerEntry:
    """One change of one option.

    Attributes
    ----------
    step
        Steps done before the change: step ``step + 1`` is the first that used the new value.
    epoch
        Epoch under way when the change was made, counted from 1.
    option
        Field of `RunConfig`.
    old, new
        Its values before and after.
    """

    step: int
    epoch: int
    option: str
    old: Any
    new: Any

    @property
    def label(self) -> str:
        """What changed, short enough for a plot: ``lr 0.1 → 0.01``."""
        option = OPTIONS[self.option]
        name = option.short or option.label.lower()
        return f"{name} {format_value(option, self.old)} → {format_value(option, self.new)}"
