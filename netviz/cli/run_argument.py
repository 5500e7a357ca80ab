"""`netviz RUN`: the folder of a saved run in place of a command."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit
from urllib.request import url2pathname

from netviz.engine.errors import ConfigError, StorageError
from netviz.engine.options.run_config import RunConfig
from netviz.engine.storage.run_summary import RUN_FILE, summarise

FLAG = "--open"


def with_run_named(command: Any, arguments: Sequence[str]) -> list[str]:
    """Put `FLAG` before the folder of a run, which the parser would take for a command.

    Parameters
    ----------
    command
        The group of all commands, with the options that may stand before one.
    arguments
        What follows the program's name.
    """
    takes_value = {
        flag
        for parameter in command.params
        if not getattr(parameter, "is_flag", False)
        for flag in (*parameter.opts, *parameter.secondary_opts)
    }
    place = 0
    while place < len(arguments) and arguments[place].startswith("-"):
        has_value = arguments[place] in takes_value
        place += 2 if has_value else 1
    if place >= len(arguments) or arguments[place] in command.commands:
        return list(arguments)
    if not _is_place(arguments[place]):
        return list(arguments)
    return [*arguments[:place], FLAG, *arguments[place:]]


def run_argument(text: str) -> Path:
    """Return the folder of a saved run, given as a path, a file in it or a ``file:`` address.

    Raises
    ------
    ConfigError
        There is no run.
    """
    if not text.strip():
        raise ConfigError("An empty text names no run.", "Write . for this folder.")
    path = _path(text).absolute()
    if path.name == RUN_FILE and path.is_file():
        path = path.parent
    try:
        summarise(path)
    except StorageError as error:
        raise ConfigError(error.message, error.hint) from error
    return path


def check_opens_alone(config: RunConfig) -> None:
    """Refuse options of a run beside a saved one, which has its own; raises `ConfigError`."""
    if config.model_fields_set:
        raise ConfigError(
            "A saved run is opened with the settings that it was saved with.",
            "Leave out the options of a run, or go on with `netviz train --resume RUN`.",
        )


def _is_place(text: str) -> bool:
    """Whether a word names a place rather than a command that was misspelt."""
    if urlsplit(text).scheme == "file" or "/" in text or "\\" in text or text in (".", ".."):
        return True
    return _path(text).exists()


def _path(text: str) -> Path:
    parts = urlsplit(text)
    if parts.scheme != "file":
        return Path(text).expanduser()
    return Path(url2pathname(parts.path))
