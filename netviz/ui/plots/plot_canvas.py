"""The drawing area of a plot: axes, curves, markers, crosshair, zoom and pan."""

import math
from collections.abc import Callable
from typing import Any

import numpy as np
import pyqtgraph as pg
from numpy.typing import NDArray
from PySide6.QtCore import QEvent, QMarginsF, QPoint, QRectF, Qt, Signal
from PySide6.QtGui import (
    QContextMenuEvent,
    QFontMetricsF,
    QMouseEvent,
    QPainterPath,
    QPen,
    QResizeEvent,
)
from PySide6.QtWidgets import QGraphicsLineItem, QWidget

from netviz.ui.charts.axes import Axes
from netviz.ui.charts.axes_item import NOTE_GAP_PX, AxesItem
from netviz.ui.charts.ticks import Range, Ticks, linear_ticks, step_ticks
from netviz.ui.look.theme import Theme
from netviz.ui.plots.change_markers import MarkerLayer
from netviz.ui.plots.metric import CurveStyle, Points
from netviz.ui.plots.step_pin import StepPin

_WIDEST_TICK = "0.0000"
_FEWEST_STEPS = 4
_MOST_DOTS = 200
_FARTHEST = 1e4
"""Ranges outside of which a point is drawn nearer: of a line that leads to 1e30 Qt paints nothing,
and nothing of the lines next to it."""


