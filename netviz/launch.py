"""How the window is opened: what the command line asks of it, without Qt and without torch."""

from dataclasses import dataclass
from pathlib import Path

from netviz.engine.options.run_config import RunConfig


@dataclass(frozen=True)
class WindowOptions:
    """What `netviz.ui.app.open_window` is given.

    Attributes
    ----------
    config
        The settings of the run that the window opens on.
    data_dir
        Folder of downloaded data sets; None for the user's cache folder.
    mirror
        Address that data sets are fetched from first; None for the one remembered, if any.
    autostart
        Whether training starts at once.
    screenshot
        Where a picture of the window is saved when the run has ended.
    exit_when_done
        Whether the window closes when the run has ended.
    size
        Width and height of the window in pixels; None for those remembered.
    dark
        Whether the theme is dark; None for the one remembered.
    view
        Title of the tab in front, in any case; None for the one remembered.
    folder
        Where the files of a run are saved in whose window nobody looks, because there is no
        display; None for a window on a screen.
    run
        Folder of a saved run that the window opens; None for none.
    new_window
        Whether a window is opened also where one is open, without asking.
    lesson
        File of a lesson that the window opens; None for none.
    going_back_memory_mb, going_back_disk_mb
        Megabytes for the states from which any step of a run is reached again; None for those
        remembered.
    """

    config: RunConfig
    data_dir: Path | None = None
    mirror: str | None = None
    autostart: bool = False
    screenshot: Path | None = None
    exit_when_done: bool = False
    size: tuple[int, int] | None = None
    dark: bool | None = None
    view: str | None = None
    folder: Path | None = None
    run: Path | None = None
    new_window: bool = False
    lesson: Path | None = None
    going_back_memory_mb: int | None = None
    going_back_disk_mb: int | None = None

    @property
    def is_unattended(self) -> bool:
        """Whether nobody operates the window, so that nobody can be asked."""
        unasked = (self.screenshot, self.folder)
        return self.autostart or self.exit_when_done or any(unasked)
