"""Several runs over each other: their curves in one metric, and the values under the mouse."""

import math
from collections.abc import Hashable, Iterable, Sequence
from pathlib import Path

import numpy as np
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QFont, QShowEvent
from PySide6.QtWidgets import QLabel, QVBoxLayout, QWidget

from netviz.engine.atomic_files import write_whole
from netviz.engine.curves.ticks import (
    Range,
    Ticks,
    linear_ticks,
    logarithmic_ticks,
    step_ticks,
)
from netviz.ui.look.theme import Theme
from netviz.ui.look.themed_widget import ThemedWidget
from netviz.ui.plots.hover_readout import Readout
from netviz.ui.plots.metric import CurveStyle, Points, Row
from netviz.ui.plots.overlay.overlaid_run import OverlaidRun, OverlayTrack
from netviz.ui.plots.overlay.overlay_legend import LegendEntry, OverlayLegend
from netviz.ui.plots.overlay.overlay_metrics import (
    METRICS,
    OverlayMetric,
    compared_function,
    highest_shown,
    left_out,
    positive,
    series_of,
    thinned,
)
from netviz.ui.plots.plot_canvas import PlotCanvas
from netviz.ui.plots.plot_curve import NO_POINTS
from netviz.ui.plots.plot_export import PNG_PIXEL_RATIO, csv_bytes, png_bytes, svg_bytes

_MOST_ROWS = 12
_POINT_PX = 2
"""Pixels for which one point of a wide line is enough."""
_END = 1.02
"""The last point stays off the edge, where its dot would be cut."""


