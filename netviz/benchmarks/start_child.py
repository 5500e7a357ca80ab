"""The app as a user starts it; notes when it shows, when it trains, and its first point."""

import json
import sys
from time import monotonic
from typing import Any

began = float(sys.argv.pop()) if __name__ == "__main__" else 0.0


def start() -> None:
    """Start through the command line, train at once, and close at the first point."""
    from netviz.__main__ import collect_rarely, main

    collect_rarely()
    _watch()
    main()


def _watch() -> None:
    from PySide6.QtCore import QEvent, QObject, QTimer

    from netviz.ui import app as ui

    build = ui.build_window

    class Watch(QObject):
        """Notes the first paint of the window, and what follows."""

        def __init__(self, window: Any) -> None:
            super().__init__(window)
            self.moments: list[float] = []
            self._window = window
            self._is_painting = False
            window.installEventFilter(self)
            run = window.controller
            run.prepared.connect(run.start)
            run.state_changed.connect(self.on_state_changed)
            run.progressed.connect(self.on_progressed)

        def eventFilter(self, watched: QObject, event: QEvent) -> bool:
            if event.type() is QEvent.Type.Paint and not self._is_painting:
                self._is_painting = True
                # All that is in the window is painted in the same go, so before any timer.
                QTimer.singleShot(0, self.on_painted)
            return False

        def on_painted(self) -> None:
            self.moments.append(monotonic() - began)

        def on_state_changed(self, event: Any) -> None:
            if event.state.name == "RUNNING":
                self.moments.append(monotonic() - began)

        def on_progressed(self, event: Any) -> None:
            if len(self.moments) == 2:
                self._window.loss_plot.refresh()
                self._window.loss_plot.repaint()
                self.moments.append(monotonic() - began - self.moments[1])
                sys.stdout.write(json.dumps(self.moments) + "\n")
                sys.stdout.flush()
                self._window.close()

    def build_watched(*arguments: Any) -> Any:
        window, views = build(*arguments)
        Watch(window)
        return window, views

    ui.build_window = build_watched  # type: ignore[assignment]


if __name__ == "__main__":
    start()
