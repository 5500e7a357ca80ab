"""Connects the controls and the plots with the training."""

from collections.abc import Mapping
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QObject, Slot

from netviz.bridge.run_settings import RunSettings
from netviz.engine.dataset_names import dataset_label
from netviz.engine.errors import NetvizError
from netviz.engine.options.run_config import OPTIONS, RunConfig
from netviz.engine.protocol import events
from netviz.engine.protocol.events import State
from netviz.engine.protocol.ledger import LedgerEntry
from netviz.engine.training.schedules import Position
from netviz.number_text import number_text
from netviz.ui.shell.message_bar import Action
from netviz.ui.views.ledger_view import LedgerView

if TYPE_CHECKING:
    from netviz.ui.shell.main_window import MainWindow


class RunPresenter(QObject):
    """Carries what the user did to the controller, and what happened to controls and plots."""

    def __init__(self, window: "MainWindow") -> None:
        super().__init__(window)
        self._window = window
        self._controller = window.controller
        self._ledger = window.views.view(LedgerView)
        self._epoch = (0, 0, 1)
        self._connect_user()
        self._connect_training()
        window.top_bar.set_busy("Starting PyTorch…")
        self._show_run_length()

    # -- what the user did -------------------------------------------------------------------

    def _connect_user(self) -> None:
        bar, panel, run = self._window.top_bar, self._window.panel, self._controller
        bar.train_clicked.connect(run.start)
        bar.pause_clicked.connect(run.pause)
        bar.step_clicked.connect(run.train_one_batch)
        bar.epoch_clicked.connect(run.train_one_epoch)
        bar.stop_clicked.connect(run.stop)
        bar.reset_clicked.connect(run.reset)
        bar.pace_chosen.connect(run.set_pace)
        panel.change_requested.connect(self.change)
        panel.apply_requested.connect(run.reset)
        panel.drop_requested.connect(run.drop_waiting)

    @Slot(object)
    def change(self, changes: Mapping[str, Any]) -> None:
        """Change options, or say at the control why that cannot be."""
        try:
            self._controller.change(changes)
        except NetvizError as error:
            self._window.panel.show_problem(next(iter(changes)), error.message)

    # -- what happened -----------------------------------------------------------------------

    def _connect_training(self) -> None:
        run = self._controller
        run.preparing.connect(self._on_run_preparing)
        run.loading.connect(self._on_run_loading)
        run.prepared.connect(self._on_run_prepared)
        run.state_changed.connect(self._on_run_state_changed)
        run.progressed.connect(self._on_run_progressed)
        run.epoch_finished.connect(self._on_run_epoch_finished)
        run.changed.connect(self._on_run_changed)
        run.rewound.connect(self._on_run_rewound)
        run.refused.connect(self._on_run_refused)
        run.failed.connect(self._on_run_failed)
        run.saved.connect(self._on_run_saved)
        run.settings_changed.connect(self._on_run_settings_changed)
        plots = (self._window.loss_plot, self._window.accuracy_plot)
        for plot in plots:
            plot.failed.connect(self._on_plot_failed)
            plot.saved.connect(self._on_plot_saved)

    @Slot(object)
    def _on_run_preparing(self, event: events.Preparing) -> None:
        self._window.top_bar.set_busy(f"Preparing {dataset_label(event.config.dataset)}…")

    @Slot(object)
    def _on_run_loading(self, event: events.Loading) -> None:
        self._window.top_bar.set_busy(f"Reading pictures: {event.done:,} of {event.total:,}")

    @Slot(object)
    def _on_run_prepared(self, event: events.Prepared) -> None:
        window, info = self._window, event
        window.top_bar.set_busy("")
        window.top_bar.set_state(State.IDLE)
        window.top_bar.set_device(info.device, info.threads)
        window.top_bar.set_speed(0, 0)
        self._epoch = (0, 0, -(-info.train_count // info.config.batch_size))
        self._show_run_length()
        window.panel.set_own_classes(info.config.dataset, len(info.classes))
        height, width = info.image_shape[1:]
        colour = "colour" if info.image_shape[0] == 3 else "grey"
        window.panel.set_data_facts(
            f"{info.train_count:,} train · {info.test_count:,} test · {height}×{width} {colour}"
        )
        batches = self._epoch[2]
        self._show_plan(info.config, Position(*divmod(info.step, batches), batches))
        for plot in (window.loss_plot, window.accuracy_plot):
            plot.clear()
            plot.add_measurement(info.untrained)
        window.show_status("Ready. Press Train, or Space.")

    @Slot(object)
    def _on_run_state_changed(self, event: events.StateChanged) -> None:
        window = self._window
        window.top_bar.set_state(event.state)
        self._show_can_continue()
        if event.state is State.FINISHED:
            batches = self._epoch[2]
            self._epoch = (event.epoch, self._epoch[1] if event.stopped else batches, batches)
            self._show_run_length()
            window.top_bar.set_speed(0, 0)
            words = "Stopped by you" if event.stopped else "Finished"
            window.show_status(f"{words} at step {event.step:,}. Raise the epochs to train on.")
        elif event.state is State.PAUSED:
            window.show_status(f"Held at step {event.step:,}. Space goes on.")
        elif event.state is State.RUNNING:
            window.show_status("Training. Change the learning rate and watch the next batch.")

    @Slot(object)
    def _on_run_progressed(self, event: events.Progress) -> None:
        self._epoch = (event.epoch, event.batch, event.batches)
        self._show_run_length()
        self._window.top_bar.set_speed(event.samples_per_second, event.remaining_s)
        last = Position(event.epoch - 1, max(0, event.batch - 1), event.batches)
        self._window.panel.show_position(last, float(event.learning_rates[-1]))
        self._window.loss_plot.add_progress(event)
        self._window.accuracy_plot.add_progress(event)

    @Slot(object)
    def _on_run_epoch_finished(self, event: events.EpochFinished) -> None:
        self._window.loss_plot.add_measurement(event.measurement)
        self._window.accuracy_plot.add_measurement(event.measurement)

    @Slot(object)
    def _on_run_changed(self, event: events.Changed) -> None:
        window = self._window
        window.loss_plot.set_scheduled(event.config.schedule != "constant")
        self._show_run_length()
        self._show_can_continue()
        self._show_ledger(event.ledger)
        if not event.entries:
            return
        labels = ", ".join(entry.label for entry in event.entries)
        window.show_status(f"{labels} at step {event.entries[0].step:,}. The next batch uses it.")

    @Slot(object)
    def _on_run_rewound(self, event: events.Rewound) -> None:
        window = self._window
        window.loss_plot.truncate(event.step)
        window.accuracy_plot.truncate(event.step)
        self._show_ledger(event.ledger)
        batches = self._epoch[2]
        batch = min(batches - 1, max(0, event.step - event.epoch * batches))
        self._show_plan(event.config, Position(event.epoch, batch, batches))
        window.message_bar.close_message()

    def _show_plan(self, config: RunConfig, position: Position) -> None:
        self._window.panel.show_position(position)
        self._window.loss_plot.set_scheduled(config.schedule != "constant")

    def _show_ledger(self, ledger: tuple[LedgerEntry, ...]) -> None:
        window = self._window
        for plot in (window.loss_plot, window.accuracy_plot):
            plot.set_ledger_entries(ledger)
        self._ledger.set_entries(ledger)

    @Slot(object)
    def _on_run_refused(self, event: events.Refused) -> None:
        window = self._window
        window.top_bar.set_busy("")
        window.message_bar.show_message("warning", event.message, event.hint, event.details)

    @Slot(object)
    def _on_run_failed(self, event: events.Failed) -> None:
        actions: list[Action] = []
        if event.rewind_step is not None:
            remedy = event.remedy
            words = ", ".join(f"{OPTIONS[n].short} {number_text(v)}" for n, v in remedy.items())
            label = f"Back to step {event.rewind_step:,}" + (f" with {words}" if words else "")
            actions.append((label, partial(self._controller.rewind_with, remedy)))
        actions.append(("Reset", self._controller.reset))
        window = self._window
        window.top_bar.set_busy("")
        self._ledger.add_note(event.step, event.message)
        window.show_status(event.message)
        window.message_bar.show_message("error", event.message, event.hint, event.details, actions)

    @Slot(object)
    def _on_run_saved(self, event: events.Saved) -> None:
        text = f"The run was saved in {event.folder}."
        if event.good_step is not None:
            text = (
                f"The run was saved in {event.folder} as it was after step {event.good_step:,}, "
                "its last good state."
            )
        self._window.message_bar.show_message("success", text)

    @Slot(object)
    def _on_plot_failed(self, error: NetvizError) -> None:
        self._window.message_bar.show_message("warning", error.message, error.hint)

    @Slot(object)
    def _on_plot_saved(self, path: Path) -> None:
        self._window.message_bar.show_message("success", f"The plot was saved as {path}.")

    @Slot(object)
    def _on_run_settings_changed(self, settings: RunSettings) -> None:
        self._window.panel.show_settings(settings)
        self._show_run_length()
        self._show_can_continue()

    def _show_run_length(self) -> None:
        epoch, batch, batches = self._epoch
        self._window.top_bar.set_progress(epoch, self._controller.config.epochs, batch, batches)

    def _show_can_continue(self) -> None:
        epoch, batch, batches = self._epoch
        left = epoch < self._controller.config.epochs or batch < batches
        self._window.top_bar.set_can_continue(left)
