"""The files of the runs that were left, in a folder beside the run file; free of torch.

A branch file is written once and never changed: its name is new whenever its run is. So whatever
a run file names is there, at any moment at which a process may be killed: the branches are written
before it, and what it no longer names is removed after it.
"""

import contextlib
import hashlib
import json
import re
import uuid
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass, field, fields
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from netviz.engine.errors import StorageError
from netviz.engine.options.run_config import RunConfig
from netviz.engine.protocol.ledger import read_entry
from netviz.engine.protocol.left_run import LeftRun, Origin
from netviz.engine.protocol.run_state import Measurement
from netviz.engine.protocol.run_tree import RunTree
from netviz.engine.storage.record_schema import BRANCH_NAME
from netviz.engine.storage.run_summary import RUN_FILE, broken, read_record

FOLDER = "branches"
"""Folder of the branch files, in that of the run."""


def new_name(line: int) -> str:
    """Return a name that no other branch file has."""
    return f"run-{line}-{uuid.uuid4().hex[:12]}.safetensors"


def name_like(file: Path, line: int) -> str:
    """Return the name that a copy of a run file shall have as a branch file: always the same one.

    Of a branch file it is its own, else made of `line` and `fingerprint`.
    """
    return file.name if is_branch_file(file) else f"run-{line}-{fingerprint(file)}.safetensors"


def fingerprint(file: Path) -> str:
    """Return twelve digits that another run file does not have; raises `StorageError`.

    They are made of its head, in which each measurement stands with the time that it took.
    """
    try:
        with file.open("rb") as stream:
            head = stream.read(8)
            head += stream.read(int.from_bytes(head, "little"))
    except (OSError, OverflowError) as error:
        raise StorageError(f"{file} cannot be read: {error}.") from error
    return hashlib.blake2s(head, digest_size=6).hexdigest()


def is_branch_file(file: Path) -> bool:
    """Whether this is where the file of a run that was left is, by its name."""
    return file.parent.name == FOLDER and re.fullmatch(BRANCH_NAME, file.name) is not None


def branch_file(folder: Path, name: str) -> Path:
    """Return the branch file of this name in a run's folder."""
    return folder / FOLDER / name


@dataclass(frozen=True)
class Branches:
    """The branch files that a run file names.

    Attributes
    ----------
    names
        All of them.
    new
        Those that are to be written first: the content, or a file that has it.
    spared
        Those that are not named any more, and stay: they could not be read, or may be restored.
    dropped
        Those that were spared before, and need not be any more.
    left_out
        Of each run that cannot be written, why, in a sentence.
    """

    names: frozenset[str] = frozenset()
    new: Mapping[str, bytes | Path] = field(default_factory=dict)
    spared: frozenset[str] = frozenset()
    dropped: frozenset[str] = frozenset()
    left_out: tuple[str, ...] = ()

    @property
    def files(self) -> dict[str, bytes | Path]:
        """Those to be written, by their paths within the run's folder."""
        return {f"{FOLDER}/{name}": content for name, content in self.new.items()}

    def remover(self, folder: Path) -> Callable[[], None]:
        """Return what removes the branch files that nothing in a run's folder names any more.

        Most of them are named by the run file as it is now, which is replaced before.
        """
        obsolete = (_names_in(folder) | self.dropped) - self.names - self.spared

        def remove() -> None:
            for name in obsolete:
                with contextlib.suppress(OSError):
                    branch_file(folder, name).unlink(missing_ok=True)
            with contextlib.suppress(OSError):  # it is not empty, or not there
                (folder / FOLDER).rmdir()

        return remove


NO_BRANCHES = Branches()
"""Those of a run beside which none was left."""


def _names_in(folder: Path) -> frozenset[str]:
    """Return the branch files that the run file in a folder names."""
    if not (folder / FOLDER).is_dir():
        return frozenset()
    with contextlib.suppress(StorageError):
        return frozenset(read_tree(read_record(folder / RUN_FILE)).branches.values())
    return frozenset()


# -- what the record of a run file says of it --------------------------------------------------


def tree_record(tree: RunTree) -> dict[str, Any]:
    """Return what the record of a run file says of its place among the others."""
    branches = [{"line": line, "file": name} for line, name in sorted(tree.branches.items())]
    return {
        "origin": asdict(tree.origin),
        "origins": [asdict(origin) for origin in tree.origins],
        "branches": branches,
        "failed": tree.has_failed,
    }


def read_tree(record: dict[str, Any]) -> RunTree:
    """Read it from a record that was checked; a run that was saved before has no others."""
    return RunTree(
        _origin(record.get("origin", {})),
        tuple(_origin(values) for values in record.get("origins", ())),
        {each["line"]: each["file"] for each in record.get("branches", ())},
        record.get("failed", False),
    )


def _origin(values: dict[str, Any]) -> Origin:
    """Read an origin; a later version may have more to say of it, which is left alone."""
    known = {each.name for each in fields(Origin)}
    return Origin(**{name: value for name, value in values.items() if name in known})


def read_left_run(file: Path) -> LeftRun:
    """Read what there is to tell of the run in a branch file, without its weights.

    Raises
    ------
    StorageError
        When it is not there, broken, cut off, or of a later version.
    """
    if not file.is_file():
        raise StorageError(f"{file} is not there any more.", "The other runs are as they were.")
    return left_run(file, read_record(file))


def left_run(file: Path, record: dict[str, Any]) -> LeftRun:
    """Read a run as `read_left_run`, with the record of its file."""
    _check_length(file)
    losses, learning_rates = _steps(file)
    tree, config = read_tree(record), RunConfig.parse(record["config"])
    return LeftRun(
        tree.origin,
        config,
        record["step"],
        tuple(Measurement(**values) for values in record["measurements"]),
        tree.has_failed,
        has_ended=record["epoch"] >= config.epochs,
        losses=losses,
        ledger=tuple(read_entry(values, config) for values in record["ledger"]),
        learning_rates=learning_rates,
    )


def _steps(file: Path) -> tuple[NDArray[np.float32], NDArray[np.float64]]:
    """Read loss and learning rate of each step, and nothing else."""
    from safetensors import SafetensorError, safe_open  # late: the window need not wait for it

    try:
        with safe_open(file, framework="numpy") as tensors:
            losses = np.asarray(tensors.get_tensor("losses"), np.float32)
            rates = np.asarray(tensors.get_tensor("learning_rates"), np.float64)
    except (SafetensorError, ValueError) as error:
        raise broken(file, error) from error
    losses.flags.writeable = rates.flags.writeable = False
    return losses, rates


def _check_length(file: Path) -> None:
    """Refuse a file that was cut off, which its head does not show."""
    with file.open("rb") as stream:
        length = int.from_bytes(stream.read(8), "little")
        header = json.loads(stream.read(length))
    ends = [each["data_offsets"][1] for name, each in header.items() if name != "__metadata__"]
    if file.stat().st_size != 8 + length + max(ends, default=0):
        raise broken(file, ValueError("it is cut off"))
