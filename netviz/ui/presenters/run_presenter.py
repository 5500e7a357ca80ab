"""Connects the controls and the plots with the training."""

from collections.abc import Mapping
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QObject, Slot

from netviz.bridge.run_settings import RunSettings
from netviz.engine.dataset_names import dataset_label
from netviz.engine.errors import NetvizError
from netviz.engine.options.run_config import OPTIONS, RunConfig
from netviz.engine.protocol import events
from netviz.engine.protocol.layer_facts import LayerFacts
from netviz.engine.protocol.layer_names import layer_words, with_layer_words
from netviz.engine.protocol.ledger import LedgerEntry
from netviz.engine.protocol.run_state import Place, State
from netviz.engine.training.schedules import Position
from netviz.number_text import number_text
from netviz.ui.presenters.notice_review import Moment
from netviz.ui.presenters.run_words import RunNow, epochs_again
from netviz.ui.shell.folder_action import show_folder
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
        self._layers: tuple[LayerFacts, ...] = ()
        self._trained_on = ""
        self._threads = 1
        self._entries: tuple[LedgerEntry, ...] = ()
        self._failed: events.Failed | None = None
        self._refused: events.Refused | None = None
        self._now = RunNow(State.IDLE, 0, Place(0, 0, 0), self._controller.config.epochs)
        self._divergence: events.Diverging | None = None
        self._connect_user()
        self._connect_training()
        window.top_bar.set_busy("Starting PyTorch…")
        self._show_figures()

    # -- what the user did -------------------------------------------------------------------

    def _connect_user(self) -> None:
        bar, panel, run = self._window.top_bar, self._window.panel, self._controller
        bar.train_clicked.connect(self._on_train_clicked)
        bar.pause_clicked.connect(run.pause)
        bar.step_clicked.connect(run.train_one_batch)
        bar.epoch_clicked.connect(run.train_one_epoch)
        bar.reset_clicked.connect(run.reset)
        bar.pace_chosen.connect(run.set_pace)
        panel.change_requested.connect(self.change)
        panel.kept.connect(self._forget_refusal)
        panel.apply_requested.connect(run.reset)
        panel.drop_requested.connect(run.drop_waiting)
        self._ledger.step_chosen.connect(self.point_out)

    @Slot(object)
    def point_out(self, step: int | None) -> None:
        """Show a step on the plots; on the stage, on the page of the loss."""
        for plot in (self._window.loss_plot, self._window.accuracy_plot):
            plot.point_out(step)
        if step is not None:
            self._window.stage.show_page(0)

    @Slot()
    def _on_train_clicked(self) -> None:
        """Train; as many epochs again where all are trained."""
        if more := self._now.more_epochs:
            most = OPTIONS["epochs"].maximum or 0
            self.change({"epochs": min(most, self._now.place.completed + more)})
        self._controller.start()

    @Slot(object)
    def change(self, changes: Mapping[str, Any]) -> None:
        """Change options, or say at the control why that cannot be."""
        self._forget_refusal()
        try:
            self._controller.change(changes)
        except NetvizError as error:
            self._window.panel.show_problem(next(iter(changes)), error.message)

    @Slot()
    def _forget_refusal(self) -> None:
        """Take away what was said of a refusal: the user has chosen something else since."""
        self._refused = None
        self._window.message_bar.review()

    # -- what happened -----------------------------------------------------------------------

    def _connect_training(self) -> None:
        run = self._controller
        run.preparing.connect(self._on_run_preparing)
        run.loading.connect(self._on_run_loading)
        run.prepared.connect(self._on_run_prepared)
        run.run_list_changed.connect(self._on_run_list_changed)
        run.state_changed.connect(self._on_run_state_changed)
        run.progressed.connect(self._on_run_progressed)
        run.epoch_finished.connect(self._on_run_epoch_finished)
        run.changed.connect(self._on_run_changed)
        run.refused.connect(self._on_run_refused)
        run.failed.connect(self._on_run_failed)
        run.diverging.connect(self._on_run_diverging)
        run.recovered.connect(self._on_run_recovered)
        run.noted.connect(self._on_run_noted)
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
        self._close_divergence()
        window.top_bar.set_busy("")
        window.top_bar.set_device(info.device)
        self._show_threads(info.threads)
        window.top_bar.set_speed(0, 0)
        self._failed = None
        self._entries = ()
        self._layers = info.network
        batches = -(-info.train_count // info.config.batch_size)
        place = Place(-(-info.step // batches), info.step % batches, batches)
        self._now = RunNow(
            State.IDLE, info.step, place, info.config.epochs, replaced_step=info.replaced_step
        )
        self._show_now()
        self._tell_of_frozen(info.config)
        window.panel.set_own_classes(info.config.dataset, len(info.classes))
        height, width = info.image_shape[1:]
        colour = "colour" if info.image_shape[0] == 3 else "grey"
        window.panel.set_data_facts(
            f"{info.train_count:,} train · {info.test_count:,} test · {height}×{width} {colour}"
        )
        self._show_plan(info.config)
        for plot in (window.loss_plot, window.accuracy_plot):
            plot.clear(len(info.classes))
            plot.add_measurement(info.untrained)

    @Slot(object)
    def _on_run_list_changed(self, _: events.RunListChanged) -> None:
        # What Ctrl+Z takes back first is no longer that this run came in the place of another.
        self._now = replace(self._now, replaced_step=0)
        self._show_now()

    @Slot(object)
    def _on_run_state_changed(self, event: events.StateChanged) -> None:
        # What the user changed before is no news where the run goes on or comes to rest.
        self._now = replace(
            self._now, state=event.state, step=event.step, stopped=event.stopped, news=()
        )
        self._move_to(event.place)
        self._show_now()
        if event.state is State.FINISHED:
            self._window.top_bar.set_speed(0, 0)

    @Slot(object)
    def _on_run_progressed(self, event: events.Progress) -> None:
        place = Place(event.epoch, event.batch, event.batches)
        now = self._now
        # The past of a run that goes on from there is no news.
        replaced = now.replaced_step if event.step == now.step else 0
        self._now = replace(now, step=event.step, place=place, replaced_step=replaced)
        self._show_figures()
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
        self._show_ledger(event.ledger)
        replaced = 0 if event.entries else self._now.replaced_step
        self._now = replace(self._now, news=self._named(event.entries), replaced_step=replaced)
        if event.reason:
            self._tell_of_threads(event)
        if event.threads:
            self._show_threads(event.threads)
        self._move_to(event.place)
        self._show_now()
        self._offer_more_epochs()

    def _offer_more_epochs(self) -> None:
        """Offer to train on where something was changed after the end, and waits for a batch."""
        more = self._now.more_epochs
        if not more or not self._now.has_waiting_news:
            return
        self._window.message_bar.show_message(
            "info",
            f"{self._now.news[-1].label}: all epochs are trained, so nothing has used it yet.",
            actions=[(f"Train {more:,} more", self._on_train_clicked)],
            holds=lambda: self._now.more_epochs > 0 and self._now.has_waiting_news,
        )

    def _show_plan(self, config: RunConfig) -> None:
        place = self._now.place
        batch = place.batch if place.completed < place.epoch else 0
        self._window.panel.show_position(Position(place.completed, batch, max(1, place.batches)))

    def _tell_of_threads(self, event: events.Changed) -> None:
        """Say why NetViz changed the number of threads, for as long as it is as it made it."""
        threads, before = event.config.threads, self._threads
        actions = [(f"Use {before} threads", partial(self.change, {"threads": before}))]
        self._window.message_bar.show_message(
            "info",
            event.reason,
            "Threads, under More, is where it is set.",
            actions=actions if threads else (),
            holds=lambda: self._controller.config.threads == threads,
        )

    def _tell_of_frozen(self, config: RunConfig) -> None:
        """Say that layers stay frozen on other data, where nobody thinks of it any more."""
        before, self._trained_on = self._trained_on, config.dataset
        if not self._now.frozen or before in ("", config.dataset):
            return
        if self._window.lesson_room.is_on:
            return  # it is what the lesson is about
        self._window.message_bar.show_message(
            "warning",
            f"Frozen layers: {', '.join(self._now.frozen)}.",
            f"They stay as they are on {dataset_label(config.dataset)} too.",
            actions=[("Let them learn", partial(self.change, {"frozen": ()}))],
            holds=lambda: bool(self._controller.config.frozen),
        )

    def _named(self, entries: tuple[LedgerEntry, ...]) -> tuple[LedgerEntry, ...]:
        """Name the layers in the entries as the user knows them."""
        return tuple(with_layer_words(entry, self._layers) for entry in entries)

    def _show_ledger(self, entries: tuple[LedgerEntry, ...]) -> None:
        self._entries = entries
        window, ledger = self._window, self._named(entries)
        for plot in (window.loss_plot, window.accuracy_plot):
            plot.set_ledger_entries(ledger)
        self._ledger.set_entries(entries)

    @Slot(object)
    def _on_run_refused(self, event: events.Refused) -> None:
        window = self._window
        window.top_bar.set_busy("")
        actions: list[Action] = []
        if event.remedy:
            actions.append((f"Use {_words(event.remedy)}", partial(self.change, event.remedy)))
        if event.consent:
            open_it = partial(self._controller.agree_to, event.consent)
            actions.append(("Run the file and open", open_it))
        # What the settings ask for and cannot be is explained by the sentence, not by a trace.
        details = "" if event.is_usage else event.details
        if details and not actions:
            actions.append(("Open log folder", window.actions_by_key["log_folder"].trigger))
        # What was refused then may be possible now.
        moment, self._refused = Moment.of(self._controller), event
        window.message_bar.show_message(
            "warning",
            event.message,
            event.hint,
            details,
            actions,
            holds=lambda: self._refused is event and Moment.of(self._controller) == moment,
        )

    @Slot(object)
    def _on_run_diverging(self, event: events.Diverging) -> None:
        actions = self._ways_back(event)
        self._divergence = event
        if self._window.lesson_room.is_on:
            # What a lesson does on purpose it explains itself; nothing may lie over it.
            self._window.show_status(event.message)
            return
        self._window.message_bar.show_message(
            "warning",
            event.message,
            event.hint,
            actions=actions,
            holds=lambda: self._divergence is event,
        )

    @Slot(object)
    def _on_run_recovered(self, event: events.Recovered) -> None:
        self._close_divergence()

    @Slot(object)
    def _on_run_noted(self, event: events.Noted) -> None:
        self._ledger.set_happenings(event.happenings)

    def _close_divergence(self) -> None:
        """Take the warning away: it is no longer so."""
        self._divergence = None
        self._window.message_bar.review()

    def _ways_back(self, event: events.Failed | events.Diverging) -> list[Action]:
        """Return the button that goes back to the last good state, if there is one."""
        if event.rewind_step is None:
            return []
        remedy = event.remedy
        label = f"Back to step {event.rewind_step:,}"
        if remedy:
            label += f" with {_words(remedy)}"
        return [(label, partial(self._controller.rewind_with, remedy))]

    @Slot(object)
    def _on_run_failed(self, event: events.Failed) -> None:
        actions = self._ways_back(event)
        self._divergence = None
        actions.append(("Reset", self._controller.reset))
        window = self._window
        window.top_bar.set_busy("")
        self._now, self._failed = replace(self._now, failure=event.message), event
        if not self._controller.run:
            window.show_status(event.message)
        if window.lesson_room.tells:
            return
        window.message_bar.show_message(
            "error",
            event.message,
            event.hint,
            event.details,
            actions,
            holds=lambda: self._failed is event,
        )

    @Slot(object)
    def _on_run_saved(self, event: events.Saved) -> None:
        text = f"The run was saved in {event.folder}."
        if event.good_step is not None:
            text = (
                f"The run was saved in {event.folder} as it was after step {event.good_step:,}, "
                "its last good state."
            )
        self._window.message_bar.show_message("success", text, actions=[show_folder(event.folder)])

    @Slot(object)
    def _on_plot_failed(self, error: NetvizError) -> None:
        self._window.message_bar.show_message("warning", error.message, error.hint)

    @Slot(object)
    def _on_plot_saved(self, path: Path) -> None:
        self._window.message_bar.show_message(
            "success", f"The plot was saved as {path}.", actions=[show_folder(path)]
        )

    @Slot(object)
    def _on_run_settings_changed(self, settings: RunSettings) -> None:
        self._window.panel.show_settings(settings)
        self._show_now()

    # -- what is said of it ------------------------------------------------------------------

    def _move_to(self, place: Place | None) -> None:
        if place is not None:
            self._now = replace(self._now, place=place)

    def _show_threads(self, threads: int) -> None:
        self._threads = threads
        self._window.top_bar.set_threads(threads)

    def _show_now(self) -> None:
        """Show the state and the figures of the run, whose settings may be newer than told."""
        config = self._controller.config
        frozen = layer_words(self._layers, config.frozen)
        again = epochs_again(config, self._entries)
        self._now = replace(self._now, epochs=config.epochs, frozen=frozen, again=again)
        self._window.top_bar.set_state(self._now.state)
        self._window.top_bar.set_more_epochs(self._now.more_epochs)
        self._show_figures()

    def _show_figures(self) -> None:
        self._window.top_bar.set_progress(*self._now.figures)
        if self._controller.run:
            self._window.set_sentence(self._now.sentence)


def _words(remedy: Mapping[str, Any]) -> str:
    """Write options and their values as a button names them: "batch 64"."""
    return ", ".join(f"{OPTIONS[n].short} {number_text(v)}" for n, v in remedy.items())
