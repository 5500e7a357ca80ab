"""The training thread: a QThread that serves one `TrainingSession`."""

import sys
import traceback
from pathlib import Path
from queue import SimpleQueue

from PySide6.QtCore import QObject, QThread, Signal

from netviz.bridge.mailbox import Mailbox
from netviz.engine.protocol.commands import Close, Command
from netviz.engine.protocol.events import Event, Failed

STACK_BYTES = 16 * 2**20
"""Some systems give threads half a megabyte, which torch's deep calls outgrow."""

SWITCH_INTERVAL_S = 0.0002
"""How long the window may go on computing while the training waits for Python's lock.

Torch releases the lock in every operation, so that each one that the window is quick enough to
take it in costs the training this long; Python's own 5 ms are ten times a training step.
"""


class TrainingThread(QThread):
    """Owns all of torch: imports it, and serves the session until `close`.

    Commands that come before torch is loaded wait for it.

    Attributes
    ----------
    mailbox
        Where the session's events wait to be collected.

    Signals
    -------
    events_arrived
        The mailbox was empty and is no longer, or something urgent lies in it.
    """

    events_arrived = Signal()

    def __init__(
        self,
        parent: QObject | None = None,
        autosave_root: Path | None = None,
        states_root: Path | None = None,
    ) -> None:
        super().__init__(parent)
        self._autosave_root, self._states_root = autosave_root, states_root
        self.setStackSize(STACK_BYTES)
        self.setObjectName("training")
        self.mailbox = Mailbox()
        self._inbox: SimpleQueue[Command] = SimpleQueue()

    def submit(self, command: Command) -> None:
        """Hand a command to the session; returns at once."""
        self._inbox.put(command)

    def close(self, timeout_ms: int = 10_000) -> bool:
        """Ask the session to end and wait for it; return whether it did."""
        self.submit(Close())
        return self.wait(timeout_ms)

    def run(self) -> None:
        """Load torch and serve; called by Qt in the new thread."""
        sys.setswitchinterval(SWITCH_INTERVAL_S)
        try:
            from netviz.engine.session.session import TrainingSession

            TrainingSession(
                self._tell,
                self._inbox,
                self._autosave_root,
                states_root=self._states_root,
                may_lower_threads=True,
            ).serve()
        except Exception as error:  # noqa: BLE001 - a thread's last words must reach the window
            message = f"The training thread ended: {type(error).__name__}: {error}."
            details = traceback.format_exc()
            self._tell(Failed(0, message, "Start NetViz again.", details, 0, None))

    def _tell(self, event: Event) -> None:
        if self.mailbox.put(event):
            self.events_arrived.emit()
