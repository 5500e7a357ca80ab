"""Files of the states for which memory has no room; they go when nobody wants them any more.

Every process has a folder of its own, beside a file that it holds locked for as long as it lives,
however it ends. A folder whose file nobody holds was left by a process that was killed.
"""

import contextlib
import os
import shutil
import uuid
import weakref
from dataclasses import replace
from io import BufferedReader
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO

from torch import Tensor

from netviz.engine.errors import StorageError
from netviz.engine.locks import take_lock
from netviz.engine.storage.tensor_parts import Part, read_parts, write_parts
from netviz.engine.training.trainer import Snapshot

if TYPE_CHECKING:
    from filelock import BaseFileLock

SPARED_BYTES = 512 * 2**20
"""Room on the disk that is left to everything else, such as the autosave."""

_PARTS = ("model", "optimizer", "generators", "gradients")
"""What of a snapshot holds tensors, beside the order of the images, which has a file of its own."""


class StateFile:
    """A file that is removed as soon as nothing refers to it any more.

    Attributes
    ----------
    size
        In bytes; it is in `sizes` for as long as the file is there.
    """

    def __init__(self, path: Path, size: int, sizes: dict[Path, int]) -> None:
        self._path = path
        self.size = sizes[path] = size
        # At the end of the process its folder goes as a whole.
        weakref.finalize(self, _forget, path, sizes).atexit = False

    @property
    def is_there(self) -> bool:
        """Whether it is as it was written, and nobody has taken it away."""
        try:
            return self._path.stat().st_size == self.size
        except OSError:
            return False

    def open(self) -> BufferedReader:
        """Open it to be read."""
        return self._path.open("rb")


class StoredSnapshot:
    """A snapshot in a file, which goes with it.

    Parameters
    ----------
    head
        The snapshot, with a `Part` in the place of each tensor and no order of the images.
    own
        The file of its tensors.
    order, order_part
        The file of the order of the images, which the states of an epoch share.
    """

    def __init__(self, head: Snapshot, own: StateFile, order: StateFile, order_part: Part) -> None:
        self._head, self._own = head, own
        self._order, self._order_part = order, order_part

    @property
    def files(self) -> tuple[StateFile, ...]:
        """Its files, of which others may share some."""
        return self._own, self._order

    @property
    def is_there(self) -> bool:
        """Whether it can be read, as far as that can be told at a glance."""
        return self._own.is_there and self._order.is_there

    def read(self) -> Snapshot:
        """Return the snapshot as it was, its tensors on the CPU.

        Raises
        ------
        StorageError
            When its file was taken away or cut off.
        """
        head = self._head
        try:
            with self._own.open() as stream:
                parts = {name: read_parts(getattr(head, name), stream) for name in _PARTS}
                sampler = read_parts(head.sampler, stream)
            with self._order.open() as stream:
                sampler["order"] = read_parts(self._order_part, stream)
        except OSError as error:
            raise StorageError(
                f"The state of step {head.step:,} cannot be read: {error.strerror or error}.",
                "Its file was changed or taken away while NetViz was running.",
            ) from error
        return replace(head, sampler=sampler, **parts)


class StateFolder:
    """The folder of this process under `root`, made at the first write.

    Attributes
    ----------
    problem
        Why nothing can be written, in a sentence; empty as long as everything could be.
    """

    def __init__(self, root: Path) -> None:
        self._root = root
        self._path = root / uuid.uuid4().hex[:12]
        self._lock: BaseFileLock | None = None
        self._sizes: dict[Path, int] = {}
        self._orders: list[tuple[weakref.ref[Tensor], weakref.ref[StateFile], Part]] = []
        self._last: Snapshot | None = None
        self._count = 0
        self.problem = ""

    @property
    def size(self) -> int:
        """Bytes of all its files."""
        return sum(self._sizes.values())

    def write(self, snapshot: Snapshot) -> StoredSnapshot | None:
        """Write a snapshot; None where that is not possible, which `problem` explains then."""
        try:
            self._claim()
            free = shutil.disk_usage(self._path).free
            if free < SPARED_BYTES:
                raise OSError(f"only {free // 2**20:,} MB of the disk are free")
            return self._write(snapshot)
        except (OSError, RuntimeError, TypeError) as error:
            reason = error.strerror if isinstance(error, OSError) else None
            self.problem = f"No state can be written to {self._path}: {reason or error}."
            return None

    def close(self) -> None:
        """Remove the folder with everything in it."""
        if self._lock is not None:
            _take_away(self._path, self._lock)
            self._lock = None

    def remove_left(self) -> None:
        """Take away what processes have left that were killed."""
        with contextlib.suppress(OSError):
            for folder in [each for each in self._root.iterdir() if each.is_dir()]:
                lock = take_lock(_lock_file(folder), wait=False)
                if lock is not None:
                    _take_away(folder, lock)

    def _claim(self) -> None:
        """Make the folder; it is locked before, so that it is nobody's for no moment."""
        if self._lock is None:
            self._root.mkdir(parents=True, exist_ok=True)
            self._lock = take_lock(_lock_file(self._path), wait=False)
            if self._lock is None:
                raise OSError("it cannot be locked")
        if not self._path.is_dir():  # mkdir itself takes a tenth of the writing
            self._path.mkdir()

    def _write(self, snapshot: Snapshot) -> StoredSnapshot:
        order, order_part = self._order_file(snapshot.sampler["order"])
        sampler = snapshot.sampler | {"order": None}
        like = self._last

        def write(stream: BinaryIO) -> Snapshot:
            parts: dict[str, Any] = {
                name: write_parts(getattr(snapshot, name), stream, like and getattr(like, name))
                for name in _PARTS
            }
            return replace(snapshot, sampler=write_parts(sampler, stream), **parts)

        own, self._last = self._filled(write)
        return StoredSnapshot(self._last, own, order, order_part)

    def _order_file(self, order: Tensor) -> tuple[StateFile, Part]:
        """Return the file that has the order of the images already, or else a new one."""
        self._orders = [each for each in self._orders if each[0]() is not None]
        for tensor, known, part in self._orders:
            file = known()
            if tensor() is order and file is not None:
                return file, part
        file, part = self._filled(lambda stream: write_parts(order, stream))
        self._orders.append((weakref.ref(order), weakref.ref(file), part))
        return file, part

    def _filled(self, write: Any) -> tuple[StateFile, Any]:
        """Let `write` fill a new file; one that is not whole does not stay."""
        self._count += 1
        path = self._path / f"{self._count}.state"
        try:
            with path.open("xb") as stream:
                parts = write(stream)
                size = stream.tell()
        except BaseException:
            _remove(path)
            raise
        return StateFile(path, size, self._sizes), parts


def _lock_file(folder: Path) -> Path:
    return folder.with_name(f"{folder.name}.lock")


def _take_away(folder: Path, lock: "BaseFileLock") -> None:
    """Remove a folder and the file that stands for it, whose lock is held and let go."""
    shutil.rmtree(folder, ignore_errors=True)
    lock.release()
    _remove(_lock_file(folder))


def _forget(path: Path, sizes: dict[Path, int]) -> None:
    sizes.pop(path, None)
    _remove(path)


def _remove(path: Path) -> None:
    with contextlib.suppress(OSError):
        os.unlink(path)
