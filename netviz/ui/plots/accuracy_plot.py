"""The accuracy after each epoch on training and test images, and the gap between them."""

import math
from collections.abc import Hashable

import numpy as np
import pyqtgraph as pg
from numpy.typing import NDArray
from PySide6.QtWidgets import QWidget

from netviz.engine.protocol.events import Measurement, Progress
from netviz.number_text import percent_text
from netviz.ui.charts.ticks import (
    Range,
    error_range,
    error_ticks,
    fraction_height,
    percent_range,
    percent_ticks,
)
from netviz.ui.look.theme import Theme
from netviz.ui.plots.hover_readout import Row
from netviz.ui.plots.metric_plot import MetricPlot, Table, set_points
from netviz.ui.plots.plot_header import Reading

_MOST_RUNNING = 400

_READINGS = (
    Reading(
        "train",
        "train",
        "o",
        "Share of training images answered right, on as many as there are test images; "
        "the thin line counts the batches of the epoch under way.",
    ),
    Reading("test", "test", "d", "Share of all test images answered right."),
)


class AccuracyPlot(MetricPlot):
    """Train and test accuracy of each epoch, their gap, and the epoch under way."""

    file_stem = "accuracy"
    empty_text = "Press Train to see the accuracy of every epoch"

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        self._running: list[tuple[int, float]] = []
        self._running_epoch = 0
        log_tooltip = "Spread the values near 100 % by a logarithmic scale of the error."
        super().__init__(theme, "Accuracy", _READINGS, "100.0 %", log_tooltip, parent)
        # Its curves run where labels would stand; the loss, above it, has them at the same lines.
        self.canvas.markers.labelled = False
        self._gap = pg.PlotCurveItem(pen=None, fillLevel="enclosed", skipFiniteCheck=True)
        self.canvas.add(self._gap)
        self._now = self._add_line("train", 1, 0.75)
        self._train = self._add_line("train", 2)
        self._test = self._add_line("test", 2)
        self._train_dots = self._add_dots("train", "o")
        self._test_dots = self._add_dots("test", "d")
        self._restyle()

    def clear(self) -> None:
        self._running = []
        super().clear()

    def add_progress(self, progress: Progress) -> None:
        super().add_progress(progress)
        if progress.epoch != self._running_epoch:
            self._running = []
            self._running_epoch = progress.epoch
        self._running.append((progress.step, progress.running_accuracy))
        if len(self._running) > _MOST_RUNNING:
            del self._running[1:-1:2]

    def add_measurement(self, measurement: Measurement) -> None:
        super().add_measurement(measurement)
        if measurement.epoch >= self._running_epoch:
            self._running = []

    def truncate(self, step: int) -> None:
        super().truncate(step)
        self._running = [point for point in self._running if point[0] <= step]

    def _trained(self) -> list[Measurement]:
        return [item for item in self._measurements() if item.step > 0]

    def _shown_running(self) -> list[tuple[int, float]]:
        return [point for point in self._running if point[0] <= self._shown_step]

    def _scale(self) -> Hashable:
        # The untrained network's tenth would squeeze all epochs into the upper edge.
        return self.log_y, bool(self._trained())

    def _fitting_range(self, present: Range | None) -> Range:
        trained = self._trained()
        shares = [share for item in trained for share in (item.train_accuracy, item.test_accuracy)]
        shares = [share for share in shares if math.isfinite(share)]
        low = min(shares, default=0.0)
        self.canvas.y_ticks = error_ticks if self.log_y else percent_ticks
        fitting = error_range(low, max(shares, default=0.9)) if self.log_y else percent_range(low)
        if present and present[0] <= fitting[0] and fitting[1] <= present[1]:
            return present
        return fitting

    def _draw(self) -> None:
        running = self._shown_running()
        steps = np.array([step for step, _ in running], np.float64)
        self._now.setData(steps, self._heights([share for _, share in running]))

    def _draw_measurements(self, measured: list[Measurement]) -> None:
        x = np.array([item.step for item in measured], np.float64)
        train = self._heights([item.train_accuracy for item in measured])
        test = self._heights([item.test_accuracy for item in measured])
        set_points(self._train, self._train_dots, x, train)
        set_points(self._test, self._test_dots, x, test)
        both = np.isfinite(train) & np.isfinite(test)
        around = np.concatenate((x[both], x[both][::-1]))
        self._gap.setData(around, np.concatenate((train[both], test[both][::-1])))

    def _heights(self, shares: list[float]) -> NDArray[np.float64]:
        values = np.array(shares, np.float64)
        return fraction_height(values) if self.log_y else values

    def _figures(self) -> tuple[dict[str, str], str]:
        measured = self._measurements()
        if not measured:
            return {}, ""
        last = measured[-1]
        values = {
            "train": percent_text(last.train_accuracy),
            "test": percent_text(last.test_accuracy),
        }
        return values, f"gap {_gap(last)}" if last.step else "untrained"

    def _note(self) -> str:
        """Tell of the untrained network where it lies below the plot."""
        measured = self._measurements()
        if not measured or measured[0].step > 0 or not self._ranges:
            return ""
        shares = [measured[0].train_accuracy, measured[0].test_accuracy]
        if self._heights(shares).min() >= self._ranges[1][0]:
            return ""
        return f"↓ untrained {percent_text(shares[1])}"

    def _rows_at(self, step: float) -> tuple[int, list[Row]] | None:
        told = {item.step: self._measured_rows(item) for item in self._measurements()}
        for found, share in self._shown_running():
            told.setdefault(found, self._running_rows(found, share))
        if not told:
            return None
        nearest = min(told, key=lambda found: abs(found - step))
        return nearest, told[nearest]

    def _running_rows(self, step: int, share: float) -> list[Row]:
        return [
            Row("epoch under way", str(self._running_epoch)),
            Row("step", f"{step:,}"),
            Row("right so far", percent_text(share), "train"),
        ]

    def _measured_rows(self, item: Measurement) -> list[Row]:
        return [
            Row("after epoch", str(item.epoch) if item.epoch else "0 (untrained)"),
            Row("step", f"{item.step:,}"),
            Row("train", percent_text(item.train_accuracy), "train"),
            Row("test", percent_text(item.test_accuracy), "test"),
            Row("gap", _gap(item)),
        ]

    def _table(self) -> Table:
        names = ("epoch", "step", "train_accuracy", "test_accuracy", "gap")
        return names, [
            (
                item.epoch,
                item.step,
                item.train_accuracy,
                item.test_accuracy,
                round(item.train_accuracy - item.test_accuracy, 6),
            )
            for item in self._record.measurements
        ]

    def _restyle(self) -> None:
        super()._restyle()
        if hasattr(self, "_gap"):
            self._gap.setBrush(self.theme.color("muted", 0.16))


def _gap(item: Measurement) -> str:
    return f"{100 * (item.train_accuracy - item.test_accuracy):.1f} points".replace("-", "−")
