"""Shows the rate over the time of the run, and changes its schedule as it is drawn."""

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QObject, Slot

from netviz.engine.protocol import events
from netviz.engine.protocol.run_state import Place
from netviz.engine.training.schedules import Position
from netviz.ui.views.learning_rate.rate_view import RateView

if TYPE_CHECKING:
    from netviz.ui.shell.main_window import MainWindow

_SETTING = "over_time_folded"


class OverTimePresenter(QObject):
    """Tells the part "Over time" of the tab what was trained, and changes what is drawn there.

    Parameters
    ----------
    change
        Changes options of the run.
    """

    def __init__(self, window: "MainWindow", change: Callable[[dict[str, Any]], None]) -> None:
        super().__init__(window)
        self._window, self._change = window, change
        self._tab = window.views.view(RateView)
        self._part = self._tab.over_time
        self._part.set_folded(window.settings.flag(_SETTING, True))
        self._part.folded_changed.connect(self._on_part_folded_changed)
        run = window.controller
        run.prepared.connect(self._on_run_prepared)
        run.progressed.connect(self._on_run_progressed)
        run.epoch_finished.connect(self._on_run_epoch_finished)
        self._tab.schedule_drawn.connect(self._on_tab_schedule_drawn)
        window.panel.draw_schedule_requested.connect(self.show_drawing)
        window.loss_plot.schedule_action.triggered.connect(self.show_drawing)

    @Slot()
    def show_drawing(self) -> None:
        """Bring the drawing to the front; a schedule that has no points yet gets some."""
        self._window.views.set_folded(False)
        self._window.views.show_view(self._tab)
        self._part.draw_by_hand()

    @Slot()
    def _on_part_folded_changed(self) -> None:
        self._window.settings.set(_SETTING, self._part.is_folded)

    @Slot(object)
    def _on_run_prepared(self, event: events.Prepared) -> None:
        batches = max(1, -(-event.train_count // event.config.batch_size))
        position = Position(event.step // batches, event.step % batches, batches)
        self._part.begin(self._window.loss_plot.history, event.step, position)
        self._tab.set_config(self._window.controller.config)

    @Slot(object)
    def _on_run_progressed(self, event: events.Progress) -> None:
        place = Place(event.epoch, event.batch, event.batches)
        batch = event.batch if event.batch < event.batches else 0
        position = Position(place.completed, batch, event.batches)
        self._part.set_progress(event.step, position, float(event.learning_rates[-1]))

    @Slot(object)
    def _on_run_epoch_finished(self, event: events.EpochFinished) -> None:
        self._part.end_epoch(event.measurement.epoch, event.measurement.step)

    @Slot(object)
    def _on_tab_schedule_drawn(self, changes: dict[str, Any]) -> None:
        self._change(changes)
