"""The button of a message that shows where something was written."""

from functools import partial
from pathlib import Path

from PySide6.QtCore import QUrl
from PySide6.QtGui import QDesktopServices

from netviz.ui.shell.message_bar import Action


def show_folder(path: Path) -> Action:
    """Return the button that opens a folder, or the folder of a file, in the file manager."""
    folder = path if path.is_dir() else path.parent
    return "Show folder", partial(QDesktopServices.openUrl, QUrl.fromLocalFile(str(folder)))
