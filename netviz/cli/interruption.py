"""Ctrl-C and SIGTERM: the first ends the work in an orderly way, the second at once."""

import signal
from collections.abc import Callable
from types import FrameType
from typing import Any, Self

_SIGNALS = (signal.SIGINT, signal.SIGTERM)


class Interruption:
    """While entered, handles Ctrl-C and SIGTERM; only in the main thread.

    Parameters
    ----------
    on_first
        Called inside the signal handler at the first signal; may raise to end the work
        where it is. The second signal raises `SystemExit`.

    Attributes
    ----------
    on_first
        As above; may be replaced.
    status
        Exit status as shells count it (128 and the signal's number), or None before any.
    """

    def __init__(self, on_first: Callable[[], None]) -> None:
        self.on_first = on_first
        self.status: int | None = None
        self._before: dict[signal.Signals, Any] = {}

    def __enter__(self) -> Self:
        for each in _SIGNALS:
            self._before[each] = signal.signal(each, self._on_signal)
        return self

    def __exit__(self, *_: object) -> None:
        for each, handler in self._before.items():
            signal.signal(each, handler)

    def _on_signal(self, number: int, _: FrameType | None) -> None:
        if self.status is not None:
            raise SystemExit(128 + number)
        self.status = 128 + number
        self.on_first()


def leave() -> None:
    """End the work where it is; what is half done cleans up after itself."""
    raise KeyboardInterrupt
