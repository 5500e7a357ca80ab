"""The drawing area of a plot: axes, curves, markers, crosshair, zoom and pan."""

import math
from collections.abc import Callable
from typing import Any

import pyqtgraph as pg
from PySide6.QtCore import QEvent, QMarginsF, QPoint, QPointF, QRectF, Qt, Signal
from PySide6.QtGui import (
    QContextMenuEvent,
    QCursor,
    QFontMetricsF,
    QMouseEvent,
    QPen,
    QResizeEvent,
)
from PySide6.QtWidgets import QGraphicsLineItem, QWidget

from netviz.engine.curves.ticks import Range, Ticks, linear_ticks, step_ticks
from netviz.ui.charts.axes import Axes, exponent
from netviz.ui.charts.axes_item import NOTE_GAP_PX, AxesItem
from netviz.ui.look.theme import Theme
from netviz.ui.plots.best_layer import BestLayer
from netviz.ui.plots.change_markers import MarkerLayer
from netviz.ui.plots.clipped_marks import ClippedMarks
from netviz.ui.plots.ghost_lines import GhostLines
from netviz.ui.plots.metric import BestTest, CurveStyle
from netviz.ui.plots.playhead import Playhead
from netviz.ui.plots.plot_curve import NO_POINTS, PlotBox, PlotCurve
from netviz.ui.plots.step_pin import StepPin

_WIDEST_TICK = "0.0000"
_FEWEST_STEPS = 4
_DOT_GAP_PX = 18
"""Distance of dots that do not crowd."""


class PlotCanvas(pg.GraphicsView):  # type: ignore[misc]
    """Shows curves over the step number, in a range that moves only when it is told to.

    Signals
    -------
    hovered
        The mouse is over the step given, a float.
    moved
        The mouse is at another place of the widget.
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
    beside
        The curves of other runs.
    markers
        The lines of the changes.
    clipped
        The marks at points that lie beyond an edge.
    best
        The best point, and the stretch after it that overfits.
    pin
        The line at a step that was asked for elsewhere.
    playhead
        The line at the step that is looked at.
    """

    hovered = Signal(float)
    moved = Signal(QPointF)
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
        self._x_ticks: Callable[[float, float], Ticks] = step_ticks
        self._box = PlotBox(enableMenu=False, defaultPadding=0)
        self._box.disableAutoRange()
        self.beside = GhostLines(theme, self._box)
        self._axes_item = AxesItem(theme)
        self.markers = MarkerLayer(theme)
        self.clipped = ClippedMarks(theme)
        self.best = BestLayer(theme)
        self.pin = StepPin(theme)
        self.playhead = Playhead(theme)
        self._crosshair = QGraphicsLineItem()
        for item, height in (
            (self._axes_item, -200),
            (self.best.shade, -150),
            (self._box, -100),
            (self.clipped, 5),
            (self.markers, 10),
            (self.best, 15),
            (self.pin, 15),
            (self.playhead, 18),
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
        width, height = self._label_size
        left = width + px(8)
        top = height + px(NOTE_GAP_PX) if self.note else px(7)
        bottom = height + px(8)
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
    def has_all_values(self) -> bool:
        """Whether the user has not chosen a part of the values."""
        return self._box.has_all_values

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

    @property
    def most_dots(self) -> float:
        """How many dots of a curve find room side by side."""
        return self.area.width() / self._theme.px(_DOT_GAP_PX)

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
        self.beside.restyle(pixel_ratio)

    def set_y_ticks(self, y_ticks: Callable[[float, float], Ticks]) -> None:
        """Place the ticks in a range of the vertical axis by another function."""
        if y_ticks is not self._y_ticks:
            self._y_ticks = y_ticks
            # The range may be the same numbers that mean something else now.
            self._lay_out()

    def set_x_ticks(self, x_ticks: Callable[[float, float], Ticks]) -> None:
        """Place the ticks in a range of the horizontal axis, which need not be one of steps."""
        if x_ticks is not self._x_ticks:
            self._x_ticks = x_ticks
            self._lay_out()

    def set_limits(self, x: Range, y: Range, closest: float = _FEWEST_STEPS) -> None:
        """Limit how far the user can zoom out, in and pan, and how far out points are drawn.

        `closest` is how much of the horizontal axis is in sight at least.
        """
        self._box.y_limits = y
        self._box.setLimits(
            xMin=x[0],
            xMax=x[1],
            yMin=y[0],
            yMax=y[1],
            minXRange=closest,
            minYRange=(y[1] - y[0]) / 1000,
        )

    def set_range(self, x: Range, y: Range) -> None:
        """Show the steps `x` and the values `y`."""
        self._box.setRange(xRange=x, yRange=y, padding=0)

    def set_texts(self, message: str, note: str) -> None:
        """Write `message` in the middle of the plot, and `note` above the axes, which make room."""
        is_moved = bool(note) != bool(self.note)
        self._axes_item.set_texts(message, note)
        if is_moved:
            self._lay_out()

    def mark_clipped(self, name: str, axes: Axes, whole: Range) -> None:
        """Mark where points of a curve leave the values `whole`; an empty name marks nothing."""
        if name:
            points, above = self.curves[name].points, self._box.overhang.top()
            self.clipped.arrange(points, axes, whole, above)

    def mark_best(self, best: BestTest | None, log_y: bool) -> None:
        """Mark the best point of the test curve, or nothing, beside the labels of the changes."""
        height = math.nan
        if best is not None:
            height = exponent(best.loss, math.nan) if log_y else best.loss
        curve = self.curves["test"].points
        self.best.arrange(best, height, self.axes, curve, self.markers.label_boxes)

    def look_at(self, step: int | None) -> None:
        """Show that a step is looked at, or none."""
        if (step, self.playhead.step) != (None, None):
            smoothed = self.curves.get("smoothed")
            curve = smoothed.points if smoothed else NO_POINTS
            place, ticks = QRectF(self.rect()), self._axes_item.y_ticks
            self.playhead.arrange(step, place, self.axes, ticks, curve)

    def x_pixel(self, step: float) -> float:
        """Return where a step is, in pixels of this widget."""
        return float(self.axes.x(step))

    def show_crosshair(self, step: float | None) -> None:
        """Draw a vertical line at a step, or none."""
        self._crosshair.setVisible(step is not None)
        if step is not None:
            axes = self.axes
            self._crosshair.setLine(axes.x(step), axes.area.top(), axes.x(step), axes.area.bottom())

    def look_for_mouse(self) -> None:
        """Tell if the mouse has gone below a menu: Qt tells nothing of it then."""
        if not self.rect().contains(self.mapFromGlobal(QCursor.pos())):
            self.left.emit()

    def restyle(self) -> None:
        """Follow the colours and the scale of the theme."""
        labels = QFontMetricsF(self._theme.font(12))
        self._label_size = round(labels.horizontalAdvance(_WIDEST_TICK)), round(labels.height())
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
        self.moved.emit(event.position())
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
            QRectF(self.rect()), axes, self._x_ticks(*axes.x_range), self._y_ticks(*axes.y_range)
        )
        self.view_changed.emit()
