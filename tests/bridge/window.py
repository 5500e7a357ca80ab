"""A stand-in for the window, which keeps what the controller tells it."""

import threading
from collections.abc import Callable
from typing import Any

from PySide6.QtCore import QObject
from pytestqt.qtbot import QtBot

from netviz.bridge.controller import Controller
from netviz.engine.options.run_config import RunConfig
from netviz.engine.protocol import events
from netviz.engine.protocol.observations import Prediction
from netviz.engine.protocol.run_state import State

CONFIG = RunConfig(hidden=(8,), epochs=10_000, batch_size=100, device="cpu", threads=1)
SIGNALS = (
    "preparing",
    "prepared",
    "state_changed",
    "progressed",
    "epoch_finished",
    "changed",
    "refused",
    "failed",
    "saved",
    "observed",
)


def is_prediction(event: object) -> bool:
    return isinstance(event, Prediction)


class Window(QObject):
    """Stands for the window: keeps what it is told, and waits as a test does.

    Attributes
    ----------
    told
        All events in their order.
    threads
        Threads in which it was told.
    """

    def __init__(self, controller: Controller, qtbot: QtBot) -> None:
        super().__init__()
        self.controller = controller
        self.qtbot = qtbot
        self.told: list[Any] = []
        self.threads: set[threading.Thread] = set()
        for name in SIGNALS:
            getattr(controller, name).connect(self.take)

    def take(self, event: Any) -> None:
        self.told.append(event)
        self.threads.add(threading.current_thread())

    def expect(
        self, name: str, wish: Callable[[], object], check: Callable[[Any], bool] | None = None
    ) -> Any:
        """Wish for something, wait for the signal `name`, and return the event it carries."""
        signal = getattr(self.controller, name)
        with self.qtbot.waitSignal(signal, timeout=30_000, check_params_cb=check) as blocker:
            wish()
        return blocker.args[0]

    def expect_state(self, state: State, wish: Callable[[], object]) -> events.StateChanged:
        """Wish for something and wait for a state."""
        told = self.expect("state_changed", wish, lambda event: event.state is state)
        assert self.controller.state is state
        assert isinstance(told, events.StateChanged)
        return told

    def train(self) -> None:
        """Train until the first steps are told."""
        self.expect("progressed", self.controller.start)