class OverlayPlot(ThemedWidget):
    """The curves of several runs, each step drawn once, in the colour of each run.

    Attributes
    ----------
    title, legend, canvas, readout
        The parts, from above, and the box with the values under the mouse.
    shown_metric, in_epochs, log_y
        What is drawn, and over and along which axes.
    """

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(theme, parent)
        self.setObjectName("card")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self._tracks: dict[int, OverlayTrack] = {}
        self._function = ""
        self._curves: dict[int, Points] = {}
        self._known: dict[int, tuple[Hashable, Points]] = {}
        self._chosen: Range | None = None
        self._hovered: float | None = None
        self._is_drawing = False
        self.shown_metric: OverlayMetric = METRICS[0]
        self.in_epochs = self.log_y = False
        self.title = QLabel()
        self.legend = OverlayLegend(theme)
        self.canvas = PlotCanvas(theme)
        self.readout = Readout(theme, self)
        self._column = QVBoxLayout(self)
        for widget, stretch in ((self.title, 0), (self.legend, 0), (self.canvas, 1)):
            self._column.addWidget(widget, stretch)
        self.canvas.hovered.connect(self._on_canvas_hovered)
        self.canvas.left.connect(self._on_canvas_left)
        self.canvas.zoomed.connect(self._on_canvas_zoomed)
        self.canvas.reset_requested.connect(self.show_all)
        self.canvas.view_changed.connect(self._on_canvas_view_changed)
        self._restyle()

    # -- what is shown -----------------------------------------------------------------------

    def show_metric(self, metric: OverlayMetric, *, in_epochs: bool, log_y: bool) -> None:
        """Draw another metric, over the steps or the epochs."""
        self.shown_metric, self.in_epochs = metric, in_epochs
        self.log_y = log_y and metric.has_log
        self.show_all()

    def set_runs(self, runs: Sequence[OverlaidRun], half_life: float) -> None:
        """Draw these runs, of which the first ones lie behind the others.

        Parameters
        ----------
        half_life
            In steps, of the average over the losses.
        """
        tracks = {}
        for run in runs:
            before = self._tracks.get(run.line)
            is_same = before is not None and before.take(run, half_life)
            known = before if is_same else OverlayTrack(run, half_life, before)
            tracks[run.line] = known or OverlayTrack(run, half_life, None)
        self._tracks = tracks
        for run in runs:
            style = CurveStyle(run.token, 2 + run.is_at_hand, symbol="o", dash=run.dash)
            if str(run.line) not in self.canvas.curves:
                self.canvas.add_curve(str(run.line), style)
            self.canvas.curves[str(run.line)].set_line(style)
        self.canvas.style_curves(self.devicePixelRatioF())
        self._function = compared_function(self._tracks.values())
        self.legend.set_entries(
            [LegendEntry(run.name, run.token, run.dash, run.is_at_hand) for run in runs]
        )
        self.redraw()

    @property
    def has_other_batch_sizes(self) -> bool:
        """Whether a step is not the same number of images in all of the runs."""
        runs = [track.run for track in self._tracks.values()]
        return len({size for run in runs for _, size in run.batch_sizes}) > 1

    def curve(self, line: int) -> Points:
        """Return the points of a run as they are drawn, in units of the axes."""
        return self.canvas.curves[str(line)].points

    def show_all(self) -> None:
        """Show all of the runs again, from their first step to the last."""
        self._chosen = None
        self.redraw()

    # -- drawing -----------------------------------------------------------------------------

    def redraw(self) -> None:
        """Draw now, or as soon as it is in sight."""
        if not self.isVisible() or self._is_drawing:
            return
        self._is_drawing = True
        try:
            self._curves = {line: self._points(track) for line, track in self._tracks.items()}
            self._fit()
            self._draw()
        finally:
            self._is_drawing = False

    def _points(self, track: OverlayTrack) -> Points:
        """Return all values of a run, and where they lie on the axis."""
        looks = track, self.shown_metric.key, self.in_epochs, self._function
        if self._known.get(track.run.line, (None, NO_POINTS))[0] != looks:
            steps, values = series_of(self.shown_metric, track, self._function)
            x = track.epochs_at(steps) if self.in_epochs else steps.astype(np.float64)
            known = np.isfinite(x)
            self._known[track.run.line] = looks, (x[known], values[known])
        return self._known[track.run.line][1]

    def _begin(self, track: OverlayTrack) -> int:
        """Return the index of the first point that is drawn: the last one that is shared."""
        if not track.run.begins:
            return 0
        x, _ = self._curves[track.run.line]
        shared = np.array([track.run.begins])
        parted = float(track.epochs_at(shared)[0]) if self.in_epochs else float(shared[0])
        if math.isnan(parted):
            return 0
        return max(0, int(np.searchsorted(x, parted, "right")) - 1)

    def _fit(self) -> None:
        """Move the range to the runs, unless the user looks at a part."""
        metric, tracks = self.shown_metric, [*self._tracks.values()]
        self.title.setText(f"{metric.name} over the {'epochs' if self.in_epochs else 'steps'}")
        last = max((float(x[-1]) for x, _ in self._curves.values() if len(x)), default=0.0)
        whole = (0.0, last * _END if last else 1.0)
        known = [values[np.isfinite(values)] for _, values in self._curves.values()]
        values = np.concatenate([np.empty(0), *known])
        values = values[values > 0] if self.log_y else values
        most = math.inf if self.log_y else highest_shown(metric, tracks, self._function, known)
        highest = float(values.max(initial=-math.inf))
        low = float(values.min(initial=math.inf))
        heights = metric.range_of(low, min(highest, most), log_y=self.log_y)
        self.canvas.set_texts(
            "" if len(values) else metric.empty_text, self._note(highest, most, len(values))
        )
        self.canvas.set_x_ticks(epoch_ticks if self.in_epochs else step_ticks)
        self.canvas.set_y_ticks(logarithmic_ticks if self.log_y else metric.ticks)
        self.canvas.set_limits(whole, heights, 0.01 if self.in_epochs else 4)
        self.canvas.set_range(self._chosen or whole, heights)

    def _note(self, highest: float, most: float, count: int) -> str:
        notes = (
            [left_out(self.shown_metric, [*self._tracks.values()], self._function)] if count else []
        )
        if highest > most:
            notes.append(f"↑ up to {self.shown_metric.text(highest)}; log y shows it")
        return " · ".join(note for note in notes if note)

    def _draw(self) -> None:
        axes = self.canvas.axes
        sight, columns = axes.x_range, max(2, round(axes.area.width()) // _POINT_PX)
        for line, (x, values) in self._curves.items():
            begin = self._begin(self._tracks[line])
            x, y = x[begin:], positive(values[begin:], log_y=self.log_y)
            shown = thinned(x, sight, columns)
            dots = (x, y) if self.shown_metric.is_measured else NO_POINTS
            if len(dots[0]) > self.canvas.most_dots:
                dots = x[-1:], y[-1:]
            self.canvas.curves[str(line)].set_points(x[shown], y[shown], dots)
        self._show_values()

    # -- values ------------------------------------------------------------------------------

    def _show_values(self) -> None:
        """Show crosshair and readout where the mouse is."""
        found = None if self._hovered is None else self._rows_at(self._hovered)
        if found is None:
            self.canvas.show_crosshair(None)
            self.readout.hide()
            return
        place, rows = found
        self.canvas.show_crosshair(place)
        axes = self.canvas.axes
        corner = QPoint(round(axes.x(place)), round(axes.area.top()))
        self.readout.show_rows(rows, self.canvas.mapTo(self, corner))

    def _rows_at(self, hovered: float) -> tuple[float, list[Row]] | None:
        """Return the place nearest to the mouse that has values, and those."""
        near = [
            x[index]
            for x, values in self._curves.values()
            if len(x)
            for index in [int(np.abs(x - hovered).argmin())]
            if math.isfinite(values[index])
        ]
        if not near:
            return None
        place = float(min(near, key=lambda each: abs(each - hovered)))
        unit, written = ("epoch", f"{place:,.2f}") if self.in_epochs else ("step", f"{place:,.0f}")
        rows = [Row(unit, written.removesuffix(".00"))]
        for line, track in self._tracks.items():
            x, values = self._curves[line]
            if len(x) == 0 or place > x[-1] * (1 + 1e-9):
                continue
            value = float(values[int(np.abs(x - place).argmin())])
            if math.isfinite(value):
                rows.append(Row(track.run.name, self.shown_metric.text(value), track.run.token))
        more = len(rows) - 1 - _MOST_ROWS
        rows = [*rows[: _MOST_ROWS + 1], Row(f"and {more} more", "")] if more > 0 else rows
        return place, rows

    # -- files -------------------------------------------------------------------------------

    def export(self, path: Path) -> None:
        """Write the plot to `path` as its ending says: ``.png``, ``.svg`` or ``.csv``.

        Raises
        ------
        StorageError
            When the file cannot be written.
        """
        ending = path.suffix.lower()
        data = csv_bytes(*self.table()) if ending == ".csv" else self.picture(ending)
        write_whole(path, lambda temporary: temporary.write_bytes(data))

    def table(self) -> tuple[Sequence[str], Iterable[Sequence[object]]]:
        """Return names and rows of the CSV file: each value of each run, in full."""
        names = ("run", "step", "epoch", self.shown_metric.key)
        rows: list[tuple[object, ...]] = []
        for track in self._tracks.values():
            steps, values = series_of(self.shown_metric, track, self._function)
            epochs = track.epochs_at(steps)
            for step, epoch, value in zip(steps.tolist(), epochs, values, strict=True):
                if math.isfinite(value):
                    when = "" if math.isnan(epoch) else f"{epoch:.6g}"
                    rows.append((track.run.name, step, when, f"{value:.7g}"))
        return names, rows

    def picture(self, ending: str) -> bytes:
        """Return the card as a picture, without what is of use only on the screen."""
        self._on_canvas_left()
        background = self._theme.color("surface")
        is_svg = ending == ".svg"
        self.canvas.style_curves(1 if is_svg else PNG_PIXEL_RATIO, as_shapes=True)
        try:
            if is_svg:
                return svg_bytes(self, background, self.title.text())
            return png_bytes(self, background)
        finally:
            self.canvas.style_curves(self.devicePixelRatioF())

    # -- events ------------------------------------------------------------------------------

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self.canvas.style_curves(self.devicePixelRatioF())
        self.redraw()

    def _on_canvas_hovered(self, place: float) -> None:
        self._hovered = place
        self._show_values()

    def _on_canvas_left(self) -> None:
        self._hovered = None
        self._show_values()

    def _on_canvas_zoomed(self) -> None:
        self._chosen = self.canvas.x_range
        self._on_canvas_view_changed()

    def _on_canvas_view_changed(self) -> None:
        if self.isVisible() and not self._is_drawing:
            self._draw()

    def _restyle(self) -> None:
        px = self._theme.px
        self.title.setFont(self._theme.font(13, QFont.Weight.DemiBold))
        self._column.setContentsMargins(px(12), px(8), px(12), px(8))
        self._column.setSpacing(px(4))
        c = self._theme.colors
        self.setStyleSheet(
            f"QWidget#card {{ background: {c.surface}; border: 1px solid {c.border};"
            f" border-radius: {px(10)}px; }}"
        )
        self.readout.restyle()
        self.canvas.restyle()
        self.canvas.style_curves(self.devicePixelRatioF())


def epoch_ticks(low: float, high: float) -> Ticks:
    """Return ticks of epochs; the label of the last has the unit."""
    ticks = linear_ticks(low, high)
    return [*ticks[:-1], (ticks[-1][0], f"{ticks[-1][1]} epochs")] if ticks else []
