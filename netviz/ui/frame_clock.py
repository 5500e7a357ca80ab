"""When the plots are drawn: often while there is time, less often while drawing is costly."""

from collections.abc import Callable
from time import thread_time

from PySide6.QtCore import QObject, QTimer, Slot

FASTEST_MS = 33
SLOWEST_MS = 150
DRAWING_SHARE = 0.07
"""Share of its time that the GUI thread may work; beyond it the frame rate gives way."""


class FrameClock(QObject):
    """Calls `draw` at a rate that the cost of a whole frame decides.

    A frame costs what the GUI thread worked since the one before, painting included, which Qt
    does later and in its own time. Time in which the thread waits does not count.

    Parameters
    ----------
    draw
        Draws what is new, at once and completely.
    """

    def __init__(self, draw: Callable[[], None], parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._draw = draw
        self._cost_ms = 0.0
        self._worked_s = thread_time()
        self._timer = QTimer(self)
        self._timer.timeout.connect(self._on_timer_timeout)

    @property
    def interval_ms(self) -> int:
        """Present time between two frames."""
        return round(min(SLOWEST_MS, max(FASTEST_MS, self._cost_ms / DRAWING_SHARE)))

    def start(self) -> None:
        """Draw from now on."""
        if not self._timer.isActive():
            self._worked_s = thread_time()
            self._timer.start(self.interval_ms)

    def stop(self) -> None:
        """Draw once more, then rest."""
        self._timer.stop()
        self._draw()

    @Slot()
    def _on_timer_timeout(self) -> None:
        worked_s = thread_time()
        cost_ms, self._worked_s = 1000 * (worked_s - self._worked_s), worked_s
        self._draw()
        # A slow average: one frame that another process disturbed must not slow the next ones.
        self._cost_ms += 0.1 * (cost_ms - self._cost_ms)
        if self._timer.interval() != self.interval_ms:
            self._timer.setInterval(self.interval_ms)
