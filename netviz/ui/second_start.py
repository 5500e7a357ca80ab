"""What happens where NetViz is started while a window is open: that window is offered."""

from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Qt, Slot
from PySide6.QtWidgets import QApplication

from netviz.bridge.open_windows import WindowListener, open_window
from netviz.launch import WindowOptions
from netviz.ui.dialogs.already_open_dialog import AlreadyOpenDialog, Wanted
from netviz.ui.look.style_sheet import dress_application
from netviz.ui.look.theme import Theme
from netviz.ui.shell.settings import Settings

if TYPE_CHECKING:
    from netviz.ui.shell.main_window import MainWindow


def goes_on_elsewhere(options: WindowOptions, settings: Settings) -> bool:
    """Ask which window is wanted, where one is open; return whether none is opened here.

    Nobody is asked who cannot answer, nor who has said before that it shall be a new window.
    """
    if options.new_window or options.is_unattended:
        return False
    found = open_window()
    if found is None:
        return False
    theme = Theme(dark=settings.is_dark(options.dark))
    dress_application(theme)
    dialog = AlreadyOpenDialog(theme, found.title, options.run.name if options.run else "")
    dialog.exec()
    if dialog.wanted is Wanted.THAT_WINDOW:
        # One that was closed meanwhile, or does not answer, is no window to go on in.
        return found.bring_forward(options.run)
    return dialog.wanted is Wanted.NOTHING


class Doorbell(QObject):
    """Brings a window forward when another process asks for it, and opens a run in it."""

    def __init__(self, window: "MainWindow") -> None:
        super().__init__(window)
        self._window = window
        self._listener = WindowListener(self)
        self._listener.title = window.windowTitle()
        self._listener.shown.connect(self._on_listener_shown)
        window.windowTitleChanged.connect(self._on_window_title_changed)
        QApplication.instance().aboutToQuit.connect(self._listener.close)  # type: ignore[union-attr]
        self._listener.listen()

    @Slot(object)
    def _on_listener_shown(self, run: object) -> None:
        window = self._window
        window.setWindowState(
            (window.windowState() & ~Qt.WindowState.WindowMinimized) | Qt.WindowState.WindowActive
        )
        window.show()
        window.raise_()
        window.activateWindow()
        if isinstance(run, Path):
            window.controller.open_run(run)

    @Slot(str)
    def _on_window_title_changed(self, title: str) -> None:
        self._listener.title = title
