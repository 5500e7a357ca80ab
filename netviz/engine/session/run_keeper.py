"""The files of a session: saving, exporting, and the autosave beside the training."""

from collections.abc import Callable
from pathlib import Path
from threading import Thread
from time import perf_counter

from netviz.engine.errors import StorageError
from netviz.engine.export.export import export
from netviz.engine.protocol import commands, events
from netviz.engine.protocol.events import Event
from netviz.engine.run.run import Run
from netviz.engine.storage.autosave import AutosaveFolder
from netviz.engine.storage.run_file import pack
from netviz.engine.storage.run_folder import save_run

AUTOSAVE_INTERVAL_S = 5.0
"""Training goes on for so long between two autosaves."""

MAX_AUTOSAVE_INTERVAL_S = 9.0
"""A run that takes long to copy is saved less often, but at least so often."""

COST_SHARE = 0.01
"""Of the training time, for autosaving."""


class RunKeeper:
    """Writes a session's runs to files; all methods belong to the session's thread.

    A run is copied in that thread, which takes milliseconds, and written in another, so that
    training need not wait for the disk.

    Parameters
    ----------
    emit
        Takes what is told.
    autosave_root
        Folder of all processes' autosaves; None for no autosave.
    """

    def __init__(self, emit: Callable[[Event], None], autosave_root: Path | None) -> None:
        self._emit = emit
        self._folder = AutosaveFolder(autosave_root) if autosave_root else None
        self._writer: Thread | None = None
        self._error: StorageError | None = None
        self._is_told = False
        self._saved = (0, 0)
        self._due = perf_counter() + AUTOSAVE_INTERVAL_S

    def save(self, run: Run, command: commands.Save) -> None:
        """Write the run's folder; raises `StorageError`."""
        save_run(run, command.folder)
        self._emit(events.Saved(run.number, command.folder))

    def export(self, run: Run, command: commands.Export) -> None:
        """Write one file of the run's; raises `NetvizError`."""
        export(run, command.kind, command.path)
        self._emit(events.Exported(run.number, command.kind, command.path))

    def tend(self, run: Run, *, now: bool = False) -> float:
        """Autosave the run if it is time, or if `now`; return the seconds that it took."""
        began = perf_counter()
        self._tell_error(run)
        state = (run.number, run.trainer.step)
        is_known = self._folder is None or state == self._saved or state[1] == 0
        is_busy = self._writer is not None and self._writer.is_alive()
        if is_known or not (now or (began >= self._due and not is_busy)):
            return perf_counter() - began
        self.wait()
        content = pack(run)
        self._writer = Thread(target=self._write, args=(content,), name="autosave")
        self._writer.start()
        self._saved = state
        spent = perf_counter() - began
        wait_s = min(max(AUTOSAVE_INTERVAL_S, spent / COST_SHARE), MAX_AUTOSAVE_INTERVAL_S)
        self._due = began + wait_s
        return spent

    def end(self, run: Run | None, *, is_sound: bool) -> None:
        """Autosave `run` for the last time, and say that the process ended in good order.

        One that has failed is not sound: what was kept before it failed is worth more.
        """
        self.wait()
        if run is not None and is_sound:
            self.tend(run, now=True)
        self.wait()
        if self._folder:
            self._folder.end()

    def wait(self) -> None:
        """Wait until what was autosaved is written."""
        if self._writer is not None:
            self._writer.join()

    def _write(self, content: bytes) -> None:
        assert self._folder is not None
        try:
            self._folder.write(content)
            self._is_told = False
        except StorageError as error:
            self._error = error

    def _tell_error(self, run: Run) -> None:
        error, self._error = self._error, None
        if error is not None and not self._is_told:
            self._is_told = True
            self._emit(events.AutosaveFailed(run.number, error.message, error.hint))
