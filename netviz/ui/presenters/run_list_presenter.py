"""Does what the user wants with the runs of the table: deletes and renames them, undoably."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Slot

from netviz.bridge.undo_commands import ListChange
from netviz.engine.protocol import commands, events
from netviz.ui.presenters.comparison_presenter import ComparisonPresenter
from netviz.ui.presenters.saved_runs_presenter import SavedRunsPresenter
from netviz.ui.views.runs.run_view import RunView

if TYPE_CHECKING:
    from netviz.ui.shell.main_window import MainWindow

_COLUMNS = "run_columns"
_LONGEST = 32
"""Letters of a run's name in a menu or a notice."""


class RunListPresenter(QObject):
    """Connects the table of runs with the list that the training keeps."""

    def __init__(self, window: "MainWindow") -> None:
        super().__init__(window)
        self._window, self._run = window, window.controller
        self._runs = window.views.view(RunView)
        self._runs.deletion_requested.connect(self._on_deletion_requested)
        self._runs.header.restore(window.settings.text(_COLUMNS))
        self._runs.header.chosen.connect(self._on_columns_chosen)
        self._run.diverging.connect(self._on_run_diverging)
        self._run.recovered.connect(self._on_run_recovered)
        self._runs.renamed.connect(self._on_runs_renamed)
        self._run.run_list_changed.connect(self._on_run_list_changed)
        self._run.race_changed.connect(self._on_run_race_changed)
        self._run.lane_told.connect(self._on_run_lane_told)
        self._run.undo_stack.indexChanged.connect(self._on_undo_stack_index_changed)
        SavedRunsPresenter(window, self)
        ComparisonPresenter(window, self)

    @Slot(object)
    def _on_deletion_requested(self, lines: Sequence[int]) -> None:
        """Delete runs without asking; it is said how to take it back, as long as one can."""
        lines, stack = tuple(lines), self._run.undo_stack
        what = self._name(lines[0]) if len(lines) == 1 else f"{len(lines)} runs"
        deletion = ListChange(
            f"deleting {what}",
            self._run.submit,
            commands.DeleteRuns(lines),
            commands.RestoreRuns(lines),
        )
        stack.push(deletion)
        self._window.message_bar.show_message(
            "info",
            f"{what} {'was' if len(lines) == 1 else 'were'} deleted.",
            "Ctrl+Z brings it back until another run is left."
            if len(lines) == 1
            else "Ctrl+Z brings them back until another run is left.",
            actions=[("Undo delete", stack.undo)],
            holds=lambda: stack.undo_command is deletion,
        )

    def _name(self, line: int) -> str:
        """Return what a run is called, short enough for a menu."""
        name = next((row.name for row in self._runs.rows if row.line == line), f"Run {line}")
        return name if len(name) <= _LONGEST else f"{name[:_LONGEST].rstrip(' ,')}…"

    @Slot(int, str, str)
    def _on_runs_renamed(self, line: int, before: str, after: str) -> None:
        renaming = ListChange(
            f"renaming {self._name(line)}",
            self._run.submit,
            commands.RenameRun(line, after),
            commands.RenameRun(line, before),
        )
        self._run.undo_stack.push(renaming)

    @Slot(object)
    def _on_run_list_changed(self, event: events.RunListChanged) -> None:
        self._runs.set_runs(event.origin, event.left)

    @Slot(object)
    def _on_run_race_changed(self, event: events.RaceChanged) -> None:
        self._runs.set_left(event.left, event.lanes)

    @Slot(object)
    def _on_run_lane_told(self, event: events.InLane) -> None:
        self._runs.follow(event.line, event.event)

    @Slot()
    def _on_columns_chosen(self) -> None:
        self._window.settings.set(_COLUMNS, self._runs.header.choice)

    @Slot(object)
    def _on_run_diverging(self, _: events.Diverging) -> None:
        self._runs.set_diverged(True)

    @Slot(object)
    def _on_run_recovered(self, _: events.Recovered) -> None:
        self._runs.set_diverged(False)

    @Slot()
    def _on_undo_stack_index_changed(self) -> None:
        self._window.message_bar.review()
