"""A whole window whose training is done in the test's own thread, a command at a time."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PySide6.QtCore import QEvent, QObject, Signal
from PySide6.QtGui import QImage
from PySide6.QtWidgets import QAbstractButton, QApplication, QComboBox, QLabel, QWidget

from netviz.bridge import controller as controller_module
from netviz.bridge.frame_clock import FrameClock
from netviz.bridge.mailbox import Mailbox
from netviz.engine.options.run_config import RunConfig
from netviz.engine.protocol import events
from netviz.engine.protocol.commands import Close, Command
from netviz.engine.protocol.events import Event
from netviz.launch import WindowOptions
from netviz.ui.app import build_window
from netviz.ui.plots.metric_plot import MetricPlot
from netviz.ui.shell.settings import Settings
from netviz.ui.views.ledger_view import LedgerView
from netviz.ui.views.mistakes.mistake_view import MistakeView
from netviz.ui.views.runs.run_view import RunView
from tests.support import Driven

SIZE = (1280, 800)


class SameThread(QObject):
    """In the place of the training thread: it serves its commands when it is asked to."""

    events_arrived = Signal()

    def __init__(
        self,
        parent: QObject | None = None,
        autosave_root: Path | None = None,
        states_root: Path | None = None,
    ) -> None:
        super().__init__(parent)
        self.mailbox = Mailbox()
        self._driven = Driven()
        self._waiting: list[Command] = []

    def start(self) -> None:
        """Nothing needs to be started."""

    def submit(self, command: Command) -> None:
        """Keep a command until `work`."""
        self._waiting.append(command)

    def work(self) -> None:
        """Obey all commands that came, and those that they lead to."""
        while self._waiting:
            wishes, self._waiting = self._waiting, []
            self._driven.do(*wishes, answer=self._tell)

    def close(self, timeout_ms: int) -> bool:
        """End the session."""
        self._waiting = []
        self._driven.do(Close())
        return True

    def isFinished(self) -> bool:
        return True

    def isRunning(self) -> bool:
        return False

    def _tell(self, event: Event) -> None:
        if self.mailbox.put(_without_clock(event)):
            self.events_arrived.emit()


def _without_clock(event: Event) -> Event:
    """Return an event with the same speed whenever it comes."""
    match event:
        case events.Progress():
            return replace(event, samples_per_second=1000.0, remaining_s=1.0)
        case events.EpochFinished():
            measured = replace(event.measurement, seconds=1.0, samples_per_second=1000.0)
            return replace(event, measurement=measured)
        case events.Opened(progress=progress) if progress is not None:
            measured = tuple(
                replace(each, seconds=1.0, samples_per_second=1000.0) for each in event.measurements
            )
            calm = replace(progress, samples_per_second=1000.0, remaining_s=1.0)
            return replace(event, progress=calm, measurements=measured)
    return event


class DrivenWindow:
    """A window that is given something to do, and has done it all when that returns.

    Attributes
    ----------
    window, controller
        The real ones.
    refused
        The refusals that were told.
    """

    def __init__(self, app: QApplication, config: RunConfig, folder: Path) -> None:
        self._app = app
        options = WindowOptions(config, folder / "data", "", size=SIZE)
        settings = Settings(folder / "window.ini")
        settings.set("rate_zones", False)  # they would be tried anew after everything it does
        self.window, _ = build_window(app, options, settings)
        self.controller = self.window.controller
        self.refused: list[events.Refused] = []
        self.controller.refused.connect(self.refused.append)
        self._thread = self.controller.findChild(SameThread)
        # Which runs were left tells how the run came here.
        self.window.loss_plot.menu.ghosts_action.setChecked(False)
        self.window.show()
        self.controller.open()
        self.settle()

    def settle(self) -> None:
        """Obey, tell and draw all that there is."""
        for _ in range(2):
            self._thread.work()
            self._app.processEvents()
            self.controller.frames.ticked.emit()
        self._app.sendPostedEvents(None, QEvent.Type.DeferredDelete)
        self._app.processEvents()

    def close(self) -> None:
        """Close the window for good."""
        self.window.close()
        self.window.deleteLater()
        self._app.sendPostedEvents(None, QEvent.Type.DeferredDelete)

    def close_messages(self) -> None:
        """Close all messages: they tell of what happened, and not of what is."""
        while self.window.message_bar.isVisible():
            self.window.message_bar.close_message()
        self.settle()

    # -- what can be seen --------------------------------------------------------------------

    def show_tab(self, name: str) -> None:
        """Bring a tab to the front, as it is at this moment."""
        self.window.views.show_named(name)
        # Which runs were left tells how the run came here.
        self.window.views.view(RunView).count_changed.emit(None)
        self.settle()
        # What a tab shows with a little delay it shows at once where it comes into sight.
        self.window.views.hide()
        self.window.views.show()
        self.settle()

    def tab_names(self) -> list[str]:
        """The titles of the tabs, with what is counted on them."""
        tabs = self.window.views.tabs
        return [tabs.tabText(index) for index in range(tabs.count())]

    @property
    def mistakes(self) -> MistakeView:
        return self.window.views.view(MistakeView)

    @property
    def log(self) -> LedgerView:
        return self.window.views.view(LedgerView)

    def parts(self) -> dict[str, QWidget]:
        """The parts of the window that tell of the run."""
        window = self.window
        return {
            "top bar": window.top_bar,
            "panel": window.panel,
            "loss": window.loss_plot,
            "accuracy": window.accuracy_plot,
            "tabs": window.views,
            "pad": window.pad,
        }

    def words(self) -> dict[str, Any]:
        """What is written anywhere in the window, and what can be done."""
        window, actions = self.window, self.window.actions_by_key
        return {
            # What can be brought back tells how the run came here.
            "status": window.status.partition(" Ctrl+Z brings back")[0],
            "tabs": self.tab_names(),
            "state": self.controller.state,
            "step": self.controller.step,
            "config": self.controller.config,
            "waiting": dict(self.controller.waiting),
            "undone": (self.controller.undo_stack.undoText(), actions["undo"].isEnabled()),
            "actions": {
                key: actions[key].isEnabled() for key in ("toggle", "step", "epoch", "stop")
            },
            "table": _table(window.loss_plot),
            "figures": [_figures(plot) for plot in (window.loss_plot, window.accuracy_plot)],
            "texts": {name: list(_texts(part)) for name, part in self.parts().items()},
        }

    def pictures(self) -> dict[str, QImage]:
        """The parts as they are painted."""
        return {name: _picture(part) for name, part in self.parts().items()}


def _figures(plot: MetricPlot) -> dict[str, object]:
    readings = plot.readings
    values: dict[str, object] = {name: readings.value(name) for name in ("train", "test")}
    return values | {"note": readings.note, "old": readings.old}


def _picture(part: QWidget) -> QImage:
    image = QImage(part.size(), QImage.Format.Format_RGB32)
    image.fill(0)  # which shows at round corners
    part.render(image)
    return image


def _table(plot: Any) -> str:
    from tempfile import TemporaryDirectory

    with TemporaryDirectory() as folder:
        path = Path(folder) / "plot.csv"
        plot.export(path)
        return path.read_text(encoding="utf-8")


def _texts(part: QWidget) -> Iterator[str]:
    for widget in part.findChildren(QWidget):
        if not widget.isVisibleTo(part):
            continue
        if isinstance(widget, QLabel | QAbstractButton) and widget.text():
            yield f"{widget.text()}{'' if widget.isEnabled() else ' (off)'}"
        elif isinstance(widget, QComboBox):
            yield widget.currentText()
        if widget.accessibleDescription():
            yield widget.accessibleDescription()


def difference(one: QImage, other: QImage) -> str:
    """Say where two pictures differ; empty if they are the same."""
    if one.size() != other.size():
        return f"sizes {one.size()} and {other.size()}"
    pixels = [
        np.array(image.convertToFormat(QImage.Format.Format_RGB32).constBits()).reshape(
            image.height(), -1
        )
        for image in (one, other)
    ]
    rows, columns = np.nonzero(pixels[0] != pixels[1])
    if not len(rows):
        return ""
    x = columns // 4
    return f"{len(rows)} bytes at x {x.min()}..{x.max()}, y {rows.min()}..{rows.max()}"


@contextmanager
def in_this_thread() -> Iterator[None]:
    """Let windows train in the test's own thread, and draw only when they are told to."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(controller_module, "TrainingThread", SameThread)
        patch.setattr(FrameClock, "request", lambda clock: None)
        yield
