"""Draws the runs that were left beside the run at hand, and goes on with one that is clicked."""

from dataclasses import replace
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal, Slot

from netviz.engine.protocol import events
from netviz.engine.protocol.lineage import origins_by_line
from netviz.ui.look.branch_colors import branch_token
from netviz.ui.presenters.ghost_words import as_lane, ghosts_of, shown_by_default
from netviz.ui.presenters.lane_record import LaneRecord
from netviz.ui.presenters.race_presenter import RacePresenter
from netviz.ui.views.runs.run_view import RunView

if TYPE_CHECKING:
    from netviz.ui.shell.main_window import MainWindow

_SETTING = "earlier_runs"


class GhostPresenter(QObject):
    """Tells the plots which of the runs that were left they draw.

    Those that were left last are drawn, unless the user has chosen others; the switch "Earlier
    runs" in the menus of the plots hides all, and is remembered.

    Signals
    -------
    shown_changed
        Other runs are drawn: the numbers of all that are.
    """

    shown_changed = Signal(object)

    def __init__(self, window: "MainWindow", race: RacePresenter) -> None:
        super().__init__(window)
        self._window, self._run, self._race = window, window.controller, race
        self._grown: dict[int, LaneRecord] = {}
        self._plots = (window.loss_plot, window.accuracy_plot)
        self._prepared: events.Prepared | None = None
        self._chosen: dict[int, bool] = {}
        self._told: frozenset[int] = frozenset()
        for plot in self._plots:
            plot.menu.ghosts_action.setChecked(window.settings.flag(_SETTING, True))
            plot.menu.ghosts_action.toggled.connect(self._on_action_toggled)
            plot.ghosts.go_requested.connect(self._run.go_on_with)
            plot.ghosts.hide_requested.connect(self._on_hide_requested)
        self._run.prepared.connect(self._on_run_prepared)
        self._run.settings_changed.connect(self._show)
        self._run.changed.connect(self._show)
        self._run.run_list_changed.connect(self._on_list_changed)
        self._run.race_changed.connect(self._on_list_changed)
        self._run.lane_told.connect(self._on_run_lane_told)
        race.changed.connect(self._show)
        runs = window.views.view(RunView)
        runs.shown_requested.connect(self.set_shown)
        self.shown_changed.connect(runs.set_shown)

    @property
    def shown(self) -> frozenset[int]:
        """Numbers of the runs that are drawn."""
        left = self._prepared.left if self._prepared else ()
        if not self._plots[0].menu.ghosts_action.isChecked():
            return frozenset()
        usual = shown_by_default(left)
        lines = (run.origin.line for run in left)
        return frozenset(line for line in lines if self._chosen.get(line, line in usual))

    @Slot(int, bool)
    def set_shown(self, line: int, shown: bool) -> None:
        """Draw a run that was left, or do not; for as long as the window is open."""
        if shown:
            self._plots[0].menu.ghosts_action.setChecked(True)
        self._chosen[line] = shown
        self._show()

    @Slot(object)
    def _on_run_prepared(self, event: events.Prepared) -> None:
        self._prepared, self._grown = event, {}
        # What was chosen of a run that is at hand again does not hold when it is left again.
        lines = {run.origin.line for run in event.left}
        self._chosen = {line: on for line, on in self._chosen.items() if line in lines}
        self._show()

    @Slot(object)
    def _on_list_changed(self, event: events.RunListChanged | events.RaceChanged) -> None:
        """Take the runs as they are by now."""
        if self._prepared:
            self._prepared, self._grown = replace(self._prepared, left=event.left), {}
            self._show()

    @Slot(object)
    def _on_run_lane_told(self, event: events.InLane) -> None:
        """Draw more of a run that is trained in turn with the one at hand."""
        told = event.event
        if isinstance(told, events.Progress | events.EpochFinished):
            record = self._grown.setdefault(event.line, LaneRecord())
            record.add(told)
            for plot in self._plots:
                plot.ghosts.catch_up(event.line, *record.parts)

    @Slot(bool)
    def _on_action_toggled(self, on: bool) -> None:
        for plot in self._plots:
            plot.menu.ghosts_action.setChecked(on)
        self._window.settings.set(_SETTING, on)
        if on:
            self._chosen = {line: True for line, shown in self._chosen.items() if shown}
        self._show()

    @Slot(int)
    def _on_hide_requested(self, line: int) -> None:
        self.set_shown(line, False)
        self._window.show_status(
            f"Run {line} is hidden in the plots. Its eye in the tab Runs shows it again."
        )

    @Slot()
    def _show(self) -> None:
        """Tell the plots what to draw."""
        prepared = self._prepared
        if prepared is None:
            return
        settings, shown = self._run.settings, self.shown
        lanes = {lane.line: lane for lane in self._race.race.now()}
        origins = origins_by_line((*prepared.origins, *(run.origin for run in prepared.left)))
        line = prepared.origin.line
        drawn = shown | (lanes.keys() - {line})
        ghosts = ghosts_of(prepared.left, drawn, origins, line, settings.config)
        ghosts = [
            as_lane(ghost, lanes[ghost.line]) if ghost.line in lanes else ghost
            for ghost in ghosts
            if ghost.line in lanes or len(ghost.losses) > ghost.begins  # else all of it is drawn
        ]
        runs = [(ghost.line, ghost.name) for ghost in ghosts]
        for plot in self._plots:
            plot.set_run_color(branch_token(line) if line in lanes else "")
            plot.ghosts.set_ghosts(ghosts, settings.confirmed.loss)
            for grown, record in self._grown.items():
                plot.ghosts.catch_up(grown, *record.parts)
            plot.menu.offer_runs(runs, are_any_left=bool(prepared.left))
        if drawn != self._told:
            self._told = drawn
            self.shown_changed.emit(drawn)
