"""`RunControl`: what each command does to the run at hand, and the state that it leaves it in."""

import contextlib
from collections.abc import Callable, Generator, Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from netviz.engine.errors import ConfigError, TrainingError
from netviz.engine.network.trusted_files import trust_model
from netviz.engine.observatory.observatory import Observatory
from netviz.engine.options.run_config import RunConfig
from netviz.engine.protocol import commands, events
from netviz.engine.protocol.events import Event
from netviz.engine.protocol.happening import What
from netviz.engine.protocol.left_run import Origin
from netviz.engine.protocol.run_state import State
from netviz.engine.run.run import Run, refuse_resets
from netviz.engine.session import reports
from netviz.engine.session.race.race import Race
from netviz.engine.session.replaced_run import ReplacedRun
from netviz.engine.session.run_keeper import RunKeeper
from netviz.engine.session.run_preparer import PreparedRun, RunPreparer
from netviz.engine.session.start_points import StartPoint, kept_weights, saved_run
from netviz.engine.session.state_room import StateRoom
from netviz.engine.session.thread_watch import ONE_THREAD, USUAL_THREADS, ThreadWatch
from netviz.engine.session.training_loop import Goal, TrainingLoop
from netviz.engine.storage.weights_files import read_weights
from netviz.engine.training import memory_errors
from netviz.engine.training.lone_image import DECIDED_BY, refuse_lone_images
from netviz.engine.training.random_state import RandomState


