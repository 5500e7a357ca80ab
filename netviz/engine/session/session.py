"""`TrainingSession`: commands in, events out, all in one thread."""

from collections.abc import Callable, Mapping
from pathlib import Path
from queue import SimpleQueue
from time import perf_counter
from typing import Any

from netviz.engine.errors import NetvizError, TrainingError
from netviz.engine.observatory.observatory import Observatory
from netviz.engine.protocol import commands, events
from netviz.engine.protocol.commands import Command
from netviz.engine.protocol.events import Event
from netviz.engine.protocol.run_state import State
from netviz.engine.run.run import Run
from netviz.engine.session import reports
from netviz.engine.session.list_control import ListControl
from netviz.engine.session.looking_back import LookingBack
from netviz.engine.session.past_control import PastControl
from netviz.engine.session.race.race_control import RaceControl
from netviz.engine.session.report_control import ReportControl
from netviz.engine.session.room_control import RoomControl
from netviz.engine.session.run_control import RunControl
from netviz.engine.session.run_keeper import RunKeeper
from netviz.engine.session.state_room import StateRoom
from netviz.engine.session.training_loop import TrainingLoop
from netviz.engine.session.view_control import ViewControl
from netviz.engine.session.waiting import next_within
from netviz.engine.storage.autosave import AutosaveFolder, ChosenFolder

_AT_ANY_TIME = (
    commands.Prepare
    | commands.Reset
    | commands.Open
    | commands.DeleteRuns
    | commands.RestoreRuns
    | commands.RenameRun
    | commands.AddSavedRuns
    | commands.SetPace
    | commands.KeepStates
    | commands.Watch
    | commands.Predict
    | commands.LookAt
    | commands.LookBack
    | commands.Close
)
"""Commands that do not wait for a run that is being prepared."""


