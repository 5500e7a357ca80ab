"""How a run stands to the others of its session, as its file tells it."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from netviz.engine.protocol.left_run import Origin


@dataclass(frozen=True)
class RunTree:
    """A run's place among the runs of its session.

    Attributes
    ----------
    origin
        Its number, and which run it parted from.
    origins
        Those of all runs that began, also of runs that are not kept any more: others parted from
        them. Empty for a run that was left, whose file holds nothing but itself.
    branches
        For each run that was left, by its number, the name of the file that holds it.
    has_failed
        Whether it could not go on but from its last good state, which is what its file holds.
    """

    origin: Origin = field(default_factory=Origin)
    origins: tuple[Origin, ...] = ()
    branches: Mapping[int, str] = field(default_factory=dict)
    has_failed: bool = False
