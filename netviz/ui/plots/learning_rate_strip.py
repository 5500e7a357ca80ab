"""The learning rate that was used, step by step, under the plot of the loss."""

import math

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QEvent, QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QFontMetricsF, QMouseEvent, QPainter, QPaintEvent, QPen, QPolygonF
from PySide6.QtWidgets import QSizePolicy

from netviz.engine.curves.downsampling import Extremes, bucket_width
from netviz.engine.curves.ticks import Range, Ticks, logarithmic_range, logarithmic_ticks
from netviz.engine.run.history import StepHistory
from netviz.number_text import rate_text
from netviz.ui.charts.axes import Axes, crisp, exponent
from netviz.ui.look.theme import Theme
from netviz.ui.look.themed_widget import ThemedWidget, fill_with_surface
from netviz.ui.plots.playhead import later_part, paint_later
from netviz.ui.plots.plot_canvas import PlotCanvas

_HEIGHT_PX = 24
_MOST_DECADES = 5
"""Rates more than this many powers of ten below the highest lie at the lower edge."""

Points = tuple[NDArray[np.float64], NDArray[np.float64]]


class RateSeries:
    """The rates of a history, reduced to where they change; free of Qt.

    A rate that stays costs two points however long it stays, and no redraw reads the whole run.
    """

    def __init__(self, history: StepHistory) -> None:
        self._history = history
        self._extremes = Extremes()
        self._seen = 0
        self._has_zero = False
        self.lowest, self.highest = math.inf, 0.0

    def update(self) -> None:
        """Add the rates that the history has recorded since the last call."""
        rates = self._history.learning_rates
        new = rates[self._seen :]
        if len(new):
            self._seen = len(rates)
            self.highest = max(self.highest, float(new.max()))
            above = new[new > 0]
            if len(above):
                self.lowest = min(self.lowest, float(above.min()))
            self._has_zero = self._has_zero or len(above) < len(new)

    def forget(self) -> None:
        """Forget the rates, which the history has forgotten."""
        self._extremes.clear()
        self._seen = 0
        self.lowest, self.highest = math.inf, 0.0
        self._has_zero = False

    @property
    def count(self) -> int:
        """How many steps it has taken in."""
        return min(self._seen, len(self._history))

    @property
    def last_step(self) -> int:
        """The last of them; 0 before any."""
        return int(self._history.steps[self.count - 1]) if self.count else 0

    @property
    def is_constant(self) -> bool:
        """Whether all rates so far are the same."""
        if self._has_zero:
            return self.highest == 0
        return self.lowest >= self.highest

    @property
    def y_range(self) -> Range:
        """Exponents of ten between which the rates lie."""
        if self.highest <= 0:
            return (-4.0, -2.0)
        low = max(self.lowest, self.highest / 10**_MOST_DECADES)
        return logarithmic_range(low, self.highest)

    def points(self, x: Range, stop: int, columns: int) -> Points:
        """Return steps in the range `x` and their rates, at most a few for each column."""
        history = self._history
        first = max(0, history.count_until(math.floor(x[0])) - 1)
        last = min(stop, history.count_until(math.ceil(x[1])) + 1)
        rates = history.learning_rates
        width = bucket_width(math.ceil(x[1] - x[0]), max(2, columns))
        indices = self._extremes.indices(rates, first, last, width)
        if last > first and indices[-1] != last - 1:
            # The extremes of equal rates are the first of them, and the curve would end too early.
            indices = np.append(indices, last - 1)
        steps, values = history.steps[indices].astype(np.float64), rates[indices]
        if len(values) > 2:
            is_same = values[1:] == values[:-1]
            # Of equal neighbours only the first and the last are corners of the curve.
            keep = np.concatenate(([True], ~(is_same[:-1] & is_same[1:]), [True]))
            steps, values = steps[keep], values[keep]
        return steps, values


