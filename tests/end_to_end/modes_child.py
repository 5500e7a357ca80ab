"""A window on a real screen that goes through its modes, as a process of its own.

Called with the size that the window asks for, and "framed" where a window manager puts a frame
around it. Prints a line of JSON for each stage: where the window lies, and whether the screen
shows the same picture as at first.
"""

import json
import sys
from pathlib import Path
from time import monotonic

from PySide6.QtCore import QCoreApplication, QDeadlineTimer, QEventLoop, Qt
from PySide6.QtGui import QImage
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from netviz.engine.options.run_config import RunConfig
from netviz.launch import WindowOptions
from netviz.ui.app import build_window
from netviz.ui.shell.main_window import MainWindow
from netviz.ui.shell.screen_fit import frame_of
from netviz.ui.shell.settings import Settings
from tests.end_to_end.x_server import outer_rectangle, screen_rectangle

STAGES = ("", "stage", "stage", "fullscreen", "fullscreen")
"""What is triggered at each stage."""

TIMEOUT_S = 40
_LOOK_EVERY_MS = 40
_STILL = 6
"""Pictures that are the same one after the other; together longer than a window takes to settle."""


def screen_picture() -> QImage:
    """Return the whole screen as it is seen, after serving the window for a moment."""
    until = QDeadlineTimer(_LOOK_EVERY_MS)
    while not until.hasExpired():
        QCoreApplication.processEvents(QEventLoop.ProcessEventsFlag.AllEvents, until)
    return QApplication.primaryScreen().grabWindow(0).toImage()


def still_picture(window: MainWindow, *, framed: bool, wanted: QImage | None) -> QImage:
    """Wait until nothing moves, and the screen shows what is `wanted`, if it ever does."""
    last, same, until = QImage(), 0, monotonic() + TIMEOUT_S
    while monotonic() < until:
        picture = screen_picture()
        same = same + 1 if picture == last else 1
        last = picture
        has_frame = not framed or window.isFullScreen() or not frame_of(window).isNull()
        if same >= _STILL and has_frame and (wanted is None or picture == wanted):
            break
    return last


def turn_pages(window: MainWindow) -> list[str]:
    """Turn the pages of the stage by key; return their names, none where it is not shown."""
    stage = window.stage
    names = []
    if stage.is_on:
        window.activateWindow()
        for _ in stage.titles:
            screen_picture()
            names.append(stage.titles[stage.page])
            QTest.keyClick(window, Qt.Key.Key_PageDown)
    return names


def main(size: str, framed: str) -> int:
    app = QApplication([])
    width, height = map(int, size.split("x"))
    options = WindowOptions(RunConfig(), size=(width, height))
    window, _ = build_window(app, options, Settings(Path("window.ini")))
    window.show()
    first: QImage | None = None
    for count, stage in enumerate(STAGES):
        if stage:
            window.actions_by_key[stage].trigger()
        pages = turn_pages(window)
        wanted = first if count % 2 == 0 else None
        picture = still_picture(window, framed=bool(framed), wanted=wanted)
        picture.save(f"{count}-{stage or 'opened'}.png")
        first = first or picture
        told = {
            "stage": f"{count} {stage}",
            "window": outer_rectangle(int(window.winId())),
            "screen": screen_rectangle(),
            "least": [window.minimumWidth(), window.minimumHeight()],
            "is_first_picture": picture == first,
            "pages": pages,
        }
        sys.stdout.write(json.dumps(told) + "\n")
    window.close()
    return 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
