"""The drawing area of a plot: grid, ticks, curves, markers, crosshair, zoom and pan."""

from collections.abc import Callable
from typing import Any

import pyqtgraph as pg
from PySide6.QtCore import QEvent, QPoint, QPointF, QRectF, Qt, Signal
from PySide6.QtGui import (
    QContextMenuEvent,
    QFontMetricsF,
    QMouseEvent,
    QPainter,
    QPainterPath,
    QPen,
    QResizeEvent,
)
from PySide6.QtWidgets import (
    QGraphicsItem,
    QGraphicsLineItem,
    QStyleOptionGraphicsItem,
    QWidget,
)

from netviz.ui.charts.ticks import Range, Ticks, linear_ticks, step_ticks
from netviz.ui.look.theme import Theme
from netviz.ui.plots.change_markers import MarkerLayer

_WIDEST_TICK = "0.0000"
_FEWEST_STEPS = 4


class PlotCanvas(pg.GraphicsView):  # type: ignore[misc]
    """Shows curves over the step number, in a range that moves only when it is told to.

    Signals
    -------
    hovered
        The mouse is over the step given, a float.
    left
        The mouse has gone.
    zoomed
        The user moved the range with wheel or mouse.
    reset_requested
        The user double-clicked to go back to the whole run.
    menu_requested
        The user asked for the menu at a global position.
    view_changed
        Range or size are others; what depends on them has to be drawn again.
    """

    hovered = Signal(float)
    left = Signal()
    zoomed = Signal()
    reset_requested = Signal()
    menu_requested = Signal(QPoint)
    view_changed = Signal()

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent, background=None)
        self.setCacheMode(self.CacheModeFlag.CacheNone)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self._theme = theme
        self.y_ticks: Callable[[float, float], Ticks] = linear_ticks
        self._box = _Box(enableMenu=False, defaultPadding=0)
        self._box.disableAutoRange()
        self._axes = _Axes(theme)
        self.markers = MarkerLayer(theme)
        self._crosshair = QGraphicsLineItem()
        for item, height in (
            (self._axes, -200),
            (self._box, -100),
            (self.markers, 10),
            (self._crosshair, 20),
        ):
            item.setZValue(height)
            self.scene().addItem(item)
        self._crosshair.hide()
        self.setMinimumHeight(theme.px(72))
        self._box.sigRangeChanged.connect(self._on_box_range_changed)
        self._box.sigRangeChangedManually.connect(self._on_box_range_changed_manually)
        self.restyle()

    @property
    def area(self) -> QRectF:
        """The rectangle inside the axes, in pixels of this widget."""
        px = self._theme.px
        labels = QFontMetricsF(self._theme.font(11))
        left = round(labels.horizontalAdvance(_WIDEST_TICK)) + px(8)
        bottom = round(labels.height()) + px(8)
        return QRectF(self.rect()).adjusted(left, px(7), -px(8), -bottom)

    @property
    def x_range(self) -> Range:
        """First and last step in sight."""
        low, high = self._box.viewRange()[0]
        return low, high

    @property
    def y_range(self) -> Range:
        """Lowest and highest value in sight; exponents of ten on a logarithmic axis."""
        low, high = self._box.viewRange()[1]
        return low, high

    @property
    def tick_labels(self) -> list[str]:
        """What is written beside the vertical axis, from below."""
        return [text for _, text in self._axes.y_ticks]

    def add(self, item: QGraphicsItem) -> None:
        """Put an item into the plot, in units of the data."""
        self._box.addItem(item, ignoreBounds=True)

    @property
    def message(self) -> str:
        """What is written in the middle of the plot."""
        return self._axes.message

    @property
    def note(self) -> str:
        """What is written in the lower right corner of the plot."""
        return self._axes.note

    def add_curve(self, *, wide: bool = False) -> pg.PlotCurveItem:
        """Add a curve over the step number, in units of the data.

        A thin one is not antialiased, which on noise would cost most of all; a wide one is
        drawn piece by piece, which costs half of drawing it as one.
        """
        curve = _Curve(antialias=wide, skipFiniteCheck=True)
        if wide:
            curve.setSegmentedLineMode("on")
        self.add(curve)
        return curve

    def add_dots(self, symbol: str) -> pg.ScatterPlotItem:
        """Add dots over the step number, before the curves; `symbol` as pyqtgraph names it."""
        dots = _Dots(symbol=symbol, pxMode=True)
        dots.setZValue(5)
        self.add(dots)
        return dots

    def set_limits(self, x: Range, y: Range) -> None:
        """Say how far the user can zoom out and pan."""
        self._box.setLimits(
            xMin=x[0],
            xMax=x[1],
            yMin=y[0],
            yMax=y[1],
            minXRange=_FEWEST_STEPS,
            minYRange=(y[1] - y[0]) / 1000,
        )

    def set_range(self, x: Range, y: Range) -> None:
        """Show the steps `x` and the values `y`."""
        self._box.setRange(xRange=x, yRange=y, padding=0)

    def set_texts(self, message: str, note: str) -> None:
        """Write `message` in the middle of the plot and `note` in its lower right corner."""
        if (message, note) != (self.message, self.note):
            self._axes.message, self._axes.note = message, note
            self._axes.update()

    def x_pixel(self, step: float) -> float:
        """Return where a step is, in pixels of this widget."""
        low, high = self.x_range
        return self.area.left() + (step - low) / (high - low) * self.area.width()

    def step_at(self, x_pixel: float) -> float:
        """Return the step at a horizontal position of this widget."""
        low, high = self.x_range
        return low + (x_pixel - self.area.left()) / self.area.width() * (high - low)

    def show_crosshair(self, step: float | None) -> None:
        """Draw a vertical line at a step, or none."""
        self._crosshair.setVisible(step is not None)
        if step is not None:
            x, area = self.x_pixel(step), self.area
            self._crosshair.setLine(x, area.top(), x, area.bottom())

    def restyle(self) -> None:
        """Take the colours and the scale of the theme anew."""
        self.setBackground(self._theme.color("surface"))
        pen = QPen(self._theme.color("muted", 0.7), self._theme.px(1))
        self._crosshair.setPen(pen)
        self.setMinimumHeight(self._theme.px(72))
        self._lay_out()

    def resizeEvent(self, event: QResizeEvent | None) -> None:
        super().resizeEvent(event)
        # pyqtgraph's constructor resizes before there is anything to lay out.
        if hasattr(self, "_crosshair"):
            self._lay_out()

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        super().mouseMoveEvent(event)
        if self.area.contains(event.position()):
            self.hovered.emit(self.step_at(event.position().x()))
        else:
            self.left.emit()

    def leaveEvent(self, event: QEvent) -> None:
        super().leaveEvent(event)
        self.left.emit()

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        self.reset_requested.emit()

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        self.menu_requested.emit(event.globalPos())

    def _on_box_range_changed(self, *_: Any) -> None:
        self._lay_out()

    def _on_box_range_changed_manually(self, *_: Any) -> None:
        self.zoomed.emit()

    def _lay_out(self) -> None:
        self._box.overhang = self._theme.px(6)
        self._box.setGeometry(self.area)
        self._axes.arrange(
            QRectF(self.rect()),
            self.area,
            (self.x_range, step_ticks(*self.x_range)),
            (self.y_range, self.y_ticks(*self.y_range)),
        )
        self.view_changed.emit()


