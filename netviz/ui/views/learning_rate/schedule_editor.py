"""The chart of the rate over the epochs, on which a schedule is drawn by hand."""

import math
from collections.abc import Callable

from PySide6.QtCore import QEvent, QPointF, Qt, Signal
from PySide6.QtGui import QFocusEvent, QHelpEvent, QKeyEvent, QMouseEvent
from PySide6.QtWidgets import QToolTip

from netviz.engine.options.rate_points import RatePoint, RatePoints
from netviz.engine.options.rate_steps import rounded_rate, step_rate
from netviz.engine.options.run_config import RunConfig
from netviz.engine.training.drawn_schedule import added, moved, removed
from netviz.number_text import rate_text
from netviz.ui.look.theme import Theme
from netviz.ui.views.learning_rate.over_time_chart import OverTimeChart, nearest

_REACH_PX, _LINE_REACH_PX = 10, 8
_KEYS = (
    Qt.Key.Key_Left,
    Qt.Key.Key_Right,
    Qt.Key.Key_Up,
    Qt.Key.Key_Down,
    Qt.Key.Key_PageUp,
    Qt.Key.Key_PageDown,
    Qt.Key.Key_Insert,
    Qt.Key.Key_Delete,
    Qt.Key.Key_Backspace,
)


class ScheduleEditor(OverTimeChart):
    """Lets the points of a schedule be dragged, added and removed.

    Dragging changes nothing of the run: what was drawn is told once, when the mouse is released.

    Signals
    -------
    drawn
        The user drew other points.
    """

    drawn = Signal(object)

    def __init__(self, theme: Theme) -> None:
        super().__init__(theme)
        self._before: RatePoints | None = None
        self._held = 0
        self._grip = QPointF()
        self.setMouseTracking(True)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)

    @property
    def is_dragged(self) -> bool:
        """Whether the user holds a point."""
        return self._before is not None

    @property
    def selected(self) -> RatePoint | None:
        """The point that the keys move; None for none."""
        return self._marked

    def set_config(self, config: RunConfig) -> None:
        """Take on the settings in force."""
        before = self.timeline.config
        self.timeline.set_config(config)
        if (config.points, config.schedule) != (before.points, before.schedule):
            self._drop()
        if not self.can_be_drawn_on or self._marked not in config.points:
            self._marked = None
        self.update()

    # -- the mouse ---------------------------------------------------------------------------

    def mousePressEvent(self, event: QMouseEvent) -> None:
        if event.button() is not Qt.MouseButton.LeftButton or not self.can_be_drawn_on:
            return
        place, points, line = event.position(), self.points, self.timeline
        index = nearest(self.handles(), place, self._theme.px(_REACH_PX))
        if index is None and self._is_on_line(place):
            epochs = self._snapped(self.axes().x_value(place.x()))
            points, index = added(points, epochs, line.now, line.last)
        if index is None or points[index][0] < line.now:
            self._mark(None)
            return
        self._fixed_range = self.y_range()
        self._before, self._held, self._points = points, index, points
        self._grip = place - self.place_of(points[index])
        self._mark(points[index])

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        place, line = event.position(), self.timeline
        if self._before is None:
            self._show_cursor(place)
            return
        to = self._value_at(place - self._grip, self._before[self._held])
        self._points = moved(self._before, self._held, to, line.now, line.last)
        self._mark(_counterpart(self._points, self._before, self._held))

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        if event.button() is Qt.MouseButton.LeftButton and self._points is not None:
            points, marked = self._points, self._marked
            self._drop()
            self._tell(points, marked)

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        index = nearest(self.handles(), event.position(), self._theme.px(_REACH_PX))
        if index is None or event.button() is not Qt.MouseButton.LeftButton:
            self.mousePressEvent(event)
        else:
            self._remove(index)

    def _show_cursor(self, place: QPointF) -> None:
        shape = Qt.CursorShape.ArrowCursor
        if nearest(self.handles(), place, self._theme.px(_REACH_PX)) is not None:
            shape = Qt.CursorShape.SizeAllCursor
        elif self._is_on_line(place):
            shape = Qt.CursorShape.CrossCursor
        self.setCursor(shape)

    def _is_on_line(self, place: QPointF) -> bool:
        """Whether a place is on the line that is planned."""
        line, axes = self.timeline, self.axes()
        epochs = axes.x_value(place.x())
        if not self.can_be_drawn_on or not line.now <= epochs <= line.last:
            return False
        rate = line.rate_at(epochs, self._points)
        return abs(self._y(axes, rate) - place.y()) <= self._theme.px(_LINE_REACH_PX)

    def _value_at(self, place: QPointF, held: RatePoint) -> RatePoint:
        """Return the epochs and the factor at a place, in round figures.

        Along an axis on which the mouse has not moved the point stays as it is.
        """
        axes, base = self.axes(), self.timeline.config.learning_rate
        start = self.place_of(held)
        epochs, factor = held
        if abs(place.x() - start.x()) >= 1:
            epochs = self._snapped(axes.x_value(min(max(place.x(), 0), axes.area.right())))
        if abs(place.y() - start.y()) >= 1:
            low, high = axes.y_range
            factor = rounded_rate(10 ** min(max(axes.y_value(place.y()), low), high)) / base
        return epochs, factor

    def _snapped(self, epochs: float) -> float:
        step = self._epoch_step
        return round(round(epochs / step) * step, 6)

    @property
    def _epoch_step(self) -> float:
        """The round part of an epoch, or number of epochs, by which points move."""
        return float(10.0 ** math.floor(math.log10(self.timeline.last / 100)))

    # -- the keys ----------------------------------------------------------------------------

    def event(self, event: QEvent) -> bool:
        if isinstance(event, QHelpEvent):
            QToolTip.showText(event.globalPos(), self.text_at(QPointF(event.pos())), self)
            return True
        is_asked = event.type() is QEvent.Type.ShortcutOverride and self.can_be_drawn_on
        if is_asked and isinstance(event, QKeyEvent) and self._takes(event):
            event.accept()
            return True
        return super().event(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if not self.can_be_drawn_on:
            super().keyPressEvent(event)
        elif self._takes_escape(event):
            self._escape()
        elif act := self._acts().get(Qt.Key(event.key())):
            if not self.is_dragged:
                act()
        else:
            super().keyPressEvent(event)

    def focusInEvent(self, event: QFocusEvent) -> None:
        super().focusInEvent(event)
        by_key = (Qt.FocusReason.TabFocusReason, Qt.FocusReason.BacktabFocusReason)
        if self._marked is None and event.reason() in by_key:
            self.select_next(1)

    def focusOutEvent(self, event: QFocusEvent) -> None:
        super().focusOutEvent(event)
        if not self.is_dragged:
            self._mark(None)

    def select_next(self, by: int) -> None:
        """Select the next point that can be moved, or the one before it."""
        handles = [*self.handles()]
        if not handles:
            return
        chosen = self.points.index(self._marked) if self._marked in self.points else None
        outside = -1 if by > 0 else len(handles)
        place = by + (handles.index(chosen) if chosen in handles else outside)
        self._mark(self.points[handles[min(max(place, 0), len(handles) - 1)]])

    def _takes(self, event: QKeyEvent) -> bool:
        """Whether a key is for the points, and not for the window."""
        return event.key() in _KEYS or self._takes_escape(event)

    def _takes_escape(self, event: QKeyEvent) -> bool:
        return event.key() == Qt.Key.Key_Escape and (self.is_dragged or self._marked is not None)

    def _acts(self) -> dict[Qt.Key, Callable[[], None]]:
        keys = Qt.Key
        return {
            keys.Key_Left: lambda: self._nudge(-1, 0),
            keys.Key_Right: lambda: self._nudge(1, 0),
            keys.Key_Up: lambda: self._nudge(0, 1),
            keys.Key_Down: lambda: self._nudge(0, -1),
            keys.Key_PageUp: lambda: self.select_next(-1),
            keys.Key_PageDown: lambda: self.select_next(1),
            keys.Key_Insert: self._insert,
            keys.Key_Delete: self._remove_selected,
            keys.Key_Backspace: self._remove_selected,
        }

    def _nudge(self, across: int, up: int) -> None:
        """Move the selected point by a step of an axis."""
        if self._marked is None or self._marked not in self.points:
            self.select_next(1)
            return
        line, base = self.timeline, self.timeline.config.learning_rate
        index, (epochs, factor) = self.points.index(self._marked), self._marked
        if across:
            epochs = self._snapped(epochs + across * self._epoch_step)
        if up:
            factor = step_rate(rounded_rate(base * factor), up) / base
        points = moved(self.points, index, (epochs, factor), line.now, line.last)
        self._tell(points, _counterpart(points, self.points, index))

    def _insert(self) -> None:
        """Add a point half way from the selected one to the next."""
        if self._marked is None or self._marked not in self.points:
            self.select_next(1)
            return
        line, index = self.timeline, self.points.index(self._marked)
        after = self.points[index + 1][0] if index + 1 < len(self.points) else line.last
        middle = self._snapped((self._marked[0] + after) / 2)
        points, index = added(self.points, middle, line.now, line.last)
        self._tell(points, points[index])

    def _remove_selected(self) -> None:
        if self._marked is not None and self._marked in self.points:
            self._remove(self.points.index(self._marked))

    def _remove(self, index: int) -> None:
        line = self.timeline
        points = removed(self.points, index, line.now, line.last)
        self._tell(points, None)

    # -- what is told ------------------------------------------------------------------------

    def text_at(self, place: QPointF) -> str:
        """Say what is at a place, and what can be done there."""
        line, axes = self.timeline, self.axes()
        index = nearest(self.handles(), place, self._theme.px(_REACH_PX))
        if index is not None:
            return (
                f"{self.words_at(self.points[index]).capitalize()}. Drag it, or move it with the "
                "arrow keys; a double click or Delete removes it."
            )
        epochs = axes.x_value(place.x())
        if not line.now <= epochs <= line.last or line.is_over or line.config.learning_rate <= 0:
            return "The rate that each step used." if 0 <= epochs < line.now else ""
        rate = rate_text(line.rate_at(epochs, self._points))
        words = f"Planned after {epochs:.3g} epochs: {rate}."
        return f"{words} A click adds a point." if self._is_on_line(place) else words

    def _mark(self, point: RatePoint | None) -> None:
        self._marked = point
        self.update()

    def _escape(self) -> None:
        """Drop a drag, or else the selection."""
        was_dragged = self.is_dragged
        self._drop()
        is_known = was_dragged and self._marked in self.timeline.config.points
        self._mark(self._marked if is_known else None)

    def _drop(self) -> None:
        """Show the line in force again."""
        self._before = self._points = self._fixed_range = None
        self.update()

    def _tell(self, points: RatePoints, marked: RatePoint | None) -> None:
        if points != self.timeline.config.points:
            self.drawn.emit(points)
        self._mark(marked if marked in self.timeline.config.points else None)


def _counterpart(points: RatePoints, before: RatePoints, index: int) -> RatePoint:
    """Return what has become of a point.

    Others may have come or gone before it, to keep the rate of the present; none after it.
    """
    return points[index - len(before)]
