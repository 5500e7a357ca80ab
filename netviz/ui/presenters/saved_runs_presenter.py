"""Lays saved runs beside those of the session, undoably."""

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Slot
from PySide6.QtWidgets import QFileDialog

from netviz.bridge.undo_commands import ListChange
from netviz.engine.protocol import commands, events
from netviz.engine.protocol.run_names import run_name
from netviz.ui.views.runs.run_view import RunView

if TYPE_CHECKING:
    from netviz.ui.shell.main_window import MainWindow

_LONGEST = 32
"""Letters of a run's name in a menu or a notice."""


class SavedRunsPresenter(QObject):
    """Connects what is dropped onto the table of runs with the list that the training keeps."""

    def __init__(self, window: "MainWindow", parent: QObject) -> None:
        super().__init__(parent)
        self._window, self._run = window, window.controller
        adding = window.views.view(RunView).adding
        adding.dropped.connect(self._on_adding_dropped)
        adding.action.triggered.connect(self._on_action_triggered)
        self._run.run_list_changed.connect(self._on_run_list_changed)

    @Slot(object)
    def _on_adding_dropped(self, folders: Sequence[Path]) -> None:
        self._run.submit(commands.AddSavedRuns(tuple(folders)))

    @Slot()
    def _on_action_triggered(self) -> None:
        folder = QFileDialog.getExistingDirectory(self._window, "Folder of a saved run")
        if folder:
            self._on_adding_dropped((Path(folder),))

    @Slot(object)
    def _on_run_list_changed(self, event: events.RunListChanged) -> None:
        """Say what was added, and let it be taken back; the files stay in any case."""
        if not event.added:
            return
        what = _what(event)
        added = f"{what} {'was' if len(event.added) == 1 else 'were'} added."
        back, away = commands.RestoreRuns(event.added), commands.DeleteRuns(event.added)
        addition = ListChange(f"adding {what}", self._run.submit, back, away, is_done=True)
        self._run.undo_stack.push(addition)
        if event.left_out:
            self._window.message_bar.show_message("warning", "\n".join(event.left_out), added)
        else:  # at the foot: a notice would cover the rows that have come
            whose = "Its" if len(event.added) == 1 else "Their"
            self._window.show_status(f"{added} {whose} files stay where they are.")


def _what(event: events.RunListChanged) -> str:
    """Name what was added, short enough for a menu."""
    if len(event.added) > 1:
        return f"{len(event.added)} runs"
    (added,) = (run for run in event.left if run.origin.line in event.added)
    name = run_name(added.origin, added.config)
    return name if len(name) <= _LONGEST else f"{name[:_LONGEST].rstrip(' ,')}…"
