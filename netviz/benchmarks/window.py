"""The app's own window, driven by a benchmark."""

from collections.abc import Callable
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import cast

from PySide6.QtCore import QElapsedTimer, QEventLoop, QTimer
from PySide6.QtWidgets import QApplication

from netviz.benchmarks.measuring import Plan
from netviz.benchmarks.sessions import Stopwatch
from netviz.bridge.mailbox import Mailbox
from netviz.bridge.worker import TrainingThread
from netviz.engine.options.run_config import RunConfig
from netviz.engine.protocol import events
from netviz.engine.protocol.events import Event
from netviz.engine.protocol.observations import Observation, Prediction
from netviz.engine.protocol.run_state import State
from netviz.launch import WindowOptions
from netviz.ui.app import build_window
from netviz.ui.shell.settings import Settings

SIZE = (1280, 720)
_TIMEOUT_MS = 120_000


class _TimedMailbox(Mailbox):
    """Notes in the training thread when each event comes."""

    def __init__(self, stopwatch: Stopwatch) -> None:
        super().__init__()
        self._stopwatch = stopwatch

    def put(self, event: Event) -> bool:
        self._stopwatch.take(event)
        return super().put(event)


class TrainingWindow:
    """The app's window with a run that is ready to train, and a digit on the pad.

    Attributes
    ----------
    window
        The app's main window, shown.
    """

    def __init__(self, config: RunConfig, plan: Plan) -> None:
        app = cast(QApplication, QApplication.instance() or QApplication(["netviz"]))
        self._folder = TemporaryDirectory()
        options = WindowOptions(config, plan.data_dir, size=SIZE, dark=True)
        settings = Settings(Path(self._folder.name) / "window.ini")
        self.window, views = build_window(app, options, settings)
        self.controller = self.window.controller
        self.stopwatch = Stopwatch()
        self._drawings = 0
        self._predicted = 0
        self.window.pad.drawing_changed.connect(self._on_pad_drawing_changed)
        thread = self.window.findChild(TrainingThread)
        assert isinstance(thread, TrainingThread)
        thread.mailbox = _TimedMailbox(self.stopwatch)
        self.controller.failed.connect(self._on_failed)
        self.controller.refused.connect(self._on_failed)
        self.controller.observed.connect(self._on_observed)
        self.window.show()
        self.controller.open()
        self.serve_until(lambda: not self.controller.is_preparing)
        views.put_on_pad(0)
        self.serve(0.3)

    def pace(self, seconds: float) -> float:
        """Train for a while; return samples per second."""
        self.stopwatch.clear()
        self.start()
        while self.stopwatch.trained_s < seconds:
            self.serve(0.05)
        self.pause()
        return self.stopwatch.steps_per_second() * self.controller.config.batch_size

    def start(self) -> None:
        """Begin to train."""
        self.controller.start()
        self.serve_until(lambda: self.controller.state is State.RUNNING)

    def pause(self) -> None:
        """Hold the run, and let the window show all that came."""
        self.controller.pause()
        self.serve_until(lambda: self.controller.state is not State.RUNNING)

    @property
    def is_predicted(self) -> bool:
        """Whether the window shows the prediction for what is on the pad now."""
        return self._predicted == self._drawings

    def serve(self, seconds: float) -> None:
        """Let the window's event loop run."""
        loop = QEventLoop()
        QTimer.singleShot(round(1000 * seconds), loop.quit)
        loop.exec()

    def serve_until(self, is_done: Callable[[], bool]) -> None:
        """Let the event loop run until something is so; looked at after every event."""
        app, clock = QApplication.instance(), QElapsedTimer()
        assert app is not None
        clock.start()
        while not is_done():
            app.processEvents(QEventLoop.ProcessEventsFlag.WaitForMoreEvents, 50)
            if clock.elapsed() > _TIMEOUT_MS:
                raise TimeoutError("The window did not answer.")

    def close(self) -> None:
        """Close the window and end its thread."""
        self.window.close()
        self._folder.cleanup()

    def _on_pad_drawing_changed(self) -> None:
        self._drawings += 1

    def _on_observed(self, event: Observation) -> None:
        if isinstance(event, Prediction):
            self._predicted = event.request

    def _on_failed(self, event: events.Failed | events.Refused) -> None:
        raise RuntimeError(f"{event.message} {event.hint}")
