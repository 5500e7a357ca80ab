"""`TrainingSession`: commands in, events out; the only caller of the trainer."""

import traceback
from collections.abc import Callable, Generator, Iterator, Mapping
from enum import Enum, auto
from pathlib import Path
from queue import Empty, SimpleQueue
from time import perf_counter
from typing import Any

import numpy as np
import torch

from netviz.engine import commands, events, storage
from netviz.engine.commands import Command
from netviz.engine.config import OPTIONS, RunConfig
from netviz.engine.datasets.load import load
from netviz.engine.devices import choose_device, choose_threads
from netviz.engine.errors import ConfigError, NetvizError, TrainingError
from netviz.engine.events import Event, Measurement, State
from netviz.engine.meter import Meter
from netviz.engine.models import multiplications, parameter_count
from netviz.engine.options import Effect, format_number
from netviz.engine.run import EpochTally, Run
from netviz.engine.trainer import DeviceData, Trainer

SNAPSHOT_INTERVAL_S = 1.0
"""Training time between two states kept for `Rewind`."""

HOPELESS_LOSS_FACTOR = 10
"""A loss this many times the untrained one is no state worth going back to."""


class _Goal(Enum):
    """How far to train."""

    END = auto()
    EPOCH = auto()
    BATCH = auto()


class TrainingSession:
    """Trains in the thread that calls `serve`, which alone touches torch.

    Work is a generator that is advanced by one batch or one chunk of an evaluation at a time;
    between two of them waiting commands are obeyed.

    Parameters
    ----------
    emit
        Takes each event, in the serving thread; must be quick.
    inbox
        Where commands come from; a queue of its own if None.
    """

    def __init__(
        self, emit: Callable[[Event], None], inbox: SimpleQueue[Command] | None = None
    ) -> None:
        self._emit = emit
        self._commands: SimpleQueue[Command] = inbox or SimpleQueue()
        self._deferred: list[Command] = []
        self._handlers: Mapping[type[Any], Callable[[Any], None]] = {
            commands.Prepare: self._on_prepare,
            commands.Start: self._on_start,
            commands.Pause: self._on_pause,
            commands.Step: self._on_step,
            commands.RunEpoch: self._on_run_epoch,
            commands.Stop: self._on_stop,
            commands.Reset: self._on_reset,
            commands.Change: self._on_change,
            commands.Rewind: self._on_rewind,
            commands.SetPace: self._on_set_pace,
            commands.Save: self._on_save,
            commands.Close: self._on_close,
        }
        self._state = State.IDLE
        self._stopped = False
        self._closed = False
        self._work: Iterator[None] | None = None
        self._preparing: commands.Prepare | None = None
        self._prepared: commands.Prepare | None = None
        self._data: tuple[tuple[str, Path | None, torch.device], DeviceData] | None = None
        self._run: Run | None = None
        self._numbers = 0
        self._meter = Meter()
        self._snapshot_s = 0.0
        self._batch_interval_s = 0.0
        self._due = 0.0

    def submit(self, command: Command) -> None:
        """Hand in a command; from any thread, and from a signal handler."""
        self._commands.put(command)

    def serve(self) -> None:
        """Obey commands and train until `Close`; blocks, and sleeps while there is nothing."""
        while not self._closed:
            if self._work is None:
                self._obey(self._commands.get())
            else:
                self._advance()
                self._obey_waiting()

    # -- obeying -----------------------------------------------------------------------------

    def _advance(self) -> None:
        work = self._work
        assert work is not None
        try:
            next(work)
        except StopIteration:
            if self._work is work:
                self._work = None
        except Exception as error:  # noqa: BLE001 - whatever a step raises must not end the session
            self._fail(error)

    def _obey_waiting(self) -> None:
        """Obey all commands that have come; at a slowed pace, wait for them until it is time."""
        while self._work and (wait_s := self._due - perf_counter()) > 0:
            self._meter.leave_out(self._obey_within(wait_s))
        while not self._commands.empty():
            self._obey(self._commands.get())

    def _obey_within(self, wait_s: float) -> float:
        """Obey the next command if it comes in time; return the seconds that went by."""
        began = perf_counter()
        try:
            command = self._commands.get(timeout=wait_s)
        except Empty:
            return perf_counter() - began
        waited = perf_counter() - began
        self._obey(command)
        return waited

    def _obey(self, command: Command) -> None:
        if self._preparing and not isinstance(
            command, commands.Prepare | commands.Reset | commands.SetPace | commands.Close
        ):
            self._deferred.append(command)
            return
        try:
            self._handlers[type(command)](command)
        except NetvizError as error:
            if isinstance(error, TrainingError):
                self._fail(error)
            else:
                self._emit(_refused(self._number, error))
        except Exception as error:  # noqa: BLE001 - as above
            self._fail(error)

    @property
    def _number(self) -> int:
        return self._run.number if self._run else self._numbers

    def _ready_run(self) -> Run:
        if self._run is None:
            raise ConfigError("There is no run yet.", "Choose a data set and a network first.")
        return self._run

    def _enter(self, state: State, *, stopped: bool = False) -> None:
        self._state, self._stopped = state, stopped
        run = self._ready_run()
        self._emit(
            events.StateChanged(run.number, state, run.trainer.step, run.current_epoch, stopped)
        )

    def _on_start(self, _: commands.Start) -> None:
        if self._state is not State.RUNNING:
            self._train_to(_Goal.END)

    def _on_step(self, _: commands.Step) -> None:
        self._hold()
        self._train_to(_Goal.BATCH)

    def _on_run_epoch(self, _: commands.RunEpoch) -> None:
        self._hold()
        self._train_to(_Goal.EPOCH)

    def _on_pause(self, _: commands.Pause) -> None:
        if self._state is State.RUNNING:
            self._hold()
            self._enter(State.PAUSED)

    def _on_stop(self, _: commands.Stop) -> None:
        if self._state in (State.RUNNING, State.PAUSED):
            self._hold()
            self._enter(State.FINISHED, stopped=self._ready_run().has_epochs_left)

    def _on_change(self, command: commands.Change) -> None:
        run = self._ready_run()
        config = run.trainer.config.with_changes(command.changes)
        changed = config.changes_from(run.trainer.config)
        late = [name for name in changed if OPTIONS[name].effect is Effect.RESET]
        if late:
            raise ConfigError(
                f"{OPTIONS[late[0]].label} cannot change during a run.",
                "Reset the run to change it.",
            )
        if run.trainer.step == 0 and "loss" in changed:
            # The untrained figures on the screen are this loss's own: measure them again.
            self._on_reset(commands.Reset(command.changes))
            return
        self._report()
        entries = run.change(config)
        self._emit(events.Changed(run.number, config, entries))
        finished = self._state is State.FINISHED and not self._stopped
        if finished and run.has_epochs_left:
            self._train_to(_Goal.END)

    def _on_rewind(self, command: commands.Rewind) -> None:
        run = self._ready_run()
        self._work = None
        self._meter.drop()
        run.rewind()
        trainer = run.trainer
        config = trainer.config.with_changes(command.changes)
        self._emit(
            events.Rewound(run.number, trainer.step, run.current_epoch, trainer.config, run.ledger)
        )
        if command.changes:
            entries = run.change(config)
            self._emit(events.Changed(run.number, config, entries))
        self._enter(State.PAUSED if trainer.step else State.IDLE)

    def _on_set_pace(self, command: commands.SetPace) -> None:
        pace = command.batches_per_second
        self._batch_interval_s = 1 / pace if pace else 0.0
        self._due = 0.0

    def _on_save(self, command: commands.Save) -> None:
        run = self._ready_run()
        self._report()
        storage.save_run(run, command.folder)
        self._emit(events.Saved(run.number, command.folder))

    def _on_close(self, _: commands.Close) -> None:
        self._work = None
        self._closed = True

    # -- preparing ---------------------------------------------------------------------------

    def _on_prepare(self, command: commands.Prepare) -> None:
        if self._state is State.RUNNING:
            try:
                self._on_pause(commands.Pause())
            except TrainingError as error:
                self._fail(error)
        self._preparing = command
        self._work = self._prepare(command)

    def _on_reset(self, command: commands.Reset) -> None:
        basis = self._preparing or self._prepared
        if basis is None:
            raise ConfigError("There is no run to reset.")
        current = basis.config
        if self._run and not self._preparing:
            current = self._run.trainer.config
        config = current.with_changes(command.changes)
        self._on_prepare(commands.Prepare(config, command.data_dir or basis.data_dir))

    def _prepare(self, command: commands.Prepare) -> Iterator[None]:
        self._numbers += 1
        number, config = self._numbers, command.config
        self._emit(events.Preparing(number, config))
        yield
        random_state = torch.get_rng_state()
        try:
            device = choose_device(config.device)
            data = self._load(command, device)
            trainer = Trainer(config, data, device)
            work = multiplications(trainer.model, data.image_shape) * config.batch_size
            threads = choose_threads(config, work)
            torch.set_num_threads(threads)
            untrained = yield from self._measure(trainer, EpochTally())
        except Exception as error:  # noqa: BLE001 - the run before this one must survive anything
            self._preparing = None
            self._prepared = self._prepared or command
            self._deferred.clear()
            torch.set_rng_state(random_state)
            self._emit(_refused(number, error))
            return
        self._meter.drop()
        self._run = Run(number, trainer, untrained)
        self._prepared, self._preparing = command, None
        self._emit(_prepared(self._run, threads))
        self._enter(State.IDLE)
        deferred, self._deferred = self._deferred, []
        self._work = None
        for waiting in deferred:
            self._obey(waiting)

    def _load(self, command: commands.Prepare, device: torch.device) -> DeviceData:
        key = (command.config.dataset, command.data_dir, device)
        if self._data is None or self._data[0] != key:
            self._data = (key, DeviceData.of(load(key[0], command.data_dir), device))
        return self._data[1]

    # -- training ----------------------------------------------------------------------------

    def _train_to(self, goal: _Goal) -> None:
        run = self._ready_run()
        if self._state is State.FAILED:
            raise ConfigError(
                "The run has failed and cannot go on from here.",
                "Go back to the last good state, or reset.",
            )
        if not run.has_epochs_left and not run.is_measurement_due:
            raise ConfigError("All epochs are trained.", "Raise the number of epochs to go on.")
        self._enter(State.RUNNING)
        self._meter.start()
        self._work = self._train(run, goal)

    def _hold(self) -> None:
        """Stop training between two batches; what was trained is reported."""
        if self._work is not None:
            self._work = None
            self._report()

    def _train(self, run: Run, goal: _Goal) -> Iterator[None]:
        if run.is_measurement_due:
            yield from self._finish_epoch(run)
        while run.has_epochs_left:
            if self._batch_interval_s:
                self._due = perf_counter() + self._batch_interval_s
            self._meter.add(run.trainer.train_batch())
            if self._meter.is_due() or self._batch_interval_s:
                self._report()
            yield
            if run.is_measurement_due:
                yield from self._finish_epoch(run)
                if goal is _Goal.EPOCH:
                    break
            if goal is _Goal.BATCH:
                break
        self._report()
        self._enter(State.PAUSED if run.has_epochs_left else State.FINISHED)

    def _report(self) -> None:
        """Tell what was trained since the last report, and see that the losses are finite."""
        if not self._meter:
            return
        run = self._ready_run()
        reading = self._meter.read()
        run.tally.add(reading.samples, reading.right, reading.seconds)
        finite = np.isfinite(reading.losses)
        count = len(finite) if finite.all() else int(finite.argmin())
        first = run.trainer.step - len(finite) + 1
        steps = np.arange(first, first + count)
        losses, rates = reading.losses[:count], reading.learning_rates[:count]
        if count:
            run.history.extend(steps, losses, rates)
            speed = reading.samples / reading.seconds
            self._emit(_progress(run, steps, losses, rates, speed))
        if count < len(finite):
            raise _not_finite(reading.losses[count], first + count, run.trainer.config)
        self._keep_snapshots(run, float(losses[-1]), reading.seconds)

    def _keep_snapshots(self, run: Run, loss: float, seconds: float) -> None:
        if loss < HOPELESS_LOSS_FACTOR * run.measurements[0].train_loss:
            run.trust_snapshot()
        self._snapshot_s += seconds
        if self._snapshot_s >= SNAPSHOT_INTERVAL_S:
            self._snapshot_s = 0.0
            run.keep_snapshot()

    def _finish_epoch(self, run: Run) -> Iterator[None]:
        self._report()
        measurement = yield from self._measure(run.trainer, run.tally)
        run.tally = EpochTally()
        run.measurements.append(measurement)
        self._emit(events.EpochFinished(run.number, measurement))
        self._meter.start()

    def _measure(self, trainer: Trainer, tally: EpochTally) -> Generator[None, None, Measurement]:
        data = trainer.data
        train = yield from trainer.evaluate(*data.train_sample())
        test = yield from trainer.evaluate(data.test_images, data.test_labels)
        for loss in (train[0], test[0]):
            if not np.isfinite(loss):
                raise _not_finite(loss, trainer.step, trainer.config)
        return Measurement(
            trainer.epoch, trainer.step, *train, *test, tally.seconds, tally.samples_per_second
        )

    def _fail(self, error: Exception) -> None:
        """Give up what was under way, say why, and be ready for the next command."""
        self._work = None
        self._preparing = None
        self._deferred.clear()
        self._meter.drop()
        run = self._run
        step, good_step = (run.trainer.step, run.good_step) if run else (0, None)
        told = _refused(self._number, error)
        self._emit(events.Failed(told.run, told.message, told.hint, told.details, step, good_step))
        if run:
            self._enter(State.FAILED)


