"""The ledger: every change that the user made to a run, and at which step."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from netviz.engine.options.option import brief_value
from netviz.engine.options.run_config import OPTIONS, RunConfig


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
        return f"{self._name} {self._written(self.old)} → {self._written(self.new)}"

    @property
    def short_label(self) -> str:
        """What holds since, where there is no space for what was before: ``lr 0.01``."""
        return f"{self._name} {self._written(self.new)}"

    @property
    def _name(self) -> str:
        option = OPTIONS[self.option]
        return option.short or option.label.lower()

    def _written(self, value: Any) -> str:
        return brief_value(OPTIONS[self.option], value)


def differences(config: RunConfig, other: RunConfig) -> tuple[LedgerEntry, ...]:
    """Return what would have to change for `other` to become `config`, in the options' order."""
    return tuple(
        LedgerEntry(0, 0, name, getattr(other, name), value)
        for name, value in config.changes_from(other).items()
    )


def read_entry(values: Mapping[str, Any], config: RunConfig) -> LedgerEntry:
    """Read an entry of a saved ledger; its values get the types that `config` has."""
    name = str(values["option"])
    old, new = (getattr(config.with_changes({name: values[key]}), name) for key in ("old", "new"))
    return LedgerEntry(int(values["step"]), int(values["epoch"]), name, old, new)
