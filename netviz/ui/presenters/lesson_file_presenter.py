"""The list of lessons, files of lessons, and the folder of the user's own."""

from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QUrl, Slot
from PySide6.QtGui import QDesktopServices
from PySide6.QtWidgets import QFileDialog

from netviz.lessons.library import Entry
from netviz.ui.dialogs.lesson_list_dialog import LessonEntry, LessonListDialog
from netviz.ui.presenters.lesson_presenter import LessonPresenter

if TYPE_CHECKING:
    from netviz.ui.shell.main_window import MainWindow

_FILES = "Lessons (*.md)"


class LessonFilePresenter(QObject):
    """Opens lessons from the menu, and offers those that there are."""

    def __init__(self, window: "MainWindow", lessons: LessonPresenter) -> None:
        super().__init__(window)
        self._window, self._lessons = window, lessons
        self._dialog: LessonListDialog | None = None
        self._paths: dict[str, Path] = {}
        actions = window.actions_by_key
        actions["lessons"].triggered.connect(self.show_list)
        actions["open_lesson"].triggered.connect(self._on_open_requested)
        actions["lesson_folder"].triggered.connect(self._on_folder_triggered)
        lessons.list_requested.connect(self.show_list)

    @Slot()
    def show_list(self) -> None:
        """Show the list of lessons, or bring it to the front."""
        found = self._lessons.entries()
        self._paths = {entry.key: entry.path for entry in found}
        told = [self._told(entry) for entry in found]
        if self._dialog is None:
            self._dialog = LessonListDialog(self._window.theme, told, self._window)
            self._dialog.opened.connect(self._on_dialog_opened)
            self._dialog.file_requested.connect(self._on_open_requested)
            self._dialog.folder_requested.connect(self._on_show_folder_requested)
            self._dialog.finished.connect(self._on_dialog_finished)
        else:
            self._dialog.set_entries(told)
        self._dialog.show()
        self._dialog.activateWindow()

    def _told(self, entry: Entry) -> LessonEntry:
        lesson, reached = entry.lesson, self._lessons.book.reached(entry.key)
        if lesson is None:
            error = str(entry.error) if entry.error else ""
            return LessonEntry(entry.key, entry.title, is_own=entry.is_own, error=error)
        return LessonEntry(
            entry.key,
            entry.title,
            lesson.summary,
            lesson.minutes,
            lesson.level,
            reached.step + 1 if reached.steps else 0,
            len(lesson.steps),
            reached.is_finished,
            entry.is_own,
        )

    @Slot(str)
    def _on_dialog_opened(self, key: str) -> None:
        if path := self._paths.get(key):
            self._lessons.open(path)

    @Slot()
    def _on_dialog_finished(self) -> None:
        self._dialog = None

    @Slot()
    def _on_open_requested(self) -> None:
        start = str(self._lessons.own_folder)
        name, _ = QFileDialog.getOpenFileName(self._window, "Open a lesson", start, _FILES)
        if name:
            self._lessons.open(Path(name))

    @Slot()
    def _on_folder_triggered(self) -> None:
        folder = QFileDialog.getExistingDirectory(
            self._window, "Folder of your lessons", str(self._lessons.own_folder)
        )
        if folder:
            self._window.settings.set("lesson_folder", folder)

    @Slot()
    def _on_show_folder_requested(self) -> None:
        folder = self._lessons.own_folder
        try:
            folder.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            self._window.message_bar.show_message(
                "warning",
                f"The folder {folder} cannot be made: {error.strerror or error}.",
                "Choose another one with Lessons > Your folder.",
            )
            return
        QDesktopServices.openUrl(QUrl.fromLocalFile(str(folder)))
