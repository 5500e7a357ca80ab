"""Opening, saving and exporting runs, and recovering the run of a process that ended."""

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Slot
from PySide6.QtWidgets import QFileDialog, QMenu

from netviz.engine.atomic_files import write_whole
from netviz.engine.errors import StorageError
from netviz.engine.options.run_config import DATASETS
from netviz.engine.protocol import events
from netviz.engine.protocol.commands import ExportKind
from netviz.engine.protocol.lesson_predictions import Prediction
from netviz.engine.protocol.story_markdown import story_markdown
from netviz.engine.storage.autosave import LostRun, ended_runs, find_lost, find_unreadable
from netviz.engine.storage.run_summary import RUN_FILE, RunSummary, summarise
from netviz.number_text import percent_text
from netviz.ui.presenters.run_words import window_title
from netviz.ui.shell.folder_action import open_file, show_folder
from netviz.ui.views.ledger_view import LedgerView
from netviz.ui.views.runs.run_table_text import runs_csv, runs_markdown
from netviz.ui.views.runs.run_view import RunView

if TYPE_CHECKING:
    from netviz.ui.shell.main_window import MainWindow

RECENT = 8
"""Saved runs that are remembered."""

_EXPORTS = (
    (ExportKind.REPORT, "Repor&t…", "report.html", "HTML page (*.html)"),
    (ExportKind.SCRIPT, "&PyTorch script…", "train.py", "Python (*.py)"),
    (ExportKind.METRICS, "&Metrics as CSV…", "metrics.csv", "CSV (*.csv)"),
    (
        ExportKind.WEIGHTS,
        "&Weights…",
        "model.safetensors",
        "safetensors (*.safetensors);;PyTorch state_dict (*.pth)",
    ),
    (ExportKind.ONNX, "&ONNX network…", "model.onnx", "ONNX (*.onnx)"),
)
_TIPS = {
    ExportKind.REPORT: "One page with all of the run, to read, print or hand in.",
    ExportKind.SCRIPT: "A plain script that shows the same losses without NetViz.",
    ExportKind.METRICS: "Loss and learning rate of every step.",
    ExportKind.WEIGHTS: "The weights as they are now, for PyTorch.",
    ExportKind.ONNX: "The network as it is now, for other programs.",
}


