"""One of two windows that do everything at the same time, as a process of its own.

Called with a folder for the run, the address of a mirror and a seed. It fetches a data set,
trains, saves again and again and autosaves all the time, then closes; what goes wrong is said
on standard error.
"""

import sys
from pathlib import Path
from typing import Any

from netviz.engine.catalogue import CATALOGUE
from netviz.engine.options.run_config import RunConfig
from netviz.engine.session import run_keeper
from netviz.launch import WindowOptions
from netviz.ui import app
from netviz.ui.shell.main_window import MainWindow
from tests.engine.datasets.tiny import make_tiny_dataset

SAVES = 40


def drive(window: MainWindow, folder: Path) -> None:
    """Let `window` do its work by itself."""
    run, downloader = window.controller, window.downloader
    saved: list[object] = []

    def save(_event: object) -> None:
        run.save(folder)

    def count(event: object) -> None:
        saved.append(event)
        if len(saved) == SAVES:
            window.close()

    def complain(event: object) -> None:
        sys.stderr.write(f"{event}\n")

    run.prepared.connect(lambda _: window.panel.download_requested.emit("mnist"))
    downloader.completed.connect(lambda _: run.start())
    run.progressed.connect(save)
    run.saved.connect(count)
    for signal in (run.refused, run.failed, run.autosave_failed, downloader.failed):
        signal.connect(complain)


def main(folder: str, mirror: str, seed: str) -> int:
    """Open the window and return its exit status."""
    build = app.build_window

    def build_and_drive(*arguments: Any) -> Any:
        window, views = build(*arguments)
        drive(window, Path(folder))
        return window, views

    app.build_window = build_and_drive
    app.qInstallMessageHandler(app.pass_on_qt_message)
    run_keeper.AUTOSAVE_INTERVAL_S = run_keeper.MAX_AUTOSAVE_INTERVAL_S = 0.0
    CATALOGUE["mnist"] = make_tiny_dataset("mnist", None).info
    config = RunConfig.parse({"epochs": 1000, "threads": 1, "seed": int(seed), "hidden": (16,)})
    return app.open_window(WindowOptions(config, mirror=mirror, size=(1280, 720), new_window=True))


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
