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

    Attributes
    ----------
    error
        Why nothing is written any more; None while all is well.
    """

    def __init__(self, on_closed: Callable[[], None]) -> None:
        self._stream: TextIO | None = sys.stdout
        self._on_closed = on_closed
        self.error: OSError | None = None

    @property
    def pipe_closed(self) -> bool:
        """Whether the reader went away, which is no error of anybody's."""
        # Windows says EINVAL.
        return self.error is not None and self.error.errno in (errno.EPIPE, errno.EINVAL)

    def write(self, text: str) -> None:
        """Write and flush `text`."""
        if self._stream is None or self.error is not None:
            return
        try:
            self._stream.write(text)
            self._stream.flush()
        except OSError as error:
            self.error = error
            silence(self._stream)
            self._on_closed()


def silence(stream: TextIO) -> None:
    """Let what `stream` still holds go nowhere, or Python complains about it at its end."""
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, stream.fileno())
    os.close(nowhere)


def complain(message: str) -> None:
    """Say on standard error, in one line, what went wrong."""
    print(f"netviz: {' '.join(message.split())}", file=sys.stderr)  # noqa: T201
