"""A summary of a saved run, read from the head of its file: without torch or any tensor."""

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from netviz.engine.errors import NetvizError, StorageError
from netviz.engine.options.run_config import RunConfig
from netviz.engine.storage.record_schema import check_record

RUN_FILE = "run.safetensors"
"""The file of a saved run that holds everything it takes to continue; the others are for people."""

DIVERGED_FILE = "diverged.safetensors"
"""The same, beside it, of a run that had diverged when it was saved: as it was then."""

FILES = (
    "config.json",
    "metrics.csv",
    "epochs.csv",
    "ledger.json",
    "model.safetensors",
    RUN_FILE,
)
"""All files of a saved run."""

FORMAT = 1
"""Version of the run file; raised when an older NetViz could no longer read it."""

META_KEY = "netviz"
"""Key of the run's record in the metadata of its safetensors file."""

_MAX_HEADER_BYTES = 100_000_000


@dataclass(frozen=True)
class RunSummary:
    """What there is to know of a saved run before it is opened.

    Attributes
    ----------
    config
        The settings in force when it was saved.
    step, epoch
        How far it was trained.
    branches
        How many runs that were left lie beside it.
    """

    config: RunConfig
    step: int
    epoch: int
    branches: int = 0


def run_file(path: Path) -> Path:
    """Return the run file that `path` names: itself, or the one in the folder `path`."""
    return path if path.is_file() else path / RUN_FILE


def summarise(path: Path) -> RunSummary:
    """Summarise the run that was saved in the folder (or run file) `path`.

    Raises
    ------
    StorageError
        When there is no run, it is broken, or it is of a later version.
    """
    record = read_record(run_file(path))
    branches = len(record.get("branches", ()))
    return RunSummary(RunConfig.parse(record["config"]), record["step"], record["epoch"], branches)


def read_record(file: Path) -> dict[str, Any]:
    """Read the record in a run file's header, and check all of it; raises `StorageError`."""
    try:
        with file.open("rb") as stream:
            length = int.from_bytes(stream.read(8), "little")
            if length > min(_MAX_HEADER_BYTES, file.stat().st_size):
                raise ValueError("it is cut off, or no safetensors file")
            header = json.loads(stream.read(length))
        record = json.loads(header["__metadata__"][META_KEY])
        version = record["format"]
    except FileNotFoundError as error:
        raise StorageError(
            f"There is no saved run in {file.parent}.",
            f"Choose a folder in which a run was saved: one with a file {RUN_FILE}.",
        ) from error
    except OSError as error:
        raise StorageError(f"{file} cannot be read: {error.strerror or error}.") from error
    except (KeyError, TypeError, ValueError, RecursionError) as error:
        raise broken(file, error) from error
    if type(version) is not int or version != FORMAT:
        raise StorageError(
            f"{file} was saved in format {version}, and this NetViz reads format {FORMAT}.",
            "Open it with the NetViz that saved it, or a newer one.",
        )
    try:
        check_record(record)
    except (ValueError, TypeError, RecursionError, NetvizError) as error:
        raise broken(file, error) from error
    return dict(record)


def broken(file: Path, error: Exception) -> StorageError:
    """Return the error for a run file that is broken."""
    if isinstance(error, NetvizError):
        text = error.message
    else:
        kind = "" if type(error) is ValueError else f"{type(error).__name__}: "
        text = f"{kind}{error}"
    return StorageError(
        f"{file} is broken or no saved run ({text.strip().rstrip('.')}).",
        "Choose another folder; the run at hand is as it was.",
    )