def _refused(run: int, error: Exception) -> events.Refused:
    """Put an error into words: its own where it has them, else its type and text."""
    details = "".join(traceback.format_exception(error))
    if isinstance(error, NetvizError):
        return events.Refused(run, error.message, error.hint, details)
    message = f"Something unexpected went wrong: {type(error).__name__}: {error}."
    return events.Refused(run, message, "Go back to the last good state, or reset.", details)


def _not_finite(loss: float, step: int, config: RunConfig) -> TrainingError:
    what = "not a number (NaN)" if np.isnan(loss) else "infinite"
    return TrainingError(
        f"The loss became {what} at step {step:,}.",
        f"The learning rate {format_number(config.learning_rate)} is probably too large: "
        "go back to the last good state with a smaller one.",
    )


def _prepared(run: Run, threads: int) -> events.Prepared:
    trainer = run.trainer
    data = trainer.data
    return events.Prepared(
        run.number,
        trainer.config,
        trainer.device.type,
        threads,
        parameter_count(trainer.model),
        len(data.train_labels),
        len(data.test_labels),
        data.classes,
        data.image_shape,
        tuple(str(layer) for layer in trainer.model.children()),
        data.source.arrays(),
        run.measurements[0],
    )


def _progress(
    run: Run, steps: Any, losses: Any, learning_rates: Any, samples_per_second: float
) -> events.Progress:
    trainer = run.trainer
    batches = trainer.batches_per_epoch()
    done = trainer.sampler.position
    size = len(trainer.data.train_labels)
    epochs_left = trainer.config.epochs - trainer.epoch - (done % size) / size
    return events.Progress(
        run.number,
        steps,
        losses,
        learning_rates,
        run.current_epoch,
        -(-done // trainer.config.batch_size),
        batches,
        run.tally.accuracy,
        samples_per_second,
        max(0.0, epochs_left * size / samples_per_second),
    )
