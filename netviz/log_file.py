"""The log file: failures and refusals with their tracebacks, over several starts."""

import contextlib
import logging
import os
from logging.handlers import RotatingFileHandler
from pathlib import Path

LOG_NAME = "netviz.log"
MAX_BYTES = 512 * 1024
KEPT_FILES = 3
LOGGER = logging.getLogger("netviz")


class SharedRotatingHandler(RotatingFileHandler):
    """A rotating log that several processes may write at once, and that never raises.

    Before each record it looks whether another process has rotated the file away, and follows.
    A file that cannot be rotated or written is left as it is: a log must not end the app.
    """

    def emit(self, record: logging.LogRecord) -> None:
        """Write one record, into the file that has the log's name now."""
        with contextlib.suppress(OSError, ValueError):
            self._follow()
            super().emit(record)

    def doRollover(self) -> None:
        """Rotate, or go on in the same file where that is not possible."""
        try:
            super().doRollover()
        except OSError:
            if self.stream is None:
                self.stream = self._open()

    def handleError(self, record: logging.LogRecord) -> None:
        """Drop a record that cannot be written, as on a full disk."""

    def _follow(self) -> None:
        if self.stream is None:
            return
        try:
            there = os.stat(self.baseFilename)
            mine = os.fstat(self.stream.fileno())
            moved = (there.st_ino, there.st_dev) != (mine.st_ino, mine.st_dev)
        except FileNotFoundError:
            moved = True
        if moved:
            self.stream.close()
            self.stream = None  # opened anew by the next record


def start_log(folder: Path) -> SharedRotatingHandler | None:
    """Write NetViz's log into `folder` from now on; None where no file can be written."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
        handler = SharedRotatingHandler(
            folder / LOG_NAME, maxBytes=MAX_BYTES, backupCount=KEPT_FILES, encoding="utf-8"
        )
    except OSError:
        return None
    form = "%(asctime)s %(process)d %(threadName)s %(levelname)s %(message)s"
    handler.setFormatter(logging.Formatter(form))
    LOGGER.setLevel(logging.INFO)
    LOGGER.addHandler(handler)
    return handler


def stop_log(handler: SharedRotatingHandler | None) -> None:
    """Close what `start_log` opened."""
    if handler is not None:
        LOGGER.removeHandler(handler)
        handler.close()
