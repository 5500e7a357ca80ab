"""The loop around the training step: batches, reports, epochs, at full speed or slowed down."""

import math
from collections.abc import Callable, Iterator
from enum import Enum, auto
from time import perf_counter

import numpy as np
from numpy.typing import NDArray

from netviz.engine.observatory.observatory import Observatory
from netviz.engine.protocol import events
from netviz.engine.protocol.events import Event
from netviz.engine.protocol.happening import What
from netviz.engine.run.run import Run
from netviz.engine.session import reports
from netviz.engine.session.batch_meter import Meter
from netviz.engine.session.finding_rounds import FindingRounds
from netviz.engine.session.preparation import measure
from netviz.engine.session.run_keeper import RunKeeper
from netviz.engine.session.thread_watch import ThreadWatch
from netviz.engine.training import memory_errors


class Goal(Enum):
    """How far to train."""

    END = auto()
    EPOCH = auto()
    STEP = auto()
    BATCH = auto()


class TrainingLoop:
    """Trains a run, batch after batch, and reports a few times a second.

    Parameters
    ----------
    emit
        Takes each `Progress` and `EpochFinished`.
    observatory
        Records the layers, and knows what the views have taken of the time.
    keeper
        Autosaves the run now and then.
    is_called
        Whether a command waits for the loop to yield; asked after every batch.

    Attributes
    ----------
    goal
        How far to train; may change while training is under way.
    last_step
        The step after which it holds, with the goal of a step.
    due
        When the next batch may begin, by `perf_counter`; 0 at full speed.
    has_reported
        Whether there was a report since this was last set to False.
    thread_watch
        Is told the speed of every report; None where the number of threads stays as it is.
    findings
        Looks for what is worth pointing out.
    in_turn
        Whether other runs wait for their turn after each batch.
    """

    def __init__(
        self,
        emit: Callable[[Event], None],
        observatory: Observatory,
        keeper: RunKeeper,
        is_called: Callable[[], bool],
    ) -> None:
        self.goal = Goal.END
        self.last_step = 0
        self.due = 0.0
        self.has_reported = False
        self.thread_watch: ThreadWatch | None = None
        self.findings = FindingRounds(emit)
        self.in_turn = False
        self._emit = emit
        self._observatory = observatory
        self._keeper = keeper
        self._is_called = is_called
        self._meter = Meter()
        self._batch_interval_s = 0.0

    def set_pace(self, batches_per_second: float | None) -> None:
        """Train no faster than this; None is full speed."""
        self._batch_interval_s = 1 / batches_per_second if batches_per_second else 0.0
        self.due = 0.0

    @property
    def batches_per_second(self) -> float | None:
        """How fast it trains at most; None is full speed."""
        return 1 / self._batch_interval_s if self._batch_interval_s else None

    def leave_out(self, seconds: float) -> None:
        """Do not count `seconds` as training time."""
        self._meter.leave_out(seconds)

    def drop(self) -> None:
        """Forget the steps that were trained and not yet reported."""
        self._meter.drop()

    def train(self, run: Run) -> Iterator[None]:
        """Train towards the goal; yields when a command waits, and after every chunk."""
        if run.is_measurement_due:
            yield from self._finish_epoch(run)
        while run.has_epochs_left:
            self.space_out()
            self._train_batches(run)
            if self._meter.is_due() or self._batch_interval_s:
                self.report(run)
            yield
            if run.is_measurement_due:
                yield from self._finish_epoch(run)
                if self.goal is Goal.EPOCH:
                    break
            if self.goal is Goal.BATCH or self._is_there(run):
                break
        self.report(run)

    def _is_there(self, run: Run) -> bool:
        """Whether the step is reached that was asked for."""
        return self.goal is Goal.STEP and run.trainer.step >= self.last_step

    def space_out(self) -> None:
        """Let the next batch begin no sooner than the pace allows after this one."""
        if self._batch_interval_s:
            self.due = perf_counter() + self._batch_interval_s

    def start_clock(self) -> None:
        """Count training time from now on, without what the views have taken before."""
        self._observatory.take_spent()
        self._meter.start()

    def _train_batches(self, run: Run) -> None:
        """Train a batch, and more until a report is due, the epoch ends or a command waits."""
        recorder = self._observatory.recorder
        is_single = self.goal is Goal.BATCH
        recorded = recorder.note_if_due(
            run, spare_s=math.inf if is_single else self._batch_interval_s
        )
        singly = is_single or self.in_turn or self._batch_interval_s > 0
        self._train_until_called(run, singly=singly, one_update=recorded)
        if recorded:
            recorder.record(run)

    def _train_until_called(self, run: Run, *, singly: bool, one_update: bool) -> None:
        trainer, meter, is_called = run.trainer, self._meter, self._is_called
        last = 0 if one_update else self._observatory.recorder.last_step_before(run)
        try:
            while True:
                meter.add(trainer.train_batch())
                if singly or (
                    trainer.step >= last and not (one_update and trainer.only_accumulated)
                ):
                    break
                if trainer.sampler.epoch_done or is_called() or meter.is_due():
                    break
                if self._is_there(run):
                    break
        except Exception as error:
            memory_errors.explain_step(error, trainer.config.batch_size)
            raise

    def report(self, run: Run) -> None:
        """Report the steps since the last report.

        Raises
        ------
        TrainingError
            When a loss is not finite; the steps before it are reported.
        """
        if not self._meter:
            return
        self.has_reported = True
        self._meter.leave_out(self._observatory.take_spent())
        reading = self._meter.read()
        self._observatory.recorder.note_speed(len(reading.losses), reading.seconds)
        run.tally.add(reading.samples, reading.correct, reading.seconds)
        if self.thread_watch:
            self.thread_watch.note(reading.samples, reading.seconds)
        finite = np.isfinite(reading.losses)
        count = len(finite) if finite.all() else int(finite.argmin())
        first = run.trainer.step - len(finite) + 1
        steps = np.arange(first, first + count)
        losses, rates = reading.losses[:count], reading.learning_rates[:count]
        if count:
            run.history.extend(steps, losses, rates)
            speed = reading.samples / reading.seconds
            self._emit(reports.progress(run, steps, losses, rates, speed))
        if count < len(finite):
            config, rate = run.trainer.config, run.better_rate
            raise reports.not_finite(reading.losses[count], first + count, config, rate)
        self._watch_losses(run, losses)
        run.keep_state(reading.seconds)
        spent_s = self.findings.within_epoch(run) + self._keeper.autosave_if_due(run)
        self._meter.leave_out(spent_s)

    def _watch_losses(self, run: Run, losses: NDArray[np.float32]) -> None:
        """Tell once when the losses say that the run has diverged, and when no longer."""
        before = run.divergence
        run.watch_losses(losses)
        if run.divergence and not before:
            diverging = reports.diverging(run, run.divergence)
            self._note(run, What.NOTICED, diverging.message)
            self._emit(diverging)
        elif before and not run.divergence:
            self._note(run, What.RECOVERED, "The loss is falling again.")
            self._emit(events.Recovered(run.number, run.trainer.step))

    def _note(self, run: Run, what: What, text: str) -> None:
        run.note(what, text)
        self._emit(events.Noted(run.number, run.happenings))

    def _finish_epoch(self, run: Run) -> Iterator[None]:
        self.report(run)
        measurement, test_logits = yield from measure(run.trainer, run.tally, run.better_rate)
        run.finish_epoch(measurement)
        self._emit(events.EpochFinished(run.number, measurement))
        self.findings.after_epoch(run, test_logits)
        self._observatory.evaluated(run, test_logits)
        self.start_clock()
