"""What the runs of a race are called: each by a letter, and by what differs between them."""

from collections.abc import Mapping

from netviz.engine.options.run_config import OPTIONS, RunConfig
from netviz.engine.protocol.ledger import LedgerEntry
from netviz.engine.protocol.run_names import NO_TRY

LETTERS = "ABCDEF"


def lane_names(configs: Mapping[int, RunConfig]) -> dict[int, str]:
    """Name runs by those of their settings that are not the same in all: ``lr 0.03``.

    >>> lane_names({4: RunConfig(learning_rate=0.1), 5: RunConfig(learning_rate=0.3)})
    {4: 'lr 0.1', 5: 'lr 0.3'}
    """
    first = next(iter(configs.values()), RunConfig())
    differing = [
        name
        for name in OPTIONS
        if name not in NO_TRY
        and any(getattr(config, name) != getattr(first, name) for config in configs.values())
    ]
    return {line: _words(config, differing) for line, config in configs.items()}


def _words(config: RunConfig, names: list[str]) -> str:
    entries = (LedgerEntry(0, 0, name, None, getattr(config, name)) for name in names)
    return ", ".join(entry.short_label for entry in entries) or "the same settings"
