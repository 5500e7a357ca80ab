"""Brings the events of the training thread to the GUI thread, a frame at a time."""

from PySide6.QtCore import QObject, Signal, Slot

from netviz.bridge.frame_clock import FrameClock
from netviz.bridge.worker import TrainingThread
from netviz.engine.protocol import events


class EventSource(QObject):
    """Empties the mailbox: at once where the user waits, otherwise once a frame.

    Late events of an older run are dropped.

    Attributes
    ----------
    run
        Number of the run whose events arrive; 0 before the first is ready.

    Signals
    -------
    arrived
        One event, which is its argument.
    """

    arrived = Signal(object)

    def __init__(
        self, thread: TrainingThread, frames: FrameClock, parent: QObject | None = None
    ) -> None:
        super().__init__(parent)
        self.run = 0
        self._thread = thread
        self._frames = frames
        thread.events_arrived.connect(self._on_thread_events_arrived)
        frames.ticked.connect(self._collect)

    @Slot()
    def _on_thread_events_arrived(self) -> None:
        # What the user waits for is told at once; the rest costs least if it is told, laid out
        # and painted together.
        if self._thread.mailbox.is_urgent:
            self._collect()
        self._frames.request()

    @Slot()
    def _collect(self) -> None:
        for event in self._thread.mailbox.collect():
            if isinstance(event, events.Prepared):
                self.run = event.run
            is_new = isinstance(event, events.Preparing) or event.run > self.run
            if event.run in (0, self.run) or is_new:
                self.arrived.emit(event)
