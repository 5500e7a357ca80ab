"""The one memory of a run's settings: confirmed, asked for, and waiting for a reset."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any

from netviz.engine.options.run_config import RunConfig


@dataclass(frozen=True)
class RunSettings:
    """What the training said last, and what the user asked for since.

    Settings never change: each method returns others.

    Attributes
    ----------
    confirmed
        What the training thread said last.
    asked
        Live changes that are not confirmed yet, by option: the value, and the number of the
        request that asked for it.
    waiting
        Changes that wait for a reset, by option.
    """

    confirmed: RunConfig
    asked: Mapping[str, tuple[Any, int]] = field(default_factory=dict)
    waiting: Mapping[str, Any] = field(default_factory=dict)

    @cached_property
    def config(self) -> RunConfig:
        """The settings in force: each change holds from the moment it is asked for."""
        return self.confirmed.with_changes({n: value for n, (value, _) in self.asked.items()})

    @cached_property
    def shown(self) -> RunConfig:
        """The settings in force with those that wait for a reset in their place."""
        return self.config.with_changes(self.waiting)

    def ask(self, changes: Mapping[str, Any], request: int) -> "RunSettings":
        """Ask for live changes; `request` counts upwards."""
        asked = {name: (value, request) for name, value in changes.items()}
        return replace(self, asked={**self.asked, **asked})

    def confirm(self, config: RunConfig, request: int = 0) -> "RunSettings":
        """Take what the training says is in force, but for what was asked for after `request`."""
        asked = {name: entry for name, entry in self.asked.items() if entry[1] > request}
        return replace(self, confirmed=config, asked=asked)

    def begin(self, config: RunConfig) -> "RunSettings":
        """Turn to a new run; what it already has is neither asked for nor waited for."""
        asked = {n: entry for n, entry in self.asked.items() if entry[0] != getattr(config, n)}
        return RunSettings(config, asked).wait_for_reset(self.waiting)

    def revert(self, request: int | None = None) -> "RunSettings":
        """Go back to what was confirmed where this request was refused; None for every one."""
        kept = {n: e for n, e in self.asked.items() if request is not None and e[1] != request}
        return replace(self, asked=kept)

    def wait_for_reset(self, changes: Mapping[str, Any]) -> "RunSettings":
        """Let changes wait for a reset; those that are in force already do not wait."""
        waiting = {**self.waiting, **changes}
        waiting = {n: v for n, v in waiting.items() if v != getattr(self.config, n)}
        return replace(self, waiting=waiting)

    def drop_waiting(self) -> "RunSettings":
        """Forget the changes that wait for a reset."""
        return replace(self, waiting={})
