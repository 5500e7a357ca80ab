"""Which settings of a run a lesson may choose: none that names a file or the machine."""

import re
from typing import Any

from netviz.engine.dataset_names import is_own
from netviz.engine.errors import ConfigError
from netviz.engine.options.network import MODELS
from netviz.engine.options.option import Effect
from netviz.engine.options.run_config import OPTIONS, RunConfig
from netviz.lessons.toml_table import Table, suggestion

_OF_THE_MACHINE = ("device", "threads")
_NEEDS_A_FILE = "resnet18-pretrained"
MOST_LAYERS, MOST_WIDTH = 20, 2048
MOST_EPOCHS = 1000

ALLOWED = tuple(name for name in OPTIONS if name not in _OF_THE_MACHINE)
LIVE = tuple(name for name in ALLOWED if OPTIONS[name].effect is not Effect.RESET)


def read_settings(table: Table, *, live: bool = False) -> dict[str, Any]:
    """Read the settings of a table; only those that take effect at once where it is `live`.

    Raises
    ------
    LessonError
        When one is unknown, not allowed in a lesson, or its value is not.
    """
    return {
        name: read_setting(table, name, value, live=live) for name, value in table.values.items()
    }


def read_setting(table: Table, name: str, value: Any, *, live: bool = False) -> Any:
    """Check one setting of a run, and return its value as the run has it."""
    if name in _OF_THE_MACHINE:
        raise table.error(
            f"A lesson cannot choose {name}: that depends on the machine.",
            "Leave the line out.",
            key=name,
        )
    if name not in OPTIONS:
        raise table.error(
            f"{name[:60]} is no setting of a run.", suggestion(name, ALLOWED), key=name
        )
    if live and name not in LIVE:
        raise table.error(
            f"{name} cannot be changed while a run is under way.",
            f"Write new_run = {{ {name} = … }} instead.",
            key=name,
        )
    try:
        config = RunConfig.parse({name: value})
    except ConfigError as error:
        raise table.error(error.message, error.hint, key=name) from None
    except (OverflowError, RecursionError, ValueError):
        raise table.error(
            f"{name} is no value that a run can have.",
            f"Allowed: {OPTIONS[name].allowed}.",
            key=name,
        ) from None
    read = getattr(config, name)
    if reason := refusal(name, read):
        raise table.error(reason[0], reason[1], key=name)
    return read


def refusal(name: str, value: Any) -> tuple[str, str] | None:
    """Say why a lesson may not have this value, and what to do; None where it may."""
    if name == "dataset" and is_own(value):
        return "A lesson cannot read folders or files.", "Name a data set of NetViz."
    if name == "model" and (value not in MODELS or value == _NEEDS_A_FILE):
        allowed = ", ".join(model for model in MODELS if model != _NEEDS_A_FILE)
        return "A lesson cannot name a file of code or weights.", f"Allowed: {allowed}."
    if name in ("hidden", "layers") and len(value) > MOST_LAYERS:
        return f"{name} has {len(value)} layers.", f"It may have {MOST_LAYERS}."
    if name in ("hidden", "layers"):
        numbers = re.findall(r"(?<![\d.])\d+(?!\.?\d)", str(value))
        if any(len(number) > 4 or int(number) > MOST_WIDTH for number in numbers):
            return f"{name} is wider than a lesson may be.", f"It may be {MOST_WIDTH} wide."
    if name == "epochs" and value > MOST_EPOCHS:
        return f"epochs is {value:,}.", f"A lesson may have {MOST_EPOCHS:,}."
    return None
