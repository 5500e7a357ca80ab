"""Catches every exception that nothing else caught, and hands it to the window."""

import contextlib
import sys
import threading
import traceback
from collections import Counter
from dataclasses import dataclass
from time import monotonic
from types import TracebackType
from typing import Any

from PySide6.QtCore import QObject, Qt, Signal, Slot

from netviz.log_file import LOGGER

QUIET_S = 10.0
"""A fault that the user closed is shown again only after it did not happen for so long."""

Place = tuple[str, str, int]


@dataclass(frozen=True)
class Fault:
    """An exception that nothing caught.

    Attributes
    ----------
    message
        One sentence; the same for all faults at one line of the code.
    details
        The traceback of the first one there.
    count
        How many times it happened there.
    seconds_since_last
        Since the previous one there; infinite for the first.
    """

    message: str
    details: str
    count: int
    seconds_since_last: float


class ExceptionHooks(QObject):
    """Replaces Python's hooks for uncaught exceptions.

    PySide hands the exceptions of slots and of overridden methods to `sys.excepthook`; threads
    and finalisers have hooks of their own. The first fault at a line of the code is logged
    with its traceback, of later ones there only their number from time to time.

    Signals
    -------
    faulted
        A `Fault`; always emitted from the event loop, never during a paint event.
    interrupted
        Ctrl+C was pressed in the terminal; no arguments.
    """

    faulted = Signal(object)
    interrupted = Signal()
    _caught = Signal(object)

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._lock = threading.Lock()
        self._counts: Counter[Place] = Counter()
        self._first: dict[Place, tuple[str, str]] = {}
        self._when: dict[Place, float] = {}
        self._before: tuple[Any, Any, Any] | None = None
        self._caught.connect(self._on_self_caught, Qt.ConnectionType.QueuedConnection)

    def install(self) -> None:
        """Replace the hooks."""
        self._before = sys.excepthook, threading.excepthook, sys.unraisablehook
        sys.excepthook = self._on_exception
        threading.excepthook = self._on_thread_exception
        sys.unraisablehook = self._on_unraisable

    def uninstall(self) -> None:
        """Put the hooks back that were there before."""
        if self._before is not None:
            sys.excepthook, threading.excepthook, sys.unraisablehook = self._before
            self._before = None

    def _on_exception(
        self, kind: type[BaseException], error: BaseException, trace: TracebackType | None
    ) -> None:
        if issubclass(kind, KeyboardInterrupt):
            self.interrupted.emit()
        else:
            self._catch(error, trace)

    def _on_thread_exception(self, args: threading.ExceptHookArgs) -> None:
        if args.exc_value is not None and not isinstance(args.exc_value, SystemExit):
            self._catch(args.exc_value, args.exc_traceback)

    def _on_unraisable(self, args: Any) -> None:
        if isinstance(args.exc_value, BaseException):
            self._catch(args.exc_value, args.exc_traceback)

    def _catch(self, error: BaseException, trace: TracebackType | None) -> None:
        place, now = _place(error, trace), monotonic()
        with self._lock:
            self._counts[place] += 1
            count = self._counts[place]
            if count == 1:
                details = "".join(traceback.format_exception(type(error), error, trace))
                self._first[place] = (_sentence(error), details)
            passed_s = now - self._when.get(place, float("-inf"))
            self._when[place] = now
            fault = Fault(*self._first[place], count, passed_s)
        if count == 1:
            LOGGER.error("%s\n%s", fault.message, fault.details)
            with contextlib.suppress(OSError, AttributeError):  # there may be no terminal
                sys.stderr.write(fault.details)
        elif count in (10, 100, 1000, 10_000):
            LOGGER.error("%s Now %d times.", fault.message, count)
        self._caught.emit(fault)

    @Slot(object)
    def _on_self_caught(self, fault: Fault) -> None:
        self.faulted.emit(fault)


def _place(error: BaseException, trace: TracebackType | None) -> Place:
    """Return the type of the exception and the line that raised it."""
    last = trace
    while last is not None and last.tb_next is not None:
        last = last.tb_next
    if last is None:
        return type(error).__name__, "", 0
    return type(error).__name__, last.tb_frame.f_code.co_filename, last.tb_lineno


def _sentence(error: BaseException) -> str:
    text = str(error).strip().splitlines()
    reason = f": {text[0]}" if text and text[0] else ""
    return f"Something went wrong in NetViz ({type(error).__name__}{reason})."
