"""Keeps an exception in the event handler of a widget from ending the process."""

import sys
from collections.abc import Callable, Iterator
from functools import wraps
from types import TracebackType
from typing import Any

from PySide6.QtCore import QEvent
from PySide6.QtGui import QPainter
from PySide6.QtWidgets import QWidget

Handler = Callable[[Any, QEvent], None]
_MARK = "__netviz_guarded__"


def guard_events() -> None:
    """Guard the event handlers of every widget of NetViz; call it before widgets are made.

    PySide raises an exception of `resizeEvent` or another handler in whatever Python code is
    next up the stack, such as the code that shows another widget; where `event` is overridden
    too, the process crashes. A painter that is still open when `paintEvent` has raised is kept
    alive by the traceback, and Qt crashes when the surface that it paints on is deleted. So
    the exception is caught here, its painters are ended, and it is handed to
    `sys.excepthook` like every other exception.
    """
    for kind in _widgets(QWidget):
        if kind.__module__.startswith("netviz."):
            for name, handler in list(vars(kind).items()):
                if name.endswith("Event") and not hasattr(handler, _MARK):
                    setattr(kind, name, guarded(handler))


def guarded(handle: Handler) -> Handler:
    """Return `handle` so that its exceptions go to `sys.excepthook` instead of to the caller."""

    @wraps(handle)
    def handle_safely(widget: Any, event: QEvent) -> None:
        try:
            handle(widget, event)
        except Exception as error:  # noqa: BLE001 - no exception at all may reach Qt
            end_painters(error.__traceback__)
            sys.excepthook(type(error), error, error.__traceback__)

    setattr(handle_safely, _MARK, True)
    return handle_safely


def end_painters(trace: TracebackType | None) -> None:
    """End the painters that the frames of `trace` still hold open."""
    while trace is not None:
        for value in list(trace.tb_frame.f_locals.values()):
            if isinstance(value, QPainter) and value.isActive():
                value.end()
        trace = trace.tb_next


def _widgets(kind: type[QWidget]) -> Iterator[type[QWidget]]:
    for subclass in kind.__subclasses__():
        yield subclass
        yield from _widgets(subclass)