class TrainingSession:
    """Trains in the thread that calls `serve`, which alone touches torch.

    Work is a generator that yields as soon as a batch, or a chunk of an evaluation, is done and
    a command waits; then the command is handled.

    Parameters
    ----------
    emit
        Takes each event, in the serving thread; must be quick.
    inbox
        Where commands come from; a queue of its own if None.
    autosave_root
        Folder in which the runs of all processes are autosaved while they train; None for none.
    keep_in
        Folder in which the run is autosaved instead, as it would be saved there.
    states_root
        Folder in which all processes write states along the way for which memory has no room; None
        for none.
    may_lower_threads
        Whether a run goes on with one thread while others keep the cores busy, where its settings
        leave the number to NetViz. It is a change as any other, but the moment that decides it is
        the machine's.
    records_layers
        Whether the layers are recorded while a run trains; off only to measure what it costs.
    """

    def __init__(
        self,
        emit: Callable[[Event], None],
        inbox: SimpleQueue[Command] | None = None,
        autosave_root: Path | None = None,
        keep_in: Path | None = None,
        *,
        states_root: Path | None = None,
        may_lower_threads: bool = False,
        records_layers: bool = True,
    ) -> None:
        self._emit = emit
        self._commands: SimpleQueue[Command] = inbox or SimpleQueue()
        self._deferred: list[Command] = []
        self._closed = False
        self._observatory = Observatory(emit, records_layers=records_layers)
        own = AutosaveFolder(autosave_root) if autosave_root else None
        keeper = RunKeeper(emit, ChosenFolder(keep_in) if keep_in else own)
        self._loop = TrainingLoop(
            emit, self._observatory, keeper, lambda: not self._commands.empty()
        )
        self._room = StateRoom(states_root, keeper.left)
        self._control = RunControl(
            emit,
            self._observatory,
            keeper,
            self._loop,
            self._room,
            may_lower_threads=may_lower_threads,
        )
        room = RoomControl(emit, self._control, self._loop)
        past = PastControl(emit, self._observatory, keeper, self._control)
        races = RaceControl(emit, self._observatory, self._control)
        runs = ListControl(emit, self._control, keeper.tree)
        self._reports = ReportControl(emit, self._observatory, self._control)
        self._looking_back = LookingBack(emit, self._observatory)
        views = ViewControl(emit, self._observatory, self._control)
        self._handlers: Mapping[type[Any], Callable[[Any], None]] = {
            commands.Prepare: self._control.prepare,
            commands.SetAside: past.set_aside,
            commands.TakeBack: past.take_back,
            commands.Reset: self._control.reset,
            commands.BringBack: past.bring_back,
            commands.GoBack: past.go_back,
            commands.GoOnWith: past.go_on_with,
            commands.Race: races.race,
            commands.RaceRuns: races.race_runs,
            commands.ShowLane: races.show_lane,
            commands.AddLane: races.add_lane,
            commands.DropLane: races.drop_lane,
            commands.DeleteRuns: runs.delete,
            commands.RestoreRuns: runs.restore,
            commands.RenameRun: runs.rename,
            commands.AddSavedRuns: runs.add,
            commands.Open: self._control.open,
            commands.LoadWeights: self._control.load_weights,
            commands.Start: self._control.start,
            commands.Step: self._control.train_one_batch,
            commands.RunEpoch: self._control.train_one_epoch,
            commands.TrainSteps: self._control.train_steps,
            commands.Pause: self._control.pause,
            commands.Stop: self._control.stop,
            commands.SetPace: self._control.set_pace,
            commands.KeepStates: room.keep_states,
            commands.Change: self._control.change,
            commands.Rewind: past.rewind,
            commands.Watch: views.watch,
            commands.Refresh: views.refresh,
            commands.StopTrying: views.stop_trying,
            commands.WriteScript: views.write_script,
            commands.MeasureTest: views.measure_test,
            commands.Predict: views.predict,
            commands.LookAt: views.look_at,
            commands.LookBack: self._looking_back.want,
            commands.PreviewAugmentation: views.preview_augmentation,
            commands.Save: self._control.save,
            commands.Export: self._reports.export,
            commands.Close: self._on_close,
        }

    @property
    def run(self) -> Run | None:
        """The run at hand, None before the first; belongs to the serving thread.

        Another thread may read its plain numbers, such as `run.trainer.step`, while it trains.
        """
        return self._control.run

    def submit(self, command: Command) -> None:
        """Hand in a command; from any thread, and from a signal handler."""
        self._commands.put(command)

    def serve(self) -> None:
        """Handle commands and train until `Close`; blocks, and sleeps while there is nothing."""
        while not self._closed:
            if self._control.work or self._observatory.is_busy or self._reports.is_busy:
                self._advance()
                self._handle_waiting()
            else:
                self._handle_next()
                if self._commands.empty():  # of several drawings only the newest counts
                    self._observe()

    def _advance(self) -> None:
        """Do a part of the work under way; a report comes first, then what the views wait for."""
        if self._reports.is_busy:
            self._loop.leave_out(self._reports.advance())
        elif self._control.run and self._observatory.is_busy:
            self._observatory.advance(self._control.run)
        else:
            self._work_on()

    def _work_on(self) -> None:
        """Do a part of the work under way."""
        control, run = self._control, self._control.run
        work = control.work
        assert work is not None
        failed = None
        try:
            next(work)
        except StopIteration:
            if control.work is work:
                control.work = None
        except Exception as error:  # noqa: BLE001 - whatever a step raises must not end the session
            failed = reports.failed(control.number, error)
        # Outside of the block: there the error would keep alive what the step has allocated.
        if failed:
            self._fail(failed)
        if self._deferred and not control.is_preparing:
            deferred, self._deferred = self._deferred, []
            if control.run is not run:  # else the run that they waited for was refused
                for command in deferred:
                    self._handle(command)

    def _handle_next(self) -> None:
        """Handle the next command.

        What it begins is begun before the next one, also where a view is being computed.
        """
        rested = self._control.work is None
        self._handle(self._commands.get())
        if rested and self._control.work is not None and self._observatory.is_busy:
            self._work_on()

    def _handle_waiting(self) -> None:
        """Handle all commands that have come; at a slowed pace, wait for more until it is time."""
        news = self._loop.has_reported or self._control.work is None
        while not self._commands.empty():
            self._handle_next()
            news = True
        if news:  # between two reports there is nothing new to see
            self._loop.has_reported = False
            self._observe()
        while self._is_waiting and (wait_s := self._loop.due - perf_counter()) > 0:
            self._handle_within(wait_s)
            if self._commands.empty():
                self._observe()

    @property
    def _is_waiting(self) -> bool:
        """Whether only the pace holds back the next batch."""
        is_training = self._control.state is State.RUNNING and not self._control.is_preparing
        is_free = not (self._observatory.is_busy or self._reports.is_busy)
        return self._control.work is not None and is_training and is_free

    def _observe(self) -> None:
        """Let the views see what they are due; the time it takes is no training time."""
        run, state = self._control.run, self._control.state
        if run and not self._control.is_preparing and not self._closed:
            spent_s = self._looking_back.update(run)
            spare_s = max(0.0, self._loop.due - perf_counter())
            self._observatory.observe(run, training=state is State.RUNNING, spare_s=spare_s)
            self._loop.leave_out(spent_s + self._observatory.take_spent())

    def _handle_within(self, wait_s: float) -> None:
        """Handle the next command if it comes in time; waiting is no training time."""
        began = perf_counter()
        command = next_within(self._commands, wait_s)
        self._loop.leave_out(perf_counter() - began)
        if command:
            self._handle(command)

    def _handle(self, command: Command) -> None:
        if self._control.is_preparing and not isinstance(command, _AT_ANY_TIME):
            self._deferred.append(command)
            return
        failed = None
        try:
            self._handlers[type(command)](command)
        except TrainingError as error:
            failed = reports.failed(self._control.number, error)
        except NetvizError as error:
            self._emit(reports.refused_command(self._control.number, error, command))
        except Exception as error:  # noqa: BLE001 - as above
            if isinstance(command, commands.Save | commands.Export):  # the run itself is well
                self._emit(reports.refused(self._control.number, error))
            else:
                failed = reports.failed(self._control.number, error)
        if failed:
            self._fail(failed)

    def _on_close(self, _: commands.Close) -> None:
        self._closed = True
        self._control.close()
        self._room.close()

    def _fail(self, failed: events.Failed) -> None:
        self._deferred.clear()
        try:
            self._control.fail(failed)
        except Exception:  # noqa: BLE001 - a run of which nothing can be told must not end it either
            self._control.abandon()
            self._emit(failed)
