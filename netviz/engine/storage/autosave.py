"""Where running processes save their runs, so that none is lost when a process is killed.

Every process has a folder of its own, which it holds with a lock that ends with the process,
however it ends. A folder that nobody holds and whose process did not end normally is a run to
recover. Free of torch, so that the window can look before torch is loaded.
"""

import contextlib
import os
import shutil
import uuid
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from netviz.engine.atomic_files import fill, write_files_whole, write_whole
from netviz.engine.errors import StorageError
from netviz.engine.locks import take_lock
from netviz.engine.storage.branch_files import NO_BRANCHES, Branches, branch_file, is_branch_file
from netviz.engine.storage.run_summary import RUN_FILE, RunSummary, summarise

if TYPE_CHECKING:
    from filelock import BaseFileLock

LOCK_FILE = "lock"
ENDED_FILE = "ended"
TOLD_FILE = "told"
KEPT = 3
"""How many runs of earlier starts that ended normally are kept."""


class AutosaveFolder:
    """This process's own folder under `root`, made at the first write.

    Attributes
    ----------
    path
        The folder.
    """

    def __init__(self, root: Path) -> None:
        self._root = root
        self.path = root / uuid.uuid4().hex[:12]
        self._lock: BaseFileLock | None = None

    def write(self, content: bytes, branches: Branches = NO_BRANCHES) -> None:
        """Replace the saved run by `content`, whole or not at all; raises `StorageError`."""
        self._claim()
        with contextlib.suppress(OSError):
            (self.path / ENDED_FILE).unlink()
        remove = branches.remover(self.path)
        for name, branch in branches.new.items():
            _write_branch(branch_file(self.path, name), branch)
        write_whole(self.path / RUN_FILE, lambda path: path.write_bytes(content))
        remove()

    def end(self) -> None:
        """Note that the process ended normally, and release the folder."""
        if self._lock is None:
            return
        with contextlib.suppress(OSError):
            (self.path / ENDED_FILE).touch()
        self.release()

    def release(self) -> None:
        """Let go of the folder, as the system does it for a process that is killed."""
        if self._lock is not None:
            self._lock.release()
            self._lock = None

    def _claim(self) -> None:
        if self._lock is not None:
            return
        reason = "it cannot be locked"
        try:
            self.path.mkdir(parents=True, exist_ok=True)
            self._lock = take_lock(self.path / LOCK_FILE, wait=False)
        except OSError as error:
            reason = error.strerror or str(error)
        if self._lock is None:
            raise StorageError(
                f"{self.path} could not be written: {reason}.",
                "Make room on the disk; until then the run is not kept safe.",
            )


class ChosenFolder:
    """The folder that the user chose for a run, in which it is kept safe while it trains.

    Attributes
    ----------
    path
        The folder.
    """

    def __init__(self, path: Path) -> None:
        self.path = path

    def write(self, content: bytes, branches: Branches = NO_BRANCHES) -> None:
        """Replace the saved run by `content`, whole or not at all; raises `StorageError`."""
        files = {**branches.files, RUN_FILE: content}
        write_files_whole(self.path, files, branches.remover(self.path))

    def end(self) -> None:
        """Leave the run where it is."""


@dataclass(frozen=True)
class LostRun:
    """A run whose process ended unexpectedly; nobody else is offered it meanwhile.

    Attributes
    ----------
    folder
        Where it lies.
    summary
        What it is.
    """

    folder: Path
    summary: RunSummary
    _lock: "BaseFileLock"

    def forget(self) -> None:
        """Delete it."""
        self._lock.release()
        shutil.rmtree(self.folder, ignore_errors=True)

    def settle(self) -> None:
        """Keep it among the runs that ended normally: it was recovered."""
        with contextlib.suppress(OSError):
            (self.folder / ENDED_FILE).touch()
        self._lock.release()


def find_lost(root: Path) -> LostRun | None:
    """Return the newest run whose process did not end normally; deletes old ones that did.

    What cannot be read stays where it is: a newer NetViz may have written it.
    """
    lost: LostRun | None = None
    ended = 0
    for folder in _newest_first(root):
        # A folder without a run belongs to a process that has only just begun.
        if not (folder / RUN_FILE).is_file():
            continue
        lock = take_lock(folder / LOCK_FILE, wait=False)
        if lock is None:
            continue
        summary = _summary(folder)
        is_ended = (folder / ENDED_FILE).exists()
        ended += is_ended
        if is_ended and ended > KEPT:
            shutil.rmtree(folder, ignore_errors=True)
        if is_ended or lost or summary is None:
            lock.release()
        else:
            lost = LostRun(folder, summary, lock)
    return lost


def find_unreadable(root: Path) -> StorageError | None:
    """Return why a run whose process did not end normally cannot be read; once for each."""
    for folder in _newest_first(root):
        told = folder / TOLD_FILE
        if (folder / ENDED_FILE).exists() or told.exists():
            continue
        try:
            if (folder / RUN_FILE).exists():
                summarise(folder)
        except StorageError as error:
            with contextlib.suppress(OSError):
                told.touch()
            return error
    return None


def ended_runs(root: Path) -> list[Path]:
    """Return the folders of runs whose process ended normally, the newest first."""
    return [folder for folder in _newest_first(root) if (folder / ENDED_FILE).exists()]


def _write_branch(file: Path, content: bytes | Path) -> None:
    """Write a branch file; one that lies elsewhere on the same disk needs no second place there.

    Branch files are never changed, so that two names of one file are as good as two files; a file
    of the user's may be.
    """
    if isinstance(content, Path) and is_branch_file(content):
        with contextlib.suppress(OSError):
            file.parent.mkdir(parents=True, exist_ok=True)
            os.link(content, file)
            return
    write_whole(file, lambda path: fill(path, content))


def _newest_first(root: Path) -> list[Path]:
    try:
        folders = [folder for folder in root.iterdir() if folder.is_dir()]
    except OSError:
        return []
    return sorted(folders, key=_saved_at, reverse=True)


def _saved_at(folder: Path) -> float:
    try:
        return (folder / RUN_FILE).stat().st_mtime
    except OSError:
        return 0.0


def _summary(folder: Path) -> RunSummary | None:
    try:
        return summarise(folder)
    except StorageError:
        return None
