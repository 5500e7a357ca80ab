"""Standard output, whose reader may go away, and messages on standard error."""

import errno
import os
import sys
from collections.abc import Callable
from typing import TextIO

CLOSED_PIPE_STATUS = 141
"""What a shell shows for a program that SIGPIPE ended, as most end when their reader leaves."""


class Output:
    """Writes at once to standard output, and goes quiet when that no longer works.

    Nothing is ever raised: a run must not be lost because nobody reads its figures.

    Parameters
    ----------
    on_closed
        Called once, when writing has failed for the first time.
    """

    def __init__(self, on_closed: Callable[[], None] | None = None) -> None:
        self._stream: TextIO | None = sys.stdout
        self._on_closed = on_closed
        self._error: OSError | None = None

    def write(self, text: str) -> None:
        """Write and flush `text`."""
        if self._stream is None or self._error is not None:
            return
        try:
            self._stream.write(text)
            self._stream.flush()
        except OSError as error:
            self._error = error
            _silence(self._stream)
            if self._on_closed:
                self._on_closed()

    def status(self) -> int:
        """Return the exit status, 0 unless writing has failed; prints why if that is an error."""
        if self._error is None:
            return 0
        # A reader that leaves is no error; Windows calls it EINVAL.
        if self._error.errno in (errno.EPIPE, errno.EINVAL):
            return CLOSED_PIPE_STATUS
        print_error(f"Standard output cannot be written to: {self._error.strerror}.")
        return 1


def _silence(stream: TextIO) -> None:
    """Let what `stream` still holds go nowhere, or Python print_errors about it at its end."""
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, stream.fileno())
    os.close(nowhere)


def print_error(message: str) -> None:
    """Print on standard error, in one line, what went wrong."""
    print(f"netviz: {' '.join(message.split())}", file=sys.stderr)  # noqa: T201
