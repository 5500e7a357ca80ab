"""The loss: of every batch, smoothed, and on the test images after each epoch."""

import math
from collections.abc import Hashable
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QToolButton, QWidget

from netviz.engine.protocol.events import Measurement, Progress
from netviz.engine.run.history import StepHistory
from netviz.number_text import loss_text
from netviz.ui.charts.downsampling import MinMaxPyramid, bucket_width
from netviz.ui.charts.smoothing import Smoother
from netviz.ui.charts.ticks import (
    Range,
    linear_range,
    linear_ticks,
    logarithmic_range,
    logarithmic_ticks,
)
from netviz.ui.look.theme import Theme
from netviz.ui.plots.hover_readout import Row
from netviz.ui.plots.learning_rate_strip import RateStrip
from netviz.ui.plots.metric_plot import MetricPlot, Table, set_points
from netviz.ui.plots.plot_header import Reading
from netviz.ui.plots.smoothing_menu import DEFAULT_HALF_LIFE, SmoothingMenu

Points = tuple[NDArray[np.float64], NDArray[np.float64]]

_READINGS = (
    Reading("train", "train", "o", "Loss of the training batches, smoothed as the curve is."),
    Reading("test", "test", "d", "Loss on all test images when last measured."),
)


OFF_THE_SCALE = 3
"""Losses beyond this many times the untrained one do not widen a linear plot."""


