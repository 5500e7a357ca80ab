"""Compares the runs of a race with one of them, which the user may choose."""

from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Slot

from netviz.bridge.race_lanes import LaneNow
from netviz.engine.protocol import events
from netviz.ui.look.branch_colors import branch_token
from netviz.ui.plots.difference_strip import ComparedRun, Comparison
from netviz.ui.presenters.race_presenter import RacePresenter

if TYPE_CHECKING:
    from netviz.ui.shell.main_window import MainWindow


class DifferencePresenter(QObject):
    """Tells the plot of the loss which runs it compares below its curves.

    The base is the run in the window, unless the user has chosen another; only runs on the same
    batches with the same loss are compared.
    """

    def __init__(self, window: "MainWindow", race: RacePresenter) -> None:
        super().__init__(window)
        self._plot, self._card, self._race = window.loss_plot, window.panel.race_card, race
        self._chosen: int | None = None
        self._told: Comparison | None = None
        run = window.controller
        race.changed.connect(self._show)
        run.settings_changed.connect(self._show)
        run.lane_told.connect(self._on_run_lane_told)
        for signal in (run.diverging, run.failed, run.recovered):
            signal.connect(self._show)
        self._plot.difference_strip.base_chosen.connect(self._on_base_chosen)
        self._card.compare_requested.connect(self._on_base_chosen)

    @Slot(object)
    def _on_base_chosen(self, line: int | None) -> None:
        self._chosen = line
        self._show()

    @Slot(object)
    def _on_run_lane_told(self, event: events.InLane) -> None:
        if isinstance(event.event, events.Diverging | events.Failed | events.Recovered):
            self._show()

    @Slot()
    def _show(self) -> None:
        """Tell the plot which runs are compared, and the card which of them is the base."""
        race = self._race.race
        lanes = race.now()
        if self._chosen not in {lane.line for lane in lanes}:
            self._chosen = None
        company = {lane.line: race.comparable_with(lane.line) for lane in lanes}
        comparable = {line for line, others in company.items() if len(others) > 1}
        base = self._base(lanes, comparable)
        found = None
        if base is not None:
            found = Comparison(
                tuple(_compared(lane) for lane in lanes if lane.line in company[base]),
                base,
                base == self._chosen,
                next(lane.line for lane in lanes if lane.is_shown),
                race.start_step,
                ", ".join(lane.letter for lane in lanes if lane.line not in company[base]),
            )
        self._card.show_base(base, comparable)
        if found != self._told:
            self._told = found
            self._plot.compare(found)

    def _base(self, lanes: tuple[LaneNow, ...], comparable: set[int]) -> int | None:
        """Return the run that was chosen, that in the window, or the first that has others."""
        shown = [lane.line for lane in lanes if lane.is_shown]
        wanted = [self._chosen, *shown, *(lane.line for lane in lanes)]
        return next((line for line in wanted if line in comparable), None)


def _compared(lane: LaneNow) -> ComparedRun:
    return ComparedRun(
        lane.line, lane.letter, lane.name, branch_token(lane.color), bool(lane.trouble)
    )
