"""How the runs of a session came from each other, and what those hold that were left."""

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from netviz.engine.options.run_config import RunConfig
from netviz.engine.protocol.ledger import LedgerEntry
from netviz.engine.protocol.run_state import Measurement


@dataclass(frozen=True)
class Origin:
    """Where a run began.

    Attributes
    ----------
    line
        Number of the run within the session, which it keeps while it is left and taken up again.
    parent
        That of the run that it parted from; 0 for one that began with untrained weights or a file.
    step
        The step at which it parted.
    name
        What the user calls it; empty for the name that `run_names` makes.
    settings
        Those of the run that was left for it, where it parted, as JSON: the name says what
        differs from them. Empty where there were none.
    added_from
        Folder, or run file, of the user's that it was added from to lie beside the others; empty
        for a run of this session.
    color
        Which of the colours of runs it has, from 1; 0 for that of its number.
    """

    line: int = 1
    parent: int = 0
    step: int = 0
    name: str = ""
    settings: str = field(default="", compare=False, repr=False)
    added_from: str = ""
    color: int = 0


@dataclass(frozen=True)
class LeftRun:
    """A run that was left, which can be gone on with exactly where it was.

    Attributes
    ----------
    origin
        Its number, and which run it parted from.
    config
        Its settings when it was left.
    steps
        Steps trained.
    measurements
        What was measured of it, the untrained network first.
    has_failed
        Whether it goes on from its last good state only.
    has_ended
        Whether all of its epochs are trained.
    has_diverged
        Whether its loss said that the network is ruined.
    losses
        Loss of each of its steps from the first on, ``float32 [steps]``, fewer where it failed;
        read-only: a view of what is kept of it, which nothing changes any more. Those up to the
        step at which it parted from another run are that run's too; see `lineage.parting_step`.
    ledger
        Every change since step 0.
    learning_rates
        That of each step, ``float64``, as `losses`.
    newer
        How many runs were left after it.
    """

    origin: Origin
    config: RunConfig
    steps: int
    measurements: tuple[Measurement, ...]
    has_failed: bool = False
    has_ended: bool = False
    has_diverged: bool = False
    losses: NDArray[np.float32] = field(
        default_factory=lambda: np.empty(0, np.float32), compare=False, repr=False
    )
    ledger: tuple[LedgerEntry, ...] = ()
    newer: int = 0
    learning_rates: NDArray[np.float64] = field(
        default_factory=lambda: np.empty(0), compare=False, repr=False
    )
