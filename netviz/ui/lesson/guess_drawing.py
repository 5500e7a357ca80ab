"""Draws the learner's guess into the empty part of a plot, to the right of the present."""

from collections.abc import Callable, Sequence

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QObject, QPointF, QRectF, Qt, Signal
from PySide6.QtGui import QKeyEvent, QMouseEvent, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QWidget

from netviz.ui.charts.axes import Axes
from netviz.ui.lesson.guess import Guess
from netviz.ui.lesson.guess_painting import GuessLabel, GuessLine, Pixels
from netviz.ui.look.theme import Theme
from netviz.ui.plots.metric_plot import MetricPlot

_KEY_STEP = 0.04
"""Part of the height of the plot that an arrow key goes."""
_WITH_NO_ROOM_PX = 4


class GuessDrawing(QObject):
    """Lets a guess be drawn over a plot, and shows it while the real curve comes.

    The guess is kept in steps and in the metric's own unit, so that it stays right whatever the
    plot shows. The plot draws its own curve over it.

    Parameters
    ----------
    plot
        Where it is drawn.
    beside
        Other plots of the run, whose steps reach as far meanwhile.

    Signals
    -------
    drawn
        The learner drew something, or took it back.

    Attributes
    ----------
    pad
        What takes the strokes; hidden while nothing can be drawn.
    line, label
        What is painted.
    """

    drawn = Signal()

    def __init__(self, theme: Theme, plot: MetricPlot, beside: Sequence[MetricPlot] = ()) -> None:
        super().__init__(plot)
        self._theme, self._plot, self._beside = theme, plot, tuple(beside)
        self._guess: Guess | None = None
        self._is_open = False
        canvas = plot.canvas
        self.line, self.label = GuessLine(theme), GuessLabel(theme)
        for item, height in ((self.line, -110), (self.label, 16)):
            item.setZValue(height)
            item.setVisible(False)
            canvas.scene().addItem(item)
        self.pad = _DrawingPad(theme, self._stroke, canvas.viewport())
        self.pad.moved.connect(self._on_pad_moved)
        self.pad.cut.connect(self._on_pad_cut)
        canvas.view_changed.connect(self._place)
        plot.drawn.connect(self._follow_curves)
        theme.changed.connect(self._place)

    @property
    def is_open(self) -> bool:
        """Whether something can be drawn."""
        return self._is_open

    @property
    def is_drawn(self) -> bool:
        """Whether there is a guess."""
        return self._guess is not None and not self._guess.is_empty

    @property
    def curve(self) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """The guess, ``(steps, values)`` in the metric's unit, beginning with its start."""
        if self._guess is None:
            return np.empty(0), np.empty(0)
        return self._guess.steps, self._guess.values

    def begin(self, start: int, value: float | None, ahead: int) -> None:
        """Let a guess be drawn from the present point on, in place of any before it.

        Parameters
        ----------
        start
            The step of the present.
        value
            The value of the metric there; None for where its curve ends.
        ahead
            How many steps the guess can reach.
        """
        if value is None:
            value = self._end_of_curve()
        self._guess, self._is_open = Guess(start, value, ahead), True
        for plot in (self._plot, *self._beside):
            plot.reach_to(self._guess.end)
        self._place()
        self.drawn.emit()

    def draw_again(self) -> None:
        """Take the guess away, and let another one be drawn from the same point."""
        if self._guess is not None:
            self._guess.clear()
            self._is_open = True
            self._place()
            self.drawn.emit()

    def lock(self) -> None:
        """Leave the guess as it is."""
        self._is_open = False
        self._place()

    def clear(self) -> None:
        """Take the guess away, and show the plots as they are without it."""
        if self._guess is not None:
            self._guess, self._is_open = None, False
            for plot in (self._plot, *self._beside):
                plot.reach_to(None)
            self._place()

    # -- drawing -----------------------------------------------------------------------------

    def _stroke(self, begin: QPointF, end: QPointF) -> None:
        """Draw a stroke between two places of the canvas."""
        if self._guess is None or not self._is_open:
            return
        self._guess.draw(self._point(begin), self._point(end), logarithmic=self._plot.log_y)
        self._place()
        self.drawn.emit()

    def _on_pad_moved(self, columns: int, up: int) -> None:
        """Draw with the keys: go on by some columns, or raise the value at the end."""
        guess, axes = self._guess, self._plot.canvas.axes
        if guess is None or not self._is_open:
            return
        last, value = float(guess.steps[-1]), float(guess.values[-1])
        height = float(axes.y(self._on_axis(np.array([value]))[0]))
        height -= up * _KEY_STEP * axes.area.height()
        step = min(guess.end, max(last, guess.start) + max(0, columns) * guess.column_width)
        if columns or guess.is_empty:
            step = min(guess.end, max(step, guess.start + guess.column_width))
        place = QPointF(float(axes.x(step)), height)
        self._stroke(place, place)

    def _on_pad_cut(self, columns: int) -> None:
        """Take back the last columns, or all of them with 0."""
        if self._guess is None or not self._is_open:
            return
        if columns:
            last = float(self._guess.steps[-1])
            self._guess.cut(last - (columns - 1) * self._guess.column_width)
        else:
            self._guess.clear()
        self._place()
        self.drawn.emit()

    def _point(self, place: QPointF) -> tuple[float, float]:
        """Return step and value of a place of the canvas, within what is in sight."""
        axes = self._plot.canvas.axes
        height = min(max(place.y(), axes.area.top()), axes.area.bottom())
        value = axes.y_value(height)
        return axes.x_value(place.x()), float(10**value if self._plot.log_y else value)

    def _on_axis(self, values: NDArray[np.float64]) -> NDArray[np.float64]:
        """Return values in units of the vertical axis; a loss of 0 lies below a logarithmic one."""
        if not self._plot.log_y:
            return values
        return np.log10(np.maximum(values, np.finfo(float).tiny))

    def _end_of_curve(self) -> float:
        """Return the last value of what is drawn, or the middle of the plot where nothing is."""
        canvas = self._plot.canvas
        for name in ("smoothed", "test"):
            curve = canvas.curves.get(name)
            known = curve.points[1][np.isfinite(curve.points[1])] if curve else np.empty(0)
            if len(known):
                break
        else:
            known = np.array([sum(canvas.y_range) / 2])
        value = float(known[-1])
        return 10**value if self._plot.log_y else value

    # -- painting ----------------------------------------------------------------------------

    def _place(self) -> None:
        """Put line, name and pad where the plot shows those steps and values."""
        guess, axes = self._guess, self._plot.canvas.axes
        for item in (self.line, self.label):
            item.setVisible(guess is not None)
        room = self._room(axes)
        is_wide = room.width() > self._theme.px(_WITH_NO_ROOM_PX)
        self.pad.setVisible(self._is_open and is_wide)
        if guess is None:
            return
        self.pad.setGeometry(room.toAlignedRect())
        points = self._pixels(axes)
        is_inviting = self._is_open and guess.is_empty
        self.line.arrange(points, axes.area, room, is_inviting=is_inviting)
        self.pad.set_end(points[0][-1] - room.left(), points[1][-1] - room.top())
        self._place_label(axes, points)

    def _place_label(self, axes: Axes, points: Pixels) -> None:
        start = QPointF(float(points[0][0]), float(points[1][0]))
        shown = start if axes.area.adjusted(-1, -1, 1, 1).contains(start) else None
        canvas = self._plot.canvas
        taken = [*canvas.markers.label_boxes, *canvas.best.label_boxes]
        self.label.arrange(points, axes.area, shown, self._curves(axes), taken)

    def _follow_curves(self) -> None:
        """Let the name give way to a curve that has come near."""
        if self._guess is not None:
            axes = self._plot.canvas.axes
            self._place_label(axes, self._pixels(axes))

    def _room(self, axes: Axes) -> QRectF:
        """Return the part of the plot that one can draw in."""
        area = axes.area
        if self._guess is None:
            return QRectF()
        left = max(area.left(), float(axes.x(self._guess.start)))
        right = min(area.right(), float(axes.x(self._guess.end)))
        return QRectF(left, area.top(), max(0.0, right - left), area.height())

    def _pixels(self, axes: Axes) -> Pixels:
        steps, values = self.curve
        reach = 4 * axes.area.height()
        y = np.clip(axes.y(self._on_axis(values)), axes.area.top() - reach, None)
        return axes.x(steps), np.minimum(y, axes.area.bottom() + reach)

    def _curves(self, axes: Axes) -> Pixels:
        """Return the points of the plot's wide curves, in pixels."""
        curves = self._plot.canvas.curves
        found = [curves[name].points for name in ("smoothed", "test", "train") if name in curves]
        x, y = (np.concatenate(parts) for parts in zip(*found, strict=True))
        known = np.isfinite(y)
        return axes.x(x[known]), axes.y(y[known])


