"""A run as it was at one moment."""

from dataclasses import dataclass, field

from torch import Tensor

from netviz.engine.options.run_config import RunConfig
from netviz.engine.protocol.findings import Finding
from netviz.engine.protocol.happening import Happening
from netviz.engine.protocol.layer_record import LayerRecord
from netviz.engine.protocol.ledger import LedgerEntry
from netviz.engine.protocol.run_state import Measurement
from netviz.engine.protocol.run_tree import RunTree
from netviz.engine.run.epoch_tally import EpochTally
from netviz.engine.run.history import StepHistory
from netviz.engine.training.trainer import Snapshot


@dataclass(frozen=True, eq=False)
class RunRecord:
    """A run as it was at one moment, which is what its files hold.

    Attributes
    ----------
    snapshot
        The trainer's state.
    initial_config, history, measurements, ledger, tally, start, started_from
        As in `Run`, up to that moment.
    threads
        As the trainer's `usual_threads`.
    layers
        As in `Run`, up to that moment; None where nothing was recorded.
    findings
        What was noticed, up to that moment.
    happenings
        As in `Run`.
    tree
        Its place among the runs of its session.
    """

    snapshot: Snapshot
    initial_config: RunConfig
    history: StepHistory
    measurements: list[Measurement]
    ledger: tuple[LedgerEntry, ...]
    tally: EpochTally
    start: dict[str, Tensor] | None
    started_from: str
    threads: int
    layers: LayerRecord | None = None
    findings: tuple[Finding, ...] = ()
    happenings: tuple[Happening, ...] = ()
    tree: RunTree = field(default_factory=RunTree)

    @property
    def step(self) -> int:
        """Steps trained at that moment."""
        return self.snapshot.step
