"""A run of a race beside the one at hand."""

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from time import perf_counter
from typing import Any

from netviz.engine.errors import ConfigError, TrainingError
from netviz.engine.observatory.observatory import Observatory
from netviz.engine.protocol import events
from netviz.engine.protocol.commands import Predict
from netviz.engine.protocol.events import Event, LaneEvent
from netviz.engine.protocol.happening import What
from netviz.engine.session import reports
from netviz.engine.session.replaced_run import ReplacedRun
from netviz.engine.session.run_keeper import RunKeeper
from netviz.engine.session.training_loop import TrainingLoop
from netviz.engine.training import memory_errors
from netviz.engine.training.lone_image import refuse_lone_images
from netviz.engine.training.random_state import RandomState


class Lane:
    """Trains a run by turns, with random generators, reports and observations of its own.

    Parameters
    ----------
    left
        The run as it was left.
    emit
        Takes what happens to it.
    drawing
        What is on the pad; None for nothing.
    """

    def __init__(
        self, left: ReplacedRun, emit: Callable[[LaneEvent], None], drawing: Predict | None
    ) -> None:
        self.run = left.run
        self.failed = left.failed
        self._left, self._emit = left, emit
        self._random_state = left.random_state
        self._observatory = Observatory(self._tell)
        self._observatory.take_up(self.run, left.known)
        self._loop = TrainingLoop(
            self._tell, self._observatory, RunKeeper(self._tell, None), lambda: False
        )
        self._loop.in_turn = True
        self._work: Iterator[None] | None = None
        self._rested_at = perf_counter()
        if drawing:
            self.predict(drawing)

    @property
    def line(self) -> int:
        """Number of the run."""
        return self._left.origin.line

    @property
    def step(self) -> int:
        """Steps that it has trained."""
        return self.run.trainer.step

    @property
    def is_training(self) -> bool:
        """Whether it has turns to come; one that has diverged has none."""
        return self._work is not None and self.run.divergence is None

    @property
    def is_sound(self) -> bool:
        """Whether it has neither failed nor diverged."""
        return self.failed is None and self.run.divergence is None

    @property
    def can_train(self) -> bool:
        """Whether it would train if it were started."""
        return self.is_sound and (self.run.has_epochs_left or self.run.is_measurement_due)

    def start(self, loop: TrainingLoop) -> None:
        """Train in the turns that follow as far as `loop` does, where it can."""
        if not self.can_train:
            return
        try:
            refuse_lone_images(self.run.trainer, self.run.trainer.config)
        except ConfigError as error:
            self._fail(reports.failed_at(self.run, error))
            return
        self.follow(loop)
        self._loop.start_clock()
        self._work = self._loop.train(self.run)
        self._rested_at = perf_counter()

    def follow(self, loop: TrainingLoop) -> None:
        """Train as far, and as fast, as `loop` does."""
        self._loop.goal, self._loop.last_step = loop.goal, loop.last_step
        self._loop.set_pace(loop.batches_per_second)

    def turn(self) -> None:
        """Train a batch, or do a part of an evaluation; torch's generators are its own then."""
        assert self._work is not None
        self._leave_out_rest()
        self._random_state.restore()
        failed = None
        try:
            next(self._work)
            if self._loop.has_reported:
                self._loop.has_reported = False
                self._observatory.observe(self.run, training=True)
        except StopIteration:
            self._work = None
        except Exception as error:  # noqa: BLE001 - whatever a lane does, the others go on
            failed = reports.failed_at(self.run, error)
        # Outside of the block: there the error would keep alive what the step has allocated.
        if failed:
            self._fail(failed)
        self._random_state = RandomState.now(self.run.trainer.device)
        self._rested_at = perf_counter()

    def hold(self) -> None:
        """Give it no more turns."""
        self._work = None

    def at_rest(self) -> ReplacedRun:
        """Return the run as it is now, after all that was trained is reported."""
        self._leave_out_rest()
        with self._own_random_numbers():
            try:
                self._loop.report(self.run)
            except TrainingError as error:
                self._fail(reports.failed_at(self.run, error))
        left = self._left
        return ReplacedRun(
            self.run,
            left.described,
            left.folder,
            self._random_state,
            self._observatory.known,
            self.failed,
        )

    def change(self, changes: Mapping[str, Any]) -> None:
        """Go on with other settings."""
        with self._own_random_numbers():
            self.run.change(self.run.trainer.config.with_changes(changes))

    def predict(self, command: Predict) -> None:
        """Predict the class of this drawing from now on, and at once where it does not train."""
        self._observatory.predict(command)
        if not self.is_training:
            self._observatory.observe(self.run, training=False)

    def _leave_out_rest(self) -> None:
        """Do not count as training time what went by since its last turn."""
        now = perf_counter()
        self._loop.leave_out(now - self._rested_at)
        self._rested_at = now

    @contextmanager
    def _own_random_numbers(self) -> Iterator[None]:
        device = self.run.trainer.device
        present = RandomState.now(device)
        self._random_state.restore()
        yield
        self._random_state = RandomState.now(device)
        present.restore()

    def _tell(self, event: Event) -> None:
        """Pass on what concerns a lane; the rest is told when it is the run at hand."""
        if isinstance(event, LaneEvent):
            self._emit(event)

    def _fail(self, failed: events.Failed) -> None:
        """Stop it, and say why; the steps before are reported as far as possible."""
        self._work, self.failed = None, failed
        with suppress(TrainingError):
            self._loop.report(self.run)
        self._loop.drop()
        memory_errors.release(self.run.trainer.device)
        self.run.note(What.FAILED, failed.message)
        self._emit(failed)
