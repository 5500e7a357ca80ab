"""The card on which a metric is plotted over the steps of a run."""

from collections.abc import Hashable
from dataclasses import replace
from pathlib import Path

from PySide6.QtCore import QEvent, QPoint, Signal
from PySide6.QtGui import QResizeEvent, QShowEvent
from PySide6.QtWidgets import QFrame, QVBoxLayout, QWidget

from netviz.engine.atomic_files import write_whole
from netviz.engine.curves.ticks import Range
from netviz.engine.errors import StorageError
from netviz.engine.protocol.events import Progress
from netviz.engine.protocol.ledger import LedgerEntry
from netviz.engine.protocol.run_state import Measurement
from netviz.ui.charts.axes import Axes
from netviz.ui.look.theme import Theme
from netviz.ui.plots.ghosts import Ghosts
from netviz.ui.plots.hover_readout import Readout
from netviz.ui.plots.metric import BestTest, Figures, Metric, Points, Row, View
from netviz.ui.plots.plot_canvas import PlotCanvas
from netviz.ui.plots.plot_curve import NO_POINTS
from netviz.ui.plots.plot_export import ask_for_file, csv_bytes
from netviz.ui.plots.plot_header import PlotHeader
from netviz.ui.plots.plot_menus import PlotMenu
from netviz.ui.plots.plot_picture import picture_bytes
from netviz.ui.plots.plot_range import PlotRange
from netviz.ui.plots.run_record import RunRecord


