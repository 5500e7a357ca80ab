"""Begins races, and shows how their runs stand."""

from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal, Slot
from PySide6.QtGui import QAction, QKeySequence

from netviz.bridge.race_lanes import RaceLanes, without_figures
from netviz.bridge.run_settings import RunSettings
from netviz.engine.protocol import events
from netviz.engine.protocol.lanes import LETTERS
from netviz.engine.protocol.observations import Observation, Prediction
from netviz.ui.dialogs.race_dialog import RaceDialog
from netviz.ui.views.runs.run_view import RunView

if TYPE_CHECKING:
    from netviz.ui.shell.main_window import MainWindow


class RacePresenter(QObject):
    """Connects the menu, the card of the race and the pad with the race.

    Signals
    -------
    changed
        Other runs race, are named otherwise, or another one is the run at hand.

    Attributes
    ----------
    race
        What is known of the runs.
    """

    changed = Signal()

    def __init__(self, window: "MainWindow") -> None:
        super().__init__(window)
        self._window, self._run = window, window.controller
        self._card, self._pad = window.panel.race_card, window.pad
        self.race = RaceLanes()
        self._is_stale = False
        self._named: list[tuple[int, str, str, bool]] = []
        self._connect_hand()
        run = self._run
        run.prepared.connect(self._on_run_prepared)
        run.race_changed.connect(self._on_run_race_changed)
        run.lane_told.connect(self._on_run_lane_told)
        for signal in (run.progressed, run.diverging, run.recovered, run.failed):
            signal.connect(self._on_run_told)
        run.settings_changed.connect(self._on_run_settings_changed)
        run.observed.connect(self._on_run_observed)
        run.frames.ticked.connect(self._refresh)
        self._offer()

    # -- what the user does ------------------------------------------------------------------

    def _connect_hand(self) -> None:
        actions, card = self._window.actions_by_key, self._card
        actions["race"].triggered.connect(self._on_race_triggered)
        actions["end_race"].triggered.connect(self._on_end_race_triggered)
        actions["stage"].toggled.connect(self._offer)
        self._window.panel.race_requested.connect(self._on_race_triggered)
        runs = self._window.views.view(RunView)
        runs.race_requested.connect(self._run.race_with)
        card.lane_chosen.connect(self._run.show_lane)
        card.lane_dropped.connect(self._run.drop_lane)
        card.add_requested.connect(self._on_add_requested)
        card.go_on_requested.connect(self._run.go_on_with)
        self._lane_actions = [self._make_lane_action(letter) for letter in LETTERS]

    def _make_lane_action(self, letter: str) -> QAction:
        """Return what shows a run of the race by its key, which is for the pad while that is in
        use, and for the pages on the stage."""
        number = LETTERS.index(letter) + 1
        action = QAction(f"Show run {letter}", self._window)
        action.setShortcut(QKeySequence(str(number)))
        action.setStatusTip("Show this run of the race in the window.")
        action.setData(letter)
        action.triggered.connect(self._on_lane_action_triggered)
        self._window.actions_by_key.menus["Run"].addAction(action)
        self._window.addAction(action)
        return action

    @Slot()
    def _on_race_triggered(self) -> None:
        if self.race:
            self._on_add_requested()
            return
        dialog = self._ask(joins=False)
        if dialog.lanes:
            self._run.race(dialog.lanes)

    @Slot()
    def _on_add_requested(self) -> None:
        dialog = self._ask(joins=True)
        if dialog.lanes:
            self._run.add_lane(dialog.lanes[0])

    def _ask(self, *, joins: bool) -> RaceDialog:
        dialog = RaceDialog(self._window.theme, self._run.config, self._window, joins=joins)
        dialog.exec()
        dialog.deleteLater()
        return dialog

    @Slot()
    def _on_end_race_triggered(self) -> None:
        if shown := self.race.shown:
            self._run.go_on_with(shown.line)

    @Slot()
    def _on_lane_action_triggered(self) -> None:
        action = self.sender()
        letter = action.data() if isinstance(action, QAction) else ""
        lane = next((each for each in self.race.now() if each.letter == letter), None)
        if lane and not lane.is_shown:
            self._run.show_lane(lane.line)

    # -- what happened -----------------------------------------------------------------------

    @Slot(object)
    def _on_run_prepared(self, event: events.Prepared) -> None:
        self.race.set_shown(event.origin.line, event.config, event.step, event.origin.color)
        self._show()

    @Slot(object)
    def _on_run_race_changed(self, event: events.RaceChanged) -> None:
        began = not self.race and bool(event.lanes)
        self.race.set_lanes(event)
        self._show()
        if began:
            self._window.show_status(_announcement(self.race))

    @Slot(object)
    def _on_run_lane_told(self, event: events.InLane) -> None:
        if isinstance(event.event, Prediction):
            self._pad.show_answer(event.line, event.event)
            return
        self.race.add(event.line, event.event)
        self._is_stale = True
        if isinstance(event.event, events.Diverging | events.Failed):
            self._tell_trouble(event.line)

    @Slot(object)
    def _on_run_told(self, event: events.LaneEvent) -> None:
        self.race.add_shown(event)
        self._is_stale = True

    @Slot(object)
    def _on_run_observed(self, event: Observation) -> None:
        shown = self.race.shown
        if shown and isinstance(event, Prediction):
            self._pad.show_answer(shown.line, event)

    @Slot(object)
    def _on_run_settings_changed(self, settings: RunSettings) -> None:
        self.race.set_config(settings.config)
        self._is_stale = True

    def _tell_trouble(self, line: int) -> None:
        """Say why a run has stopped, while the others go on."""
        lane = next((each for each in self.race.now() if each.line == line), None)
        if lane is None or self._window.lesson_room.is_on:  # which tells of it itself
            return
        self._window.message_bar.show_message(
            "info",
            f"{lane.letter} ({lane.name}) has stopped: {lane.reason}",
            "The others go on.",
            holds=lambda: any(each.line == line and each.trouble for each in self.race.now()),
        )

    # -- what is shown -----------------------------------------------------------------------

    @Slot()
    def _refresh(self) -> None:
        if self._is_stale and self.race:
            self._show()

    def _show(self) -> None:
        self._is_stale = False
        lanes = self.race.now()
        self._card.show_lanes(
            lanes, self.race.start_step, have_same_batches=self.race.have_same_batches
        )
        self._pad.show_lanes(tuple(map(without_figures, lanes)))
        named = [(lane.line, lane.letter, lane.name, lane.is_shown) for lane in lanes]
        if named != self._named:
            self._named = named
            self._offer()
            self.changed.emit()

    @Slot()
    def _offer(self) -> None:
        actions, lanes = self._window.actions_by_key, self.race.now()
        actions["end_race"].setEnabled(bool(lanes))
        letters = {lane.letter for lane in lanes}
        is_staged = actions["stage"].isChecked()
        for action in self._lane_actions:
            action.setVisible(action.data() in letters)
            action.setEnabled(action.data() in letters and not is_staged)


def _announcement(race: RaceLanes) -> str:
    names = ", ".join(f"{lane.letter} {lane.name}" for lane in race.now())
    return f"Race from step {race.start_step:,}: {names}."
