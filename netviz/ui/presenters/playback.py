"""Moves a position through a run at a constant speed, so that it can be watched like a film."""

from collections.abc import Callable

from PySide6.QtCore import QElapsedTimer, QObject, QTimer, Signal, Slot

_INTERVAL_MS = 33


class Playback(QObject):
    """Tells about thirty times a second where the playhead is by now.

    Parameters
    ----------
    last
        Tells the last step of the run, which may go on growing.
    seconds
        Tells how long the whole run takes to be played.

    Signals
    -------
    moved
        The step where it is.
    ended
        It has come to the last step.
    """

    moved = Signal(int)
    ended = Signal()

    def __init__(
        self, last: Callable[[], int], seconds: Callable[[], int], parent: QObject | None = None
    ) -> None:
        super().__init__(parent)
        self._last, self._seconds = last, seconds
        self._position = 0.0
        self._clock = QElapsedTimer()
        self._timer = QTimer(self, interval=_INTERVAL_MS)
        self._timer.timeout.connect(self._on_timer_timeout)

    @property
    def is_on(self) -> bool:
        """Whether it moves."""
        return self._timer.isActive()

    def start(self, step: int) -> None:
        """Move from a step on."""
        self._position = float(step)
        self._clock.start()
        self._timer.start()
        self.moved.emit(step)

    def stop(self) -> None:
        """Stay where it is."""
        self._timer.stop()

    @Slot()
    def _on_timer_timeout(self) -> None:
        self._position += self._clock.restart() / 1000 / self._seconds() * self._last()
        if self._position < self._last():
            self.moved.emit(int(self._position))
        else:
            self.stop()
            self.ended.emit()
