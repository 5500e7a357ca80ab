"""A run at one step, in memory or in a file."""

from collections.abc import Sequence
from typing import Any, Protocol

from torch import Tensor

from netviz.engine.protocol.ledger import LedgerEntry
from netviz.engine.run.divergence import LossWatch
from netviz.engine.run.epoch_tally import EpochTally
from netviz.engine.training.trainer import Snapshot


class File(Protocol):
    """A file of so many bytes."""

    size: int


class Stored(Protocol):
    """A snapshot in files, which go when nothing refers to it any more."""

    @property
    def files(self) -> Sequence[File]:
        """Its files, of which others may share some."""

    @property
    def is_there(self) -> bool:
        """Whether it can be read, as far as that can be told at a glance."""

    def read(self) -> Snapshot:
        """Return the snapshot; raises `StorageError`."""


class State:
    """A run at one step; runs share those of their common past.

    Parameters
    ----------
    snapshot
        The trainer's state: all that the steps after it depend on.
    ledger
        The changes until then.
    watch
        What was remembered of the losses.
    tally
        Sums over the epoch under way.

    Attributes
    ----------
    step
        Steps trained until then.
    ledger, watch, tally
        As given.
    size
        Bytes of memory that its tensors take; 0 while they are in a file.
    in_memory
        The snapshot where it need not be read, else None.
    files
        The files that it is in; none while it is in memory.
    """

    def __init__(
        self,
        snapshot: Snapshot,
        ledger: tuple[LedgerEntry, ...],
        watch: LossWatch,
        tally: EpochTally,
    ) -> None:
        self.step = snapshot.step
        self.ledger, self.watch, self.tally = ledger, watch, tally
        self.size = size_of(vars(snapshot))
        self.in_memory: Snapshot | None = snapshot
        self.files: Sequence[File] = ()
        self._stored: Stored | None = None

    @property
    def snapshot(self) -> Snapshot:
        """The trainer's state, read from its file where it is in one; raises `StorageError`."""
        if self.in_memory is not None:
            return self.in_memory
        assert self._stored is not None
        return self._stored.read()

    @property
    def is_there(self) -> bool:
        """Whether its snapshot can be had: somebody may have taken its file away."""
        return self._stored is None or self._stored.is_there

    def move(self, stored: Stored) -> None:
        """Leave memory: `stored` has its snapshot."""
        self.in_memory, self._stored = None, stored
        self.size, self.files = 0, stored.files

    def move_back(self) -> None:
        """Be in memory again; raises `StorageError`."""
        self.in_memory, self._stored = self.snapshot, None
        self.size, self.files = size_of(vars(self.in_memory)), ()


def size_of(value: Any) -> int:
    """Return how many bytes the tensors take that are in `value`, however deep."""
    if isinstance(value, Tensor):
        return value.numel() * value.element_size()  # of a sparse one, what it would be at most
    if isinstance(value, dict):
        return sum(map(size_of, value.values()))
    if isinstance(value, list | tuple):
        return sum(map(size_of, value))
    return 0
