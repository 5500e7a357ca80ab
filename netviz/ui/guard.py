"""Keeps an exception in a widget's paint from taking the process with it."""

import sys
from collections.abc import Callable, Iterator
from functools import wraps
from types import TracebackType
from typing import Any

from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import QWidget

Paint = Callable[[Any, QPaintEvent], None]
_MARK = "__netviz_guarded__"


def guard_paint_events() -> None:
    """Make the `paintEvent` of every widget of NetViz safe; call it before widgets are made.

    A painter that is still open when `paintEvent` has raised is kept by the traceback, and Qt
    crashes when the picture below it goes: the more so in `grab`, where PySide hands the
    exception on only later. So it is caught here, its painters are ended, and
    `sys.excepthook` is told as for every other exception.
    """
    for kind in _widgets(QWidget):
        paint = kind.__dict__.get("paintEvent")
        if kind.__module__.startswith("netviz.") and paint and not hasattr(paint, _MARK):
            kind.paintEvent = guarded(paint)  # type: ignore[method-assign]


def guarded(paint: Paint) -> Paint:
    """Return `paint` so that it tells `sys.excepthook` instead of raising."""

    @wraps(paint)
    def paint_safely(widget: Any, event: QPaintEvent) -> None:
        try:
            paint(widget, event)
        except Exception as error:  # noqa: BLE001 - whatever it is, Qt must not see it
            end_painters(error.__traceback__)
            sys.excepthook(type(error), error, error.__traceback__)

    setattr(paint_safely, _MARK, True)
    return paint_safely


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
