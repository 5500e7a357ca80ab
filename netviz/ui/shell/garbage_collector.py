"""Keeps Python's garbage collection in the GUI thread."""

import gc

from PySide6.QtCore import QObject, QTimer, Slot

INTERVAL_MS = 1000
FULL_EVERY = 30
"""Every how many rounds the oldest generation is collected too, which takes the longest."""


class GarbageCollector(QObject):
    """Collects garbage from a timer of the GUI thread instead of automatically.

    Automatic collection runs in whichever thread allocates, often the training thread. There
    it would delete widgets and graphics items, and Qt crashes when any thread but the GUI
    thread does that.
    """

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._round = 0
        self._is_settled = False
        self._timer = QTimer(self)
        self._timer.timeout.connect(self._on_timer_timeout)

    def start(self) -> None:
        """Turn automatic collection off and collect from the timer."""
        gc.disable()
        self._timer.start(INTERVAL_MS)

    def stop(self) -> None:
        """Turn automatic collection on again; call it once no other thread runs."""
        self._timer.stop()
        gc.unfreeze()
        gc.enable()

    @Slot()
    def settle(self) -> None:
        """Leave everything that is alive now out of all later rounds; later calls do nothing.

        Torch alone creates half a million objects that live to the end of the process, and
        looking through them takes longer than a frame.
        """
        if not self._is_settled:
            self._is_settled = True
            gc.freeze()

    @Slot()
    def _on_timer_timeout(self) -> None:
        self._round += 1
        gc.collect(2 if self._round % FULL_EVERY == 0 else 1)
