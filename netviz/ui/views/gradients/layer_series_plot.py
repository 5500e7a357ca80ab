"""A few lines over steps on a logarithmic axis, each named at its end."""

import math
from collections.abc import Iterator, Sequence
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray
from pyqtgraph.functions import arrayToQPolygonF
from PySide6.QtCore import QEvent, QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import (
    QFontMetricsF,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QPen,
    QResizeEvent,
)
from PySide6.QtWidgets import QSizePolicy, QToolTip, QWidget

from netviz.engine.curves.ticks import (
    Range,
    logarithmic_range,
    logarithmic_ticks,
    round_up,
    step_ticks,
)
from netviz.number_text import norm_text
from netviz.ui.charts.axes import LABEL_PX, Axes
from netviz.ui.look.theme import Theme
from netviz.ui.look.themed_widget import ThemedWidget, fill_with_surface
from netviz.ui.views.gradients.layer_colors import layer_color, layer_pen, thin_pen

_LEFT = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter
_DEFAULT_RANGE = (-4.0, 0.0)
_LEAST_LABEL_GAP_PX = 12
_SMOOTHED_OVER = 11  # observations
_MOST_WIDE_POINTS = 125  # a wide dashed line costs much more a point than a thin one


class SeriesPlot(ThemedWidget):
    """A plot with two lines for each layer: a thin one as observed, a wide one smoothed.

    A zero, which a logarithmic axis lacks, is marked by a dash at the lower edge; what is not
    finite by a cross at the upper one. The axes move in jumps.

    Signals
    -------
    step_pointed
        The mouse points at the observation with this index; -1 when it leaves.

    Attributes
    ----------
    axes
        The steps, and the exponents of ten, in sight and where they lie.
    """

    step_pointed = Signal(int)

    def __init__(
        self,
        theme: Theme,
        title: str,
        guide: tuple[float, str] | None = None,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(theme, parent)
        self._title = title
        self._guide = guide
        self._names: Sequence[str] = ()
        self._shown: Sequence[int] = ()
        self._steps = np.empty(0, np.int64)
        self._values = np.empty((0, 0))
        self._also: tuple[NDArray[np.float64], str] | None = None
        self._smoothed = np.empty((0, 0))
        self._starts = np.empty(0, np.int64)
        self._gaps: Sequence[tuple[int, int]] = ()
        self._pointed = -1
        self.setMouseTracking(True)
        fill_with_surface(self)
        self.setAccessibleName(title)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self._lay_out(*self._fitting_ranges())

    def set_series(
        self,
        steps: NDArray[np.int64],
        values: NDArray[np.float64],
        names: Sequence[str],
        shown: Sequence[int],
        also: tuple[NDArray[np.float64], str] | None = None,
        gaps: Sequence[tuple[int, int]] = (),
    ) -> None:
        """Draw `values`, ``[layers, steps]``; of these only the layers in `shown`.

        `also` are other values with what they are: told beside the first where they differ, and
        not drawn. `gaps` are stretches that were not recorded, each from the last step before it to
        its own last one: no line leads over them.
        """
        self._steps, self._values, self._also = steps, values, also
        self._gaps = gaps
        first_after = np.searchsorted(steps, [last for _, last in gaps], side="right")
        self._starts = np.unique(first_after[(first_after > 0) & (first_after < len(steps))])
        unbroken = np.split(values, self._starts, axis=1)
        self._smoothed = np.concatenate([smoothed_exponents(part) for part in unbroken], axis=1)
        self._names, self._shown = names, shown
        self._pointed = min(self._pointed, len(steps) - 1)
        self._lay_out(*self._fitting_ranges())
        self.update()

    def point_at(self, place: int) -> None:
        """Mark the observation with an index; -1 for none."""
        if place != self._pointed:
            self._pointed = place
            self.update()

    def text_at(self, place: int) -> str:
        """Return the numbers of one observation, a line for each layer."""
        if not 0 <= place < len(self._steps):
            return ""
        lines = [f"{self._title}, step {self._steps[place]:,}"]
        lines += [f"{self._names[i]}: {self._value_text(i, place)}" for i in self._shown]
        return "\n".join(lines)

    def _value_text(self, index: int, place: int) -> str:
        text = norm_text(self._values[index, place])
        if self._also is None:
            return text
        values, what = self._also
        other = norm_text(values[index, place])
        return text if other == text else f"{text} ({other} {what})"

    def observation_at(self, x: float) -> int:
        """Return the index of the observation nearest to a horizontal position."""
        step = self.axes.x_value(x)
        return int(np.abs(self._steps - step).argmin()) if len(self._steps) else -1

    def sizeHint(self) -> QSize:
        return QSize(self._theme.px(300), self._theme.px(140))

    def minimumSizeHint(self) -> QSize:
        return QSize(self._theme.px(160), self._theme.px(60))

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._restyle()

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        place = self.observation_at(event.position().x())
        self.step_pointed.emit(place)
        QToolTip.showText(event.globalPosition().toPoint(), self.text_at(place), self)

    def leaveEvent(self, event: QEvent) -> None:
        self.step_pointed.emit(-1)

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        self._paint_title(painter)
        axes = self.axes
        axes.paint_y_ticks(painter, logarithmic_ticks(*axes.y_range), gap_px=5)
        axes.paint_x_labels(painter, step_ticks(*axes.x_range), right=self.width())
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        for index in self._shown:
            self._paint_observations(painter, index)
        for index in self._shown:
            self._paint_line(painter, index)
        self._paint_guide(painter)
        axes.paint_gaps(painter, self._gaps)
        self._paint_labels(painter)
        self._paint_pointer(painter)

    def _fitting_ranges(self) -> tuple[Range, Range]:
        """Return ranges with round ends around the steps and the values of the layers shown."""
        values = self._values[list(self._shown)]
        drawable = values[np.isfinite(values) & (values > 0)]
        y_range = _DEFAULT_RANGE
        if drawable.size:
            low, high = float(drawable.min()), float(drawable.max())
            if self._guide:
                low, high = min(low, self._guide[0]), max(high, self._guide[0])
            y_range = logarithmic_range(low, high)
        last = float(self._steps[-1]) if len(self._steps) else 0.0
        return (0.0, round_up(max(10.0, last))), y_range

    def _lay_out(self, x_range: Range, y_range: Range) -> None:
        """Place the lines between the labels of the axis and the names.

        Not done while painting, since measuring the names takes longer than painting them.
        """
        px = self._theme.px
        right = px(6) + self._label_width()
        left, top, bottom = px(44), px(22), px(17)
        width, height = self.width() - left - right, self.height() - top - bottom
        area = QRectF(left, top, max(px(20), width), max(px(20), height))
        self.axes = Axes(self._theme, area, x_range, y_range)

    def _restyle(self) -> None:
        self._lay_out(self.axes.x_range, self.axes.y_range)

    # -- painting ------------------------------------------------------------------------

    def _paint_title(self, painter: QPainter) -> None:
        painter.setFont(self._theme.font(13))
        painter.setPen(self._theme.color("text"))
        painter.drawText(QRectF(0, 0, self.width(), self._theme.px(18)), _LEFT, self._title)

    def _paint_guide(self, painter: QPainter) -> None:
        if self._guide is None:
            return
        theme, plot = self._theme, self.axes.area
        y = self.axes.y(math.log10(self._guide[0]))
        if not plot.top() - 1 <= y <= plot.bottom() + 1:
            return
        pen = QPen(theme.color("muted"), theme.scale)
        pen.setDashPattern([4, 4])
        painter.setPen(pen)
        painter.drawLine(QPointF(plot.left(), y), QPointF(plot.right(), y))
        height = theme.px(LABEL_PX)
        above = y - height - 1 if y - height > plot.top() else y + 1
        width = painter.fontMetrics().horizontalAdvance(self._guide[1]) + theme.px(6)
        if width > plot.width():
            return
        area = QRectF(plot.right() - width, above, width, height)
        painter.fillRect(area, theme.color("surface", 0.75))
        painter.drawText(area, Qt.AlignmentFlag.AlignCenter, self._guide[1])

    def _paint_observations(self, painter: QPainter, index: int) -> None:
        drawable = np.isfinite(self._smoothed[index])
        values = self._values[index]
        exponents = np.log10(values, out=np.zeros_like(values), where=drawable)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing, False)
        pen = thin_pen(self._theme, index, len(self._names))
        self._paint_curve(painter, pen, exponents, drawable)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)

    def _paint_line(self, painter: QPainter, index: int) -> None:
        plot, smoothed = self.axes.area, self._smoothed[index]
        drawable = np.isfinite(smoothed)
        pen = layer_pen(self._theme, index, len(self._names))
        self._paint_curve(painter, pen, smoothed, drawable, _MOST_WIDE_POINTS)
        painter.setPen(QPen(pen.color(), pen.widthF()))
        for place in np.flatnonzero(~drawable).tolist():
            at_zero = self._values[index, place] == 0
            y = plot.bottom() if at_zero else plot.top()
            at = QPointF(self.axes.x(float(self._steps[place])), y)
            self._paint_sign(painter, at, cross=not at_zero)

    def _paint_curve(
        self,
        painter: QPainter,
        pen: QPen,
        exponents: NDArray[np.float64],
        drawable: NDArray[np.bool_],
        most_points: int = 10_000,
    ) -> None:
        """Paint the unbroken stretches; of each the last point and every n-th before it."""
        every = math.ceil(len(exponents) / most_points)
        painter.setPen(pen)
        painter.setBrush(Qt.BrushStyle.NoBrush)
        xs, ys = self.axes.x(self._steps), self.axes.y(exponents)
        for first, last in stretches(drawable, self._starts):
            places = np.arange(last - 1, first - 1, -every)
            if len(places) == 1:
                painter.drawEllipse(QPointF(xs[first], ys[first]), 1, 1)
            painter.drawPolyline(arrayToQPolygonF(xs[places], ys[places]))

    def _paint_sign(self, painter: QPainter, at: QPointF, *, cross: bool) -> None:
        reach = self._theme.px(3)
        if not cross:
            painter.drawLine(at - QPointF(reach, 0), at + QPointF(reach, 0))
            return
        for dx in (reach, -reach):
            painter.drawLine(at - QPointF(dx, reach), at + QPointF(dx, reach))

    def _paint_labels(self, painter: QPainter) -> None:
        """Name the lines at their ends, moved apart, and leave some out where they are many."""
        if not len(self._steps):
            return
        theme, plot = self._theme, self.axes.area
        end = self.axes.x(float(self._steps[-1]))
        gap = theme.px(_LEAST_LABEL_GAP_PX)
        ends = {index: self._end_y(index) for index in self._shown}
        every = max(1, math.ceil(len(ends) / (int(plot.height() / gap) + 1)))
        anchors = {index: ends[index] for index in list(ends)[::every]}
        left = plot.right() + theme.px(8)
        for index, y in spread(anchors, gap, plot.top(), plot.bottom()).items():
            color = layer_color(theme, index, len(self._names))
            painter.setPen(QPen(color, theme.scale / 2))
            painter.drawLine(QPointF(end, anchors[index]), QPointF(left - theme.px(2), y))
            painter.setPen(color)
            area = QRectF(left, y - gap / 2, self.width() - left, gap)
            painter.drawText(area, _LEFT, self._names[index])

    def _end_y(self, index: int) -> float:
        known = np.flatnonzero(np.isfinite(self._smoothed[index]))
        exponent = self._smoothed[index, known[-1]] if known.size else self.axes.y_range[0]
        return float(self.axes.y(exponent))

    def _label_width(self) -> float:
        metrics = QFontMetricsF(self._theme.font(12))
        widths = [metrics.horizontalAdvance(self._names[index]) for index in self._shown]
        return max(widths, default=0.0) + self._theme.px(4)

    def _paint_pointer(self, painter: QPainter) -> None:
        if self._pointed < 0:
            return
        plot = self.axes.area
        x = self.axes.x(float(self._steps[self._pointed]))
        painter.setPen(QPen(self._theme.color("faint"), 1))
        painter.drawLine(QPointF(x, plot.top()), QPointF(x, plot.bottom()))
        for index in self._shown:
            value = self._values[index, self._pointed]
            if value > 0 and math.isfinite(value):
                painter.setPen(Qt.PenStyle.NoPen)
                painter.setBrush(layer_color(self._theme, index, len(self._names)))
                reach = 3 * self._theme.scale
                painter.drawEllipse(QPointF(x, self.axes.y(math.log10(value))), reach, reach)


