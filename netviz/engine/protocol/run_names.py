"""What the runs of a session are called."""

from functools import lru_cache

from netviz.engine.errors import ConfigError
from netviz.engine.options.run_config import RunConfig
from netviz.engine.protocol.ledger import differences
from netviz.engine.protocol.left_run import Origin

LONGEST = 80
"""Letters of a name; what is longer is cut off."""
NO_TRY = ("epochs", "threads")
"""Options that change while a run goes on, and are not what somebody tried in it."""


def run_name(origin: Origin, config: RunConfig) -> str:
    """Return the name that the user gave a run with these settings, else the one that is made."""
    return origin.name or made_name(origin, config)


def made_name(origin: Origin, config: RunConfig) -> str:
    """Name a run by what differs from the one it parted from: ``lr 0.03``, else ``Run 3``."""
    before = _settings(origin.settings) if origin.settings else None
    entries = differences(config, before) if before else ()
    labels = ", ".join(each.short_label for each in entries if each.option not in NO_TRY)
    return labels or f"Run {origin.line}"


def given_name(text: str) -> str:
    """Return what the user typed as a name: in one line, and not too long; empty for none."""
    return " ".join(text.split())[:LONGEST].strip()


@lru_cache(256)
def _settings(text: str) -> RunConfig | None:
    """Read settings once; None where they are those of another version."""
    try:
        return RunConfig.from_json(text)
    except ConfigError:
        return None