class _DrawingPad(QWidget):
    """Lies over the part of a plot that is drawn into, and takes the mouse and the keys.

    Signals
    -------
    moved
        A key goes on by so many columns, and so many steps up.
    cut
        A key takes so many columns back, 0 for all of them.
    """

    moved = Signal(int, int)
    cut = Signal(int)

    def __init__(
        self, theme: Theme, stroke: Callable[[QPointF, QPointF], None], parent: QWidget
    ) -> None:
        super().__init__(parent)
        self._theme, self._stroke = theme, stroke
        self._last: QPointF | None = None
        self._end = QPointF()
        self.setCursor(Qt.CursorShape.CrossCursor)
        # A click must not take the keyboard: Space trains.
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setAccessibleName("Your guess")
        self.setAccessibleDescription("Arrows draw, Backspace takes back, Delete takes all back.")
        self.setToolTip("Drag from the last point to the right. With the keys: arrows draw.")
        self.hide()

    def set_end(self, x: float, y: float) -> None:
        """Say where the guess ends, in pixels of the pad."""
        self._end = QPointF(x, y)
        self.update()

    def mousePressEvent(self, event: QMouseEvent) -> None:
        if event.button() is Qt.MouseButton.LeftButton:
            self._last = self._place(event)
            self._stroke(self._last, self._last)
        else:
            event.ignore()  # the plot has a menu

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        if self._last is not None:
            before, self._last = self._last, self._place(event)
            self._stroke(before, self._last)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        self._last = None

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        self.mousePressEvent(event)  # two quick strokes are two strokes

    def keyPressEvent(self, event: QKeyEvent) -> None:
        key, keys = event.key(), Qt.Key
        moves = {keys.Key_Right: (1, 0), keys.Key_Up: (0, 1), keys.Key_Down: (0, -1)}
        if event.modifiers():
            event.ignore()
        elif key in moves:
            self.moved.emit(*moves[keys(key)])
        elif key in (keys.Key_Left, keys.Key_Backspace):
            self.cut.emit(1)
        elif key == keys.Key_Delete:
            self.cut.emit(0)
        else:
            event.ignore()

    def paintEvent(self, event: QPaintEvent) -> None:
        if self.hasFocus():
            painter = QPainter(self)
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            painter.setPen(QPen(self._theme.color("primary"), 2))
            painter.drawRect(self.rect().adjusted(1, 1, -1, -1))
            painter.drawEllipse(self._end, self._theme.px(4), self._theme.px(4))

    def _place(self, event: QMouseEvent) -> QPointF:
        return QPointF(self.mapToParent(event.position().toPoint()))