class MetricPlot(QFrame):
    """A card with the curves of one metric over the steps of a run.

    New data only mark the plot; `refresh`, called by the window's frame clock, draws them
    while the plot is in sight. All data are kept while the view is held or hidden.

    Parameters
    ----------
    theme
        The look.
    metric
        What is drawn and what is said of it.

    Signals
    -------
    failed
        A file could not be written; carries the `StorageError`.
    saved
        A file was written; carries its `Path`.
    drawn
        The curves were drawn; carries the `View`.
    pointed
        The mouse points at another step, or none; carries its number or None.
    steps_chosen
        The user zoomed or panned; carries the range of steps in sight, None for the whole run.
    fill_requested
        The header was clicked twice: the plot shall fill the centre, or no longer.

    Attributes
    ----------
    header, readings, canvas, readout, menu
        The parts: the line at the top and the figures in it, drawing area, hover box, and what
        the plot can do beside showing.
    ghosts
        The other runs that are drawn beside the run at hand.
    hold_action
        Switch of the menu that holds the view.
    """

    failed = Signal(object)
    saved = Signal(object)
    drawn = Signal(object)
    pointed = Signal(object)
    steps_chosen = Signal(object)
    fill_requested = Signal()

    def __init__(self, theme: Theme, metric: Metric, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("card")
        self.setAccessibleName(f"{metric.name} plot")
        self._theme = theme
        self._metric = metric
        self._record = RunRecord()
        self._is_dirty = True
        self._is_drawing = False
        self._held_step: int | None = None
        self._pinned_step: int | None = None
        self._looked_step: int | None = None
        self._hovered_step: float | None = None
        self._marks_in_use: Hashable = None
        self._measurements_in_use: Hashable = None
        self._best: BestTest | None = None
        self._best_in_use: Hashable = None
        self.menu = PlotMenu(self, metric.log_tooltip)
        self.hold_action = self.menu.hold_action
        self.header = PlotHeader(
            theme, metric.name, metric.readings, metric.widest_reading, self.menu
        )
        self.readings = self.header.readings
        self.canvas = PlotCanvas(theme)
        self.ghosts = Ghosts(theme, self.canvas, metric)
        self._range = PlotRange(self.canvas, metric)
        self.canvas.markers.labelled = metric.has_change_labels
        self.canvas.playhead.is_labelled = metric.has_change_labels
        for name, style in metric.styles.items():
            self.canvas.add_curve(name, style)
        self.readout = Readout(theme, self)
        self._column = QVBoxLayout(self)
        self._column.addWidget(self.header)
        self._column.addWidget(self.canvas, 1)
        self._connect()
        self._restyle()

    def _connect(self) -> None:
        self.canvas.hovered.connect(self._on_canvas_hovered)
        self.canvas.left.connect(self._on_canvas_left)
        self.canvas.zoomed.connect(self._on_canvas_zoomed)
        self.canvas.reset_requested.connect(self.reset_zoom)
        self.canvas.menu_requested.connect(self.menu.popup)
        self.canvas.view_changed.connect(self._on_canvas_view_changed)
        self.menu.ghosts_action.toggled.connect(self.ghosts.set_visible)
        self.menu.run_chosen.connect(self.ghosts.go_requested)
        self.ghosts.changed.connect(self._on_ghosts_changed)
        self.ghosts.restyled.connect(self.redraw)
        self.ghosts.grown.connect(self._on_ghosts_grown)
        self.menu.aboutToShow.connect(self._on_menu_about_to_show)
        self.menu.aboutToHide.connect(self.canvas.look_for_mouse)
        self.menu.log_action.toggled.connect(self.reset_zoom)
        self.menu.hold_action.toggled.connect(self.set_view_paused)
        self.menu.reset_action.triggered.connect(self.reset_zoom)
        self.menu.export_requested.connect(self._on_menu_export_requested)
        self.header.badge.clicked.connect(self._on_badge_clicked)
        self.header.double_clicked.connect(self.fill_requested)
        self._theme.changed.connect(self._restyle)

    # -- data --------------------------------------------------------------------------------

    def clear(self, classes: int = 0) -> None:
        """Forget the run; the view follows the next one, of `classes` classes, 0 if unknown."""
        self._record = RunRecord(classes)
        self._metric.clear()
        self.point_out(None)
        self._range.forget()
        self._is_dirty = True
        self.hold_action.setChecked(False)
        self.show_whole_run()

    def add_progress(self, progress: Progress) -> None:
        """Take the steps of a report, which continue those known."""
        if len(progress.steps) == 0:
            return
        self._record.add_progress(progress)
        self._metric.add_progress(progress)
        self._is_dirty = True

    def add_measurement(self, measurement: Measurement) -> None:
        """Take the measurement of an epoch, or of the untrained network (step 0)."""
        self._record.add_measurement(measurement)
        self._metric.add_measurement(measurement)
        self._is_dirty = True

    def set_ledger_entries(self, entries: tuple[LedgerEntry, ...]) -> None:
        """Mark these changes that the user made, and no others."""
        self._record.set_entries(entries)
        self._is_dirty = True

    # -- view --------------------------------------------------------------------------------

    @property
    def is_view_paused(self) -> bool:
        """Whether the view is held while data go on arriving."""
        return self._held_step is not None

    def set_view_paused(self, paused: bool) -> None:
        """Hold the view as it is, or let it catch up."""
        if paused != self.is_view_paused:
            self._held_step = self._record.end if paused else None
            self.hold_action.setChecked(paused)
            self._show_badge()
            self.redraw()

    @property
    def figures(self) -> Figures:
        """What the header says of the last step shown, also while the plot is out of sight."""
        return self._figures(self._view())

    @property
    def log_y(self) -> bool:
        """Whether the vertical axis is logarithmic."""
        return self.menu.log_action.isChecked()

    def set_log_y(self, logarithmic: bool) -> None:
        """Choose a logarithmic or a linear vertical axis, where the metric has both."""
        self.menu.log_action.setChecked(logarithmic and bool(self._metric.log_tooltip))

    def reset_zoom(self) -> None:
        """Show the whole run again and follow it, in the other plots of the run too."""
        self.show_whole_run()
        self.steps_chosen.emit(None)

    def show_whole_run(self) -> None:
        """Show the whole run again and follow it, in this plot."""
        self._range.follow()
        self._show_badge()
        self.redraw()

    def show_steps(self, steps: Range) -> None:
        """Show these steps, which were chosen in another plot of the run."""
        self._range.show_steps(steps)
        self._show_badge()
        self.redraw()

    def reach_to(self, step: float | None) -> None:
        """Keep the steps up to this one in sight before there are any; None for none ahead."""
        self._range.ahead = step or 0.0
        self.show_whole_run()

    def point_out(self, step: int | None) -> None:
        """Mark a step, and bring it into sight; None takes the mark away."""
        self._pinned_step = step
        if step is not None:
            self._range.bring_into_sight(step)
        self._show_badge()
        self.redraw()

    def look_at(self, step: int | None) -> None:
        """Show the figures of a step, and what came after it pale; None for the last step."""
        if step != self._looked_step:
            self._looked_step = step
            self.redraw()

    def epoch_at(self, step: int) -> int:
        """Return the epoch, counted from 1, in which a step was trained; 0 if none was."""
        return self._record.epoch_at(step)

    def curve(self, name: str) -> Points:
        """Return the points of a curve as it is drawn, in units of the axes."""
        return self.canvas.curves[name].points

    # -- drawing -----------------------------------------------------------------------------

    def set_folded(self, folded: bool) -> None:
        """Show the figures alone, or the curves as well."""
        self.canvas.setVisible(not folded)

    def redraw(self) -> None:
        """Draw now, or as soon as the plot is in sight."""
        self._is_dirty = True
        self.refresh()

    def refresh(self) -> None:
        """Draw if there is anything new and the plot is in sight."""
        if self._is_dirty and self.isVisible() and not self._is_drawing:
            self._is_dirty = False
            self._draw(self._view())

    def _view(self) -> View:
        end = self._record.end
        last_step = end if self._held_step is None else min(end, self._held_step)
        measurements = self._record.measurements_until(last_step)
        return View(last_step, measurements, self.log_y, self._record, self.ghosts.shown)

    def _draw(self, view: View) -> None:
        self._is_drawing = True
        try:
            self._draw_parts(view)
        finally:
            self._is_drawing = False

    def _draw_parts(self, view: View) -> None:
        y_range = self._range.fit(view)
        # Where other runs are drawn, or a guess is, it would lie over them.
        is_drawn_on = bool(view.last_step or view.ghosts or self._range.ahead)
        message = "" if is_drawn_on else self._metric.empty_text
        # First of all, since the axes make room for the note.
        self.canvas.set_texts(message, self._metric.note(view, y_range))
        axes = self.canvas.axes
        steps, columns = axes.x_range, round(axes.area.width())
        curves = self._metric.curves(view, steps, columns)
        dots: dict[str, Points] = {}
        measured = tuple(view.measurements), self._range.scale, y_range, steps, columns
        if measured != self._measurements_in_use:
            self._measurements_in_use = measured
            curves |= self._metric.measured_curves(view, steps, columns)
            dots = self._metric.dots(view, steps, self.canvas.most_dots)
        if measured[:2] != self._best_in_use:
            self._best_in_use, self._best = measured[:2], self._metric.best(view)
        for name, points in curves.items():
            self.canvas.curves[name].set_points(*points, dots.get(name, NO_POINTS))
        self.canvas.mark_clipped(self._metric.clipped, axes, y_range)
        self.drawn.emit(view)
        self._mark_changes(view, axes)
        self.canvas.look_at(self._looked_step)
        self.ghosts.draw(view, axes, y_range)
        self.menu.set_log_refusal(self._metric.log_refusal(view))
        self.readings.set_values(*self._figures(view))
        self._show_values()

    def _figures(self, view: View) -> Figures:
        """Return what the header says: of the last step shown, or of that which is looked at."""
        step = self._looked_step
        if step is None or step >= view.last_step:
            return self._metric.figures(view)
        measured = self._record.measurements_until(step)
        then = self._metric.figures(replace(view, last_step=step, measurements=measured))
        return then if then.note else then._replace(note="then")

    def _mark_changes(self, view: View, axes: Axes) -> None:
        entries = [entry for entry in self._record.entries if entry.step <= view.last_step]
        places = axes.area.getRect(), axes.x_range, axes.y_range
        marks = (tuple(entries), self._measurements_in_use, places, self._pinned_step)
        if marks != self._marks_in_use:
            self._marks_in_use = marks
            self.canvas.markers.arrange(entries, axes)
            self.canvas.mark_best(self._best, view.log_y)
            self.canvas.pin.arrange(self._pinned_step, axes)

    def _show_badge(self) -> None:
        if self.is_view_paused:
            self.header.set_badge("❚❚ View held", "Let the plot catch up with the training.")
        elif self._range.is_chosen:
            self.header.set_badge("⤢ Zoomed in", "Show the whole run again and follow it.")
        elif self._pinned_step is not None:
            self.header.set_badge(f"Step {self._pinned_step:,} ×", "Take the mark away.")
        else:
            self.header.set_badge("")

    def _show_values(self) -> None:
        """Show crosshair and readout where the mouse is."""
        hovered = self._hovered_step
        found = None
        if hovered is not None:
            view = self._view()
            found = self.ghosts.values_at(view, hovered, self._metric.rows_at(view, hovered))
        if hovered is None or found is None:
            self._hide_values()
            return
        step, rows = found
        self.canvas.show_crosshair(step)
        self.pointed.emit(step)
        axes = self.canvas.axes
        changes = self.canvas.markers.entries_near(axes.x(hovered))
        rows += [Row("changed", entry.label, "ledger") for entry in changes]
        corner = QPoint(round(axes.x(step)), round(axes.area.top()))
        self.readout.show_rows(rows, self.canvas.mapTo(self, corner))

    def _hide_values(self) -> None:
        self.canvas.show_crosshair(None)
        self.readout.hide()
        self.pointed.emit(None)

    # -- files -------------------------------------------------------------------------------

    def export(self, path: Path) -> None:
        """Write the plot to `path` as its ending says: ``.png``, ``.svg`` or ``.csv``.

        Raises
        ------
        StorageError
            When the file cannot be written.
        """
        ending = path.suffix.lower()
        if ending == ".csv":
            data = csv_bytes(*self._metric.table(self._record))
        else:
            self.ghosts.point_at(None)
            self.redraw()
            self._hide_values()
            data = picture_bytes(self, self.header, self.canvas, self._theme, ending)
        write_whole(path, lambda temporary: temporary.write_bytes(data))

    def _on_menu_about_to_show(self) -> None:
        """Offer to go back to the step under the mouse, or to the marked one."""
        view, step, hovered = self._view(), self._pinned_step, self._hovered_step
        if hovered is not None and (found := self._metric.rows_at(view, hovered)):
            step = found[0]
        self.menu.offer_step(step if step is not None and step < view.last_step else None)

    def _on_menu_export_requested(self, ending: str) -> None:
        path = ask_for_file(self, self._metric.file_stem, ending)
        if path is None:
            return
        try:
            self.export(path)
        except StorageError as error:
            self.failed.emit(error)
        else:
            self.saved.emit(path)

    # -- events ------------------------------------------------------------------------------

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self.refresh()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self.header.fit()

    def event(self, event: QEvent) -> bool:
        if event.type() == QEvent.Type.DevicePixelRatioChange:
            self._restyle()
        return super().event(event)

    def _on_canvas_hovered(self, step: float) -> None:
        self._hovered_step = step
        self._show_values()

    def _on_canvas_left(self) -> None:
        self._hovered_step = None
        self._show_values()

    def _on_canvas_zoomed(self) -> None:
        self._range.take_chosen()
        self._show_badge()
        self.steps_chosen.emit(self.canvas.x_range)

    def _on_canvas_view_changed(self) -> None:
        self._is_dirty |= not self.isVisible()
        if self.isVisible() and not self._is_drawing:
            self._range.keep_chosen()
            self._draw(self._view())  # what is new stays so: the parts are not arranged for it

    def _on_ghosts_changed(self) -> None:
        self._range.forget()
        self.redraw()

    def _on_ghosts_grown(self) -> None:
        self._is_dirty = True

    def _on_badge_clicked(self) -> None:
        if self.is_view_paused:
            self.set_view_paused(False)
        elif self._range.is_chosen:
            self.reset_zoom()
        else:
            self.point_out(None)

    def set_run_color(self, token: str) -> None:
        """Draw the run at hand in one colour, as in a race; an empty `token` for the usual two."""
        for name, style in self._metric.styles.items():
            if style.token in ("train", "test"):
                self.canvas.curves[name].set_color(token or style.token)
        self.canvas.style_curves(self.devicePixelRatioF())

    def _restyle(self) -> None:
        px = self._theme.px
        self._column.setContentsMargins(px(12), px(8), px(12), px(8))
        self._column.setSpacing(px(2))
        c = self._theme.colors
        self.setStyleSheet(
            f"QFrame#card {{ background: {c.surface}; border: 1px solid {c.border};"
            f" border-radius: {px(10)}px; }}"
        )
        self.header.restyle()
        self.readout.restyle()
        self.canvas.restyle()
        self.canvas.style_curves(self.devicePixelRatioF())
        self._marks_in_use = None
        self.ghosts.forget_places()
        self.redraw()