class RateStrip(ThemedWidget):
    """A slim curve of the learning rate over the steps that the canvas above it shows.

    Signals
    -------
    hovered
        The mouse is over the step given, a float.
    left
        The mouse has gone.
    """

    hovered = Signal(float)
    left = Signal()

    def __init__(self, theme: Theme, canvas: PlotCanvas, history: StepHistory) -> None:
        super().__init__(theme)
        self._canvas = canvas
        self.series = RateSeries(history)
        self._stop = 0
        self._y_range = self.series.y_range
        self._crosshair: tuple[int, float] | None = None
        self._looked_step: int | None = None
        self.setMouseTracking(True)
        fill_with_surface(self)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setAccessibleName("Learning rate of each step")
        self.setToolTip("The learning rate that each step used, as the schedule and you set it.")

    def forget(self) -> None:
        """Forget the steps, which the history has forgotten."""
        self.series.forget()
        self._stop = 0  # it may be painted before it is drawn again
        self.update()

    def show_until(self, count: int) -> None:
        """Draw the first `count` recorded steps, within the range of the canvas."""
        self._stop = count
        self._y_range = self.series.y_range
        self.update()

    def show_crosshair(self, found: tuple[int, float] | None) -> None:
        """Mark a step with its rate, or none."""
        if found != self._crosshair:
            self._crosshair = found
            self.update()

    def look_at(self, step: int | None) -> None:
        """Show what came after a step pale; None for none."""
        if step != self._looked_step:
            self._looked_step = step
            self.update()

    @property
    def crosshair(self) -> tuple[int, float] | None:
        """The step that is marked, with its rate."""
        return self._crosshair

    def curve(self) -> QPolygonF:
        """Return the corners of the curve, in pixels of this widget."""
        axes = self._axes()
        # Columns of two pixels are enough for a curve that hardly ever has noise.
        columns = round(axes.area.width() / 2)
        steps, rates = self.series.points(axes.x_range, self._stop, columns)
        x = axes.x(steps).tolist()
        y = [self._y(axes, rate) for rate in rates.tolist()]
        return QPolygonF([QPointF(*point) for point in zip(x, y, strict=True)])

    def sizeHint(self) -> QSize:
        return QSize(0, self._theme.px(_HEIGHT_PX))

    def minimumSizeHint(self) -> QSize:
        return self.sizeHint()

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        x, axes = event.position().x(), self._axes()
        if axes.area.left() <= x <= axes.area.right():
            self.hovered.emit(axes.x_value(x))
        else:
            self.left.emit()

    def leaveEvent(self, event: QEvent) -> None:
        self.left.emit()

    def paintEvent(self, event: QPaintEvent) -> None:
        painter, theme, axes = QPainter(self), self._theme, self._axes()
        painter.fillRect(axes.area, theme.color("grid", 0.5))
        if not self._stop:
            # So it is known what will be here.
            painter.setFont(theme.font(12))
            painter.setPen(theme.color("quiet"))
            space = QRectF(0, 0, axes.area.left() - theme.px(8), self.height())
            painter.drawText(
                space, Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter, "rate"
            )
            return
        # The letters stay inside, and so far apart that those of two labels do not touch.
        beyond = theme.px(3)
        within = (0.0 - beyond, self.height() + beyond)
        axes.paint_y_ticks(painter, self._ticks(axes), gap_px=8, within=within)
        painter.setClipRect(axes.area.adjusted(0, -theme.px(2), 0, theme.px(2)))
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(QPen(theme.color("primary"), theme.px(1.5)))
        painter.drawPolyline(self.curve())
        painter.setClipping(False)
        if self._looked_step is not None:
            self._paint_playhead(painter, axes, self._looked_step)
        if self._crosshair:
            self._paint_crosshair(painter, axes, *self._crosshair)

    def _paint_playhead(self, painter: QPainter, axes: Axes, step: int) -> None:
        part = later_part(axes, step)
        paint_later(painter, self._theme, part)
        low, high = axes.x_range
        if low <= step <= high:
            painter.setPen(QPen(self._theme.color("text"), self._theme.px(1.5)))
            x = crisp(part.left())
            painter.drawLine(QPointF(x, 0), QPointF(x, self.height()))

    def _paint_crosshair(self, painter: QPainter, axes: Axes, step: int, rate: float) -> None:
        theme, area = self._theme, axes.area
        x = axes.x(step)
        painter.setPen(QPen(theme.color("muted", 0.7), theme.px(1)))
        painter.drawLine(QPointF(x, 0), QPointF(x, area.bottom()))
        text = f"lr {rate_text(rate)}"
        painter.setFont(theme.font(12))
        metrics = QFontMetricsF(theme.font(12))
        width = metrics.horizontalAdvance(text) + theme.px(8)
        gap = theme.px(6)
        left = x + gap if x + gap + width < area.right() else x - width - gap
        box = QRectF(left, (self.height() - metrics.height()) / 2, width, metrics.height())
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(theme.color("raised"))
        painter.drawRoundedRect(box, theme.px(4), theme.px(4))
        painter.setPen(theme.color("text"))
        painter.drawText(box, Qt.AlignmentFlag.AlignCenter, text)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(theme.color("primary"))
        painter.drawEllipse(QPointF(x, self._y(axes, rate)), theme.px(3), theme.px(3))

    def _ticks(self, axes: Axes) -> Ticks:
        """Label the ends of the axis, or the one rate that there has been."""
        if self.series.is_constant and self.series.highest > 0:
            return [(math.log10(self.series.highest), rate_text(self.series.highest))]
        ticks = logarithmic_ticks(*axes.y_range)
        return ticks[:1] + ticks[1:][-1:]

    def _axes(self) -> Axes:
        across, gap = self._canvas.area, self._theme.px(4)
        area = QRectF(across.left(), gap, across.width(), self.height() - 2 * gap)
        return Axes(self._theme, area, self._canvas.x_range, self._y_range)

    def _y(self, axes: Axes, rate: float) -> float:
        """Return the vertical position of a rate; one too low for the axis lies at its end."""
        low = axes.y_range[0]
        return float(axes.y(max(low, exponent(rate, low))))