class PlotCanvas(pg.GraphicsView):  # type: ignore[misc]
    """Shows curves over the step number, in a range that moves only when it is told to.

    Signals
    -------
    hovered
        The mouse is over the step given, a float.
    left
        The mouse has left.
    zoomed
        The user moved the range with wheel or mouse.
    reset_requested
        The user double-clicked to go back to the whole run.
    menu_requested
        The user asked for the menu at a global position.
    view_changed
        Range or size have changed; what depends on them has to be drawn again.

    Attributes
    ----------
    curves
        By their names.
    markers
        The lines of the changes.
    pin
        The line at a step that was asked for elsewhere.
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
        self.curves: dict[str, PlotCurve] = {}
        self._y_ticks: Callable[[float, float], Ticks] = linear_ticks
        self._box = _Box(enableMenu=False, defaultPadding=0)
        self._box.disableAutoRange()
        self._axes_item = AxesItem(theme)
        self.markers = MarkerLayer(theme)
        self.pin = StepPin(theme)
        self._crosshair = QGraphicsLineItem()
        for item, height in (
            (self._axes_item, -200),
            (self._box, -100),
            (self.markers, 10),
            (self.pin, 15),
            (self._crosshair, 20),
        ):
            item.setZValue(height)
            self.scene().addItem(item)
        self._crosshair.hide()
        self._box.sigRangeChanged.connect(self._on_box_range_changed)
        self._box.sigRangeChangedManually.connect(self._on_box_range_changed_manually)
        self.restyle()

    @property
    def area(self) -> QRectF:
        """The rectangle inside the axes, in pixels of this widget."""
        px = self._theme.px
        labels = QFontMetricsF(self._theme.font(11))
        left = round(labels.horizontalAdvance(_WIDEST_TICK)) + px(8)
        top = round(labels.height()) + px(NOTE_GAP_PX) if self.note else px(7)
        bottom = round(labels.height()) + px(8)
        return QRectF(self.rect()).adjusted(left, top, -px(8), -bottom)

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
    def axes(self) -> Axes:
        """The steps and values in sight, and where they lie in this widget."""
        return Axes(self._theme, self.area, self.x_range, self.y_range)

    @property
    def tick_labels(self) -> list[str]:
        """What is written beside the vertical axis, from below."""
        return [text for _, text in self._axes_item.y_ticks]

    @property
    def message(self) -> str:
        """What is written in the middle of the plot."""
        return self._axes_item.message

    @property
    def note(self) -> str:
        """What is written above the axes."""
        return self._axes_item.note

    @property
    def note_box(self) -> QRectF:
        """Where the note is written, in pixels of this widget."""
        return self._axes_item.note_box

    def add_curve(self, name: str, style: CurveStyle) -> None:
        """Add a curve over the step number, above those before."""
        self.curves[name] = PlotCurve(self._theme, style, self._box)

    def style_curves(self, pixel_ratio: float, *, as_shapes: bool = False) -> None:
        """Give curves and dots their colours and widths.

        Parameters
        ----------
        pixel_ratio
            Pixels of what is painted on to one of the design: pyqtgraph's pens count the
            former.
        as_shapes
            Draw dots as shapes, which stay sharp in a file, and not as ready pictures.
        """
        for curve in self.curves.values():
            curve.restyle(pixel_ratio, as_shapes=as_shapes)

    def set_y_ticks(self, y_ticks: Callable[[float, float], Ticks]) -> None:
        """Place the ticks in a range of the vertical axis by another function."""
        if y_ticks is not self._y_ticks:
            self._y_ticks = y_ticks
            # The range may be the same numbers that mean something else now.
            self._lay_out()

    def set_limits(self, x: Range, y: Range) -> None:
        """Limit how far the user can zoom out and pan, and how far out points are drawn."""
        self._box.y_limits = y
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

    def bring_into_sight(self, step: int, limits: Range) -> None:
        """Move the range so far that it holds `step`, as wide as it is, within `limits`."""
        low, high = self.x_range
        if not low <= step <= high:
            width = high - low
            low = max(limits[0], min(step - width / 2, limits[1] - width))
            self.set_range((low, low + width), self.y_range)

    def set_texts(self, message: str, note: str) -> None:
        """Write `message` in the middle of the plot, and `note` above the axes, which make room."""
        is_moved = bool(note) != bool(self.note)
        self._axes_item.set_texts(message, note)
        if is_moved:
            self._lay_out()

    def x_pixel(self, step: float) -> float:
        """Return where a step is, in pixels of this widget."""
        return float(self.axes.x(step))

    def show_crosshair(self, step: float | None) -> None:
        """Draw a vertical line at a step, or none."""
        self._crosshair.setVisible(step is not None)
        if step is not None:
            axes = self.axes
            self._crosshair.setLine(axes.x(step), axes.area.top(), axes.x(step), axes.area.bottom())

    def restyle(self) -> None:
        """Follow the colours and the scale of the theme."""
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
        axes = self.axes
        if axes.area.contains(event.position()):
            self.hovered.emit(axes.x_value(event.position().x()))
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
        reach = self._theme.px(6)
        above = self._theme.px(NOTE_GAP_PX) if self.note else reach
        self._box.overhang = QMarginsF(reach, above, reach, 1)
        self._box.setGeometry(self.area)
        axes = self.axes
        self._axes_item.arrange(
            QRectF(self.rect()), axes, step_ticks(*axes.x_range), self._y_ticks(*axes.y_range)
        )
        self.view_changed.emit()


class PlotCurve:
    """A curve over the step number, with dots or filled, in colours of the theme.

    A thin line is not antialiased, which on noise would cost most of all; a wide one is drawn
    piece by piece, which costs half of drawing it as one.
    """

    def __init__(self, theme: Theme, style: CurveStyle, box: "_Box") -> None:
        self._theme = theme
        self._style = style
        self._box = box
        if style.is_filled:
            self._line = pg.PlotCurveItem(pen=None, fillLevel="enclosed", skipFiniteCheck=True)
        else:
            self._line = _Line(antialias=style.width > 1, skipFiniteCheck=True)
            if style.width > 1:
                self._line.setSegmentedLineMode("on")
        box.addItem(self._line, ignoreBounds=True)
        self._dots: pg.ScatterPlotItem | None = None
        if style.symbol:
            self._dots = _Dots(symbol=style.symbol, pxMode=True)
            self._dots.setZValue(5)
            box.addItem(self._dots, ignoreBounds=True)

    @property
    def points(self) -> Points:
        """The points of the line as it is drawn, in units of the axes."""
        x, y = self._line.getData()
        return (np.empty(0), np.empty(0)) if x is None else (x, y)

    @property
    def pen(self) -> QPen:
        """What the line is drawn with."""
        return QPen(self._line.opts["pen"])

    @property
    def symbol(self) -> str:
        """The shape of the dots as it is drawn; empty without dots."""
        return "" if self._dots is None else str(self._dots.opts["symbol"])

    def set_points(self, x: NDArray[Any], y: NDArray[Any]) -> None:
        """Draw other points, the line broken at each NaN; a great many without the dots."""
        low, high = self._box.y_limits
        reach = _FARTHEST * (high - low)
        y = np.clip(y, low - reach, high + reach)
        finite = np.isfinite(y)
        if self._dots is not None:
            every = max(1, -(-int(np.count_nonzero(finite)) // _MOST_DOTS))
            self._dots.setData(*((x[finite], y[finite]) if every == 1 else ([], [])))
            # The last one is always among them, so count from the end.
            keep = ~finite | (np.cumsum(finite[::-1])[::-1] % every == 1 % every)
            x, y, finite = x[keep], y[keep], finite[keep]
        self._line.setData(x, y, connect="all" if finite.all() else "finite")

    def restyle(self, pixel_ratio: float, *, as_shapes: bool) -> None:
        """Follow the colours and the scale of the theme; see `PlotCanvas.style_curves`."""
        theme, style = self._theme, self._style
        color = theme.color(style.token, style.opacity)
        if style.is_filled:
            self._line.setBrush(color)
            return
        self._line.setPen(pg.mkPen(color, width=round(theme.px(style.width) * pixel_ratio)))
        if self._dots is not None:
            self._dots.setPen(pg.mkPen(theme.color("surface"), width=1.5 * theme.scale))
            self._dots.setBrush(theme.color(style.token))
            self._dots.setSize((12 if style.symbol == "d" else 9) * theme.scale)
            self._dots.setExportMode(as_shapes)


class _Box(pg.ViewBox):  # type: ignore[misc]
    """Clips its curves a little outside itself, so that dots on its edges stay whole.

    No more than its bounds is painted anew when it or what is in it changes.
    """

    overhang = QMarginsF()
    y_limits: Range = (-math.inf, math.inf)

    def boundingRect(self) -> QRectF:
        # With new data nothing outside is painted.
        return QRectF(super().boundingRect()).marginsAdded(self.overhang)

    def shape(self) -> QPainterPath:
        path = QPainterPath()
        path.addRect(self.rect().marginsAdded(self.overhang))
        return path


class _Line(pg.PlotCurveItem):  # type: ignore[misc]
    """A line that takes the whole view as its bounds, which need no look at its points."""

    def boundingRect(self) -> QRectF:
        return QRectF(self.getViewBox().viewRect())


class _Dots(pg.ScatterPlotItem):  # type: ignore[misc]
    """Dots that take the whole view as their bounds, as lines do, and what they reach beyond it."""

    def boundingRect(self) -> QRectF:
        box = self.getViewBox()
        width, height = box.viewPixelSize()
        reach = box.overhang
        return QRectF(box.viewRect()).adjusted(
            -reach.left() * width,
            -max(reach.top(), reach.bottom()) * height,
            reach.right() * width,
            max(reach.top(), reach.bottom()) * height,
        )
