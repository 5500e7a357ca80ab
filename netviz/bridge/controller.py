"""The GUI thread's side of the training: the user's requests go in, what happened comes out."""

from collections.abc import Callable, Mapping
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QObject, Signal, Slot

from netviz.bridge.event_source import EventSource
from netviz.bridge.frame_clock import FrameClock
from netviz.bridge.run_settings import RunSettings
from netviz.bridge.undo_commands import LiveChange
from netviz.bridge.undo_stack import UndoStack
from netviz.bridge.worker import TrainingThread
from netviz.engine.catalogue import DatasetInfo, is_present
from netviz.engine.dataset_names import dataset_info_or_none
from netviz.engine.options.option import Effect
from netviz.engine.options.run_config import OPTIONS, RunConfig
from netviz.engine.protocol import commands, events
from netviz.engine.protocol.layer_facts import LayerFacts
from netviz.engine.protocol.lesson_predictions import Prediction
from netviz.engine.protocol.observations import Observation
from netviz.engine.protocol.run_state import State
from netviz.engine.protocol.state_budget import StateBudget
from netviz.paths import data_dir

LOADING_TIMEOUT_MS = 500


class Controller(QObject):
    """Knows the state of the run and offers everything that can be done with it.

    Attributes
    ----------
    settings
        All that is known of the run's settings; nobody else remembers any.
    state
        What the run is doing.
    step
        Steps trained.
    undo_stack
        The user's changes, for undo and redo.
    frames
        Ticks when it is time to draw: what happened until then has been told.

    Signals
    -------
    preparing, loading, going_back, looked_back, prepared, run_list_changed, state_changed, \
progressed, epoch_finished, changed, refused, failed, diverging, recovered, \
findings_changed, noted, saved, opened, exporting, exported, race_changed, lane_told, \
autosave_failed, states_not_written
        One per event of the engine, which is their argument; late events of an older run are
        dropped.
    observed
        An `Observation` of any kind.
    settings_changed
        The settings in force, or those that wait, are others now: the new `RunSettings`.
    """

    preparing = Signal(object)
    loading = Signal(object)
    going_back = Signal(object)
    looked_back = Signal(object)
    prepared = Signal(object)
    run_list_changed = Signal(object)
    state_changed = Signal(object)
    progressed = Signal(object)
    epoch_finished = Signal(object)
    changed = Signal(object)
    refused = Signal(object)
    failed = Signal(object)
    diverging = Signal(object)
    recovered = Signal(object)
    findings_changed = Signal(object)
    noted = Signal(object)
    saved = Signal(object)
    opened = Signal(object)
    exporting = Signal(object)
    exported = Signal(object)
    race_changed = Signal(object)
    lane_told = Signal(object)
    autosave_failed = Signal(object)
    states_not_written = Signal(object)
    observed = Signal(object)
    settings_changed = Signal(object)

    def __init__(
        self,
        config: RunConfig,
        data_dir: Path | None = None,
        parent: QObject | None = None,
        autosave_root: Path | None = None,
        states_root: Path | None = None,
    ) -> None:
        super().__init__(parent)
        self.settings = RunSettings(config)
        self.state = State.IDLE
        self.step = 0
        self.undo_stack = UndoStack(self.bring_back, self)
        self._data_dir = data_dir
        self._changes = 0
        self._predictions = self._looks = 0
        self._is_preparing = True
        self._is_opening = False
        self._first: Callable[[], None] | None = None
        self._layers: tuple[LayerFacts, ...] = ()
        self.frames = FrameClock(self)
        self._thread = TrainingThread(self, autosave_root, states_root)
        self._events = EventSource(self._thread, self.frames, self)
        self._events.arrived.connect(self._on_events_arrived)
        self._handlers: dict[type[Any], Callable[[Any], None]] = {
            events.Preparing: self._on_preparing,
            events.Loading: self.loading.emit,
            events.GoingBack: self.going_back.emit,
            events.LookedBack: self.looked_back.emit,
            events.Prepared: self._on_prepared,
            events.RunListChanged: self.run_list_changed.emit,
            events.StateChanged: self._on_state_changed,
            events.Progress: self._on_progress,
            events.EpochFinished: self.epoch_finished.emit,
            events.Changed: self._on_changed,
            events.Refused: self._on_refused,
            events.Failed: self._on_failed,
            events.Diverging: self.diverging.emit,
            events.Recovered: self.recovered.emit,
            events.FindingsChanged: self.findings_changed.emit,
            events.Noted: self.noted.emit,
            events.Saved: self.saved.emit,
            events.Opened: self._on_opened,
            events.Exporting: self.exporting.emit,
            events.Exported: self.exported.emit,
            events.RaceChanged: self.race_changed.emit,
            events.InLane: self.lane_told.emit,
            events.AutosaveFailed: self.autosave_failed.emit,
            events.StatesNotWritten: self.states_not_written.emit,
        }

    # -- what can be done --------------------------------------------------------------------

    def open(self) -> None:
        """Start the training thread and prepare the first run."""
        self._thread.start()
        self.submit(commands.Prepare(self.config, self.data_dir))

    def close(self, timeout_ms: int = 10_000) -> bool:
        """End training and its thread; return whether it ended in time.

        Before the first run is ready there is nothing to keep, and what torch loads meanwhile
        takes seconds that nobody need wait for.
        """
        if not self._events.run:
            timeout_ms = min(timeout_ms, LOADING_TIMEOUT_MS)
        # Emptied now: a stack that empties itself while it is destroyed would tell the menus.
        self.undo_stack.clear()
        self.frames.stop()
        return self._thread.close(timeout_ms)

    @property
    def config(self) -> RunConfig:
        """The settings in force; each change holds from the moment it is asked for."""
        return self.settings.config

    @property
    def waiting(self) -> Mapping[str, Any]:
        """Changes that wait for a reset, by option."""
        return self.settings.waiting

    @property
    def is_closed(self) -> bool:
        """Whether the training thread has ended."""
        return self._thread.isFinished()

    @property
    def is_running(self) -> bool:
        """Whether the training thread has begun and not ended."""
        return self._thread.isRunning()

    @property
    def run(self) -> int:
        """Number of the run at hand; 0 before the first is ready."""
        return self._events.run

    @property
    def is_preparing(self) -> bool:
        """Whether a run is being made ready."""
        return self._is_preparing

    @property
    def is_untouched(self) -> bool:
        """Whether there is nothing that a reset would lose."""
        return self.step == 0 and self.state in (State.IDLE, State.FAILED)

    @Slot()
    def start(self) -> None:
        """Train to the last epoch."""
        self.submit(commands.Start())

    @Slot()
    def pause(self) -> None:
        """Hold the run."""
        self.submit(commands.Pause())

    @Slot()
    def train_one_batch(self) -> None:
        """Train a single batch, then hold."""
        self.submit(commands.Step())

    @Slot()
    def train_one_epoch(self) -> None:
        """Train to the end of the epoch under way, then hold."""
        self.submit(commands.RunEpoch())

    def train_steps(self, steps: int) -> None:
        """Train so many steps, then hold; in a race each run does."""
        self.submit(commands.TrainSteps(steps))

    @Slot()
    def stop(self) -> None:
        """End the run here."""
        self.submit(commands.Stop())

    @Slot()
    def reset(self) -> None:
        """Go back to the initial weights; changes that wait take effect."""
        self._reset(self.waiting)

    def reset_with_seed(self, seed: int) -> None:
        """Go back to other initial weights."""
        self.reset_with({"seed": seed})

    def reset_with(self, changes: Mapping[str, Any]) -> None:
        """Go back to the initial weights and change options there."""
        self._reset({**self.waiting, **changes})

    def begin_run(self, config: RunConfig, *, keeps_weights: bool = False) -> None:
        """Begin a run with these settings; what waits for a reset is dropped.

        With `keeps_weights` it takes over the weights of the run at hand, where they fit.
        """
        self._is_preparing = self._is_opening = True
        self.submit(commands.Prepare(config, self._data_dir, keeps_weights))

    def set_aside(self, config: RunConfig) -> None:
        """Begin a run beside those that there are, which wait until `take_back`.

        What waits for a reset is dropped.
        """
        self._is_preparing = self._is_opening = True
        self.submit(commands.SetAside(config, self._data_dir))

    def take_back(self) -> None:
        """Go on with the run that was set aside; those that began since are kept no longer."""
        self._is_preparing = self._is_opening = True
        self.submit(commands.TakeBack())

    def go_back(self, step: int) -> None:
        """Go back to a step; the run as it is goes on to be at hand until that is reached."""
        self.submit(commands.GoBack(step))

    def look_back(self, step: int | None) -> int:
        """Show the network as it was at a step, or with None the present; the run stays as it is.

        Returns the number of the request, which `LookedBack` gives back.
        """
        self._looks += 1
        self.submit(commands.LookBack(step, self.run, self._looks))
        return self._looks

    def go_on_with(self, line: int, *, trust_model: bool = False) -> None:
        """Go on with a run that was left; what waits is dropped.

        `trust_model` is as for `open_run`, for a run that lies in a file.
        """
        self._is_preparing = self._is_opening = True
        self.submit(commands.GoOnWith(line, trust_model))

    def agree_to(self, consent: commands.Open | commands.GoOnWith) -> None:
        """Open a run, or go on with it, whose Python file the user agrees is run."""
        if isinstance(consent, commands.Open):
            self.open_run(consent.folder, trust_model=True)
        else:
            self.go_on_with(consent.line, trust_model=True)

    def race(self, lanes: tuple[Mapping[str, Any], ...], *, starts: bool = True) -> None:
        """Train several runs in turn from here, each with these options changed."""
        self.submit(commands.Race(lanes))
        if starts:
            self.submit(commands.Start())

    def race_with(self, lines: tuple[int, ...], *, starts: bool = True) -> None:
        """Train runs that were left in turn with the one at hand."""
        self.submit(commands.RaceRuns(lines))
        if starts:
            self.submit(commands.Start())

    def show_lane(self, line: int) -> None:
        """Put another run of the race in the place of the one at hand."""
        self.submit(commands.ShowLane(line))

    def add_lane(self, changes: Mapping[str, Any]) -> None:
        """Add a run to the race."""
        self.submit(commands.AddLane(changes))

    def drop_lane(self, line: int) -> None:
        """Take a run out of the race."""
        self.submit(commands.DropLane(line))

    def bring_back(self) -> None:
        """Change places with the run that was left last; what waits is dropped."""
        self._is_preparing = self._is_opening = True
        self.submit(commands.BringBack())

    def change(self, changes: Mapping[str, Any]) -> None:
        """Change options: at once where that is possible, else they wait for a reset.

        Raises
        ------
        NetvizError
            When a value is not allowed; nothing is changed.
        """
        config = self.settings.shown.with_changes(changes)
        asked = {name: getattr(config, name) for name in changes}
        late = {n: v for n, v in asked.items() if OPTIONS[n].effect is Effect.RESET}
        live = {n: v for n, v in asked.items() if n not in late and v != getattr(self.config, n)}
        if late:
            self._set(self.settings.wait_for_reset(late))
            self.apply_if_nothing_is_lost()
        if live:
            before = {name: getattr(self.config, name) for name in live}
            self.undo_stack.push(LiveChange(self.submit_change, before, live, self._layers))

    @Slot()
    def drop_waiting(self) -> None:
        """Forget the changes that wait for a reset."""
        self._set(self.settings.drop_waiting())

    @Slot()
    def apply_if_nothing_is_lost(self) -> None:
        """Reset with the changes that wait, if the run is untrained and the data are there."""
        if self.waiting and self.is_untouched and self.missing_dataset() is None:
            self.reset()

    def missing_dataset(self) -> DatasetInfo | None:
        """Return the data set that the next reset needs and that must be fetched first."""
        info = dataset_info_or_none(self.waiting.get("dataset", self.config.dataset))
        return None if info is None or is_present(info, self.data_dir) else info

    @property
    def data_dir(self) -> Path:
        """Folder of downloaded data sets."""
        return self._data_dir or data_dir()

    def rewind_with(self, changes: Mapping[str, Any]) -> None:
        """Go back to the last good state and change options there."""
        self.submit(commands.Rewind(changes))

    def set_pace(self, batches_per_second: float | None) -> None:
        """Slow training down, or let it run at full speed with None."""
        self.submit(commands.SetPace(batches_per_second))

    def keep_states(self, budget: StateBudget) -> None:
        """Keep so much of a run's past from now on that its steps are reached again quickly."""
        self.submit(commands.KeepStates(budget))

    def watch(self, observations: frozenset[type[Observation]]) -> None:
        """Say what visible views show; nothing else is computed."""
        self.submit(commands.Watch(observations))

    @Slot(object, bool)
    def predict(self, drawing: NDArray[np.uint8], prepared: bool) -> int:
        """Ask what the network makes of a drawing, and return the number of the request.

        See `commands.Predict`.
        """
        self._predictions += 1
        self.submit(commands.Predict(self._predictions, drawing, prepared))
        return self._predictions

    def save(self, folder: Path) -> None:
        """Write the run's files into `folder`."""
        self.submit(commands.Save(folder))

    def open_run(self, folder: Path, *, trust_model: bool = False) -> None:
        """Continue the run that was saved in `folder`; then changes that wait are dropped.

        Asked for before the first run is ready, it is opened in place of that one: it may be asked
        for even before the first one is. `trust_model` says that the user agrees that the Python
        file it names is run.
        """
        if self._is_preparing and not self.run:
            self._first = partial(self.open_run, folder, trust_model=trust_model)
            return
        self._is_preparing = self._is_opening = True
        self.submit(commands.Open(folder, self._data_dir, trust_model=trust_model))

    def load_weights(self, path: Path) -> None:
        """Begin a new run with the weights of a file."""
        self.submit(commands.LoadWeights(path))

    def export(
        self,
        kind: commands.ExportKind,
        path: Path,
        predictions: tuple[Prediction, ...] = (),
    ) -> None:
        """Write the run in another form; `predictions` of a lesson go into a report."""
        self.submit(commands.Export(kind, path, predictions))

    def set_data_dir(self, data_dir: Path | None) -> None:
        """Read data sets from another folder, from the next reset on."""
        self._data_dir = data_dir

    def submit_change(self, changes: Mapping[str, Any]) -> int:
        """Send a live change without a new entry on the undo stack; return its number."""
        self._changes += 1
        self.submit(commands.Change(changes, self._changes))
        self._set(self.settings.ask(changes, self._changes))
        return self._changes

    @Slot(object)
    def submit(self, command: commands.Command) -> None:
        """Hand a command to the training as it is; it is obeyed within one batch."""
        self._thread.submit(command)

    def _reset(self, changes: Mapping[str, Any]) -> None:
        self._is_preparing, self._is_opening = True, False
        self.submit(commands.Reset(changes, self.data_dir))

    def _set(self, settings: RunSettings) -> None:
        before, self.settings = self.settings, settings
        self._tell_settings(before)

    def _tell_settings(self, before: RunSettings) -> None:
        now = self.settings
        if (now.config, now.waiting) != (before.config, before.waiting):
            self.settings_changed.emit(now)

    # -- what happened -----------------------------------------------------------------------

    @Slot(object)
    def _on_events_arrived(self, event: events.Event) -> None:
        if isinstance(event, Observation):
            self.observed.emit(event)
        else:
            self._handlers[type(event)](event)

    def _on_preparing(self, event: events.Preparing) -> None:
        self._is_preparing = True
        self.preparing.emit(event)

    def _on_prepared(self, event: events.Prepared) -> None:
        self._is_preparing = False
        self.state, self.step = State.IDLE, event.step
        self._layers = event.network
        self.undo_stack.begin(event)
        before = self.settings
        kept, self._is_opening = before.drop_waiting() if self._is_opening else before, False
        self.settings = kept.begin(event.config)
        # Before anyone can train this run: it makes room for the one that was asked for.
        is_replaced = self._open_first()
        self.prepared.emit(event)
        self._tell_settings(before)
        if not is_replaced:
            self.apply_if_nothing_is_lost()

    def _open_first(self) -> bool:
        """Open the run that was asked for while the first was made ready, if there is one."""
        open_it, self._first = self._first, None
        if open_it is not None:
            open_it()
        return open_it is not None

    def _on_state_changed(self, event: events.StateChanged) -> None:
        self.state, self.step = event.state, event.step
        self.state_changed.emit(event)

    def _on_progress(self, event: events.Progress) -> None:
        self.step = event.step
        self.progressed.emit(event)

    def _on_opened(self, event: events.Opened) -> None:
        """Tell what the run has behind it, as it was told when it happened."""
        if event.progress is not None:
            self._on_progress(event.progress)
        for measurement in event.measurements[1:]:
            self.epoch_finished.emit(events.EpochFinished(event.run, measurement))
        self.changed.emit(events.Changed(event.run, self.config, (), event.ledger))
        self.noted.emit(events.Noted(event.run, event.happenings))
        self.opened.emit(event)

    def _on_changed(self, event: events.Changed) -> None:
        self._set(self.settings.confirm(event.config, event.request))
        self.changed.emit(event)

    def _on_refused(self, event: events.Refused) -> None:
        self._is_preparing = self._is_opening = False
        # With a run that could not be prepared goes what was asked of it in the meantime.
        is_of_new_run = event.run > self._events.run
        self._set(self.settings.revert(None if is_of_new_run else event.request))
        self.undo_stack.take_away(event.request, self.config)
        self.refused.emit(event)
        self._open_first()

    def _on_failed(self, event: events.Failed) -> None:
        self._is_preparing = False
        self._set(self.settings.revert())
        self.failed.emit(event)
        self._open_first()
