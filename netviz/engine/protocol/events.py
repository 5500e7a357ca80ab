"""What a `TrainingSession` reports: plain numbers and numpy copies, never a tensor.

Every event carries the number of the run it belongs to, so that late events of an older
run can be dropped.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from netviz.engine.options.run_config import RunConfig
from netviz.engine.protocol.commands import ExportKind, GoOnWith, Open
from netviz.engine.protocol.findings import Finding
from netviz.engine.protocol.happening import Happening
from netviz.engine.protocol.layer_facts import LayerFacts
from netviz.engine.protocol.ledger import LedgerEntry
from netviz.engine.protocol.left_run import LeftRun, Origin
from netviz.engine.protocol.observations import ImageArrays, Observation, Prediction
from netviz.engine.protocol.run_state import Measurement, Place, State


@dataclass(frozen=True)
class Preparing:
    """A new run is being prepared: its data are loaded, its network is built."""

    run: int
    config: RunConfig


@dataclass(frozen=True)
class Loading:
    """Own pictures are being read: `done` files of `total`."""

    run: int
    done: int
    total: int


@dataclass(frozen=True)
class GoingBack:
    """A step of the run's past is being reached, while the run stays as it is.

    Attributes
    ----------
    step
        Where it leads to.
    done
        The fraction that is done, 0..1; 1 also where it was given up.
    """

    run: int
    step: int
    done: float


@dataclass(frozen=True)
class LookedBack:
    """What is observed from here on is of this step; told again as states are kept meanwhile.

    Attributes
    ----------
    step
        Where the network was when it was like that; None for the present.
    steps
        All steps that can be looked at beside the present, increasing.
    request
        Number of the `LookBack` command that was obeyed last.
    """

    run: int
    step: int | None
    steps: tuple[int, ...]
    request: int = 0


@dataclass(frozen=True)
class Prepared:
    """A new run is ready, and consists of this.

    Attributes
    ----------
    device
        The processor in use, such as ``cpu`` or ``cuda``.
    threads
        Processor cores used for one step.
    parameters
        Number of trainable parameters.
    image_shape
        Channels, height, width.
    images
        All images of the data set.
    untrained
        Measurement of the network before the first step.
    warnings
        Reasons why a run on these data may mislead, each a sentence.
    left_out
        Own files that are not in the data set, each a sentence that says why.
    started_from
        File of the weights at step 0; empty for those that the seed makes.
    step
        Steps trained already, where a saved run goes on.
    network
        The network's layers, from input to output.
    cautions
        What to know of a network of the user's own, in sentences that follow each other.
    replaced_step
        Steps of the run that it took the place of and that can be brought back; 0 for none.
    is_back
        Whether it was brought back itself.
    origin
        Its number within the session, and which run it parted from.
    left
        The runs that were left, which can be gone on with.
    origins
        Those of all runs of the session, also of runs that are not kept any more.
    """

    run: int
    config: RunConfig
    device: str
    threads: int
    parameters: int
    train_count: int
    test_count: int
    classes: tuple[str, ...]
    image_shape: tuple[int, int, int]
    images: ImageArrays
    untrained: Measurement
    warnings: tuple[str, ...] = ()
    left_out: tuple[str, ...] = ()
    started_from: str = ""
    step: int = 0
    network: tuple[LayerFacts, ...] = ()
    cautions: tuple[str, ...] = ()
    replaced_step: int = 0
    is_back: bool = False
    origin: Origin = field(default_factory=Origin)
    left: tuple[LeftRun, ...] = ()
    origins: tuple[Origin, ...] = ()


@dataclass(frozen=True)
class RunListChanged:
    """The runs of the session, or their names, are these by now.

    Attributes
    ----------
    origin
        That of the run at hand.
    left
        The runs that were left, which can be gone on with.
    added
        Numbers of those that were added from files just now.
    left_out
        Of each that should have been added and was not, why, in a sentence.
    """

    run: int
    origin: Origin
    left: tuple[LeftRun, ...]
    added: tuple[int, ...] = ()
    left_out: tuple[str, ...] = ()


@dataclass(frozen=True)
class StateChanged:
    """The run went into another state.

    Attributes
    ----------
    stopped
        Whether the user ended it before the last epoch; only with state finished.
    place
        Where it is; None where that has not changed.
    """

    run: int
    state: State
    step: int
    epoch: int
    stopped: bool = False
    place: Place | None = None


@dataclass(frozen=True)
class Progress:
    """The steps trained since the last report.

    Attributes
    ----------
    steps
        Their numbers, counted from 1, ``int64 [k]``.
    losses
        Loss of each batch, ``float32 [k]``.
    learning_rates
        Learning rate that each step used, ``float64 [k]``.
    epoch
        Epoch under way, counted from 1.
    batch, batches
        Batches done in this epoch and batches it has at the present batch size.
    running_accuracy
        Fraction of correct predictions in the epoch so far, each made when its batch was trained.
    samples_per_second
        Training throughput since the last report; 0 where it is not known.
    remaining_s
        Estimated seconds of training to the last epoch's end; 0 where it is not known.
    """

    run: int
    steps: NDArray[np.int64]
    losses: NDArray[np.float32]
    learning_rates: NDArray[np.float64]
    epoch: int
    batch: int
    batches: int
    running_accuracy: float
    samples_per_second: float
    remaining_s: float

    @property
    def step(self) -> int:
        """Number of the last step."""
        return int(self.steps[-1])


@dataclass(frozen=True)
class EpochFinished:
    """An epoch was trained and measured."""

    run: int
    measurement: Measurement


@dataclass(frozen=True)
class Changed:
    """Options of the run changed; the next batch uses the new config.

    Attributes
    ----------
    entries
        What is new in the ledger; empty for what changed before the first step, or changed
        back at the same step.
    ledger
        All changes of the run.
    request
        Number of the `Change` command that asked for it.
    place
        Where the run is by now: another batch size divides the epoch otherwise. None where that
        has not changed.
    threads
        Processor cores that a step uses from here on; None where that has not changed.
    reason
        Why NetViz changed them by itself, as a sentence; empty where the user did.
    """

    run: int
    config: RunConfig
    entries: tuple[LedgerEntry, ...]
    ledger: tuple[LedgerEntry, ...]
    request: int = 0
    place: Place | None = None
    threads: int | None = None
    reason: str = ""


@dataclass(frozen=True)
class Refused:
    """A command was refused, and nothing was changed.

    A new run that could not be prepared is refused under its own number; the one before it
    stays as it was.

    Attributes
    ----------
    request
        Number of the `Change` command that is refused; 0 for any other command.
    remedy
        Changes with which it would not be refused, by option; may be empty.
    is_usage
        Whether the settings ask for what is not possible; else a file or the machine fails.
    consent
        The command that opens the run, or goes on with it, if the user agrees that its Python file
        is run; None
        unless that is why it was refused.
    """

    run: int
    message: str
    hint: str
    details: str = ""
    request: int = 0
    remedy: Mapping[str, Any] = field(default_factory=dict)
    is_usage: bool = False
    consent: Open | GoOnWith | None = None


@dataclass(frozen=True)
class Failed:
    """Training stopped because of an error; the session takes commands again.

    Attributes
    ----------
    message, hint
        What happened, and what to do.
    details
        A traceback for the log; may be empty.
    rewind_step
        Step of the last good state, to which `Rewind` returns; None if there is none.
    remedy
        Changes that are likely to help after a `Rewind`, by option; may be empty.
    """

    run: int
    message: str
    hint: str
    details: str
    step: int
    rewind_step: int | None
    remedy: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Diverging:
    """The loss says that the network is ruined; told once an occurrence, and training goes on.

    Attributes
    ----------
    message, hint
        What happened, and what to do.
    step
        The step at which it was noticed.
    since_step
        The last step before the damage.
    learning_rate
        The one in force.
    rewind_step
        Step of the last good state, to which `Rewind` returns; it is from before the damage.
    remedy
        Changes that are likely to help after a `Rewind`, by option.
    """

    run: int
    message: str
    hint: str
    step: int
    since_step: int
    learning_rate: float
    rewind_step: int
    remedy: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Recovered:
    """The loss of a run that was `Diverging` is falling again."""

    run: int
    step: int


@dataclass(frozen=True)
class FindingsChanged:
    """Something was noticed in the run, holds no longer, or is forgotten since it went back.

    Attributes
    ----------
    found
        Everything that was noticed, in order.
    holding
        Those of them that are still so.
    """

    run: int
    found: tuple[Finding, ...]
    holding: tuple[Finding, ...]


@dataclass(frozen=True)
class Noted:
    """What is to be told of the run, beside its measurements and changes, is this by now."""

    run: int
    happenings: tuple[Happening, ...]


@dataclass(frozen=True)
class Saved:
    """The run's files were written.

    Attributes
    ----------
    good_step
        Step of the last good state, where that was written in the place of the present one.
    left_out
        Of each run that was left and could not be written, why, in a sentence.
    """

    run: int
    folder: Path
    good_step: int | None = None
    left_out: tuple[str, ...] = ()


@dataclass(frozen=True)
class Opened:
    """A run that has a past was opened or brought back; comes after its `Prepared`.

    Attributes
    ----------
    folder
        Where it was saved; None where it was not.
    progress
        All steps that it was trained; None if there are none.
    measurements
        All of its epochs, the first of the untrained network.
    ledger
        All of its changes.
    missing_device
        Device that it was trained on, if this machine has none such; empty otherwise.
    lacks_layers
        Whether the file had no record of the layers, or a damaged one, so that it begins here.
    happenings
        What else happened to it, in order.
    left_out
        Of each run that was left and cannot be gone on with, why, in a sentence.
    """

    run: int
    folder: Path | None
    progress: Progress | None
    measurements: tuple[Measurement, ...]
    ledger: tuple[LedgerEntry, ...]
    missing_device: str = ""
    lacks_layers: bool = False
    happenings: tuple[Happening, ...] = ()
    left_out: tuple[str, ...] = ()


@dataclass(frozen=True)
class Exporting:
    """The run is being written in a form that takes longer, while it stays as it is.

    Attributes
    ----------
    done
        The fraction that is done, 0..1; 1 also where it failed.
    """

    run: int
    kind: ExportKind
    done: float


@dataclass(frozen=True)
class Exported:
    """The run was written in another form."""

    run: int
    kind: ExportKind
    path: Path


@dataclass(frozen=True)
class RaceChanged:
    """Other runs are trained in turn, or none where a race has ended.

    Attributes
    ----------
    lanes
        Numbers of the runs that take part, that at hand among them; empty without a race.
    left
        As in `Prepared`, by now.
    """

    run: int
    lanes: tuple[int, ...]
    left: tuple[LeftRun, ...]


LaneEvent = Progress | EpochFinished | Diverging | Recovered | Failed | Prediction
"""What is told of a run that is trained in turn with the one at hand."""


@dataclass(frozen=True)
class InLane:
    """Something happened to a run that is trained in turn with the one at hand.

    Attributes
    ----------
    line
        Its number.
    event
        What happened; its `run` is not that of the run at hand.
    """

    run: int
    line: int
    event: LaneEvent


@dataclass(frozen=True)
class AutosaveFailed:
    """The run could not be autosaved; reported once, and training goes on."""

    run: int
    message: str
    hint: str


@dataclass(frozen=True)
class StatesNotWritten:
    """States along the way are kept in memory only; reported once, and training goes on."""

    run: int
    message: str
    hint: str


Event = (
    Preparing
    | Loading
    | GoingBack
    | LookedBack
    | Prepared
    | RunListChanged
    | StateChanged
    | Progress
    | EpochFinished
    | Changed
    | Refused
    | Failed
    | Diverging
    | Recovered
    | FindingsChanged
    | Noted
    | Saved
    | Opened
    | Exporting
    | Exported
    | RaceChanged
    | InLane
    | AutosaveFailed
    | StatesNotWritten
    | Observation
)
