"""A window that trains by itself: for pictures, and for machines without a screen."""

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QTimer, Slot

from netviz.engine.errors import NetvizError
from netviz.engine.protocol import events
from netviz.engine.protocol.run_state import State
from netviz.ui.presenters.menu_presenter import save_picture
from netviz.ui.presenters.view_presenter import ViewPresenter

if TYPE_CHECKING:
    from netviz.ui.shell.main_window import MainWindow

SETTLE_MS = 700
"""Time after the last step in which the views show their last figures before the picture."""


class Unattended(QObject):
    """Starts the first run, waits for its end, then saves what was asked for.

    What somebody who sits at the window does with further runs is left to them.

    Attributes
    ----------
    status
        Exit status: 0 when all went well, 1 when the run failed or a file could not be saved.

    Parameters
    ----------
    screenshot
        File for a picture of the whole window; None for none.
    folder
        Folder for the run's files; None for none.
    say
        Takes a line of text per epoch and one for a failure.
    when_done
        Called at the end, with the files saved.
    """

    def __init__(
        self,
        window: "MainWindow",
        views: ViewPresenter,
        *,
        screenshot: Path | None,
        folder: Path | None,
        say: Callable[[str], None],
        when_done: Callable[[], object],
    ) -> None:
        super().__init__(window)
        self.status = 0
        self._window = window
        self._views = views
        self._screenshot = screenshot
        self._folder = folder
        self._say = say
        self._when_done = when_done
        self._run = 0  # its number; 0 before it is ready
        run = window.controller
        run.prepared.connect(self._on_run_prepared)
        run.epoch_finished.connect(self._on_run_epoch_finished)
        run.state_changed.connect(self._on_run_state_changed)
        run.failed.connect(self._on_run_failed)
        run.refused.connect(self._on_run_failed)
        run.saved.connect(self._finish)

    @Slot(object)
    def _on_run_prepared(self, event: events.Prepared) -> None:
        if self._run:
            return
        self._run = event.run
        # A pad with something on it tells more in the picture than an empty one.
        self._views.put_on_pad(0)
        self._window.controller.start()

    @Slot(object)
    def _on_run_epoch_finished(self, event: events.EpochFinished) -> None:
        if event.run != self._run:
            return
        m = event.measurement
        self._say(
            f"epoch {m.epoch}/{self._window.controller.config.epochs}"
            f"  loss {m.train_loss:.4f} train, {m.test_loss:.4f} test"
            f"  accuracy {m.train_accuracy:.1%} train, {m.test_accuracy:.1%} test"
        )

    @Slot(object)
    def _on_run_state_changed(self, event: events.StateChanged) -> None:
        if event.run == self._run and event.state in (State.FINISHED, State.FAILED):
            QTimer.singleShot(SETTLE_MS, self, self._save)

    @Slot(object)
    def _on_run_failed(self, event: events.Failed | events.Refused) -> None:
        if self._run not in (0, event.run):
            return
        self.status = 1
        self._say(f"{event.message} {event.hint}".strip())
        if isinstance(event, events.Refused):
            self._finish()

    def _save(self) -> None:
        if self._screenshot:
            try:
                save_picture(self._window, self._screenshot)
            except NetvizError as error:
                self.status = 1
                self._say(str(error))
        if self._folder:
            self._window.controller.save(self._folder)
        else:
            self._finish()

    @Slot()
    def _finish(self) -> None:
        self._when_done()
