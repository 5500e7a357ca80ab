"""The file that a download fills: locked while it does, so that what a kill leaves is known."""

import contextlib
import sys
import uuid
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO

if sys.platform != "win32":
    import fcntl


@contextlib.contextmanager
def part_file(target: Path) -> Iterator[BinaryIO]:
    """Make a file of its own beside `target`, which takes its name if all goes well.

    Files of downloads that were killed are taken away first. Those that other processes fill
    just now stay: each is locked by who fills it, and the lock ends with its process.
    """
    for left in target.parent.glob(f".{target.name}.*.part"):
        _remove_if_left(left)
    part, stream = _made(target)
    try:
        with stream:
            yield stream
            stream.flush()
            if sys.platform != "win32":
                part.replace(target)  # while it is locked: else another might take it away
        if sys.platform == "win32":
            part.replace(target)  # Windows moves no file that is open
    finally:
        part.unlink(missing_ok=True)


def _made(target: Path) -> tuple[Path, BinaryIO]:
    while True:
        part = target.with_name(f".{target.name}.{uuid.uuid4().hex}.part")
        stream = part.open("xb")
        _is_locked(stream)
        # Another process may have taken it away before it was locked.
        if part.exists():
            return part, stream
        stream.close()


def _remove_if_left(part: Path) -> None:
    with contextlib.suppress(OSError):  # it is somebody else's, or gone
        with part.open("rb") as stream:
            is_left = _is_locked(stream)
            if is_left and sys.platform != "win32":
                part.unlink()
        if is_left and sys.platform == "win32":
            part.unlink()  # Windows refuses this for a file that a process has open


def _is_locked(stream: BinaryIO) -> bool:
    """Lock the file unless another process has; False also where nothing can be locked."""
    if sys.platform == "win32":
        return True
    try:
        fcntl.flock(stream, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        return False
    return True
