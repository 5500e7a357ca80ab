"""How much a run's states along its way may take, in memory and on the disk."""

from dataclasses import dataclass

MB = 2**20


@dataclass(frozen=True)
class StateBudget:
    """What the states may take from which any step of a run is reached again.

    Attributes
    ----------
    memory
        Bytes of memory; beside it the last state, and where no disk takes them that of step 0 and
        the last good one, are kept in any case.
    disk
        Bytes of files that take what memory has no room for; 0 writes none.
    """

    memory: int = 256 * MB
    disk: int = 2048 * MB

    def shared(self, count: int) -> "StateBudget":
        """Return what each of `count` runs has of it."""
        return StateBudget(self.memory // count, self.disk // count)
