"""How saved runs come into the table: dropped onto the tab, or chosen from a menu."""

from pathlib import Path

from PySide6.QtCore import QEvent, QMimeData, QObject, Qt, Signal
from PySide6.QtGui import QAction, QDropEvent

from netviz.ui.look.theme import Theme
from netviz.ui.views.page import Page
from netviz.ui.views.runs.drop_mark import DropMark

_RUN_FILES = ".safetensors"


class RunAdding(QObject):
    """Lets folders of saved runs be dropped onto a page, which is marked meanwhile.

    Signals
    -------
    dropped
        The user dropped folders, or run files: their paths.

    Attributes
    ----------
    action
        Lets the user choose a folder.
    mark
        Lies over the page while something is dragged over it that can be dropped.
    """

    dropped = Signal(object)

    def __init__(self, theme: Theme, page: Page) -> None:
        super().__init__(page)
        self.action = QAction("Add a saved run…", self)
        self.action.setToolTip(
            "Lay a run that was saved before beside these. Its folder can be dropped here, too."
        )
        page.empty.offer(self.action)
        self.mark = DropMark(theme, "Drop to lay it beside the other runs", page)
        page.setAcceptDrops(True)
        page.installEventFilter(self)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        match event.type():
            case QEvent.Type.DragEnter | QEvent.Type.DragMove if isinstance(event, QDropEvent):
                self.mark.setVisible(_accept(event))
                return True
            case QEvent.Type.DragLeave:
                self.mark.hide()
            case QEvent.Type.Drop if isinstance(event, QDropEvent):
                self.mark.hide()
                if _accept(event):
                    self.dropped.emit(_runs_in(event.mimeData()))
                return True
        return super().eventFilter(watched, event)


def _accept(event: QDropEvent) -> bool:
    """Take what is dragged as a copy, if it can be a run: a folder that is moved would be gone."""
    copy = Qt.DropAction.CopyAction
    is_run = bool(_runs_in(event.mimeData())) and bool(event.possibleActions() & copy)
    event.setDropAction(copy if is_run else Qt.DropAction.IgnoreAction)
    event.setAccepted(is_run)
    return is_run


def _runs_in(mime: QMimeData) -> tuple[Path, ...]:
    """Return the folders and run files that are dragged; what is no run is said of each later."""
    paths = (Path(url.toLocalFile()) for url in mime.urls() if url.isLocalFile())
    return tuple(path for path in paths if path.is_dir() or path.suffix == _RUN_FILES)