class RunControl:
    """Prepares, trains, changes and saves one run at a time.

    Nothing here takes long: what does becomes `work`, which the session advances.

    Parameters
    ----------
    emit
        Takes each event.
    observatory
        Is told which run to observe, and when it jumps.
    keeper
        Writes the run to files.
    loop
        Trains the run.
    room
        What runs may take for their states along the way.
    may_lower_threads
        Whether a run goes on with one thread while others keep the cores busy.

    Attributes
    ----------
    run
        The run at hand; None before the first is prepared.
    state
        What it is doing.
    work
        What is under way, as an iterator that yields between its parts; None when idle.
    left
        The runs that were left.
    described
        The event that told of the run at hand when it was ready; None before the first.
    race
        The runs that are trained in turn with the one at hand; None without a race.
    folder
        Where the run at hand was saved; None where it was not.
    is_going_back
        Whether the work under way leads back to a step; what holds the run gives it up.
    """

    def __init__(
        self,
        emit: Callable[[Event], None],
        observatory: Observatory,
        keeper: RunKeeper,
        loop: TrainingLoop,
        room: StateRoom,
        *,
        may_lower_threads: bool,
    ) -> None:
        self.run: Run | None = None
        self.state = State.IDLE
        self.work: Iterator[None] | None = None
        self._emit = emit
        self._observatory = observatory
        self._keeper = keeper
        self._loop = loop
        self.room = room
        self._preparer = RunPreparer(emit)
        self._may_lower_threads = may_lower_threads
        self._stopped = False
        self._failed: events.Failed | None = None
        self.described: events.Prepared | None = None
        self.folder: Path | None = None
        self.left = keeper.left
        keeper.before_autosave = self._keep_lanes
        self.race: Race | None = None
        self.is_going_back = False

    @property
    def is_preparing(self) -> bool:
        """Whether a new run is being prepared."""
        return self._preparer.is_preparing

    @property
    def number(self) -> int:
        """Number of the run that events belong to."""
        return self.run.number if self.run else self._preparer.number

    def next_number(self) -> int:
        """Return a number for a run that need not be prepared."""
        return self._preparer.next_number()

    # -- preparing ---------------------------------------------------------------------------

    def prepare(self, command: commands.Prepare) -> None:
        """Prepare a run that the user chose, with the weights that its seed gives."""
        trust_model(command.config)
        kept = kept_weights(self.ready_run()) if command.keeps_weights else None
        self._begin(command, StartPoint(kept=kept))

    def reset(self, command: commands.Reset) -> None:
        """Prepare the same run again."""
        self.prepare(self._preparer.reset(command, self.run))

    def take_up(self, line: int, *, is_back: bool = False, leaves: bool = True) -> None:
        """Put a run that was left in the place of the one at hand; a race that it is in goes on.

        Parameters
        ----------
        line
            Its number.
        is_back
            Whether it is brought back.
        leaves
            Whether the run at hand is kept as one that was left.
        """
        self.left.loaded(line)  # else it is refused before anything is held
        self.hold()
        back = self.left.loaded(line)  # a lane is kept as it is then
        self._observatory.interrupt()
        self.left.forget(line)
        left = self.leave(RandomState.now()) if leaves else None
        if self.race and line in self.left.racing:
            is_racing = left and left.origin.line in self.left.racing
            self.race.change_front(line, left if is_racing else None)
        told = back.take_up(self.next_number(), is_back=is_back)
        self.take_place(back.run, *told)
        if back.failed:
            self._enter_failed(replace(back.failed, run=back.run.number))
        else:
            self.enter_held(back.run)
        self._observatory.take_up(back.run, back.known)

    def leave(self, random_state: RandomState) -> ReplacedRun | None:
        """Keep the run at hand, if there is one, as `at_rest` returns it."""
        left = self.at_rest(random_state)
        if left:
            self.left.keep(left)
        return left

    def at_rest(self, random_state: RandomState) -> ReplacedRun | None:
        """Return the run at hand as it is; `random_state` goes on with it."""
        if self.run is None or self.described is None:
            return None
        known, failed = self._observatory.known, self._failed
        return ReplacedRun(self.run, self.described, self.folder, random_state, known, failed)

    def forget_race(self) -> None:
        """Let the run at hand go on alone; the others are left."""
        if self.race:
            self.race.end()
        self.race, self.left.racing = None, frozenset()

    def tell_race(self) -> None:
        """Tell which runs race, and what there is of those that were left."""
        lanes = tuple(sorted(self.left.racing))
        self._emit(events.RaceChanged(self.number, lanes, self.left.told()))

    def take_place(
        self, run: Run, described: events.Prepared, opened: events.Opened | None
    ) -> None:
        """Turn from the run at hand to another one, and tell of it and of its past."""
        self._loop.drop()
        self.left.at_hand = described.origin.line
        is_racing = described.origin.line in self.left.racing
        if not is_racing:
            self.forget_race()
        elif self.race:
            self.race.put_in_front(run)
        if not described.is_back:
            self.left.forget_untrained()
        self.left.make_room(run.trainer.data)
        if not is_racing:
            self.room.share([run])
        step = 0 if described.is_back else self.left.last_step
        described = replace(
            described,
            replaced_step=step,
            origin=self.left.origin,
            left=self.left.told(),
            origins=self.left.origins,
        )
        self.run, self.described = run, described
        self.folder = opened.folder if opened else None
        self._loop.thread_watch = ThreadWatch(run.trainer) if self._may_lower_threads else None
        self._emit(described)
        if is_racing:
            self.tell_race()
        if opened:
            self._emit(opened)
            self._loop.findings.tell(run)

    def open(self, command: commands.Open) -> None:
        """Prepare a saved run to go on."""
        start, config = saved_run(command)
        data_dir = command.data_dir or self._preparer.data_dir
        self._begin(commands.Prepare(config, data_dir), start)

    def load_weights(self, command: commands.LoadWeights) -> None:
        """Prepare a run with the weights of a file."""
        config = self.ready_run().trainer.config
        start = StartPoint(weights=read_weights(command.path), weights_path=command.path)
        self.begin(config, start)

    def begin(self, config: RunConfig, start: StartPoint) -> None:
        """Prepare a run with the data folder in use, as `_begin`."""
        self._begin(commands.Prepare(config, self._preparer.data_dir), start)

    def set_aside(self, command: commands.Prepare) -> None:
        """Prepare a run as `prepare`, for which all others are set aside."""
        self._begin(command, StartPoint(sets_aside=True))

    def _begin(self, command: commands.Prepare, start: StartPoint) -> None:
        """Prepare a run, which takes the place of the one at hand as soon as it is ready."""
        self.pause()
        self._observatory.interrupt()
        self.work = self._prepare(self._preparer.prepare(command, start), start)

    def _prepare(
        self, work: Generator[None, None, PreparedRun | None], start: StartPoint
    ) -> Iterator[None]:
        prepared = yield from work
        if prepared is None:
            return
        run = prepared.run
        line = self.described.origin.line if self.described else None
        left_for_it = None
        if self.race and not start.is_same_run:
            line = None  # else it would race in the place of the run at hand
        if self.run and start.sets_aside:
            self.leave(prepared.before)
            self.left.set_aside()
            line = None
        elif self.run and self.run.trainer.step:
            self.leave(prepared.before)
            line, left_for_it = None, None if start.saved else self.run.trainer.config
        origin = self._origin(run, start, line, left_for_it)
        described = replace(prepared.described, origin=origin)
        self.take_place(run, described, prepared.opened)
        if start.saved:
            self._enter_opened(run, start)
        else:
            self._enter(State.IDLE)
        self._observatory.begin(run, prepared.test_logits)

    def _origin(
        self, run: Run, start: StartPoint, line: int | None, left_for_it: RunConfig | None
    ) -> Origin:
        """Return where a run began that was prepared; with it come those that were saved with it.

        `line` is the number of a run that was never trained, in whose place it comes.
        `left_for_it` are the settings that its name is made in comparison with.
        """
        if start.taken_up:
            return self._keeper.tree.take_up(start.taken_up, run)
        return self._keeper.tree.adopt(start.tree, line, left_for_it)

    def _enter_opened(self, run: Run, start: StartPoint) -> None:
        """Hold a saved run where it was."""
        if start.changes:
            self._change(run, run.trainer.config.with_changes(start.changes))
        self.enter_held(run)

    def enter_held(self, run: Run) -> None:
        """Hold a run where it was put; it is finished if there is nothing left to train."""
        if run.trainer.step == 0:
            self._enter(State.IDLE)
        elif run.has_epochs_left or run.is_measurement_due:
            self._enter(State.PAUSED)
        else:
            self._enter(State.FINISHED)

    # -- training ----------------------------------------------------------------------------

    def start(self, _: commands.Start) -> None:
        """Train to the end."""
        if self.state is State.RUNNING:
            self._loop.goal = Goal.END
            if self.race:
                self.race.follow(self._loop)
        else:
            self.train_to(Goal.END)

    def train_one_batch(self, _: commands.Step) -> None:
        """Train one batch."""
        self.hold()
        self.train_to(Goal.BATCH)

    def train_one_epoch(self, _: commands.RunEpoch) -> None:
        """Train to the end of the epoch under way."""
        self.hold()
        self.train_to(Goal.EPOCH)

    def train_steps(self, command: commands.TrainSteps) -> None:
        """Train a number of steps."""
        self.hold()
        self._loop.last_step = self.ready_run().trainer.step + command.steps
        self.train_to(Goal.STEP)

    def pause(self, _: commands.Pause | None = None) -> None:
        """Hold the run if it is running; give up to go back.

        It has failed where that shows only now, in the steps that were not reported yet.
        """
        if self.state is State.RUNNING:
            try:
                self.hold()
                self._enter(State.PAUSED)
            except TrainingError as error:
                self.state = State.PAUSED  # others of a race wait with it
                self._rest_lanes()
                self.fail(reports.failed(self.number, error))
        elif self.is_going_back:
            self.work = None

    def stop(self, _: commands.Stop) -> None:
        """End the run."""
        if self.state in (State.RUNNING, State.PAUSED):
            self.hold()
            self._enter(State.FINISHED, stopped=self.ready_run().has_epochs_left)

    def set_pace(self, command: commands.SetPace) -> None:
        """Limit how fast batches follow each other."""
        self._loop.set_pace(command.batches_per_second)
        if self.race:
            self.race.follow(self._loop)

    def train_to(self, goal: Goal) -> None:
        run = self.sound_run()
        others = self.race.lanes.values() if self.race else ()
        can_train = run.has_epochs_left or run.is_measurement_due
        if not any(lane.can_train for lane in others):
            if not can_train:
                raise ConfigError("All epochs are trained.", "Raise the number of epochs to go on.")
            if self.race and run.divergence:
                raise ConfigError(
                    "The run has diverged, and no other of the race has anything left to train.",
                    "Go on with one of them, or go back to before it diverged.",
                )
        refuse_lone_images(run.trainer, run.trainer.config)
        self._loop.goal = goal
        self._enter(State.RUNNING)
        self._loop.start_clock()
        self.work = self._train(run)

    def _train(self, run: Run) -> Iterator[None]:
        self._loop.in_turn = self.race is not None
        work = self.race.rounds(self._loop) if self.race else self._loop.train(run)
        watch = None if self.race else self._loop.thread_watch
        for _ in work:
            yield
            if watch and watch.is_due():
                yield from self._choose_threads(run, watch)
        self._rest_lanes()
        self._enter(State.PAUSED if run.has_epochs_left else State.FINISHED)

    def _choose_threads(self, run: Run, watch: ThreadWatch) -> Iterator[None]:
        """Go on with another number of threads if that is faster at present."""
        self.report()
        threads = yield from watch.compare()
        if threads is not None:
            config = run.trainer.config.with_changes({"threads": threads})
            self._change(run, config, reason=ONE_THREAD if threads else USUAL_THREADS)
        self._loop.start_clock()

    def hold(self) -> None:
        """Stop training between two batches; what was trained is reported."""
        if self.work is not None:
            self.work = None
            self.report()
        self._rest_lanes()

    def _rest_lanes(self) -> None:
        """Give the other runs of a race no more turns, and keep them as they are."""
        if self.race:
            self.race.hold()
            self._keep_lanes()

    def _keep_lanes(self) -> None:
        for left in self.race.at_rest() if self.race else ():
            self.left.keep(left)

    @contextlib.contextmanager
    def training_held(self) -> Iterator[None]:
        """Hold the run meanwhile; if it was training it goes on."""
        was_running, goal = self.state is State.RUNNING, self._loop.goal
        self.hold()
        yield
        if was_running:
            self.train_to(goal)

    # -- changing ----------------------------------------------------------------------------

    def change(self, command: commands.Change) -> None:
        """Change options of the run, from its next batch on."""
        run = self.ready_run()
        config = run.trainer.config.with_changes(command.changes)
        refuse_resets(config, run.trainer.config)
        if run.trainer.step == 0 and config.loss != run.trainer.config.loss:
            self._measure_again(run, command.changes)
            return
        if not DECIDED_BY.isdisjoint(config.changes_from(run.trainer.config)):
            refuse_lone_images(run.trainer, config)
        self.report()
        self._change(run, config, command.request)
        finished = self.state is State.FINISHED and not self._stopped
        if finished and run.has_epochs_left:
            self.train_to(Goal.END)

    def _measure_again(self, run: Run, changes: Mapping[str, Any]) -> None:
        """Prepare a run anew that was not trained, and was measured by another loss."""
        if self.race:
            config = run.trainer.config
            self.race.change(config.with_changes(changes).changes_from(config))
        start = StartPoint(is_same_run=True)
        if run.start is not None:
            start = replace(start, weights=run.start, weights_path=Path(run.started_from))
        self._begin(self._preparer.reset(commands.Reset(changes), run), start)

    def _change(self, run: Run, config: RunConfig, request: int = 0, reason: str = "") -> None:
        if self.race:
            self.race.change(config.changes_from(run.trainer.config))
        entries = run.change(config)
        place, threads = reports.place(run), run.trainer.next_threads
        self._emit(
            events.Changed(run.number, config, entries, run.ledger, request, place, threads, reason)
        )

    # -- files -------------------------------------------------------------------------------

    def save(self, command: commands.Save) -> None:
        """Write the run's files; of a run that has failed, those of its last good state."""
        run = self.ready_run()
        try:
            self.report()
        except TrainingError as error:
            self.fail(reports.failed(self.number, error))
        self._keeper.save(run, command, is_sound=self.state is not State.FAILED)
        self.folder = command.folder

    def export(self, command: commands.Export) -> None:
        """Write the run in another form."""
        run = self.ready_run()
        self.report()
        self._keeper.export(run, command)

    # -- ending ------------------------------------------------------------------------------

    def close(self) -> None:
        """Drop what is under way, and autosave the run for the last time."""
        self.work = None
        with contextlib.suppress(Exception):  # then the last autosave has to do
            self.report()
        self._keeper.close(self.run, is_sound=self.state is not State.FAILED)

    def fail(self, failed: events.Failed) -> None:
        """Give up what was under way, say why, and be ready for the next command."""
        self.work = None
        self._preparer.give_up()
        with contextlib.suppress(Exception):  # report the steps before it as far as possible
            self.report()
        self._loop.drop()
        run = self.run
        step, good_step = (run.trainer.step, run.good_step) if run else (0, None)
        failed = replace(failed, step=step, rewind_step=good_step)
        if run:
            memory_errors.release(run.trainer.device)
            run.note(What.FAILED, failed.message)
        if self._others_go_on(failed):
            return
        if run:
            self._emit(events.Noted(run.number, run.happenings))
            self._enter_failed(failed)
        else:
            self._emit(failed)

    def _enter_failed(self, failed: events.Failed) -> None:
        self._emit(failed)
        self._enter(State.FAILED)
        self._failed = failed

    def _others_go_on(self, failed: events.Failed) -> bool:
        """Go on with a race without the run at hand, which has failed; return whether that goes."""
        lanes = self.race.lanes.values() if self.race and self.state is State.RUNNING else ()
        sound = sorted(
            (each for each in lanes if each.is_sound), key=lambda each: not each.can_train
        )
        if not sound or self.described is None:
            return False
        line, goal, self._failed = self.described.origin.line, self._loop.goal, failed
        self.take_up(sound[0].line)
        self._emit(events.InLane(self.number, line, failed))
        if sound[0].can_train:
            self.train_to(goal)
        return True

    def abandon(self) -> None:
        """Forget the run at hand, whatever it is doing; another can be prepared."""
        self._loop.drop()
        self.run, self.work, self.state, self._failed = None, None, State.IDLE, None
        self.forget_race()

    def _enter(self, state: State, *, stopped: bool = False) -> None:
        self.state, self._stopped, self._failed = state, stopped, None
        run = self.ready_run()
        self._emit(
            events.StateChanged(
                run.number,
                state,
                run.trainer.step,
                run.current_epoch,
                stopped,
                reports.place(run),
            )
        )
        if state in (State.PAUSED, State.FINISHED):
            self._keeper.autosave(run)

    def report(self) -> None:
        """Report what was trained; the other runs of a race are kept as they are now."""
        self._keep_lanes()
        if self.run:
            self._loop.report(self.run)

    def sound_run(self) -> Run:
        """Return the run at hand; raises `ConfigError` also where it has failed."""
        run = self.ready_run()
        if self.state is State.FAILED:
            raise ConfigError(
                "The run has failed and cannot go on from here.",
                "Go back to the last good state, or reset.",
            )
        return run

    def ready_run(self) -> Run:
        """Return the run at hand; raises `ConfigError` before there is one."""
        if self.run is None:
            raise ConfigError("There is no run yet.", "Choose a data set and a network first.")
        return self.run
