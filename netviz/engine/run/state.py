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
        self._snapshot: Snapshot | None = snapshot
        self._stored: Stored | None = None

    @property
    def snapshot(self) -> Snapshot:
        """The trainer's state, read from its file where it is in one; raises `StorageError`."""
        if self._snapshot is not None:
            return self._snapshot
        assert self._stored is not None
        return self._stored.read()

    @property
    def in_memory(self) -> Snapshot | None:
        """The trainer's state where it need not be read."""
        return self._snapshot

    @property
    def files(self) -> Sequence[File]:
        """The files that it is in; none while it is in memory."""
        return self._stored.files if self._stored is not None else ()

    @property
    def is_there(self) -> bool:
        """Whether its snapshot can be had: somebody may have taken its file away."""
        return self._stored is None or self._stored.is_there

    def move(self, stored: Stored) -> None:
        """Leave memory: `stored` has its snapshot."""
        self._snapshot, self._stored, self.size = None, stored, 0

    def move_back(self) -> None:
        """Be in memory again; raises `StorageError`."""
        self._snapshot, self._stored = self.snapshot, None
        self.size = size_of(vars(self._snapshot))


def size_of(value: Any) -> int:
    """Return how many bytes the tensors take that are in `value`, however deep."""
    if isinstance(value, Tensor):
        return value.numel() * value.element_size()  # of a sparse one, what it would be at most
    if isinstance(value, dict):
        return sum(map(size_of, value.values()))
    if isinstance(value, list | tuple):
        return sum(map(size_of, value))
    return 0
