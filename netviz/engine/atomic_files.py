"""Writing a file whole or not at all, and what is said of one that cannot be used."""

import contextlib
import hashlib
import os
import shutil
import uuid
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

from netviz.engine.errors import StorageError
from netviz.engine.locks import take_lock
from netviz.paths import state_dir


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
        permissions = temporary.stat().st_mode
        write(temporary)
        temporary.chmod(permissions)  # some libraries make files that only their owner may read
        with temporary.open("rb+") as file:
            os.fsync(file.fileno())
        os.replace(temporary, path)
    except OSError as error:
        raise _not_written(path, error) from error
    finally:
        with contextlib.suppress(OSError):
            temporary.unlink(missing_ok=True)


@contextlib.contextmanager
def errors_explained(path: Path, done: str) -> Iterator[None]:
    """Turn an error of the system into a `StorageError` that names the file: cannot be `done`."""
    try:
        yield
    except OSError as error:
        message = f"{path} cannot be {done}: {error.strerror or error}."
        raise StorageError(message, "Check the folder's permissions.") from error


def write_files_whole(
    folder: Path,
    files: Mapping[str, bytes | Path],
    tidy: Callable[[], object] = lambda: None,
) -> None:
    """Write all of `files` into `folder`, or none of them; a path is that of a file to copy.

    A new folder appears with everything in it. In one that is there already (other files in
    it stay) each file is replaced at once and the last of `files` at the end, so make that the
    one that readers rely on. Two processes that write into a folder take turns, so that the
    files in it belong together; `tidy` is called in the same turn, after it.

    Raises
    ------
    StorageError
        When a file cannot be written; the folder is as it was.
    """
    is_new = not folder.exists()
    name = f".{folder.absolute().name}.{uuid.uuid4().hex[:8]}.part"
    staging = (folder.absolute().parent if is_new else folder) / name
    path = folder
    try:
        staging.mkdir(parents=True)
        for file, content in files.items():
            path = folder / file
            _write_durably(staging / file, content)
        if is_new and _moved(staging, folder):
            return
        with _locked(folder):
            for file in files:
                path = folder / file
                path.parent.mkdir(parents=True, exist_ok=True)
                os.replace(staging / file, path)
            tidy()
    except OSError as error:
        raise _not_written(path, error) from error
    finally:
        shutil.rmtree(staging, ignore_errors=True)


def _moved(staging: Path, folder: Path) -> bool:
    """Make `staging` the new `folder`; False where another process has made it meanwhile."""
    try:
        staging.rename(folder)
    except OSError:
        if folder.is_dir():
            return False
        raise
    return True


@contextlib.contextmanager
def _locked(folder: Path) -> Iterator[None]:
    """Keep the user's other processes from replacing files in `folder` meanwhile.

    Where nothing can be locked, a reader still finds each file complete.
    """
    lock = None
    with contextlib.suppress(OSError):
        lock = take_lock(_lock_file(folder), wait=True)
    try:
        yield
    finally:
        if lock is not None:
            lock.release()


def _lock_file(folder: Path) -> Path:
    """Return the file whose lock stands for `folder`.

    It lies in the user's state folder, since it stays after the lock is released, and a folder
    that the user chose should hold nothing but the run.
    """
    locks = state_dir() / "locks"
    locks.mkdir(parents=True, exist_ok=True)
    return locks / f"{hashlib.sha256(os.fsencode(folder.resolve())).hexdigest()[:16]}.lock"


def _write_durably(path: Path, content: bytes | Path) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    fill(path, content)
    with path.open("rb+") as stream:
        os.fsync(stream.fileno())


def fill(path: Path, content: bytes | Path) -> None:
    """Fill a file with this content, or with that of another file."""
    if isinstance(content, bytes):
        path.write_bytes(content)
    else:
        shutil.copyfile(content, path)


def _not_written(path: Path, error: OSError) -> StorageError:
    return StorageError(
        f"{path} could not be written: {error.strerror or error}.",
        "Choose another folder, or make room on the disk.",
    )
