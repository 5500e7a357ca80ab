"""Keeps an exception in the event handler of a widget from ending the process."""

import sys
from collections.abc import Callable, Iterator
from functools import wraps
from types import TracebackType
from typing import Any

from PySide6.QtCore import QObject
from PySide6.QtGui import QPainter
from PySide6.QtWidgets import QAbstractItemDelegate, QWidget

Handler = Callable[..., Any]
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
    for kind in _subclasses(QWidget):
        _guard(kind, otherwise=None)
    for kind in _subclasses(QAbstractItemDelegate):
        _guard(kind, otherwise=False)  # the event was not handled


def _guard(kind: type[QObject], *, otherwise: bool | None) -> None:
    if kind.__module__.startswith("netviz."):
        for name, handler in list(vars(kind).items()):
            if name.endswith("Event") and not hasattr(handler, _MARK):
                setattr(kind, name, guarded(handler, otherwise=otherwise))


def guarded(handle: Handler, *, otherwise: bool | None = None) -> Handler:
    """Return `handle` so that its exceptions go to `sys.excepthook` instead of to the caller.

    `otherwise` is what it returns then.
    """

    @wraps(handle)
    def handle_safely(receiver: Any, *event: Any) -> Any:
        try:
            return handle(receiver, *event)
        except Exception as error:  # noqa: BLE001 - no exception at all may reach Qt
            end_painters(error.__traceback__)
            sys.excepthook(type(error), error, error.__traceback__)
            return otherwise

    setattr(handle_safely, _MARK, True)
    return handle_safely


def end_painters(trace: TracebackType | None) -> None:
    """End the painters that the frames of `trace` still hold open."""
    while trace is not None:
        for value in list(trace.tb_frame.f_locals.values()):
            if isinstance(value, QPainter) and value.isActive():
                value.end()
        trace = trace.tb_next


def _subclasses(kind: type[QObject]) -> Iterator[type[QObject]]:
    for subclass in kind.__subclasses__():
        yield subclass
        yield from _subclasses(subclass)
