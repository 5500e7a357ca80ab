"""The errors that NetViz expects, each with a sentence that a user can act on."""

from collections.abc import Mapping
from typing import Any


class NetvizError(Exception):
    """Something went wrong that the user can understand and often fix.

    Parameters
    ----------
    message
        What happened and where, one plain sentence.
    hint
        What to do next, one plain sentence; empty when nothing can be done.
    remedy
        Options, with the values that are likely to help.
    """

    def __init__(
        self, message: str, hint: str = "", remedy: Mapping[str, Any] | None = None
    ) -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint
        self.remedy = remedy or {}

    def __str__(self) -> str:
        return f"{self.message} {self.hint}".strip()


class ConfigError(NetvizError):
    """A setting is unknown or its value is not allowed."""


class DataError(NetvizError):
    """A data set is missing, broken or not what it claims to be."""


class DownloadError(NetvizError):
    """A file could not be fetched, or what came was not the file."""


class DownloadCancelledError(DownloadError):
    """The user cancelled the download; nothing half-written was left."""


class ModelError(NetvizError):
    """A network cannot be built, or does not fit the data."""


class TrainingError(NetvizError):
    """Training cannot go on: the loss is not finite, or a step failed."""


class StorageError(NetvizError):
    """A file cannot be read or written, or does not hold what it should."""
