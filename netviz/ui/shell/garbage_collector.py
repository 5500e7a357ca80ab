"""Python's garbage collection, kept to the GUI thread."""

import gc

from PySide6.QtCore import QObject, QTimer, Slot

INTERVAL_MS = 1000
FULL_EVERY = 30
"""Rounds between two collections of the oldest generation, which take the longest."""


class GarbageCollector(QObject):
    """Collects garbage from a timer instead of whenever and wherever Python happens to.

    Automatic collection runs in the thread that allocates, which is often the training thread;
    there it would delete widgets and graphics items, and Qt crashes when another thread than
    its own does that.
    """

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._round = 0
        self._is_settled = False
        self._timer = QTimer(self)
        self._timer.timeout.connect(self._on_timer_timeout)

    def start(self) -> None:
        """Take over from Python."""
        gc.disable()
        self._timer.start(INTERVAL_MS)

    def stop(self) -> None:
        """Give back to Python; call it once no other thread runs."""
        self._timer.stop()
        gc.unfreeze()
        gc.enable()

    @Slot()
    def settle(self) -> None:
        """Leave out of all later rounds what is alive now and mostly will be to the end.

        Torch alone brings half a million objects; looking through them takes longer than a
        frame. Later calls do nothing.
        """
        if not self._is_settled:
            self._is_settled = True
            gc.freeze()

    @Slot()
    def _on_timer_timeout(self) -> None:
        self._round += 1
        gc.collect(2 if self._round % FULL_EVERY == 0 else 1)
