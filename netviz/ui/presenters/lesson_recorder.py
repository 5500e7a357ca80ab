"""Records what one does in the window as a lesson, and saves it."""

from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Slot
from PySide6.QtWidgets import QFileDialog

from netviz.engine.atomic_files import write_whole
from netviz.engine.errors import NetvizError
from netviz.engine.protocol import events
from netviz.engine.protocol.ledger import LedgerEntry
from netviz.engine.protocol.run_state import State
from netviz.lessons.recording import Recorder
from netviz.ui.presenters.lesson_presenter import LessonPresenter
from netviz.ui.presenters.view_presenter import ViewPresenter
from netviz.ui.shell.folder_action import show_folder

if TYPE_CHECKING:
    from netviz.ui.shell.main_window import MainWindow

_NAME = "My lesson"


class LessonRecorder(QObject):
    """Listens to the run, the pad and the tabs while a lesson is recorded."""

    def __init__(
        self, window: "MainWindow", views: ViewPresenter, lessons: LessonPresenter
    ) -> None:
        super().__init__(window)
        self._window, self._run, self._lessons = window, window.controller, lessons
        self._action = window.actions_by_key["record_lesson"]
        self._recorder: Recorder | None = None
        self._ledger: tuple[LedgerEntry, ...] = ()
        self._prepared: events.Prepared | None = None
        self._is_new = False
        self._config = self._run.config
        run = self._run
        run.prepared.connect(self._on_run_prepared)
        run.opened.connect(self._on_run_opened)
        run.changed.connect(self._on_run_changed)
        run.state_changed.connect(self._on_run_state_changed)
        run.race_changed.connect(self._on_run_race_changed)
        views.test_image_put.connect(self._on_test_image_put)
        window.views.tabs.currentChanged.connect(self._on_tab_changed)
        self._action.toggled.connect(self._on_action_toggled)
        window.lesson_room.changed.connect(self._on_lesson_changed)

    # -- beginning and ending ----------------------------------------------------------------

    @Slot(bool)
    def _on_action_toggled(self, on: bool) -> None:
        if on == (self._recorder is not None):
            return
        if on:
            self._begin()
        else:
            self._end()
        is_recording = self._recorder is not None
        self._action.setText("Stop &recording…" if is_recording else "&Record a lesson")

    def _begin(self) -> None:
        prepared, run = self._prepared, self._run
        if prepared is None or run.is_preparing:
            self._action.setChecked(False)
            return
        try:
            self._recorder = Recorder(run.config, run.step, self._ledger, prepared.started_from)
        except NetvizError as error:
            self._action.setChecked(False)
            self._window.message_bar.show_message("warning", error.message, error.hint)
            return
        self._window.show_status("What you do is written down as a lesson, from now on.")

    def _end(self) -> None:
        recorder, self._recorder = self._recorder, None
        if recorder is None:
            return
        recorder.note_steps(self._run.step)
        if recorder.is_empty:
            self._window.show_status("Nothing was done, so there is no lesson to save.")
            return
        self._save(recorder)

    def _save(self, recorder: Recorder) -> None:
        folder = self._lessons.own_folder
        start = str((folder if folder.is_dir() else Path.home()) / "my-lesson.md")
        name, _ = QFileDialog.getSaveFileName(
            self._window, "Save the lesson", start, "Lessons (*.md)"
        )
        bar = self._window.message_bar
        again = ("Save it…", lambda: self._save(recorder))
        if not name:
            bar.show_message("info", "The recorded lesson was not saved.", actions=[again])
            return
        path = Path(name)
        path = path if path.suffix else path.with_suffix(".md")
        try:
            write_whole(path, lambda part: part.write_text(recorder.text(_NAME), "utf-8"))
        except NetvizError as error:
            bar.show_message("error", error.message, error.hint, actions=[again])
            return
        open_it = ("Open it", lambda: self._lessons.open(path))
        bar.show_message(
            "success",
            f"The lesson was saved as {path}.",
            "Put your own words and questions into it with a text editor.",
            actions=[open_it, show_folder(path)],
        )

    @Slot()
    def _on_lesson_changed(self) -> None:
        """A lesson that is played is not recorded: what was done until then can be saved."""
        self._action.setChecked(False)
        self._action.setEnabled(not self._window.lesson_room.is_on)

    # -- what is done ------------------------------------------------------------------------

    @Slot(object)
    def _on_run_prepared(self, event: events.Prepared) -> None:
        self._prepared, self._ledger, self._is_new = event, (), True
        self._config = event.config

    @Slot(object)
    def _on_run_opened(self, event: events.Opened) -> None:
        if self._recorder and event.folder:
            self._recorder.note_sentence("Here a saved run was opened.")
            self._is_new = False

    @Slot(object)
    def _on_run_changed(self, event: events.Changed) -> None:
        self._ledger = event.ledger
        # What is changed before the first step is in no ledger.
        changes, self._config = event.config.changes_from(self._config), event.config
        if self._recorder and changes and not event.reason:
            self._take_up()
            step = event.entries[-1].step if event.entries else self._run.step
            self._recorder.note_changes(step, changes)

    @Slot(object)
    def _on_run_state_changed(self, event: events.StateChanged) -> None:
        self._take_up()
        if self._recorder and event.state is not State.RUNNING:
            self._recorder.note_steps(event.step)

    @Slot(object)
    def _on_run_race_changed(self, event: events.RaceChanged) -> None:
        if self._recorder is None or not event.lanes or self._prepared is None:
            return
        self._is_new = False
        configs = {each.origin.line: each.config for each in event.left}
        configs[self._prepared.origin.line] = self._prepared.config
        self._recorder.note_steps(self._run.step)
        self._recorder.note_race([configs[line] for line in event.lanes if line in configs])

    @Slot(int)
    def _on_test_image_put(self, image: int) -> None:
        if self._recorder:
            self._recorder.note_image(image)

    @Slot(int)
    def _on_tab_changed(self, tab: int) -> None:
        if self._recorder and 0 <= tab < len(self._window.views.titles):
            self._recorder.note_tab(self._window.views.titles[tab].lower())

    def _take_up(self) -> None:
        """Write down that another run is at hand, once it is clear that it begins no race."""
        event, is_new, self._is_new = self._prepared, self._is_new, False
        if self._recorder is None or event is None or not is_new:
            return
        if event.is_back or event.started_from:
            self._recorder.note_sentence("Here another run was gone on with.")
        elif event.origin.parent and event.origin.step == event.step:
            self._recorder.note_back(event.step)
        elif event.step == 0:
            self._recorder.note_new_run(event.config)
        else:
            self._recorder.note_sentence("Here another run was gone on with.")
