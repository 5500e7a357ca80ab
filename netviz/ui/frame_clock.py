"""When the plots are drawn: often while there is time, less often while drawing is costly."""

from collections.abc import Callable
from time import perf_counter

from PySide6.QtCore import QObject, QTimer, Slot

FASTEST_MS = 33
SLOWEST_MS = 250
DRAWING_SHARE = 0.06
"""Share of the GUI thread's time that drawing may take; the frame rate gives way."""


class FrameClock(QObject):
    """Calls `draw` at a rate that its own cost decides.

    Parameters
    ----------
    draw
        Draws what is new, at once and completely.
    """

    def __init__(self, draw: Callable[[], None], parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._draw = draw
        self._cost_ms = 0.0
        self._timer = QTimer(self)
        self._timer.timeout.connect(self._on_timer_timeout)

    @property
    def interval_ms(self) -> int:
        """Present time between two frames."""
        return round(min(SLOWEST_MS, max(FASTEST_MS, self._cost_ms / DRAWING_SHARE)))

    def start(self) -> None:
        """Draw from now on."""
        if not self._timer.isActive():
            self._timer.start(self.interval_ms)

    def stop(self) -> None:
        """Draw once more, then rest."""
        self._timer.stop()
        self._draw()

    @Slot()
    def _on_timer_timeout(self) -> None:
        began = perf_counter()
        self._draw()
        cost_ms = 1000 * (perf_counter() - began)
        # A slow average: one frame that another process disturbed must not slow the next ones.
        self._cost_ms += 0.1 * (cost_ms - self._cost_ms)
        if self._timer.interval() != self.interval_ms:
            self._timer.setInterval(self.interval_ms)
