"""The buttons of a message that shows what was written, and where."""

from functools import partial
from pathlib import Path

from PySide6.QtCore import QUrl
from PySide6.QtGui import QDesktopServices

from netviz.ui.shell.message_bar import Action


def open_file(path: Path) -> Action:
    """Return the button that opens a file in the program that the desktop has for it."""
    return "Open", partial(QDesktopServices.openUrl, QUrl.fromLocalFile(str(path.absolute())))


def show_folder(path: Path) -> Action:
    """Return the button that opens a folder, or the folder of a file, in the file manager."""
    folder = path if path.is_dir() else path.parent
    return "Show folder", partial(QDesktopServices.openUrl, QUrl.fromLocalFile(str(folder)))