class LossPlot(MetricPlot):
    """Raw loss of every batch, its moving average, and the test loss of each epoch.

    Attributes
    ----------
    rate_strip
        Under the curves: the learning rate that each step used, where there is more to it than
        one number.
    rate_action
        Folds the strip away.
    """

    file_stem = "loss"
    empty_text = "Press Train to see the loss of every batch"

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        self._history = StepHistory()
        self._pyramid = MinMaxPyramid()
        self._smoother = Smoother(DEFAULT_HALF_LIFE)
        self._is_smoothed = True
        self._extremes = _Extremes()
        log_tooltip = "Give each power of ten the same height, so that small losses show."
        super().__init__(theme, "Loss", _READINGS, "0.000", log_tooltip, parent)
        self._raw = self._add_line("train", 1, 1 / 3)
        self._smooth = self._add_line("train", 2)
        self._test = self._add_line("test", 2)
        self._test_dots = self._add_dots("test", "d")
        self.smoothing_menu = SmoothingMenu(self)
        self.smoothing_menu.half_life_changed.connect(self.set_half_life)
        button = QToolButton()
        button.setText("smooth ▾")
        button.setToolTip("Choose over how many steps the wide curve averages.")
        self.smooth_button = button
        self.add_tool(button, self.smoothing_menu)
        self._is_scheduled = False
        self._add_rate_strip()
        self._restyle()

    @property
    def half_life(self) -> int:
        """Steps after which a batch counts half in the smoothed curve; 0 without smoothing."""
        return round(self._smoother.half_life) if self._is_smoothed else 0

    def set_half_life(self, steps: int) -> None:
        """Smooth over another number of steps; 0 draws the raw loss alone."""
        self._is_smoothed = steps > 0
        if steps > 0 and steps != self._smoother.half_life:
            self._smoother = Smoother(steps)
        self.smoothing_menu.set_half_life(steps)
        self._redraw()

    def set_scheduled(self, scheduled: bool) -> None:
        """Say whether a schedule moves the learning rate; the strip below shows it then."""
        self._is_scheduled = scheduled
        self._redraw()

    def show_tools(self, shown: bool) -> None:
        super().show_tools(shown)
        if not shown:
            self.rate_strip.show_crosshair(None)

    def clear(self) -> None:
        self._history.clear()
        self._forget_from(0)
        super().clear()

    def add_progress(self, progress: Progress) -> None:
        super().add_progress(progress)
        self._history.extend(progress.steps, progress.losses, progress.learning_rates)

    def truncate(self, step: int) -> None:
        super().truncate(step)
        self._history.truncate(step)
        self._forget_from(len(self._history))

    def _forget_from(self, count: int) -> None:
        self._pyramid.truncate(count)
        self._smoother.restart()
        self._extremes = _Extremes()
        self.rate_strip.series.forget_from(count)

    @property
    def _shown_count(self) -> int:
        return self._history.count_until(self._shown_step)

    def _averages(self) -> NDArray[np.float32]:
        self._smoother.update(self._history.losses)
        return self._smoother.averages

    def _scale(self) -> Hashable:
        return self.log_y

    def _fitting_range(self, present: Range | None) -> Range:
        extremes = self._extremes
        extremes.update(self._history.losses[: self._shown_count])
        tests = [item.test_loss for item in self._measurements() if math.isfinite(item.test_loss)]
        self.canvas.y_ticks = logarithmic_ticks if self.log_y else linear_ticks
        if not self.log_y:
            low = min([extremes.lowest, *tests])
            high = min(max([extremes.highest, *tests]), self._highest_shown())
            if present and present[0] <= low and high <= present[1]:
                return present
            return linear_range(low, high) if low <= high else present or (0.0, 1.0)
        low = min([extremes.lowest_positive, *(test for test in tests if test > 0)])
        high = max([extremes.highest, *tests])
        if not 0 < low <= high:
            return present or logarithmic_range(0.1, 1)
        if present and present[0] <= math.log10(low) and math.log10(high) <= present[1]:
            return present
        return logarithmic_range(low, high)

    def _highest_shown(self) -> float:
        """Return the loss above which the curve leaves a linear plot.

        A diverged batch would otherwise squeeze all that was learned into the lower edge.
        """
        untrained = [item.train_loss for item in self._measurements() if item.step == 0]
        return OFF_THE_SCALE * untrained[0] if untrained else math.inf

    def _note(self) -> str:
        highest = self._extremes.highest
        if self.log_y or highest <= self._highest_shown():
            return ""
        return f"↑ up to {loss_text(highest)}; log y shows it"

    def _draw(self) -> None:
        steps, losses, stop = self._history.steps, self._history.losses, self._shown_count
        self._pyramid.update(losses)
        low, high = self.canvas.x_range
        # One step beyond each edge, so that the curve goes on to the edge.
        first = max(0, self._history.count_until(math.floor(low)) - 1)
        last = min(stop, self._history.count_until(math.ceil(high)) + 1)
        width = bucket_width(math.ceil(high - low), max(2, round(self.canvas.area.width())))
        indices = self._pyramid.indices(losses, first, last, width)
        self._raw.setData(*self._points(steps[indices], losses[indices]))
        # The average is smooth within a bucket: its value at the end says enough.
        ends = np.arange(first // width * width + width - 1, last, width)
        if last > first and (len(ends) == 0 or ends[-1] != last - 1):
            ends = np.append(ends, last - 1)
        if not self._is_smoothed:
            ends = ends[:0]
        self._smooth.setData(*self._points(steps[ends], self._averages()[ends]))
        self._draw_rates(stop)

    def _add_rate_strip(self) -> None:
        self.rate_strip = RateStrip(self.theme, self.canvas, self._history)
        self.rate_strip.hide()
        self.rate_strip.hovered.connect(self._on_canvas_hovered)
        self.rate_strip.left.connect(self._on_canvas_left)
        self._column.addWidget(self.rate_strip)
        self.rate_action = QAction("Learning rate below", self, checkable=True, checked=True)
        self.rate_action.setToolTip("Show the rate that each step used, once it has changed.")
        self.rate_action.toggled.connect(self._redraw)
        self.menu.insertAction(self.hold_action, self.rate_action)

    def _draw_rates(self, count: int) -> None:
        strip = self.rate_strip
        strip.series.update()
        is_told = self._is_scheduled or not strip.series.is_constant
        strip.setVisible(self.rate_action.isChecked() and count > 0 and is_told)
        strip.show_until(count)

    def _tell_values(self) -> None:
        super()._tell_values()
        step, count = self._hovered_step, self._shown_count
        if step is None or count == 0:
            self.rate_strip.show_crosshair(None)
            return
        index = self._index_at(step)
        found = int(self._history.steps[index]), float(self._history.learning_rates[index])
        self.rate_strip.show_crosshair(found)

    def _index_at(self, step: float) -> int:
        """Return the index of the recorded step that is nearest to `step`."""
        return min(self._history.count_until(math.ceil(step - 0.5) - 1), self._shown_count - 1)

    def _draw_measurements(self, measured: list[Measurement]) -> None:
        measured = [item for item in measured if item.step > 0]
        x = np.array([item.step for item in measured], np.int64)
        y = np.array([item.test_loss for item in measured], np.float64)
        set_points(self._test, self._test_dots, *self._points(x, y))

    def _points(self, x: NDArray[np.int64], y: NDArray[np.floating[Any]]) -> Points:
        """Return what can be drawn of the values, in units of the axis."""
        values = y.astype(np.float64)
        drawable = np.isfinite(values) & (values > 0) if self.log_y else np.isfinite(values)
        values = values[drawable]
        return x[drawable].astype(np.float64), np.log10(values) if self.log_y else values

    def _figures(self) -> tuple[dict[str, str], str]:
        values = {}
        if measured := self._measurements():
            values = {"train": loss_text(measured[0].train_loss)}
            values["test"] = loss_text(measured[-1].test_loss)
        if count := self._shown_count:
            series = self._averages() if self._is_smoothed else self._history.losses
            values["train"] = loss_text(float(series[count - 1]))
        return values, ""

    def _rows_at(self, step: float) -> tuple[int, list[Row]] | None:
        if self._shown_count == 0:
            return None
        index = self._index_at(step)
        found = int(self._history.steps[index])
        rows = [
            Row("step", f"{found:,}"),
            Row("epoch", str(self._record.epoch_at(found))),
            Row("batch loss", loss_text(float(self._history.losses[index])), "train"),
        ]
        if self._is_smoothed:
            rows.append(Row("smoothed", loss_text(float(self._averages()[index])), "train"))
        rows.append(Row("learning rate", f"{self._history.learning_rates[index]:.4g}"))
        if measured := self._measurements():
            nearest = min(measured, key=lambda item: abs(item.step - found))
            when = f"test after epoch {nearest.epoch}" if nearest.epoch else "test untrained"
            rows.append(Row(when, loss_text(nearest.test_loss), "test"))
        return found, rows

    def _table(self) -> Table:
        tests = {item.step: item.test_loss for item in self._record.measurements}
        epoch_at = self._record.epoch_at
        history = self._history
        columns = (history.steps, history.losses, self._averages(), history.learning_rates)
        rows: list[tuple[Any, ...]] = [
            # Single precision has no more than seven digits.
            (step, epoch_at(step), f"{loss:.7g}", f"{average:.7g}", rate, tests.get(step, ""))
            for step, loss, average, rate in zip(*(c.tolist() for c in columns), strict=True)
        ]
        if 0 in tests:
            rows.insert(0, (0, 0, "", "", "", tests[0]))
        names = ("step", "epoch", "batch_loss", "smoothed_loss", "learning_rate", "test_loss")
        return names, rows


class _Extremes:
    """Lowest, highest and lowest positive of a growing series, each value looked at once."""

    def __init__(self) -> None:
        self._count = 0
        self.lowest = self.lowest_positive = math.inf
        self.highest = -math.inf

    def update(self, series: NDArray[np.float32]) -> None:
        new = series[self._count :]
        self._count = max(self._count, len(series))
        finite = new[np.isfinite(new)]
        if len(finite):
            self.lowest = min(self.lowest, float(finite.min()))
            self.highest = max(self.highest, float(finite.max()))
        positive = finite[finite > 0]
        if len(positive):
            self.lowest_positive = min(self.lowest_positive, float(positive.min()))
