"""What the menus do."""

import secrets
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Qt, Slot
from PySide6.QtWidgets import QFileDialog, QInputDialog, QMessageBox

from netviz import __version__
from netviz.engine.atomic_files import write_whole
from netviz.engine.catalogue import CATALOGUE, is_present
from netviz.engine.errors import NetvizError
from netviz.engine.options.rate_steps import step_rate
from netviz.engine.options.run_config import DATASETS
from netviz.ui.dialogs.save_run_dialog import SaveRunDialog
from netviz.ui.presenters.download_presenter import DownloadPresenter
from netviz.ui.presenters.run_naming import suggested_folder
from netviz.ui.shell.stage.stage import KEYS as STAGE_KEYS

if TYPE_CHECKING:
    from netviz.ui.shell.main_window import MainWindow


class MenuPresenter(QObject):
    """Connects the actions of one window with what they do."""

    def __init__(self, window: "MainWindow", downloads: DownloadPresenter) -> None:
        super().__init__(window)
        self._window = window
        self._controller = window.controller
        self._downloads = downloads
        self._save_dialog: SaveRunDialog | None = None
        self._connect_run()
        self._connect_view()
        self._connect_rest()
        self._connect_undo()

    def _connect_run(self) -> None:
        actions, run = self._window.actions_by_key, self._controller
        actions["toggle"].triggered.connect(self._window.top_bar.train_button.click)
        actions["step"].triggered.connect(run.train_one_batch)
        actions["epoch"].triggered.connect(run.train_one_epoch)
        actions["stop"].triggered.connect(run.stop)
        actions["reset"].triggered.connect(run.reset)
        actions["new_seed"].triggered.connect(self._on_new_seed_triggered)
        actions["rate_up"].triggered.connect(self._on_rate_up_triggered)
        actions["rate_down"].triggered.connect(self._on_rate_down_triggered)

    def _connect_view(self) -> None:
        window, actions = self._window, self._window.actions_by_key
        actions["theme"].triggered.connect(window.theme.set_dark)
        window.top_bar.theme_clicked.connect(actions["theme"].trigger)
        actions["stage"].toggled.connect(self._on_stage_toggled)
        window.top_bar.stage_clicked.connect(actions["stage"].trigger)
        window.stage.bar.left.connect(actions["stage"].trigger)
        actions["fullscreen"].triggered.connect(window.modes.set_full_screen)
        for plot in (window.loss_plot, window.accuracy_plot):
            actions["hold_plots"].triggered.connect(plot.set_view_paused)
            plot.hold_action.toggled.connect(self._on_plot_hold_toggled)
        actions["restore"].triggered.connect(window.restore_layout)

    @Slot(bool)
    def _on_stage_toggled(self, on: bool) -> None:
        actions = self._window.actions_by_key
        # What they show has no place on the stage.
        for key in ("settings", "pad", "fold", "restore"):
            actions[key].setEnabled(not on)
        self._window.modes.set_staged(on)

    def _connect_rest(self) -> None:
        window, actions = self._window, self._window.actions_by_key
        actions["save_run"].triggered.connect(self._on_save_run_triggered)
        actions["save_picture"].triggered.connect(self._on_save_picture_triggered)
        actions["quit"].triggered.connect(window.close)
        actions["mirror"].triggered.connect(self._on_mirror_triggered)
        actions["data_dir"].triggered.connect(self._on_data_dir_triggered)
        actions["shortcuts"].triggered.connect(self._on_shortcuts_triggered)
        actions["about"].triggered.connect(self._on_about_triggered)
        menu = actions.menus["Data"]
        menu.addSeparator()
        self._fetch = menu.addMenu("&Download")
        self._fetch.setToolTip("Fetch a data set from the network.")
        self._fetch.aboutToShow.connect(self._on_fetch_about_to_show)

    def _connect_undo(self) -> None:
        stack, actions = self._controller.undo_stack, self._window.actions_by_key
        undo, redo = actions["undo"], actions["redo"]
        undo.triggered.connect(stack.undo)
        redo.triggered.connect(stack.redo)
        stack.indexChanged.connect(self._on_undo_stack_index_changed)
        stack.indexChanged.connect(self._leave_pad)
        self._on_undo_stack_index_changed()

    @Slot()
    def _on_undo_stack_index_changed(self) -> None:
        stack, actions = self._controller.undo_stack, self._window.actions_by_key
        for key, word, text, enabled in (
            ("undo", "Undo", stack.undoText(), stack.canUndo()),
            ("redo", "Redo", stack.redoText(), stack.canRedo()),
        ):
            actions[key].setText(f"&{word} {text}".strip())
            actions[key].setIconText(f"{word} {actions[key].shortcut().toString()}")
            actions[key].setToolTip(f"{word}: {text}" if text else f"Nothing to {word.lower()}.")
            actions[key].setEnabled(enabled)

    @Slot()
    def _leave_pad(self) -> None:
        """Let Ctrl+Z mean what was done last: in the pad it undoes strokes."""
        if self._window.pad.pad.hasFocus():
            self._window.workspace.setFocus()

    @Slot()
    def _on_new_seed_triggered(self) -> None:
        self._controller.reset_with_seed(secrets.randbelow(100_000))

    @Slot()
    def _on_rate_up_triggered(self) -> None:
        self._step_rate(1)

    @Slot()
    def _on_rate_down_triggered(self) -> None:
        self._step_rate(-1)

    def _step_rate(self, steps: int) -> None:
        rate = step_rate(self._controller.config.learning_rate, steps)
        self._controller.change({"learning_rate": rate})

    @Slot()
    def _on_plot_hold_toggled(self) -> None:
        plots = (self._window.loss_plot, self._window.accuracy_plot)
        held = all(plot.is_view_paused for plot in plots)
        self._window.actions_by_key["hold_plots"].setChecked(held)

    @Slot()
    def _on_save_run_triggered(self) -> None:
        if self._save_dialog is None:
            window = self._window
            parent = Path(window.settings.text("runs_dir") or Path.home())
            parent = parent if parent.is_dir() else Path.home()
            suggestion = suggested_folder(parent, self._controller.config, datetime.now())
            self._save_dialog = SaveRunDialog(window.theme, suggestion, window)
            self._save_dialog.chosen.connect(self._on_save_dialog_chosen)
            self._save_dialog.finished.connect(self._on_save_dialog_finished)
        self._save_dialog.show()
        self._save_dialog.activateWindow()

    @Slot(object)
    def _on_save_dialog_chosen(self, folder: Path) -> None:
        self._window.settings.set("runs_dir", str(folder.parent))
        self._controller.save(folder)

    @Slot()
    def _on_save_dialog_finished(self) -> None:
        if self._save_dialog is not None:
            self._save_dialog.deleteLater()
            self._save_dialog = None

    @Slot()
    def _on_save_picture_triggered(self) -> None:
        name, _ = QFileDialog.getSaveFileName(
            self._window, "Save a picture of the window", "netviz.png", "PNG (*.png)"
        )
        if name:
            try:
                save_picture(self._window, Path(name))
            except NetvizError as error:
                again = ("Save elsewhere…", self._on_save_picture_triggered)
                self._window.message_bar.show_message(
                    "error", error.message, error.hint, actions=[again]
                )

    @Slot()
    def _on_mirror_triggered(self) -> None:
        address, accepted = QInputDialog.getText(
            self._window,
            "Mirror",
            "Address of a folder with the data sets' files, tried before the official servers.\n"
            "Empty for none.",
            text=self._downloads.mirror,
        )
        if accepted:
            self._downloads.mirror = address.strip()
            self._window.settings.set("mirror", address.strip())

    @Slot()
    def _on_data_dir_triggered(self) -> None:
        folder = QFileDialog.getExistingDirectory(
            self._window, "Folder of the data sets", str(self._controller.data_dir)
        )
        if folder:
            self._controller.set_data_dir(Path(folder))
            self._window.settings.set("data_dir", folder)

    @Slot()
    def _on_fetch_about_to_show(self) -> None:
        self._fetch.clear()
        for info in CATALOGUE.values():
            if info.bundled:
                continue
            present = is_present(info, self._controller.data_dir)
            size = "already here" if present else f"{info.total_bytes / 1e6:,.0f} MB"
            action = self._fetch.addAction(f"{DATASETS[info.name]} ({size})")
            action.setEnabled(not present)
            action.setData(info.name)
            action.triggered.connect(self._on_fetch_action_triggered)

    @Slot()
    def _on_fetch_action_triggered(self) -> None:
        self._downloads.download(self.sender().data())  # type: ignore[attr-defined]

    @Slot()
    def _on_shortcuts_triggered(self) -> None:
        rows = "".join(
            f"<tr><td style='padding: 2px 24px 2px 0'>{text}</td><td><b>{keys}</b></td></tr>"
            for text, keys in (*self._window.actions_by_key.shortcuts(), *STAGE_KEYS)
        )
        self._show_text("Keyboard shortcuts", f"<table>{rows}</table>")

    @Slot()
    def _on_about_triggered(self) -> None:
        self._show_text(
            "About NetViz",
            f"<b>NetViz {__version__}</b><p>Watch a neural network learn, and steer it while it "
            "learns.</p><p>Digits: MNIST by Yann LeCun, Corinna Cortes and Christopher Burges, "
            "CC BY-SA 3.0. Type: Inter and JetBrains Mono, SIL Open Font License. "
            "Icons: Lucide, ISC.</p>",
        )

    def _show_text(self, title: str, text: str) -> None:
        box = QMessageBox(self._window)
        box.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        box.setWindowTitle(title)
        box.setText(text)
        # Not modal: nothing may stop a demonstration.
        box.setModal(False)
        box.show()


def save_picture(window: "MainWindow", path: Path) -> None:
    """Save the window as it is seen as a PNG; raises `StorageError`."""
    window.loss_plot.refresh()
    window.accuracy_plot.refresh()
    picture = window.grab()

    def write(temporary: Path) -> None:
        if not picture.save(str(temporary), "PNG"):
            raise OSError(f"no picture could be written to {path.parent}")

    write_whole(path, write)
