"""Locks between processes; each ends with the process that holds it, however that ends."""

from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from filelock import BaseFileLock

_POLL_INTERVAL_S = 0.01


def take_lock(path: Path, *, wait: bool) -> "BaseFileLock | None":
    """Take the lock that the file `path` stands for; the file is made, and stays.

    Parameters
    ----------
    path
        A file of its own in a folder that exists.
    wait
        Whether to wait for another process that holds it.

    Returns
    -------
    BaseFileLock | None
        To be let go with ``release()``, from any thread; None where another process holds it,
        or where nothing can be locked, such as on some network drives.
    """
    # Imported here since every start of the window would wait for it.
    from filelock import FileLock

    # By default a lock is known to the thread alone that took it.
    lock = FileLock(path, thread_local=False)
    try:
        lock.acquire(timeout=-1 if wait else 0, poll_interval=_POLL_INTERVAL_S)
    except (OSError, NotImplementedError):
        return None
    return lock
