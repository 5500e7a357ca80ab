"""Sets runs side by side and lays them over each other, also while they are trained."""

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from time import perf_counter
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QTimer, Slot

from netviz.engine.errors import StorageError
from netviz.engine.protocol import events
from netviz.engine.protocol.ledger import LedgerEntry
from netviz.engine.protocol.left_run import LeftRun
from netviz.engine.protocol.lineage import origins_by_line
from netviz.engine.protocol.run_rows import RunRow
from netviz.ui.dialogs.compare_runs_dialog import CompareRunsDialog
from netviz.ui.plots.loss import DEFAULT_HALF_LIFE
from netviz.ui.plots.overlay.overlaid_run import OverlaidRun
from netviz.ui.presenters.overlay_words import names_of, overlaid_runs
from netviz.ui.views.runs.run_comparison import differing_settings
from netviz.ui.views.runs.run_view import RunView

if TYPE_CHECKING:
    from netviz.ui.shell.main_window import MainWindow

_PAUSE_MS = 400
"""Between two times that what was trained is drawn: a dialog is not what one steers by."""
_PAUSES = 40
"""Times as long as it took to prepare that is waited at least, so that many runs cost no more."""


class ComparisonPresenter(QObject):
    """Opens a dialog for the runs that were chosen, and tells it what they come to."""

    def __init__(self, window: "MainWindow", parent: QObject) -> None:
        super().__init__(parent)
        self._window, self._run = window, window.controller
        self._runs = window.views.view(RunView)
        self._prepared: events.Prepared | None = None
        self._ledger: tuple[LedgerEntry, ...] = ()
        self._open: dict[CompareRunsDialog, dict[int, LeftRun]] = {}
        self._timer = QTimer(self, singleShot=True, interval=_PAUSE_MS)
        self._timer.timeout.connect(self._show)
        self._runs.comparison_requested.connect(self._on_comparison_requested)
        run = self._run
        run.prepared.connect(self._on_run_prepared)
        run.changed.connect(self._on_run_changed)
        for told in (
            run.progressed,
            run.epoch_finished,
            run.lane_told,
            run.race_changed,
            run.run_list_changed,
        ):
            told.connect(self._on_grown)

    @Slot(object)
    def _on_run_prepared(self, event: events.Prepared) -> None:
        self._prepared, self._ledger = event, ()
        self._on_grown()

    @Slot(object)
    def _on_run_changed(self, event: events.Changed) -> None:
        self._ledger = event.ledger
        self._on_grown()

    @Slot()
    def _on_grown(self) -> None:
        if self._open and not self._timer.isActive():
            self._timer.start()

    @Slot(object)
    def _on_comparison_requested(self, rows: Sequence[RunRow]) -> None:
        window, rows = self._window, sorted(rows, key=lambda row: row.line)
        now = {run.origin.line: run for run in self._runs.runs}
        runs = {row.line: now[row.line] for row in rows}
        names = names_of([*runs.values()])
        dialog = CompareRunsDialog(window.theme, names, differing_settings(rows), window)
        dialog.plot_saved.connect(self._on_plot_saved)
        dialog.plot_failed.connect(self._on_plot_failed)
        self._open[dialog] = runs
        dialog.finished.connect(lambda: self._open.pop(dialog, None))
        self._show()
        dialog.show()

    @Slot()
    def _show(self) -> None:
        """Tell the dialogs what the runs are by now; one that was deleted stays as it was."""
        begun = perf_counter()
        half_life = self._window.loss_plot.half_life or DEFAULT_HALF_LIFE
        at_hand, *left = self._runs.runs
        history = self._window.loss_plot.history
        losses, rates = history.losses, history.learning_rates
        at_hand = replace(at_hand, losses=losses, learning_rates=rates, ledger=self._ledger)
        now = {run.origin.line: run for run in (at_hand, *map(self._grown, left))}
        for dialog, before in self._open.items():
            runs = {line: now.get(line, run) for line, run in before.items()}
            self._open[dialog] = runs
            dialog.show_runs(self._overlaid([*runs.values()], at_hand), half_life)
        took_ms = 1000 * (perf_counter() - begun)
        self._timer.setInterval(round(max(_PAUSE_MS, _PAUSES * took_ms)))

    def _overlaid(self, runs: Sequence[LeftRun], at_hand: LeftRun) -> list[OverlaidRun]:
        prepared = self._prepared
        if prepared is None:
            return []
        others = (run.origin for run in (*runs, *self._runs.runs))
        origins = origins_by_line((*prepared.origins, *others))
        found = overlaid_runs(runs, origins, at_hand, prepared.train_count)
        steps = self._window.loss_plot.history.steps  # the window may not know all of them
        return [replace(run, steps=steps) if run.is_at_hand else run for run in found]

    def _grown(self, run: LeftRun) -> LeftRun:
        """Return a run of a race with what it was trained since the window was told of it."""
        track = self._window.loss_plot.ghosts.tracks.get(run.origin.line)
        if track is None or track.last_step <= len(run.losses):
            return run
        _, losses = track.between(0, track.last_step)
        return replace(run, losses=losses, measurements=tuple(track.measurements))

    @Slot(object)
    def _on_plot_saved(self, path: Path) -> None:
        self._window.show_status(f"The plot was saved as {path}.")

    @Slot(object)
    def _on_plot_failed(self, error: StorageError) -> None:
        self._window.message_bar.show_message("error", error.message, error.hint)