def smoothed_exponents(values: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return log10 averaged over the last observations along the last axis.

    What has no logarithm is left out of the averages and NaN in the result.
    """
    drawable = np.isfinite(values) & (values > 0)
    exponents = np.log10(values, out=np.zeros(values.shape), where=drawable)
    sums, counts = window_sums(exponents), window_sums(drawable.astype(np.float64))
    means = np.full(values.shape, np.nan)
    np.divide(sums, counts, out=means, where=drawable)
    return means


def window_sums(values: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the sum of the last `_SMOOTHED_OVER` values at each index of the last axis."""
    padded = np.pad(np.cumsum(values, axis=-1), ((0, 0), (_SMOOTHED_OVER, 0)))
    sums: NDArray[np.float64] = padded[:, _SMOOTHED_OVER:] - padded[:, :-_SMOOTHED_OVER]
    return sums


def runs(mask: NDArray[np.bool_]) -> Iterator[tuple[int, int]]:
    """Yield start and stop of each unbroken run of True."""
    edges = np.flatnonzero(np.diff(np.concatenate(([False], mask, [False])).astype(np.int8)))
    yield from zip(edges[::2].tolist(), edges[1::2].tolist(), strict=True)


def stretches(mask: NDArray[np.bool_], starts: NDArray[np.int64]) -> Iterator[tuple[int, int]]:
    """Yield the `runs` of True, parted where one of `starts` lies in them."""
    for first, last in runs(mask):
        within = starts[(starts > first) & (starts < last)].tolist()
        yield from pairwise([first, *within, last])


def spread(anchors: dict[int, float], gap: float, top: float, bottom: float) -> dict[int, float]:
    """Move places apart to at least `gap`, in their order, between `top` and `bottom`.

    Where they are too many for it they get closer than `gap`.
    """
    order = sorted(anchors, key=lambda key: anchors[key])
    if not order:
        return {}
    gap = min(gap, (bottom - top) / max(1, len(order) - 1))
    places: dict[int, float] = {}
    floor = top
    for key in order:
        places[key] = floor = max(anchors[key], floor)
        floor += gap
    ceiling = bottom
    for key in reversed(order):
        places[key] = ceiling = min(places[key], ceiling)
        ceiling -= gap
    return places
