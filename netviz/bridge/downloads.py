"""Fetching a data set beside the training, with progress and cancel."""

import contextlib
import threading
from collections.abc import Callable
from pathlib import Path
from time import monotonic
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal

from netviz.engine.catalogue import dataset_info
from netviz.engine.errors import DownloadCancelledError, NetvizError

if TYPE_CHECKING:
    from netviz.engine.datasets.download import DownloadProgress

PROGRESS_INTERVAL_S = 0.1
"""Time between two reports of progress; the file arrives in many more pieces."""


class Downloader(QObject):
    """Fetches one data set at a time in a thread of its own.

    The thread touches neither torch nor Qt's widgets. It is a daemon and not a QThread: a
    server that does not answer may hold it for seconds, for which a closing window must not wait.

    Signals
    -------
    progressed
        A `DownloadProgress`.
    completed
        Name of the data set that is now there.
    failed
        The `NetvizError` that ended the download; not emitted for a cancel.
    ended
        The download is over, however it went; no arguments.
    """

    progressed = Signal(object)
    completed = Signal(str)
    failed = Signal(object)
    ended = Signal()

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._cancelled = threading.Event()
        self._break_off: Callable[[], None] = _nothing
        self._thread: threading.Thread | None = None
        self._reported = 0.0

    @property
    def is_active(self) -> bool:
        """Whether a download is under way."""
        return self._thread is not None and self._thread.is_alive()

    def start(self, name: str, data_dir: Path, mirror: str | None = None) -> None:
        """Begin to fetch `name`; does nothing while another download is under way."""
        if self.is_active:
            return
        self._cancelled = threading.Event()
        self._break_off = _nothing
        self._thread = threading.Thread(
            target=self._fetch, args=(name, data_dir, mirror, self._cancelled), daemon=True
        )
        self._thread.start()

    def cancel(self) -> None:
        """End the download; what is half-fetched is thrown away."""
        self._cancelled.set()
        # The connection may have been closed meanwhile, which says so in several ways.
        with contextlib.suppress(OSError, ValueError, RuntimeError):
            self._break_off()

    def close(self, timeout_s: float) -> None:
        """End the download and wait until what is half-fetched is thrown away."""
        self.cancel()
        if self._thread is not None:
            self._thread.join(timeout_s)

    def _fetch(
        self, name: str, data_dir: Path, mirror: str | None, cancelled: threading.Event
    ) -> None:
        # Brings the library that speaks HTTP, which no start of the window need wait for.
        from netviz.engine.datasets.download import download

        try:
            download(
                dataset_info(name),
                data_dir,
                mirror=mirror,
                on_progress=self._on_progress,
                cancelled=cancelled.is_set,
                on_connected=self._on_connected,
            )
            self.completed.emit(name)
        except DownloadCancelledError:
            pass
        except NetvizError as error:
            self.failed.emit(error)
        finally:
            self.ended.emit()

    def _on_connected(self, break_off: Callable[[], None]) -> None:
        self._break_off = break_off

    def _on_progress(self, progress: "DownloadProgress") -> None:
        complete = progress.received_bytes >= progress.total_bytes
        if complete or monotonic() - self._reported >= PROGRESS_INTERVAL_S:
            self._reported = monotonic()
            self.progressed.emit(progress)


def _nothing() -> None:
    """There is no connection to break off."""
