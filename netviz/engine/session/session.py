"""`TrainingSession`: commands in, events out; the only caller of the trainer."""

import contextlib
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from queue import Empty, SimpleQueue
from time import perf_counter
from typing import Any

from netviz.engine.errors import ConfigError, NetvizError, TrainingError
from netviz.engine.observatory.observatory import Observatory
from netviz.engine.options.run_config import RunConfig
from netviz.engine.protocol import commands, events
from netviz.engine.protocol.commands import Command
from netviz.engine.protocol.events import Event, State
from netviz.engine.run.run import Run, refuse_resets
from netviz.engine.session import reports
from netviz.engine.session.preparation import Preparation, RandomState
from netviz.engine.session.run_keeper import RunKeeper
from netviz.engine.session.start_points import StartPoint
from netviz.engine.session.training_loop import Goal, TrainingLoop
from netviz.engine.storage.run_folder import read_run
from netviz.engine.storage.weights_files import read_weights
from netviz.engine.training import memory_errors
from netviz.engine.training.devices import has_device

_AT_ANY_TIME = (
    commands.Prepare
    | commands.Reset
    | commands.Open
    | commands.SetPace
    | commands.Watch
    | commands.Predict
    | commands.LookAt
    | commands.Close
)
"""Commands that do not wait for a run that is being prepared."""


