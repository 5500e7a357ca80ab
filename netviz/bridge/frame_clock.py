"""When the window takes in and draws what is new: less often while that is costly."""

from time import perf_counter, thread_time

from PySide6.QtCore import QObject, QTimer, Signal, Slot

FASTEST_MS = 33
SLOWEST_MS = 200
DRAWING_SHARE = 0.025
"""Share of its time that the GUI thread may work; beyond it the frame rate gives way."""


class FrameClock(QObject):
    """Ticks when asked to, at a rate that the cost of a whole frame decides.

    A frame costs what the GUI thread worked since the one before, painting included, which Qt
    does later and in its own time. Time in which the thread waits does not count.

    Signals
    -------
    ticked
        Time for a frame: take in what is new, then draw it.
    """

    ticked = Signal()

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._cost_ms = 0.0
        self._worked_s = thread_time()
        self._last_s = 0.0
        self._is_stopped = False
        self._timer = QTimer(self, singleShot=True)
        self._timer.timeout.connect(self._on_timer_timeout)

    @property
    def interval_ms(self) -> int:
        """Least time between two frames at present."""
        return round(min(SLOWEST_MS, max(FASTEST_MS, self._cost_ms / DRAWING_SHARE)))

    def request(self) -> None:
        """Tick once, as soon as the last frame is long enough ago."""
        if not self._timer.isActive() and not self._is_stopped:
            passed_ms = 1000 * (perf_counter() - self._last_s)
            self._timer.start(max(0, round(self.interval_ms - passed_ms)))

    def stop(self) -> None:
        """Tick no more, whoever asks."""
        self._is_stopped = True
        self._timer.stop()

    @Slot()
    def _on_timer_timeout(self) -> None:
        self._last_s, worked_s = perf_counter(), thread_time()
        cost_ms, self._worked_s = 1000 * (worked_s - self._worked_s), worked_s
        # A slow average, of bounded costs: neither a frame that another process disturbed nor
        # what the window did for long before this one, such as opening, must slow the next ones.
        cost_ms = min(cost_ms, 1.5 * SLOWEST_MS * DRAWING_SHARE)
        self._cost_ms += 0.1 * (cost_ms - self._cost_ms)
        self.ticked.emit()
