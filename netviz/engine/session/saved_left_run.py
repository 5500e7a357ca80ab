"""A run of an earlier session that was left and lies in a file, until it is gone on with."""

from dataclasses import dataclass, replace
from pathlib import Path

from netviz.engine.protocol.left_run import LeftRun, Origin


@dataclass(frozen=True, eq=False)
class SavedLeftRun:
    """What is known of such a run without its weights.

    Attributes
    ----------
    left
        What there is to tell of it.
    name
        Of its branch file.
    folder
        The run's folder that was opened, in which it is saved again.
    file
        The user's own run file that it was added from; None for one that has a branch file.
    """

    left: LeftRun
    name: str
    folder: Path
    file: Path | None = None

    @property
    def origin(self) -> Origin:
        """Its number, and which run it parted from."""
        return self.left.origin

    @property
    def steps(self) -> int:
        """Steps trained."""
        return self.left.steps

    def renumbered(self, origin: Origin) -> "SavedLeftRun":
        """Return the same run with the number, parent and step that it has here."""
        return replace(self, left=replace(self.left, origin=origin))

    def told(self) -> LeftRun:
        """Tell what it holds."""
        return self.left