class TrainingSession:
    """Trains in the thread that calls `serve`, which alone touches torch.

    Work is a generator that yields as soon as a batch, or a chunk of an evaluation, is done and
    a command waits; then the command is obeyed.

    Parameters
    ----------
    emit
        Takes each event, in the serving thread; must be quick.
    inbox
        Where commands come from; a queue of its own if None.
    autosave_root
        Folder in which runs are kept safe while they train; None for no autosave.
    """

    def __init__(
        self,
        emit: Callable[[Event], None],
        inbox: SimpleQueue[Command] | None = None,
        autosave_root: Path | None = None,
    ) -> None:
        self._emit = emit
        self._commands: SimpleQueue[Command] = inbox or SimpleQueue()
        self._deferred: list[Command] = []
        self._observatory = Observatory(emit)
        self._keeper = RunKeeper(emit, autosave_root)
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
            commands.Watch: self._on_watch,
            commands.MeasureTest: self._on_measure_test,
            commands.Predict: self._observatory.predict,
            commands.LookAt: self._on_look_at,
            commands.PreviewAugmentation: self._on_preview_augmentation,
            commands.Save: self._on_save,
            commands.Open: self._on_open,
            commands.LoadWeights: self._on_load_weights,
            commands.Export: self._on_export,
            commands.Close: self._on_close,
        }
        self._state = State.IDLE
        self._stopped = False
        self._closed = False
        self._work: Iterator[None] | None = None
        self._preparing: commands.Prepare | None = None
        self._prepared: commands.Prepare | None = None
        self._preparation = Preparation()
        self._random_state: RandomState | None = None
        self._run: Run | None = None
        self._numbers = 0
        self._loop = TrainingLoop(
            emit, self._observatory, self._keeper, lambda: not self._commands.empty()
        )

    def submit(self, command: Command) -> None:
        """Hand in a command; from any thread, and from a signal handler."""
        self._commands.put(command)

    def serve(self) -> None:
        """Obey commands and train until `Close`; blocks, and sleeps while there is nothing."""
        while not self._closed:
            if self._work or self._observatory.is_busy:
                self._advance()
                self._obey_waiting()
            else:
                self._obey(self._commands.get())
                if self._commands.empty():  # of several drawings only the newest counts
                    self._observe()

    # -- obeying -----------------------------------------------------------------------------

    def _advance(self) -> None:
        if self._run and self._observatory.is_busy:
            self._observatory.advance(self._run)
            return
        work = self._work
        assert work is not None
        failed = None
        try:
            next(work)
        except StopIteration:
            if self._work is work:
                self._work = None
        except Exception as error:  # noqa: BLE001 - whatever a step raises must not end the session
            failed = reports.failed(self._number, error)
        # Outside of the block: there the error would keep alive what the step has allocated.
        if failed:
            self._fail(failed)

    def _obey_waiting(self) -> None:
        """Obey all commands that have come; at a slowed pace, wait for more until it is time."""
        news = self._loop.has_reported or self._work is None
        while not self._commands.empty():
            self._obey(self._commands.get())
            news = True
        if news:  # between two reports there is nothing new to see
            self._loop.has_reported = False
            self._observe()
        while self._is_waiting and (wait_s := self._loop.due - perf_counter()) > 0:
            self._obey_within(wait_s)
            if self._commands.empty():
                self._observe()

    @property
    def _is_waiting(self) -> bool:
        """Whether only the pace holds back the next batch."""
        is_at_work = self._observatory.is_busy or self._preparing is not None
        return self._work is not None and not is_at_work

    def _observe(self) -> None:
        """Let the views see what they are due; the time it takes is no training time."""
        if self._run and not self._preparing and not self._closed:
            self._observatory.observe(self._run, training=self._state is State.RUNNING)
            self._loop.leave_out(self._observatory.take_spent())

    def _obey_within(self, wait_s: float) -> None:
        """Obey the next command if it comes in time; waiting is no training time."""
        began = perf_counter()
        command = None
        with contextlib.suppress(Empty):
            command = self._commands.get(timeout=wait_s)
        self._loop.leave_out(perf_counter() - began)
        if command:
            self._obey(command)

    def _obey(self, command: Command) -> None:
        if self._preparing and not isinstance(command, _AT_ANY_TIME):
            self._deferred.append(command)
            return
        failed = None
        try:
            self._handlers[type(command)](command)
        except TrainingError as error:
            failed = reports.failed(self._number, error)
        except NetvizError as error:
            request = command.request if isinstance(command, commands.Change) else 0
            self._emit(replace(reports.refused(self._number, error), request=request))
        except Exception as error:  # noqa: BLE001 - as above
            failed = reports.failed(self._number, error)
        if failed:
            self._fail(failed)

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
        if state in (State.PAUSED, State.FINISHED):
            self._keeper.tend(run, now=True)

    def _on_start(self, _: commands.Start) -> None:
        if self._state is State.RUNNING:
            self._loop.goal = Goal.END
        else:
            self._train_to(Goal.END)

    def _on_step(self, _: commands.Step) -> None:
        self._hold()
        self._train_to(Goal.BATCH)

    def _on_run_epoch(self, _: commands.RunEpoch) -> None:
        self._hold()
        self._train_to(Goal.EPOCH)

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
        refuse_resets(config, run.trainer.config)
        if run.trainer.step == 0 and config.loss != run.trainer.config.loss:
            # The untrained figures on the screen are this loss's own: measure them again.
            self._on_reset(commands.Reset(command.changes))
            return
        self._report()
        self._change(run, config, command.request)
        finished = self._state is State.FINISHED and not self._stopped
        if finished and run.has_epochs_left:
            self._train_to(Goal.END)

    def _change(self, run: Run, config: RunConfig, request: int = 0) -> None:
        entries = run.change(config)
        self._emit(events.Changed(run.number, config, entries, run.ledger, request))

    def _on_rewind(self, command: commands.Rewind) -> None:
        run = self._ready_run()
        config = run.good_config.with_changes(command.changes)
        refuse_resets(config, run.good_config)
        self._work = None
        self._loop.drop()
        run.rewind()
        self._observatory.rewound(run)
        trainer = run.trainer
        self._emit(
            events.Rewound(run.number, trainer.step, run.current_epoch, trainer.config, run.ledger)
        )
        if command.changes:
            self._change(run, config)
        self._enter(State.PAUSED if trainer.step else State.IDLE)

    def _on_set_pace(self, command: commands.SetPace) -> None:
        self._loop.set_pace(command.batches_per_second)

    def _on_watch(self, command: commands.Watch) -> None:
        self._observatory.watch(command.observations)

    def _on_measure_test(self, _: commands.MeasureTest) -> None:
        self._ready_run()
        self._observatory.measure_test()

    def _on_look_at(self, command: commands.LookAt) -> None:
        run = None if self._preparing else self._run
        self._observatory.look_at(command.test_index, run)

    def _on_preview_augmentation(self, command: commands.PreviewAugmentation) -> None:
        self._emit(reports.augmented(self._ready_run(), command))

    def _on_save(self, command: commands.Save) -> None:
        run = self._ready_run()
        self._report()
        self._keeper.save(run, command)

    def _on_export(self, command: commands.Export) -> None:
        run = self._ready_run()
        self._report()
        self._keeper.export(run, command)

    def _on_close(self, _: commands.Close) -> None:
        self._work = None
        self._closed = True
        with contextlib.suppress(Exception):  # the state that was kept last has to do then
            self._report()
        self._keeper.end(self._run, is_sound=self._state is not State.FAILED)

    # -- preparing ---------------------------------------------------------------------------

    def _on_open(self, command: commands.Open) -> None:
        saved = read_run(command.folder)
        device = saved.snapshot.config.device
        missing = "" if has_device(device) else device
        if missing:
            saved = saved.on_any_device()
        config = saved.snapshot.config.with_changes(command.changes)
        refuse_resets(config, saved.snapshot.config)
        beginning = StartPoint(
            saved=saved, folder=command.folder, changes=command.changes, missing_device=missing
        )
        data_dir = command.data_dir or (self._prepared.data_dir if self._prepared else None)
        self._begin(commands.Prepare(saved.initial_config, data_dir), beginning)

    def _on_load_weights(self, command: commands.LoadWeights) -> None:
        run, prepared = self._ready_run(), self._prepared
        assert prepared is not None
        beginning = StartPoint(weights=read_weights(command.path), weights_path=command.path)
        self._begin(commands.Prepare(run.trainer.config, prepared.data_dir), beginning)

    def _on_prepare(self, command: commands.Prepare) -> None:
        self._begin(command, StartPoint())

    def _begin(self, command: commands.Prepare, beginning: StartPoint) -> None:
        if self._state is State.RUNNING:
            try:
                self._on_pause(commands.Pause())
            except TrainingError as error:
                self._fail(reports.failed(self._number, error))
        self._observatory.interrupt()
        self._preparing = command
        self._work = self._prepare(command, beginning)

    def _on_reset(self, command: commands.Reset) -> None:
        basis = self._preparing or self._prepared
        if basis is None:
            raise ConfigError("There is no run to reset.")
        current = basis.config
        if self._run and not self._preparing:
            current = self._run.trainer.config
        config = current.with_changes(command.changes)
        self._on_prepare(commands.Prepare(config, command.data_dir or basis.data_dir))

    def _prepare(self, command: commands.Prepare, beginning: StartPoint) -> Iterator[None]:
        self._numbers += 1
        number, config = self._numbers, command.config
        self._emit(events.Preparing(number, config))
        yield
        if self._random_state is None:
            self._random_state = RandomState.now()
        try:
            trainer, threads = yield from self._preparation.build(
                config,
                command.data_dir,
                lambda done, total: self._emit(events.Loading(number, done, total)),
            )
            run, test_logits = yield from beginning.begin(number, trainer)
        except Exception as error:  # noqa: BLE001 - the run before this one must survive anything
            self._preparing = None
            self._prepared = self._prepared or command
            self._deferred.clear()
            self._random_state.restore()
            self._random_state = None
            self._emit(reports.refused(number, error))
            return
        self._loop.drop()
        self._random_state = None
        self._run = run
        self._prepared, self._preparing = command, None
        self._emit(reports.prepared(run, threads, self._preparation.notes))
        if beginning.saved:
            self._enter_opened(run, beginning)
        else:
            self._enter(State.IDLE)
        self._observatory.begin(run, test_logits)
        deferred, self._deferred = self._deferred, []
        self._work = None
        for waiting in deferred:
            self._obey(waiting)

    def _enter_opened(self, run: Run, beginning: StartPoint) -> None:
        """Tell what the run has behind it, and hold it there."""
        self._emit(reports.opened(run, beginning.folder, beginning.missing_device))
        if beginning.changes:
            self._change(run, run.trainer.config.with_changes(beginning.changes))
        if run.trainer.step == 0:
            self._enter(State.IDLE)
        elif run.has_epochs_left or run.is_measurement_due:
            self._enter(State.PAUSED)
        else:
            self._enter(State.FINISHED)

    # -- training ----------------------------------------------------------------------------

    def _train_to(self, goal: Goal) -> None:
        run = self._ready_run()
        if self._state is State.FAILED:
            raise ConfigError(
                "The run has failed and cannot go on from here.",
                "Go back to the last good state, or reset.",
            )
        if not run.has_epochs_left and not run.is_measurement_due:
            raise ConfigError("All epochs are trained.", "Raise the number of epochs to go on.")
        self._loop.goal = goal
        self._enter(State.RUNNING)
        self._loop.start_clock()
        self._work = self._train(run)

    def _hold(self) -> None:
        """Stop training between two batches; what was trained is reported."""
        if self._work is not None:
            self._work = None
            self._report()

    def _train(self, run: Run) -> Iterator[None]:
        yield from self._loop.train(run)
        self._enter(State.PAUSED if run.has_epochs_left else State.FINISHED)

    def _report(self) -> None:
        if self._run:
            self._loop.report(self._run)

    def _fail(self, told: events.Failed) -> None:
        """Give up what was under way, say why, and be ready for the next command."""
        self._work = None
        self._preparing = None
        self._deferred.clear()
        with contextlib.suppress(Exception):  # what was trained before it, as far as it goes
            self._report()
        self._loop.drop()
        run = self._run
        step, good_step = (run.trainer.step, run.good_step) if run else (0, None)
        self._emit(replace(told, step=step, rewind_step=good_step))
        if run:
            memory_errors.release(run.trainer.device)
            self._enter(State.FAILED)