class _Box(pg.ViewBox):  # type: ignore[misc]
    """Clips its curves a little outside itself, so that dots on its edges stay whole."""

    overhang = 0

    def shape(self) -> QPainterPath:
        path = QPainterPath()
        reach = self.overhang
        path.addRect(self.rect().adjusted(-reach, -reach, reach, 1))
        return path


class _Curve(pg.PlotCurveItem):  # type: ignore[misc]
    """A curve that takes the whole view as its bounds, which need no look at its points."""

    def boundingRect(self) -> QRectF:
        return QRectF(self.getViewBox().viewRect())


class _Dots(pg.ScatterPlotItem):  # type: ignore[misc]
    """Dots that take the whole view as their bounds, as curves do."""

    def boundingRect(self) -> QRectF:
        return QRectF(self.getViewBox().viewRect())


class _Axes(QGraphicsItem):
    """Horizontal grid lines, tick labels outside, and the plot's texts."""

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self._theme = theme
        self._bounds, self._area = QRectF(), QRectF()
        self._lines: list[float] = []
        self._labels: list[tuple[QRectF, str]] = []
        # To be told which part is to be painted: with new data it is the inside alone.
        self.setFlag(self.GraphicsItemFlag.ItemUsesExtendedStyleOption)
        self.y_ticks: Ticks = []
        self.message = self.note = ""

    def arrange(
        self, bounds: QRectF, area: QRectF, x: tuple[Range, Ticks], y: tuple[Range, Ticks]
    ) -> None:
        """Place ticks of the ranges `x` and `y` around `area`."""
        self.prepareGeometryChange()
        self._bounds, self._area = bounds, area
        metrics = QFontMetricsF(self._theme.font(11))
        widest = max([metrics.horizontalAdvance(text) for _, text in x[1]], default=0)
        x_ticks = _thinned(x[1], area.width() / (widest + self._theme.px(12)))
        self.y_ticks = _thinned(y[1], area.height() / (1.3 * metrics.height()) + 1)
        self._lines, self._labels = [], []
        for value, text in self.y_ticks:
            place = area.bottom() - _share(value, y[0]) * area.height()
            self._lines.append(round(place) + 0.5)
            width = metrics.horizontalAdvance(text)
            left = area.left() - self._theme.px(8) - width
            box = QRectF(left, place - metrics.height() / 2, width, metrics.height())
            self._labels.append((box, text))
        top = area.bottom() + self._theme.px(6)
        for value, text in x_ticks:
            width = metrics.horizontalAdvance(text)
            centered = area.left() + _share(value, x[0]) * area.width() - width / 2
            left = min(centered, bounds.right() - width)
            self._labels.append((QRectF(left, top, width, metrics.height()), text))
        self.update()

    def boundingRect(self) -> QRectF:
        return self._bounds

    def paint(
        self,
        painter: QPainter,
        option: QStyleOptionGraphicsItem,
        widget: QWidget | None = None,
    ) -> None:
        theme, area = self._theme, self._area
        painter.setPen(QPen(theme.color("grid"), theme.px(1)))
        for y in self._lines:
            painter.drawLine(QPointF(area.left(), y), QPointF(area.right(), y))
        painter.setFont(theme.font(11))
        painter.setPen(theme.color("muted"))
        exposed = option.exposedRect
        for box, text in self._labels:
            if exposed.intersects(box):
                painter.drawText(box, _UNCLIPPED, text)
        painter.drawText(area.adjusted(0, 0, -theme.px(6), -theme.px(4)), _LOWER_RIGHT, self.note)
        painter.setFont(theme.font(13))
        painter.drawText(area, _CENTERED, self.message)


def _thinned(ticks: Ticks, most: float) -> Ticks:
    """Leave out every other tick until there is space for those left; the last one stays."""
    while len(ticks) > max(2, most):
        ticks = ticks[::-1][::2][::-1]
    return ticks


def _share(value: float, whole: Range) -> float:
    return (value - whole[0]) / (whole[1] - whole[0])


_UNCLIPPED: Any = Qt.TextFlag.TextDontClip
_CENTERED: Any = Qt.AlignmentFlag.AlignCenter
_LOWER_RIGHT: Any = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignBottom
