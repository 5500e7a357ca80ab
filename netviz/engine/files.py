"""Writing a file whole or not at all."""

import contextlib
import os
import uuid
from collections.abc import Callable
from pathlib import Path

from netviz.engine.errors import StorageError


def write_whole(path: Path, write: Callable[[Path], object]) -> None:
    """Let `write` fill a temporary file beside `path`, then put it in its place at once.

    Whoever reads `path` sees the old file or the new one, never half of one, even when the
    process is killed while writing.

    Raises
    ------
    StorageError
        When the folder cannot be written to or the disk is full; `path` is as it was.
    """
    temporary = path.with_name(f".{path.name}.{uuid.uuid4().hex[:8]}.part{path.suffix}")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        temporary.touch()
        rights = temporary.stat().st_mode
        write(temporary)
        temporary.chmod(rights)  # some libraries make files that only their owner may read
        with temporary.open("rb+") as file:
            os.fsync(file.fileno())
        os.replace(temporary, path)
    except OSError as error:
        raise StorageError(
            f"{path} could not be written: {error.strerror or error}.",
            "Choose another folder, or make room on the disk.",
        ) from error
    finally:
        with contextlib.suppress(OSError):
            temporary.unlink(missing_ok=True)


def write_text_whole(path: Path, text: str) -> None:
    """Write `text` as UTF-8, whole or not at all; raises `StorageError` like `write_whole`."""
    write_whole(path, lambda temporary: temporary.write_text(text, encoding="utf-8"))
