"""Notices that a file was saved, however the editor does it."""

from pathlib import Path

from PySide6.QtCore import QFileSystemWatcher, QObject, QTimer, Signal

SETTLE_MS = 150
"""An editor writes a file in several moves; it is read once they are over."""


class FileWatch(QObject):
    """Watches one file.

    Many editors put a new file in the place of the old one, which the system then watches no
    longer: so the folder is watched too, and the file anew after each change.

    Signals
    -------
    saved
        The file is another one by now; also when it is gone.
    """

    saved = Signal()

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._path: Path | None = None
        self._stamp: tuple[int, int] | None = None
        self._watcher = QFileSystemWatcher(self)
        self._timer = QTimer(self, singleShot=True, interval=SETTLE_MS)
        self._timer.timeout.connect(self._on_timer_timeout)
        self._watcher.fileChanged.connect(self._on_watcher_changed)
        self._watcher.directoryChanged.connect(self._on_watcher_changed)

    def watch(self, path: Path | None) -> None:
        """Watch another file; None for none."""
        if old := [*self._watcher.files(), *self._watcher.directories()]:
            self._watcher.removePaths(old)
        self._timer.stop()
        self._path = path
        if path is not None:
            self._stamp = _stamp(path)
            self._watcher.addPaths([str(path), str(path.parent)])

    def _on_watcher_changed(self, _path: str) -> None:
        self._timer.start()

    def _on_timer_timeout(self) -> None:
        if self._path is None:
            return
        if str(self._path) not in self._watcher.files() and self._path.is_file():
            self._watcher.addPath(str(self._path))
        stamp = _stamp(self._path)
        if stamp != self._stamp:
            self._stamp = stamp
            self.saved.emit()


def _stamp(path: Path) -> tuple[int, int] | None:
    """Return what is another when a file was saved; None where there is none."""
    try:
        found = path.stat()
    except OSError:
        return None
    return found.st_mtime_ns, found.st_size
