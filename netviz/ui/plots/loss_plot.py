"""The plot of the loss, with the choice of its smoothing and the learning rate below."""

from pathlib import Path

from PySide6.QtCore import QSize, Signal
from PySide6.QtGui import QAction, QResizeEvent
from PySide6.QtWidgets import QToolButton, QWidget

from netviz.engine.run.history import StepHistory
from netviz.ui.look.theme import Theme
from netviz.ui.plots.difference_strip import Comparison, DifferenceStrip
from netviz.ui.plots.differences import Recorded
from netviz.ui.plots.learning_rate_strip import RateStrip
from netviz.ui.plots.look_bar import LookBar
from netviz.ui.plots.loss import Loss
from netviz.ui.plots.metric import View
from netviz.ui.plots.metric_plot import MetricPlot
from netviz.ui.plots.playhead_strip import PlayheadStrip
from netviz.ui.plots.plot_menus import SmoothingMenu

_LEAST_WITH_DIFFERENCES_PX = 260
"""Height below which the curves need all the room."""
_ROOMY_PX = 400


class LossPlot(MetricPlot):
    """Loss of every batch, its moving average, and the test loss of each epoch.

    Signals
    -------
    exporting
        A picture of the plot is about to be made, on which nothing may lie, or was made.

    Attributes
    ----------
    smoothing_menu, smooth_button
        The choice of the half-life, and the button that opens it.
    difference_strip
        Under the curves, in a race: the loss of each run minus that of one of them.
    difference_action
        Folds that strip away.
    rate_strip
        Below: the learning rate that each step used, where it is not constant.
    rate_action, schedule_action
        Fold it away; draw the schedule of the rate by hand.
    playhead, look_bar
        At the foot, what is dragged to an earlier step; over the curves, what says so.
    """

    exporting = Signal(bool)

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        self._loss = Loss()
        self._has_rates = True
        super().__init__(theme, self._loss, parent)
        self._add_smoothing()
        self._add_difference_strip()
        self._add_rate_strip()
        self._add_playhead()

    def export(self, path: Path) -> None:
        """Write the plot, without what lies on it to be clicked; see `MetricPlot.export`."""
        self.exporting.emit(True)
        try:
            super().export(path)
        finally:
            self.exporting.emit(False)

    @property
    def history(self) -> StepHistory:
        """Loss and learning rate of every step."""
        return self._loss.history

    @property
    def half_life(self) -> int:
        """Steps after which a batch counts half in the smoothed curve; 0 without smoothing."""
        return self._loss.half_life

    def set_half_life(self, steps: int) -> None:
        """Smooth over another number of steps; 0 draws the loss of the batches alone."""
        self._loss.set_half_life(steps)
        self.smoothing_menu.set_half_life(steps)
        self.redraw()

    def look_at(self, step: int | None) -> None:
        super().look_at(step)
        self.difference_strip.look_at(step)
        self.rate_strip.look_at(step)

    def show_rates(self, shown: bool) -> None:
        """Show the strip of the learning rate where the user wants it, or in no case."""
        self._has_rates = shown
        self._place_rates()
        self._place_differences()

    def compare(self, comparison: Comparison | None) -> None:
        """Show below the curves what the runs of a race differ by; None for no race."""
        self.difference_strip.set_comparison(comparison)
        self.difference_action.setVisible(comparison is not None)
        self._place_differences()
        self.redraw()

    def clear(self, classes: int = 0) -> None:
        super().clear(classes)
        self.rate_strip.forget()
        self.difference_strip.forget()

    def minimumSizeHint(self) -> QSize:
        """Leave the strip of the differences out, which goes where there is no room for it."""
        size, strip = super().minimumSizeHint(), self.difference_strip
        if strip.isHidden():
            return size
        return QSize(size.width(), size.height() - strip.height() - self._column.spacing())

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._place_differences()

    def _add_smoothing(self) -> None:
        self.smoothing_menu = SmoothingMenu(self)
        self.smoothing_menu.set_half_life(self.half_life)
        self.smoothing_menu.half_life_changed.connect(self.set_half_life)
        self.smooth_button = QToolButton()
        self.smooth_button.setText("smooth ▾")
        self.smooth_button.setToolTip("Choose over how many steps the wide curve averages.")
        self.header.add_menu_button(self.smooth_button, self.smoothing_menu)
        self.menu.insertMenu(self.hold_action, self.smoothing_menu)

    def _add_difference_strip(self) -> None:
        self.difference_strip = DifferenceStrip(self._theme, self.canvas)
        self.difference_strip.hovered.connect(self._on_canvas_hovered)
        self.difference_strip.left.connect(self._on_canvas_left)
        self.difference_strip.hide()
        self._column.addWidget(self.difference_strip)
        self.difference_action = QAction("Difference below", self, checkable=True, checked=True)
        self.difference_action.setToolTip("Show how far the runs of the race are apart.")
        self.difference_action.toggled.connect(self._place_differences)
        self.difference_action.setVisible(False)
        self.menu.insertAction(self.hold_action, self.difference_action)

    def _add_rate_strip(self) -> None:
        self.rate_strip = RateStrip(self._theme, self.canvas, self.history)
        self.rate_strip.hovered.connect(self._on_canvas_hovered)
        self.rate_strip.left.connect(self._on_canvas_left)
        self._column.addWidget(self.rate_strip)
        self.rate_action = QAction("Learning rate below", self, checkable=True, checked=True)
        self.rate_action.setToolTip("Show the rate that each step used.")
        self.rate_action.toggled.connect(self._place_rates)
        self.menu.insertAction(self.hold_action, self.rate_action)
        self.schedule_action = QAction("Draw the schedule…", self)
        self.schedule_action.setToolTip("Drag the rate of the steps to come, as points on a line.")
        self.menu.insertAction(self.hold_action, self.schedule_action)
        self.drawn.connect(self._on_drawn)
        self.pointed.connect(self._on_pointed)

    def _add_playhead(self) -> None:
        self.playhead = PlayheadStrip(self._theme, self.canvas)
        self._column.addWidget(self.playhead)
        self.look_bar = LookBar(self._theme, self.canvas)
        self.exporting.connect(self.playhead.leave_out)
        self.exporting.connect(self.look_bar.leave_out)

    def _place_rates(self) -> None:
        self.rate_strip.setVisible(self._has_rates and self.rate_action.isChecked())

    def _place_differences(self) -> None:
        strip, px = self.difference_strip, self._theme.px
        strip.set_roomy(self.height() >= px(_ROOMY_PX))
        is_wanted = strip.comparison is not None and self.difference_action.isChecked()
        has_room = self._has_rates and self.height() >= px(_LEAST_WITH_DIFFERENCES_PX)
        strip.setVisible(is_wanted and has_room)

    def _on_drawn(self, view: View) -> None:
        strip = self.difference_strip
        if strip.comparison is not None and not strip.isHidden():
            runs: dict[int, Recorded] = {**self.ghosts.tracks}
            runs[strip.comparison.at_hand] = self.history
            strip.show_runs(runs, self._loss.average_half_life)
        self.rate_strip.series.update()
        self.rate_strip.show_until(self._loss.count(view))

    def _on_pointed(self, step: int | None) -> None:
        self.difference_strip.show_crosshair(step)
        # Another run may have been trained farther, with rates that are not drawn.
        is_known = step is not None and step <= self.history.last_step
        found = (step, self._loss.rate_at(step)) if step is not None and is_known else None
        self.rate_strip.show_crosshair(found)
