"""The settings of several runs side by side, only what differs; free of Qt."""

from collections.abc import Sequence

from netviz.engine.options.option import format_value
from netviz.engine.options.run_config import OPTIONS, RunConfig
from netviz.engine.protocol.run_rows import RunRow

WITHOUT_MEANING = "–"
"""Stands where a setting has no meaning beside the others, as momentum with Adam."""


def differing_settings(rows: Sequence[RunRow]) -> tuple[tuple[str, ...], ...]:
    """Return a line for each setting in which the runs differ: its name, and each run's value."""
    written = {
        option.label: tuple(_value(row.config, name) for row in rows)
        for name, option in OPTIONS.items()
    }
    return tuple((label, *values) for label, values in written.items() if len(set(values)) > 1)


def _value(config: RunConfig, name: str) -> str:
    if not config.is_relevant(name):
        return WITHOUT_MEANING
    return format_value(OPTIONS[name], getattr(config, name))
