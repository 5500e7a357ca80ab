"""`netviz`: the window, or the same run without one where none can be shown."""

import contextlib
import tempfile
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from pathlib import Path

from netviz.cli.display import why_no_window
from netviz.cli.output import Output, print_error
from netviz.engine.dataset_names import dataset_info_or_none
from netviz.launch import WindowOptions
from netviz.paths import runs_dir

SAMPLE_EPOCHS = 200
"""Epochs on the bundled digits, of which a common laptop trains about three a second."""
UNSEEN_SIZE = (1440, 900)
"""Pixels of a window that nobody sees, for its picture."""


def open_or_train(options: WindowOptions) -> int:
    """Open the window and serve it until it is closed; return the exit status.

    Where none can be shown the run is trained all the same, its files are saved in a new folder,
    and what stands in the way is said. Where Qt can be loaded it leaves a picture there too.
    """
    output = Output()

    def say(text: str) -> None:
        output.write(text + "\n")

    obstacle = why_no_window()
    if obstacle is None:
        return _open(_steerable(options), say)
    say(obstacle.reason)
    if options.run:
        say(f"A saved run is opened in a window. Without one: netviz train --resume {options.run}")
        return 1
    if options.lesson:
        say("A lesson is played in a window; there is no way to play one without.")
        return 1
    folder = new_folder(Path.cwd())
    if folder is None:
        say(f"Nothing can be written here nor in {runs_dir()}: nothing is trained.")
        return 1
    try:
        if obstacle.has_qt:
            say(f"NetViz trains without a window on a screen and saves the result in {folder}.")
            return _open(_unseen(options, folder), say)
        return _train(options, folder, say)
    finally:
        with contextlib.suppress(OSError):
            folder.rmdir()  # only where nothing came to be saved


def new_folder(here: Path) -> Path | None:
    """Make a folder for a run, in `here` or else in the user's own; None if neither can be."""
    name = f"netviz-run-{datetime.now():%Y%m%d-%H%M%S}"
    for parent in (here, runs_dir()):
        folder = parent / name
        # Only a file that was written tells: rights say nothing of a file system that is full.
        try:
            folder.mkdir(parents=True, exist_ok=True)
            with tempfile.TemporaryFile(dir=folder) as file:
                file.write(b"\0")
        except OSError:
            continue
        return folder
    return None


def _open(options: WindowOptions, say: Callable[[str], None]) -> int:
    # Loads Qt, which no other command need wait for, and which may not be there.
    from netviz.ui.app import open_window

    return open_window(options, say)


def _steerable(options: WindowOptions) -> WindowOptions:
    """Let a run on the bundled digits last long enough to reach for the learning rate."""
    config = options.config
    info = dataset_info_or_none(config.dataset)
    is_asked = "epochs" in config.model_fields_set or options.exit_when_done
    if is_asked or info is None or not info.bundled:
        return options
    return replace(options, config=config.with_changes({"epochs": SAMPLE_EPOCHS}))


def _unseen(options: WindowOptions, folder: Path) -> WindowOptions:
    return replace(
        options,
        autostart=True,
        exit_when_done=True,
        screenshot=options.screenshot or folder / "dashboard.png",
        size=options.size or UNSEEN_SIZE,
        folder=folder,
    )


def _train(options: WindowOptions, folder: Path, say: Callable[[str], None]) -> int:
    """Train as `netviz train` does; a picture that was asked for and is not there is a failure."""
    # Loads rich and the library that speaks HTTP, which the window need not wait for.
    from netviz.cli.train import TrainOptions, train

    say(f"NetViz trains without a window and saves the run in {folder}. {_left_out(options)}")
    status = train(TrainOptions(options.config, options.data_dir, options.mirror, out=folder))
    if options.screenshot and not status:
        print_error(f"There is no picture {options.screenshot}, which takes Qt.")
        return 1
    return status


def _left_out(options: WindowOptions) -> str:
    """Say that there is no picture, and which of the options given are for nothing then."""
    given = {
        "--screenshot": options.screenshot,
        "--size": options.size,
        "--theme": options.dark,
        "--view": options.view,
        "--going-back-memory": options.going_back_memory_mb,
        "--going-back-disk": options.going_back_disk_mb,
    }
    idle = [flag for flag, value in given.items() if value is not None]
    if not idle:
        return "There is no picture, which takes Qt."
    do = "does" if len(idle) == 1 else "do"
    return f"There is no picture, which takes Qt. {' and '.join(idle)} {do} nothing."
