"""The GUI thread's view of the training: the user's wishes go in, what happened comes out."""

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QObject, Signal, Slot
from PySide6.QtGui import QUndoStack

from netviz.bridge.frame_clock import FrameClock
from netviz.bridge.live_change import LiveChange
from netviz.bridge.worker import TrainingThread
from netviz.engine.catalogue import DatasetInfo, is_present
from netviz.engine.dataset_names import dataset_info_or_none
from netviz.engine.options.option import Effect
from netviz.engine.options.run_config import OPTIONS, RunConfig
from netviz.engine.protocol import commands, events
from netviz.engine.protocol.events import State
from netviz.engine.protocol.observations import (
    ActivationsObserved,
    AugmentedSamples,
    GradientsObserved,
    Prediction,
    TestPredictions,
    View,
    WeightsObserved,
)
from netviz.paths import data_dir

LOADING_TIMEOUT_MS = 500


class Controller(QObject):
    """Knows the state of the run and offers everything that can be done with it.

    Attributes
    ----------
    config
        The settings in force, as far as the training thread has confirmed them.
    waiting
        Changes that wait for a reset, by option.
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
    preparing, loading, prepared, state_changed, progressed, epoch_finished, changed, rewound, \
refused, failed, saved, opened, exported, autosave_failed, weights_observed, gradients_observed, \
test_predicted, predicted, \
activations_observed, augmented
        One per event of the engine, which is their argument; late events of an older run are
        dropped.
    waiting_changed
        `waiting` is another now; no arguments.
    """

    preparing = Signal(object)
    loading = Signal(object)
    prepared = Signal(object)
    state_changed = Signal(object)
    progressed = Signal(object)
    epoch_finished = Signal(object)
    changed = Signal(object)
    rewound = Signal(object)
    refused = Signal(object)
    failed = Signal(object)
    saved = Signal(object)
    opened = Signal(object)
    exported = Signal(object)
    autosave_failed = Signal(object)
    weights_observed = Signal(object)
    gradients_observed = Signal(object)
    test_predicted = Signal(object)
    predicted = Signal(object)
    activations_observed = Signal(object)
    augmented = Signal(object)
    waiting_changed = Signal()

    def __init__(
        self,
        config: RunConfig,
        data_dir: Path | None = None,
        parent: QObject | None = None,
        autosave_root: Path | None = None,
    ) -> None:
        super().__init__(parent)
        self.config = config
        self.waiting: dict[str, Any] = {}
        self.state = State.IDLE
        self.step = 0
        self.undo_stack = QUndoStack(self)
        self._data_dir = data_dir
        self._confirmed = config
        self._wishes: dict[str, Any] = {}
        self._run = 0
        self._request = 0
        self._is_preparing = True
        self.frames = FrameClock(self)
        self.frames.ticked.connect(self._collect)
        self._thread = TrainingThread(self, autosave_root)
        self._thread.events_arrived.connect(self._on_thread_events_arrived)
        self._takers: dict[type[Any], Callable[[Any], None]] = {
            events.Preparing: self._on_preparing,
            events.Loading: self.loading.emit,
            events.Prepared: self._on_prepared,
            events.StateChanged: self._on_state_changed,
            events.Progress: self._on_progress,
            events.EpochFinished: self.epoch_finished.emit,
            events.Changed: self._on_changed,
            events.Rewound: self._on_rewound,
            events.Refused: self._on_refused,
            events.Failed: self._on_failed,
            events.Saved: self.saved.emit,
            events.Opened: self._on_opened,
            events.Exported: self.exported.emit,
            events.AutosaveFailed: self.autosave_failed.emit,
            WeightsObserved: self.weights_observed.emit,
            GradientsObserved: self.gradients_observed.emit,
            TestPredictions: self.test_predicted.emit,
            Prediction: self.predicted.emit,
            ActivationsObserved: self.activations_observed.emit,
            AugmentedSamples: self.augmented.emit,
        }

    # -- what can be done --------------------------------------------------------------------

    def open(self) -> None:
        """Start the training thread and prepare the first run."""
        self._thread.start()
        self._submit(commands.Prepare(self.config, self.data_dir))

    def close(self, timeout_ms: int = 10_000) -> bool:
        """End training and its thread; return whether it ended in time.

        Before the first run is ready there is nothing to keep, and what torch loads meanwhile
        takes seconds that nobody need wait for.
        """
        if not self._run:
            timeout_ms = min(timeout_ms, LOADING_TIMEOUT_MS)
        # Emptied now: a stack that empties itself while it is destroyed would tell the menus.
        self.undo_stack.clear()
        self.frames.stop()
        return self._thread.close(timeout_ms)

    @property
    def is_closed(self) -> bool:
        """Whether the training thread has ended."""
        return self._thread.isFinished()

    @property
    def is_running(self) -> bool:
        """Whether the training thread has begun and not ended."""
        return self._thread.isRunning()

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
        self._submit(commands.Start())

    @Slot()
    def pause(self) -> None:
        """Hold the run."""
        self._submit(commands.Pause())

    @Slot()
    def toggle(self) -> None:
        """Train if the run is held, hold it if it trains."""
        if self.state is State.RUNNING:
            self.pause()
        else:
            self.start()

    @Slot()
    def train_one_batch(self) -> None:
        """Train a single batch, then hold."""
        self._submit(commands.Step())

    @Slot()
    def train_one_epoch(self) -> None:
        """Train to the end of the epoch under way, then hold."""
        self._submit(commands.RunEpoch())

    @Slot()
    def stop(self) -> None:
        """End the run here."""
        self._submit(commands.Stop())

    @Slot()
    def reset(self) -> None:
        """Go back to the initial weights; changes that wait take effect."""
        self._reset(self.waiting)

    def reset_with_seed(self, seed: int) -> None:
        """Go back to other initial weights."""
        self._reset({**self.waiting, "seed": seed})

    def change(self, changes: Mapping[str, Any]) -> None:
        """Change options: at once where that is possible, else they wait for a reset.

        Raises
        ------
        NetvizError
            When a value is not allowed; nothing is changed.
        """
        config = self.config.with_changes({**self.waiting, **changes})
        asked = {name: getattr(config, name) for name in changes}
        late = {n: v for n, v in asked.items() if OPTIONS[n].effect is Effect.RESET}
        live = {n: v for n, v in asked.items() if n not in late and v != getattr(self.config, n)}
        if late:
            self._change_on_reset(late)
        if live:
            before = {name: getattr(self.config, name) for name in live}
            self.undo_stack.push(LiveChange(self.submit_change, before, live))

    @Slot()
    def drop_waiting(self) -> None:
        """Forget the changes that wait for a reset."""
        self._set_waiting({})

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
        self._submit(commands.Rewind(changes))

    def set_pace(self, batches_per_second: float | None) -> None:
        """Slow training down, or let it run at full speed with None."""
        self._submit(commands.SetPace(batches_per_second))

    def watch(self, views: frozenset[View]) -> None:
        """Say which views are visible; the others are not computed."""
        self._submit(commands.Watch(views))

    @Slot()
    def measure_test(self) -> None:
        """Answer all test images now."""
        self._submit(commands.MeasureTest())

    @Slot(object, bool)
    def predict(self, drawing: NDArray[np.uint8], prepared: bool) -> int:
        """Ask what the network makes of a drawing, and return the number of the request.

        See `commands.Predict`.
        """
        self._request += 1
        self._submit(commands.Predict(self._request, drawing, prepared))
        return self._request

    def look_at(self, test_index: int | None) -> None:
        """Choose whose activations are watched: a test image's, or the drawing's with None."""
        self._submit(commands.LookAt(test_index))

    def preview_augmentation(self, indices: tuple[int, ...], seed: int) -> None:
        """Ask how training images would be changed; see `commands.PreviewAugmentation`."""
        self._submit(commands.PreviewAugmentation(indices, seed))

    def save(self, folder: Path) -> None:
        """Write the run's files into `folder`."""
        self._submit(commands.Save(folder))

    def open_run(self, folder: Path) -> None:
        """Continue the run that was saved in `folder`; changes that wait are dropped."""
        self._is_preparing = True
        self._set_waiting({})
        self._submit(commands.Open(folder, self._data_dir))

    def load_weights(self, path: Path) -> None:
        """Begin a new run with the weights of a file."""
        self._submit(commands.LoadWeights(path))

    def export(self, kind: commands.ExportKind, path: Path) -> None:
        """Write the run in another form."""
        self._submit(commands.Export(kind, path))

    def set_data_dir(self, data_dir: Path | None) -> None:
        """Read data sets from another folder, from the next reset on."""
        self._data_dir = data_dir

    def submit_change(self, changes: Mapping[str, Any]) -> None:
        """Send a live change without a new entry on the undo stack."""
        self._wishes.update(changes)
        self.config = self.config.with_changes(changes)
        self._submit(commands.Change(changes))

    def _change_on_reset(self, changes: Mapping[str, Any]) -> None:
        waiting = {**self.waiting, **changes}
        waiting = {n: v for n, v in waiting.items() if v != getattr(self.config, n)}
        self._set_waiting(waiting)
        self.apply_if_nothing_is_lost()

    def _reset(self, changes: Mapping[str, Any]) -> None:
        self._is_preparing = True
        self._submit(commands.Reset(changes, self.data_dir))

    def _set_waiting(self, waiting: dict[str, Any]) -> None:
        if waiting != self.waiting:
            self.waiting = waiting
            self.waiting_changed.emit()

    def _submit(self, command: commands.Command) -> None:
        self._thread.submit(command)

    # -- what happened -----------------------------------------------------------------------

    @Slot()
    def _on_thread_events_arrived(self) -> None:
        # What the user waits for is told at once; the rest costs least if it is told, laid out
        # and painted together.
        if self._thread.mailbox.is_urgent:
            self._collect()
        self.frames.request()

    @Slot()
    def _collect(self) -> None:
        for event in self._thread.mailbox.collect():
            is_new = isinstance(event, events.Preparing | events.Prepared)
            if event.run in (0, self._run) or is_new or event.run > self._run:
                self._takers[type(event)](event)

    def _on_preparing(self, event: events.Preparing) -> None:
        self._is_preparing = True
        self.preparing.emit(event)

    def _on_prepared(self, event: events.Prepared) -> None:
        self._run = event.run
        self._is_preparing = False
        self.state, self.step = State.IDLE, event.step
        self._confirm(event.config, final=True)
        self.undo_stack.clear()
        self._set_waiting({n: v for n, v in self.waiting.items() if v != getattr(event.config, n)})
        self.prepared.emit(event)
        self.apply_if_nothing_is_lost()

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
        self.opened.emit(event)

    def _on_changed(self, event: events.Changed) -> None:
        self._confirm(event.config)
        self.changed.emit(event)

    def _on_rewound(self, event: events.Rewound) -> None:
        self.step = event.step
        self._confirm(event.config, final=True)
        self.undo_stack.clear()
        self.rewound.emit(event)

    def _on_refused(self, event: events.Refused) -> None:
        self._is_preparing = False
        self._confirm(self._confirmed, final=True)
        self.refused.emit(event)

    def _on_failed(self, event: events.Failed) -> None:
        self._is_preparing = False
        self.failed.emit(event)

    def _confirm(self, config: RunConfig, *, final: bool = False) -> None:
        """Take over what the session says is in force, but for what was asked for since."""
        if final:
            self._wishes.clear()
        self._confirmed = config
        self._wishes = {n: v for n, v in self._wishes.items() if v != getattr(config, n)}
        self.config = config.with_changes(self._wishes)
