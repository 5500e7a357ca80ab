"""Exception hooks, log file and crash trace, started and stopped together."""

from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject

from netviz.log_file import LOGGER, start_log, stop_log
from netviz.ui.faults.crash_trace import CrashTrace
from netviz.ui.faults.diagnostics import versions
from netviz.ui.faults.exception_hooks import ExceptionHooks
from netviz.ui.presenters.fault_presenter import FaultPresenter

if TYPE_CHECKING:
    from netviz.ui.shell.main_window import MainWindow


class FaultWatch:
    """The hooks for uncaught exceptions, the log file and the trace of a crash.

    Parameters
    ----------
    parent
        Owns what belongs to Qt.
    folder
        Where the files lie.
    """

    def __init__(self, parent: QObject, folder: Path) -> None:
        self._folder = folder
        self._log = start_log(folder)
        self._trace = CrashTrace(folder)
        self._former = self._trace.take_former()
        self._trace.start()
        self.guard = ExceptionHooks(parent)
        self.guard.install()

    def attach(self, window: "MainWindow") -> FaultPresenter:
        """Show in `window` what happens, and what happened before this start."""
        LOGGER.info("start: %s", versions())
        presenter = FaultPresenter(window, self._folder)
        presenter.listen(self.guard)
        if self._former:
            presenter.tell_of_crash(self._former)
        return presenter

    def stop(self, status: int) -> None:
        """Note the end, and leave no trace of a crash."""
        LOGGER.info("end: status %d", status)
        self.guard.uninstall()
        self._trace.stop()
        stop_log(self._log)
