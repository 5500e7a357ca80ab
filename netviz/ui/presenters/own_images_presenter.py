"""Opens own pictures: a preview first, then what was left out and why."""

from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Slot
from PySide6.QtWidgets import QFileDialog

from netviz.bridge.controller import Controller
from netviz.bridge.peeks import Peeker
from netviz.engine.dataset_names import is_own, own_path
from netviz.engine.datasets.own.images import OwnForm
from netviz.engine.datasets.own.peek import OwnPeek
from netviz.engine.errors import NetvizError
from netviz.engine.protocol import events
from netviz.ui.dialogs.own_images_dialog import OwnPreview

if TYPE_CHECKING:
    from netviz.ui.shell.main_window import MainWindow


class OwnPresenter(QObject):
    """Asks for a folder or a CSV file, shows a preview, and gives the choice to the run."""

    def __init__(self, window: "MainWindow") -> None:
        super().__init__(window)
        self._window = window
        self._controller = window.controller
        self._peeker = Peeker(self)
        self._preview: OwnPreview | None = None
        self._told: tuple[str, ...] = ()
        window.panel.own_requested.connect(self.ask)
        window.actions_by_key["open_folder"].triggered.connect(self._on_open_folder_triggered)
        window.actions_by_key["open_csv"].triggered.connect(self._on_open_csv_triggered)
        self._peeker.looked.connect(self._on_peeker_looked)
        self._peeker.failed.connect(self._on_peeker_failed)
        self._controller.prepared.connect(self._on_controller_prepared)

    @Slot()
    def _on_open_folder_triggered(self) -> None:
        self.ask("folder")

    @Slot()
    def _on_open_csv_triggered(self) -> None:
        self.ask("csv")

    @Slot(str)
    def ask(self, kind: str) -> None:
        """Let the user choose a ``folder`` or a ``csv`` file."""
        start = self._last_folder()
        if kind == "folder":
            title = "Folder with one subfolder of pictures for each class"
            place = QFileDialog.getExistingDirectory(self._window, title, start)
        else:
            title, kinds = "CSV with file_name and label", "CSV (*.csv *.tsv *.txt);;All files (*)"
            place, _ = QFileDialog.getOpenFileName(self._window, title, start, kinds)
        if place:
            self.open(f"{kind}:{place}")

    def open(self, name: str) -> None:
        """Look at ``folder:PATH`` or ``csv:FILE``; the preview opens once there is something."""
        if self._preview is not None:
            self._preview.close()
        self._window.show_status("Looking at your pictures…")
        config = self._controller.config.with_changes({"dataset": name})
        channels = 3 if config.colour else 1
        self._peeker.look(name, OwnForm(config.image_size, channels, config.test_share))

    @property
    def preview(self) -> OwnPreview | None:
        """The preview that is open, if any."""
        return self._preview

    def _last_folder(self) -> str:
        present = self._controller.config.dataset
        return str(own_path(present).parent) if is_own(present) else str(Path.home())

    @Slot(str, object, object)
    def _on_peeker_looked(self, name: str, _form: object, peek: OwnPeek) -> None:
        if self._preview is None:
            config = self._controller.settings.shown.with_changes({"dataset": name})
            self._preview = OwnPreview(self._window.theme, config, self._window)
            self._preview.form_changed.connect(self._on_preview_form_changed)
            self._preview.chosen.connect(self._on_preview_chosen)
            self._preview.finished.connect(self._on_preview_finished)
            self._preview.show()
        self._preview.show_peek(peek)
        self._window.show_status("")

    @Slot(str, object)
    def _on_peeker_failed(self, _name: str, error: NetvizError) -> None:
        if self._preview is not None:
            self._preview.show_problem(str(error))
        self._window.message_bar.show_message("warning", error.message, error.hint)
        self._window.show_status("")

    @Slot()
    def _on_preview_form_changed(self) -> None:
        if self._preview is not None:
            config = self._preview.config
            channels = 3 if config.colour else 1
            form = OwnForm(config.image_size, channels, config.test_share)
            self._peeker.look(config.dataset, form)

    @Slot(object)
    def _on_preview_chosen(self, changes: dict[str, object]) -> None:
        run = self._controller
        run.change(changes)
        if run.waiting or run.is_preparing or run.config.dataset != changes["dataset"]:
            return
        # The same pictures as before, which may have become more: a reset reads them anew.
        if run.is_untouched:
            run.reset()
        else:
            self._window.message_bar.show_message(
                "info",
                "The pictures are read anew on Reset.",
                actions=[("Reset", run.reset)],
                holds=partial(_is_run, run, run.run),
            )

    @Slot()
    def _on_preview_finished(self) -> None:
        self._peeker.cancel()
        if self._preview is not None:
            self._preview.deleteLater()
            self._preview = None

    @Slot(object)
    def _on_controller_prepared(self, event: events.Prepared) -> None:
        """Say once what of own pictures is left out, and why to distrust the rest."""
        if not is_own(event.config.dataset):
            self._told = ()
            return
        told = (event.config.dataset, *event.left_out, *event.warnings)
        if told == self._told or len(told) == 1:
            return
        self._told = told
        sentences = list(event.warnings)
        if count := len(event.left_out):
            files = "1 file was" if count == 1 else f"{count:,} files were"
            sentences.insert(0, f"{files} left out; see the Data tab.")
        message, *rest = sentences
        details = "\n".join(event.left_out)
        self._window.message_bar.show_next(
            "warning",
            message,
            " ".join(rest),
            details,
            holds=lambda: self._controller.config.dataset == event.config.dataset,
        )


def _is_run(controller: Controller, run: int) -> bool:
    return controller.run == run
