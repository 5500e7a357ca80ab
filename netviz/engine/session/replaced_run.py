"""A run that another one has replaced, kept as it was so that it can be brought back."""

from dataclasses import dataclass, replace
from pathlib import Path

from netviz.engine.observatory.evaluator import Known
from netviz.engine.protocol import events
from netviz.engine.protocol.left_run import LeftRun, Origin
from netviz.engine.protocol.run_tree import RunTree
from netviz.engine.run.record import RunRecord
from netviz.engine.run.run import Run
from netviz.engine.session import reports
from netviz.engine.training.random_state import RandomState
from netviz.engine.training.trainer import DeviceData

MOST_DATA_BYTES = 2**30
"""Memory that a replaced run may hold for images that the run at hand does not use."""


@dataclass(frozen=True, eq=False)
class ReplacedRun:
    """A run at rest, with everything that goes on with it.

    Attributes
    ----------
    described
        The event that told of it when it was ready.
    folder
        Where it was saved; None where it was not.
    random_state
        The random generators as they were after its last step.
    known
        What the observatory knows of its predictions.
    failed
        What told that it has failed, and cannot go on but from its last good state; None if not.
    """

    run: Run
    described: events.Prepared
    folder: Path | None
    random_state: RandomState
    known: Known
    failed: events.Failed | None

    @property
    def origin(self) -> Origin:
        """Its number, and which run it parted from."""
        return self.described.origin

    @property
    def steps(self) -> int:
        """Steps trained."""
        return self.run.trainer.step

    @property
    def is_ruined(self) -> bool:
        """Whether it has failed or diverged, so that one goes back before going on."""
        return self.failed is not None or self.run.divergence is not None

    def record(self) -> RunRecord:
        """Return it as its file holds it: as it is, or as it was at its last good state."""
        present = None if self.failed else self.run.present_record()
        if present is None:
            record = self.run.good_record()
        else:
            generators = self.random_state.of_a_run(present.snapshot.generators)
            snapshot = replace(present.snapshot, generators=generators)
            record = replace(present, snapshot=snapshot)
        return replace(record, tree=RunTree(self.origin, has_failed=present is None))

    def renumbered(self, origin: Origin) -> "ReplacedRun":
        """Return the same run with the number, parent and step that it has by now."""
        return replace(self, described=replace(self.described, origin=origin))

    def told(self) -> LeftRun:
        """Tell what it holds."""
        run, trainer = self.run, self.run.trainer
        return LeftRun(
            self.origin,
            trainer.config,
            trainer.step,
            tuple(run.measurements),
            has_failed=self.failed is not None,
            has_ended=not (run.has_epochs_left or run.is_measurement_due),
            has_diverged=run.divergence is not None,
            # It may know losses of a batch that failed after its last step.
            losses=run.history.losses[: trainer.step],
            ledger=run.ledger,
            learning_rates=run.history.learning_rates[: trainer.step],
        )

    def is_affordable(self, beside: DeviceData) -> bool:
        """Whether there is memory to keep it while another run uses the data `beside`."""
        data = self.run.trainer.data
        images = (data.train_images, data.test_images)
        return data is beside or sum(each.nbytes for each in images) <= MOST_DATA_BYTES

    def take_up(self, number: int, *, is_back: bool) -> tuple[events.Prepared, events.Opened]:
        """Let it go on as run `number`, exactly where it was; return what tells of it."""
        self.random_state.restore()
        run = self.run
        run.number = number
        run.trainer.use_threads()
        described = reports.goes_on(self.described, run, is_back=is_back)
        return described, reports.opened(run, self.folder)
