"""What the plots of a run share: taking data, following it, holding still, telling values."""

from collections.abc import Hashable, Iterable, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pyqtgraph as pg
from numpy.typing import NDArray
from PySide6.QtCore import QPoint, Signal
from PySide6.QtGui import QShowEvent
from PySide6.QtWidgets import QFileDialog

from netviz.engine.atomic_files import write_whole
from netviz.engine.errors import StorageError
from netviz.engine.protocol.events import Measurement, Progress
from netviz.engine.protocol.ledger import LedgerEntry
from netviz.ui.charts.ticks import Range, round_up
from netviz.ui.plots.hover_readout import Row
from netviz.ui.plots.plot_card import FORMATS, PlotCard
from netviz.ui.plots.plot_export import PNG_PIXEL_RATIO, csv_bytes, png_bytes, svg_bytes
from netviz.ui.plots.run_record import RunRecord

_FIRST_STEPS = 100
_MOST_DOTS = 200
_NEAR_CHANGE_PX = 6

Table = tuple[Sequence[str], Iterable[Sequence[Any]]]


class MetricPlot(PlotCard):
    """A card with the curves of one figure over the steps of a run.

    New data only mark the plot; `refresh`, called by the window's frame clock, draws them
    while the plot is in sight. All data are kept while the view is held or hidden.

    Signals
    -------
    failed
        A file could not be written; carries the `StorageError`.
    saved
        A file was written; carries its `Path`.
    """

    failed = Signal(object)
    saved = Signal(object)

    file_stem = "plot"
    empty_text = ""

    def __init__(self, *card: Any) -> None:
        self._record = RunRecord()
        self._dirty = True
        self._drawing = False
        self._following = True
        self._held_step: int | None = None
        self._ranges: tuple[Range, Range] | None = None
        self._scale_in_use: Hashable = None
        self._hovered_step: float | None = None
        self._markers_in_use: Hashable = None
        self._measured_in_use: Hashable = None
        self._lines: list[tuple[pg.PlotCurveItem, str, float, float]] = []
        self._dots: list[tuple[pg.ScatterPlotItem, str]] = []
        super().__init__(*card)
        self.canvas.hovered.connect(self._on_canvas_hovered)
        self.canvas.left.connect(self._on_canvas_left)
        self.canvas.zoomed.connect(self._on_canvas_zoomed)
        self.canvas.reset_requested.connect(self.reset_zoom)
        self.canvas.view_changed.connect(self._on_canvas_view_changed)
        self.log_action.toggled.connect(self._on_log_action_toggled)
        self.hold_action.toggled.connect(self.set_view_paused)
        self.reset_action.triggered.connect(self.reset_zoom)
        self.badge.clicked.connect(self._on_badge_clicked)
        self.export_requested.connect(self._on_export_requested)

    # What a plot of a certain figure has to say.

    def _draw(self) -> None:
        """Give the curves what there is up to `_shown_step`, within the range in sight."""
        raise NotImplementedError

    def _draw_measurements(self, measured: list[Measurement]) -> None:
        """Give the curves that have one point an epoch theirs."""
        raise NotImplementedError

    def _fitting_range(self, present: Range | None) -> Range:
        """Return `present` if all values are inside it, otherwise a range with round ends."""
        raise NotImplementedError

    def _scale(self) -> Hashable:
        """What a range depends on beside the values; another one asks for another range."""
        raise NotImplementedError

    def _figures(self) -> tuple[dict[str, str], str]:
        """Return the header's figures by their names, and its note."""
        raise NotImplementedError

    def _rows_at(self, step: float) -> tuple[int, list[Row]] | None:
        """Return the step nearest to `step` that has values, and those; None if none has."""
        raise NotImplementedError

    def _table(self) -> Table:
        """Return names and rows of the CSV file."""
        raise NotImplementedError

    # Data.

    def clear(self) -> None:
        """Forget the run; the view is held no longer and follows the next one."""
        self._record = RunRecord()
        self.hold_action.setChecked(False)
        self.reset_zoom()

    def add_progress(self, progress: Progress) -> None:
        """Take the steps of a report; what was known of them and later ones is replaced."""
        if len(progress.steps) == 0:
            return
        if progress.steps[0] <= self._record.last_step:
            self.truncate(int(progress.steps[0]) - 1)
        self._record.add_progress(progress)
        self._dirty = True

    def add_measurement(self, measurement: Measurement) -> None:
        """Take the measurement of an epoch, or of the untrained network (step 0)."""
        self._record.add_measurement(measurement)
        self._dirty = True

    def add_ledger_entries(self, entries: tuple[LedgerEntry, ...]) -> None:
        """Mark changes that the user made."""
        self._record.add_entries(entries)
        self._dirty = True

    def set_ledger_entries(self, entries: tuple[LedgerEntry, ...]) -> None:
        """Mark these changes and no others: the ledger became shorter."""
        self._record.entries = []
        self.add_ledger_entries(entries)

    def truncate(self, step: int) -> None:
        """Forget everything after `step`: the run went back."""
        self._record.truncate(step)
        self._ranges = None
        self._dirty = True

    # View.

    @property
    def is_view_paused(self) -> bool:
        """Whether the view is held while data go on arriving."""
        return self._held_step is not None

    def set_view_paused(self, paused: bool) -> None:
        """Hold the view as it is, or let it catch up."""
        if paused != self.is_view_paused:
            self._held_step = self._record.end if paused else None
            self.hold_action.setChecked(paused)
            self._tell_view()
            self._redraw()

    @property
    def log_y(self) -> bool:
        """Whether the vertical axis is logarithmic."""
        return self.log_action.isChecked()

    def set_log_y(self, logarithmic: bool) -> None:
        """Choose a logarithmic or a linear vertical axis."""
        self.log_action.setChecked(logarithmic)

    def reset_zoom(self) -> None:
        """Show the whole run again and follow it."""
        self._following = True
        self._ranges = None
        self._tell_view()
        self._redraw()

    def refresh(self) -> None:
        """Draw if there is anything new and the plot is in sight."""
        if not self._dirty or not self.isVisible() or self._drawing:
            return
        self._drawing = True
        try:
            self._dirty = False
            self._fit()
            self._draw()
            self._draw_changed_measurements()
            self._mark_changes()
            self.readings.set_values(*self._figures())
            self.canvas.set_texts("" if self._shown_step else self.empty_text, self._note())
            self._tell_values()
        finally:
            self._drawing = False

    def export(self, path: Path) -> None:
        """Write the plot to `path` as its ending says: ``.png``, ``.svg`` or ``.csv``.

        Raises
        ------
        StorageError
            When the file cannot be written.
        """
        ending = path.suffix.lower()
        data = csv_bytes(*self._table()) if ending == ".csv" else self._picture(ending)
        write_whole(path, lambda temporary: temporary.write_bytes(data))

    def _picture(self, ending: str) -> bytes:
        """Return the card without what is of use only on the screen."""
        background = self.theme.color("surface")
        self._redraw()
        self.show_tools(False)
        self._dress_curves(1 if ending == ".svg" else PNG_PIXEL_RATIO, shapes=True)
        try:
            if ending == ".svg":
                return svg_bytes(self, background, self.accessibleName())
            return png_bytes(self, background)
        finally:
            self._dress_curves(self.devicePixelRatioF())
            self.show_tools(True)

    @property
    def _shown_step(self) -> int:
        """Last step in the view, which lags behind while the view is held."""
        end = self._record.end
        return end if self._held_step is None else min(end, self._held_step)

    def _measurements(self) -> list[Measurement]:
        return self._record.measurements_until(self._shown_step)

    def _note(self) -> str:
        """Return what is to be said in the corner of the plot."""
        return ""

    def _redraw(self) -> None:
        self._dirty = True
        self.refresh()

    def _fit(self) -> None:
        """Move the range in a jump where the data have left it: axes are costly to lay out."""
        if self._scale() != self._scale_in_use:
            self._scale_in_use = self._scale()
            self._ranges = None
        x, y = self._ranges or ((0.0, 0.0), None)
        # The last step stays off the edge, where its dot would be cut.
        last = max(_FIRST_STEPS, self._shown_step * 1.015)
        ranges = (x if last <= x[1] else (0.0, round_up(last)), self._fitting_range(y))
        if ranges != self._ranges:
            self._ranges = ranges
            self.canvas.set_limits(*ranges)
            if self._following:
                self.canvas.set_range(*ranges)

    def _draw_changed_measurements(self) -> None:
        measured = self._measurements()
        state = (tuple(map(id, measured)), self.log_y)
        if state != self._measured_in_use:
            self._measured_in_use = state
            self._draw_measurements(measured)

    def _mark_changes(self) -> None:
        entries = [entry for entry in self._record.entries if entry.step <= self._shown_step]
        area, steps = self.canvas.area, self.canvas.x_range
        state = (len(entries), entries[-1] if entries else None, area.getRect(), steps)
        if state != self._markers_in_use:
            self._markers_in_use = state
            self.canvas.markers.arrange(entries, area, steps)

    def _tell_view(self) -> None:
        if self.is_view_paused:
            self.set_badge("❚❚ View held", "Let the plot catch up with the training.")
        elif not self._following:
            self.set_badge("⤢ Zoomed in", "Show the whole run again and follow it.")
        else:
            self.set_badge("")

    def _tell_values(self) -> None:
        """Show crosshair and readout where the mouse is."""
        hovered = self._hovered_step
        found = None if hovered is None else self._rows_at(hovered)
        if hovered is None or found is None:
            self.canvas.show_crosshair(None)
            self.readout.hide()
            return
        step, rows = found
        self.canvas.show_crosshair(step)
        x, mouse_x = self.canvas.x_pixel(step), self.canvas.x_pixel(hovered)
        rows += [
            Row("changed", entry.label, "ledger")
            for marker in self.canvas.markers.markers
            for entry in marker.entries
            if abs(marker.x - mouse_x) <= self.theme.px(_NEAR_CHANGE_PX)
        ]
        corner = self.canvas.mapTo(self, QPoint(round(x), round(self.canvas.area.top())))
        self.readout.show_rows(rows, corner)

    # What the plots are made of.

    def _add_line(self, token: str, width: float, opacity: float = 1.0) -> pg.PlotCurveItem:
        """Add a curve that follows the theme."""
        line = self.canvas.add_curve(wide=width > 1)
        self._lines.append((line, token, width, opacity))
        return line

    def _add_dots(self, token: str, symbol: str) -> pg.ScatterPlotItem:
        dots = self.canvas.add_dots(symbol)
        self._dots.append((dots, token))
        return dots

    def _restyle(self) -> None:
        super()._restyle()
        self._dress_curves(self.devicePixelRatioF())
        self._markers_in_use = None
        self._redraw()

    def _dress_curves(self, pixel_ratio: float, *, shapes: bool = False) -> None:
        """Give curves and dots their colours and widths.

        Parameters
        ----------
        pixel_ratio
            Pixels of what is painted on to one of the design: pyqtgraph's pens count the
            former.
        shapes
            Draw dots as shapes, which stay sharp in a file, and not as ready pictures.
        """
        theme = self.theme
        for line, token, width, opacity in self._lines:
            color = theme.color(token, opacity)
            line.setPen(pg.mkPen(color, width=round(theme.px(width) * pixel_ratio)))
        for dots, token in self._dots:
            dots.setPen(pg.mkPen(theme.color("surface"), width=1.5 * theme.scale))
            dots.setBrush(theme.color(token))
            dots.setSize((12 if dots.opts["symbol"] == "d" else 9) * theme.scale)
            dots.setExportMode(shapes)

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self.refresh()

    def _on_canvas_hovered(self, step: float) -> None:
        self._hovered_step = step
        self._tell_values()

    def _on_canvas_left(self) -> None:
        self._hovered_step = None
        self._tell_values()

    def _on_canvas_zoomed(self) -> None:
        self._following = False
        self._tell_view()

    def _on_canvas_view_changed(self) -> None:
        if not self._drawing:
            self._redraw()

    def _on_log_action_toggled(self) -> None:
        self.reset_zoom()

    def _on_badge_clicked(self) -> None:
        if self.is_view_paused:
            self.set_view_paused(False)
        else:
            self.reset_zoom()

    def _on_export_requested(self, ending: str) -> None:
        name, _ = QFileDialog.getSaveFileName(
            self, f"Save the plot as {FORMATS[ending]}", f"{self.file_stem}.{ending}", f"*.{ending}"
        )
        if not name:
            return
        path = Path(name)
        if path.suffix.lower() != f".{ending}":
            path = path.with_name(f"{path.name}.{ending}")
        try:
            self.export(path)
        except StorageError as error:
            self.failed.emit(error)
        else:
            self.saved.emit(path)


def set_points(
    line: pg.PlotCurveItem, dots: pg.ScatterPlotItem, x: NDArray[Any], y: NDArray[Any]
) -> None:
    """Show measurements as dots on a line; a great many as a line through some of them."""
    keep = np.isfinite(y)
    x, y = x[keep], y[keep]
    every = max(1, -(-len(x) // _MOST_DOTS))
    if every > 1:
        # The last one is always among them, so count from the end.
        x, y = x[::-1][::every][::-1], y[::-1][::every][::-1]
    line.setData(x, y)
    dots.setData(*((x, y) if every == 1 else ([], [])))
