"""Keeps an exception in what a widget does at an event from taking the process with it."""

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
    """Make the event handlers of every widget of NetViz safe; call it before widgets are made.

    PySide hands an exception in `resizeEvent` or its like to whatever Python code is next up
    the stack, such as one that shows another widget; where `event` too is overridden, the
    process crashes. A painter that is still open when `paintEvent` has raised is kept by the
    traceback, and Qt crashes when the picture below it goes: the more so in `grab`, where
    PySide hands the exception on only later. So it is caught here, its painters are ended,
    and `sys.excepthook` is told as for every other exception.
    """
    for kind in _widgets(QWidget):
        if kind.__module__.startswith("netviz."):
            for name, handler in list(vars(kind).items()):
                if name.endswith("Event") and not hasattr(handler, _MARK):
                    setattr(kind, name, guarded(handler))


def guarded(handle: Handler) -> Handler:
    """Return `handle` so that it tells `sys.excepthook` instead of raising."""

    @wraps(handle)
    def handle_safely(widget: Any, event: QEvent) -> None:
        try:
            handle(widget, event)
        except Exception as error:  # noqa: BLE001 - whatever it is, Qt must not see it
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
    for below in kind.__subclasses__():
        yield below
        yield from _widgets(below)
