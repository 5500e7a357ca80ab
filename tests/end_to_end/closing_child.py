"""A window that is closed in the midst of something, as a process of its own.

Called with the stage at which it closes, a folder for a run, and the address of a mirror. Prints
"closing" just before. Where another thread is in the midst of something, that thread is held
there until the window has asked it to end.
"""

import gc
import os
import sys
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

from PySide6.QtCore import QObject, Qt, QTimer, Signal, Slot

from netviz.bridge.worker import TrainingThread
from netviz.engine.options.run_config import RunConfig
from netviz.engine.protocol.commands import Close, Command
from netviz.launch import WindowOptions
from netviz.ui import app
from netviz.ui.shell.main_window import MainWindow


class Closer(QObject):
    """Closes a window in its own thread, once, whichever thread asks."""

    asked = Signal()

    def __init__(self, window: MainWindow) -> None:
        super().__init__(window)
        self._window = window
        self._began = False
        self._told = threading.Event()
        self.asked.connect(self._on_self_asked, Qt.ConnectionType.QueuedConnection)
        submit = TrainingThread.submit

        def submit_and_note(thread: TrainingThread, command: Command) -> None:
            submit(thread, command)
            if isinstance(command, Close):
                self._told.set()

        TrainingThread.submit = submit_and_note  # type: ignore[method-assign]

    def hold(self, place: Any, name: str) -> None:
        """Close when `place.name` is called, which goes on once its thread was told to end."""
        call = getattr(place, name)

        def held(*arguments: Any, **options: Any) -> Any:
            self.asked.emit()
            self._told.wait()
            return call(*arguments, **options)

        setattr(place, name, held)

    @Slot()
    def _on_self_asked(self) -> None:
        if not self._began:
            self._began = True
            sys.stdout.write("closing\n")
            sys.stdout.flush()
            self._window.close()


def saving(window: MainWindow, closer: Closer, folder: Path) -> None:
    closer.hold(os, "fsync")
    window.controller.save(folder)


def opening(window: MainWindow, closer: Closer, folder: Path) -> None:
    from netviz.engine.session import start_points

    closer.hold(start_points, "read_run")
    window.controller.save(folder)
    window.controller.open_run(folder)


def evaluating(_window: MainWindow, closer: Closer, _folder: Path) -> None:
    from netviz.engine.training.trainer import Trainer

    closer.hold(Trainer, "evaluate")


def autosaving(_window: MainWindow, closer: Closer, _folder: Path) -> None:
    from netviz.engine.session import run_keeper
    from netviz.engine.storage import autosave

    run_keeper.AUTOSAVE_INTERVAL_S = run_keeper.MAX_AUTOSAVE_INTERVAL_S = 0.0
    closer.hold(autosave, "write_whole")


def downloading(window: MainWindow, closer: Closer, _folder: Path) -> None:
    window.downloader.progressed.connect(closer.asked)
    window.panel.download_requested.emit("mnist")


STAGES: dict[str, Callable[[MainWindow, Closer, Path], None]] = {
    stage.__name__: stage for stage in (saving, opening, evaluating, autosaving, downloading)
}
"""What is begun once the run trains."""


def prepare(window: MainWindow, stage: str, folder: Path) -> None:
    """See that `window` is closed at `stage`."""
    run, closer = window.controller, Closer(window)
    run.prepared.connect(run.start)
    if stage == "shown":
        QTimer.singleShot(0, closer, closer.asked.emit)
    elif stage == "loading":
        thread = window.findChild(TrainingThread)
        assert isinstance(thread, TrainingThread)
        thread.started.connect(closer.asked)
    elif stage in STAGES:
        begun = iter([STAGES[stage]])

        def begin_once(_event: object) -> None:
            for begin in begun:
                begin(window, closer, folder)

        run.progressed.connect(begin_once)
    else:
        getattr(run, stage).connect(closer.asked)


def main(stage: str, folder: str, mirror: str) -> int:
    build = app.build_window

    def build_and_prepare(*arguments: Any) -> Any:
        window, views = build(*arguments)
        prepare(window, stage, Path(folder))
        return window, views

    app.build_window = build_and_prepare
    config = RunConfig.parse({"epochs": 1000, "threads": 1})
    return app.open_window(WindowOptions(config, mirror=mirror, size=(1280, 720)))


if __name__ == "__main__":
    status = main(*sys.argv[1:])
    gc.freeze()  # or Python's last collection goes through all of torch, which takes a second
    sys.exit(status)