class FilePresenter(QObject):
    """Connects the entries of the File menu with the run, and offers to recover a lost run.

    Parameters
    ----------
    window
        Whose menu it is.
    autosaves
        Folder in which running processes keep their runs.

    Attributes
    ----------
    predictions
        What was predicted in the lesson under way, which a report tells.
    """

    def __init__(self, window: "MainWindow", autosaves: Path) -> None:
        super().__init__(window)
        self._window = window
        self._controller = window.controller
        self._autosaves = autosaves
        self._lost: LostRun | None = None
        self._has_opened = False
        self.predictions: tuple[Prediction, ...] = ()
        self._add_menus()
        actions, run = window.actions_by_key, self._controller
        actions["open_run"].triggered.connect(self._on_open_run_triggered)
        actions["load_weights"].triggered.connect(self._on_load_weights_triggered)
        run.prepared.connect(self._on_run_prepared)
        run.opened.connect(self._on_run_opened)
        run.saved.connect(self._on_run_saved)
        run.exporting.connect(self._on_run_exporting)
        run.exported.connect(self._on_run_exported)
        run.autosave_failed.connect(self._on_run_autosave_failed)

    def offer_lost_run(self) -> None:
        """Offer to recover the last run whose process ended unexpectedly, or say why not."""
        self._lost = lost = find_lost(self._autosaves)
        if lost is not None:
            self._window.message_bar.show_message(
                "warning",
                f"The last run ended unexpectedly at step {lost.summary.step:,}.",
                f"It was training on {_dataset(lost.summary)}.{_others(lost.summary)}",
                actions=(
                    ("Bring it back", self._bring_back),
                    ("Forget it", self.forget_lost_run),
                ),
                holds=lambda: self._lost is not None,
            )
        if (error := find_unreadable(self._autosaves)) is not None:
            self._window.message_bar.show_next(
                "warning",
                f"A run that ended unexpectedly cannot be brought back: {error.message}",
                holds=lambda: not self._has_opened,
            )

    def _bring_back(self) -> None:
        if self._lost is not None:
            self._controller.open_run(self._lost.folder)

    def forget_lost_run(self) -> None:
        """Delete the run that was offered."""
        if self._lost is not None:
            self._lost.forget()
            self._lost = None

    # -- the menu ----------------------------------------------------------------------------

    def _add_menus(self) -> None:
        actions = self._window.actions_by_key
        menu = actions.menus["File"]
        self.recent = QMenu("Open &recent", menu)
        self.recent.setToolTip("Runs that were saved, and those of the last sessions.")
        self.recent.aboutToShow.connect(self._on_recent_about_to_show)
        menu.insertMenu(actions["save_run"], self.recent)
        self.exports = QMenu("&Export", menu)
        self.exports.setToolTip("Take the run away in a form that needs no NetViz.")
        self.exports.setToolTipsVisible(True)
        menu.insertMenu(actions["load_weights"], self.exports)
        for kind, text, name, filters in _EXPORTS:
            action = self.exports.addAction(text)
            action.setToolTip(_TIPS[kind])
            action.setData((kind, name, filters))
            action.triggered.connect(self._on_export_triggered)
        export_log = self.exports.addAction("&Log as Markdown…")
        export_log.setToolTip("The story of the run, with its settings, changes and epochs.")
        export_log.triggered.connect(self._on_export_log_triggered)
        export_runs = self.exports.addAction("&Runs as a table…")
        export_runs.setToolTip("Settings and figures of all runs of the session.")
        export_runs.triggered.connect(self._on_export_runs_triggered)
        self._window.views.view(RunView).export_requested.connect(self._on_export_runs_triggered)
        self._log = self._window.views.view(LedgerView)
        self._log.export_requested.connect(self._on_export_log_triggered)

    @Slot()
    def _on_open_run_triggered(self) -> None:
        folder = QFileDialog.getExistingDirectory(self._window, "Folder of a saved run")
        if folder:
            self._controller.open_run(Path(folder))

    @Slot()
    def _on_load_weights_triggered(self) -> None:
        name, _ = QFileDialog.getOpenFileName(
            self._window,
            "Begin a new run with these weights",
            "",
            "Weights (*.safetensors *.pth *.pt)",
        )
        if name:
            self._controller.load_weights(Path(name))

    @Slot()
    def _on_export_triggered(self) -> None:
        kind, name, filters = self.sender().data()  # type: ignore[attr-defined]
        path = self._ask_path(kind, name, filters)
        if path is not None:
            self._controller.export(kind, path, self.predictions)

    @Slot()
    def _on_export_log_triggered(self) -> None:
        path = self._ask_path("log", "log.md", "Markdown (*.md)")
        if path is None:
            return
        self._write(path, story_markdown(self._log.told), "The log was")

    @Slot()
    def _on_export_runs_triggered(self) -> None:
        path = self._ask_path("runs", "runs.csv", "CSV (*.csv);;Markdown (*.md)")
        if path is not None:
            is_markdown = path.suffix.lower() in (".md", ".markdown")
            rows = self._window.views.view(RunView).shown_rows()
            self._write(path, (runs_markdown if is_markdown else runs_csv)(rows), "The runs were")

    def _write(self, path: Path, text: str, what: str) -> None:
        """Write a text to a file, and say so, or why not."""
        try:
            write_whole(path, lambda temporary: temporary.write_text(text, "utf-8"))
        except StorageError as error:
            self._window.message_bar.show_message("warning", error.message, error.hint)
        else:
            self._window.message_bar.show_message(
                "success", f"{what} written to {path}.", actions=[show_folder(path)]
            )

    def _ask_path(self, what: str, name: str, filters: str) -> Path | None:
        """Ask where to export to; without an ending a file gets that of its form, or of `name`."""
        chosen, form = QFileDialog.getSaveFileName(self._window, f"Export: {what}", name, filters)
        if not chosen:
            return None
        path = Path(chosen)
        ending = form.partition("*")[2].partition(")")[0] or Path(name).suffix
        return path if path.suffix else path.with_suffix(ending)

    @Slot()
    def _on_recent_about_to_show(self) -> None:
        self.recent.clear()
        for folder in self._recent():
            self._add_recent(folder, str(folder))
        sessions = ended_runs(self._autosaves)
        if sessions:
            self.recent.addSection("Last sessions")
        for folder in sessions:
            self._add_recent(folder, "")
        if self.recent.isEmpty():
            self.recent.addAction("No saved runs yet").setEnabled(False)

    def _add_recent(self, folder: Path, text: str) -> None:
        try:
            summary = summarise(folder)
        except StorageError:
            return
        what = f"{_dataset(summary)}, step {summary.step:,}"
        action = self.recent.addAction(f"{text} ({what})" if text else what)
        action.setData(folder)
        action.triggered.connect(self._on_recent_triggered)

    @Slot()
    def _on_recent_triggered(self) -> None:
        self._controller.open_run(self.sender().data())  # type: ignore[attr-defined]

    def _recent(self) -> list[Path]:
        lines = self._window.settings.text("recent_runs").splitlines()
        return [Path(line) for line in lines if (Path(line) / RUN_FILE).is_file()]

    def _name_window(self, folder: Path) -> None:
        """Remember the folder in which the user keeps the run, and name it in the title."""
        folder = folder.absolute()
        if folder.parent != self._autosaves.absolute():
            others = [each for each in self._recent() if each != folder]
            lines = [str(each) for each in (folder, *others)][:RECENT]
            self._window.settings.set("recent_runs", "\n".join(lines))
            self._window.setWindowTitle(window_title(self._controller.config, folder))

    @Slot(object)
    def set_predictions(self, predictions: tuple[Prediction, ...]) -> None:
        """Say what was predicted in a lesson, which a report tells from now on."""
        self.predictions = predictions

    # -- what happened -----------------------------------------------------------------------

    @Slot(object)
    def _on_run_prepared(self, event: events.Prepared) -> None:
        self._window.setWindowTitle(window_title(event.config, None))

    @Slot(object)
    def _on_run_opened(self, event: events.Opened) -> None:
        self._has_opened = True
        if self._lost is not None and event.folder == self._lost.folder:
            self._lost.settle()
            self._lost = None
        if event.folder:
            self._name_window(event.folder)
        if event.missing_device:
            self._window.message_bar.show_message(
                "info",
                f"The run was trained on {event.missing_device}, which this machine does not have.",
                "It goes on here; its losses may differ in their last digits.",
                holds=self._same_run(),
            )
        if event.lacks_layers:
            self._window.message_bar.show_message(
                "info",
                "The file has no whole record of how weights and gradients developed.",
                f"Their tabs show them from step {self._controller.step + 1:,} on. "
                "The run itself is complete.",
                holds=self._same_run(),
            )

        self._tell_left_out(event.left_out, "All other runs are here.")

    def _same_run(self) -> Callable[[], bool]:
        """Return what asks whether the run at hand is still the one of now."""
        run = self._controller.run
        return lambda: self._controller.run == run

    @Slot(object)
    def _on_run_saved(self, event: events.Saved) -> None:
        self._name_window(event.folder)
        self._tell_left_out(event.left_out, "All other runs were saved.")

    def _tell_left_out(self, sentences: tuple[str, ...], rest: str) -> None:
        """Say which runs that were left are missing, and why; all others are there."""
        if sentences:
            self._window.message_bar.show_next(
                "warning", "\n".join(sentences), rest, holds=self._same_run()
            )

    @Slot(object)
    def _on_run_exporting(self, event: events.Exporting) -> None:
        is_over = event.done >= 1
        words = f"Writing the {event.kind}: {percent_text(event.done, 0)} of the way."
        self._window.show_status("" if is_over else words)

    @Slot(object)
    def _on_run_exported(self, event: events.Exported) -> None:
        actions = [show_folder(event.path)]
        if event.kind is ExportKind.REPORT:
            actions.insert(0, open_file(event.path))
        self._window.message_bar.show_message(
            "success", f"The {event.kind} was written to {event.path}.", actions=actions
        )

    @Slot(object)
    def _on_run_autosave_failed(self, event: events.AutosaveFailed) -> None:
        save = self._window.actions_by_key["save_run"]
        self._window.message_bar.show_message(
            "warning", event.message, event.hint, actions=[("Save run…", save.trigger)]
        )


def _others(summary: RunSummary) -> str:
    """Say how many runs that were left come back with a run."""
    if not summary.branches:
        return ""
    runs = "The run" if summary.branches == 1 else f"The {summary.branches} runs"
    return f" {runs} that you had left will be there, too."


def _dataset(summary: RunSummary) -> str:
    return DATASETS.get(summary.config.dataset, summary.config.dataset)
