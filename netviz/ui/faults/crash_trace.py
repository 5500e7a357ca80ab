"""The stack traces of a crash, kept in a file for the next start."""

import contextlib
import faulthandler
import os
from pathlib import Path

from PySide6.QtCore import QLockFile

_PATTERN = "crash-*.txt"


class CrashTrace:
    """A file into which Python writes the stack of every thread when the process crashes.

    Each process has a file of its own, locked while the process runs, so that a second
    instance does not mistake it for the file of a crash.

    Parameters
    ----------
    folder
        Of the files.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._path = folder / f"crash-{os.getpid()}.txt"
        self._lock: QLockFile | None = None
        self._descriptor: int | None = None

    def take_previous(self) -> str:
        """Return the traces of processes that crashed, empty if none did, and remove them."""
        traces = []
        for path in sorted(self._folder.glob(_PATTERN)):
            lock = _lock(path)
            if not lock.tryLock(0):
                continue  # its process still runs
            with contextlib.suppress(OSError):
                traces.append(path.read_text("utf-8", errors="replace").strip())
                path.unlink()
            lock.unlock()
        return "\n\n".join(trace for trace in traces if trace)

    def start(self) -> None:
        """Write a crash of this process to a file from now on, if the file can be made."""
        with contextlib.suppress(OSError):
            self._folder.mkdir(parents=True, exist_ok=True)
            self._lock = _lock(self._path)
            self._lock.tryLock(0)
            flags = os.O_CREAT | os.O_TRUNC | os.O_WRONLY
            self._descriptor = os.open(self._path, flags, 0o600)
            faulthandler.enable(self._descriptor)

    def stop(self) -> None:
        """Remove the file, since the process ends normally."""
        if self._descriptor is not None:
            faulthandler.disable()
            os.close(self._descriptor)
            self._descriptor = None
            with contextlib.suppress(OSError):
                self._path.unlink()
        if self._lock is not None:
            self._lock.unlock()
            self._lock = None


def _lock(path: Path) -> QLockFile:
    lock = QLockFile(f"{path}.lock")
    lock.setStaleLockTime(0)  # only a process that has ended loses its lock
    return lock
