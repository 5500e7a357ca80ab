"""Shows faults to the user, writes them into the log, and copies diagnostics on request."""

from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QUrl, Slot
from PySide6.QtGui import QDesktopServices, QGuiApplication

from netviz.engine.protocol import events
from netviz.log_file import LOGGER
from netviz.ui.faults.diagnostics import RunFacts, diagnostics
from netviz.ui.faults.exception_hooks import QUIET_S, ExceptionHooks, Fault

if TYPE_CHECKING:
    from netviz.ui.shell.main_window import MainWindow

FAULT_HINT = "NetViz goes on. If it happens again, copy the details and report them."


class FaultPresenter(QObject):
    """Puts every fault into the message bar of one window, once and counted, and into the log.

    Parameters
    ----------
    log_dir
        The folder of the log file.
    """

    def __init__(self, window: "MainWindow", log_dir: Path) -> None:
        super().__init__(window)
        self._window = window
        self._log_dir = log_dir
        self._device = ("", 0)
        self._last_error = ""
        self._open_log_folder = ("Open log folder", self._on_log_folder_triggered)
        run = window.controller
        run.prepared.connect(self._on_run_prepared)
        run.failed.connect(self._on_run_failed)
        run.refused.connect(self._on_run_refused)
        actions = window.actions_by_key
        actions["diagnostics"].triggered.connect(self._on_diagnostics_triggered)
        actions["log_folder"].triggered.connect(self._on_log_folder_triggered)

    def listen(self, guard: ExceptionHooks) -> None:
        """Show what `guard` catches."""
        guard.faulted.connect(self._on_guard_faulted)
        guard.interrupted.connect(self._window.close)

    def tell_of_crash(self, trace: str) -> None:
        """Say that the last start ended in a crash; `trace` is what it left."""
        self._last_error = trace
        LOGGER.error("The start before this one crashed.\n%s", trace)
        self._window.message_bar.show_next(
            "warning",
            "NetViz ended unexpectedly last time.",
            "If it happens again, copy the details and report them.",
            trace,
            [self._open_log_folder],
        )

    def text(self) -> str:
        """Return the diagnostics."""
        run = self._window.controller
        facts = RunFacts(*self._device, run.state.value, run.step)
        return diagnostics(facts, run.config, self._last_error)

    @Slot(object)
    def _on_guard_faulted(self, fault: Fault) -> None:
        self._last_error = fault.details
        bar = self._window.message_bar
        is_shown = bar.text == f"{fault.message} {FAULT_HINT}"
        if is_shown or fault.seconds_since_last > QUIET_S:
            bar.show_message(
                "error", fault.message, FAULT_HINT, fault.details, [self._open_log_folder]
            )

    @Slot(object)
    def _on_run_prepared(self, event: events.Prepared) -> None:
        self._device = (event.device, event.threads)

    @Slot(object)
    def _on_run_failed(self, event: events.Failed) -> None:
        self._keep("failed", event)

    @Slot(object)
    def _on_run_refused(self, event: events.Refused) -> None:
        self._keep("refused", event)

    def _keep(self, what: str, event: events.Failed | events.Refused) -> None:
        self._last_error = f"{event.message} {event.hint}\n{event.details}".strip()
        LOGGER.error("Run %d %s: %s", event.run, what, self._last_error)

    @Slot()
    def _on_diagnostics_triggered(self) -> None:
        QGuiApplication.clipboard().setText(self.text())
        self._window.message_bar.show_message("success", "The diagnostics are in the clipboard.")

    @Slot()
    def _on_log_folder_triggered(self) -> None:
        if not QDesktopServices.openUrl(QUrl.fromLocalFile(str(self._log_dir))):
            self._window.message_bar.show_message("info", f"The log lies in {self._log_dir}.")
