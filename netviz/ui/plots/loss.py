"""The loss of every batch, smoothed, and on the test images after each epoch; free of Qt."""

import math
from collections.abc import Callable, Hashable, Sequence
from itertools import pairwise
from typing import Any, ClassVar

import numpy as np
from numpy.typing import NDArray

from netviz.engine.options.training import LOSSES, chance_level
from netviz.engine.protocol.events import Progress
from netviz.engine.protocol.run_state import Measurement
from netviz.engine.run.history import StepHistory
from netviz.number_text import loss_text, number_text
from netviz.ui.charts.downsampling import MinMaxPyramid, bucket_width
from netviz.ui.charts.smoothing import Smoother
from netviz.ui.charts.ticks import (
    Range,
    Ticks,
    linear_range,
    linear_ticks,
    logarithmic_range,
    logarithmic_ticks,
)
from netviz.ui.plots.loss_parts import LossPart, Reach, Reaches, loss_parts
from netviz.ui.plots.metric import (
    CurveStyle,
    Figures,
    Metric,
    Points,
    Reading,
    Row,
    Table,
    View,
    measured_when,
)
from netviz.ui.plots.run_record import RunRecord

DEFAULT_HALF_LIFE = 20
_OUTLIER_FACTOR = 3
"""Losses above this many times the untrained one do not widen a linear axis."""


class Loss(Metric):
    """Loss of every batch, its moving average, and the test loss of each epoch.

    Where the loss function was changed the curves break. A linear range is that of the function
    in force, since losses of two functions cannot be compared; a logarithmic one shows all.

    Attributes
    ----------
    history
        Loss and learning rate of every step.
    """

    name = "Loss"
    file_stem = "loss"
    readings = (
        Reading("train", "train", "o", "Loss of the training batches, smoothed as the curve is."),
        Reading("test", "test", "d", "Loss on all test images when last measured."),
    )
    widest_reading = "0.000"
    empty_text = "Press Train to see the loss of every batch"
    log_tooltip = "Give each power of ten the same height, so that small losses show."
    styles: ClassVar = {
        "batches": CurveStyle("train", opacity=1 / 3),
        "smoothed": CurveStyle("train", width=2),
        "test": CurveStyle("test", width=2, symbol="d"),
    }

    def __init__(self) -> None:
        self.history = StepHistory()
        self._pyramid = MinMaxPyramid()
        self._smoother = Smoother(DEFAULT_HALF_LIFE)
        self._is_smoothed = True
        self._reaches = Reaches()

    @property
    def half_life(self) -> int:
        """Steps after which a batch counts half in the smoothed curve; 0 without smoothing."""
        return round(self._smoother.half_life) if self._is_smoothed else 0

    def set_half_life(self, steps: int) -> None:
        """Smooth over another number of steps; 0 draws the loss of the batches alone."""
        self._is_smoothed = steps > 0
        if steps > 0 and steps != self._smoother.half_life:
            self._smoother = Smoother(steps)

    def add_progress(self, progress: Progress) -> None:
        self.history.extend(progress.steps, progress.losses, progress.learning_rates)

    def add_measurement(self, measurement: Measurement) -> None:
        """Nothing to keep: every view brings its measurements."""

    def truncate(self, step: int) -> None:
        self.history.truncate(step)
        self._pyramid.truncate(len(self.history))
        self._smoother.restart()
        self._reaches.forget()

    def count(self, view: View) -> int:
        """Return how many of the recorded steps are shown."""
        return self.history.count_until(view.last_step)

    def rate_at(self, step: int) -> float:
        """Return the learning rate that a recorded step used."""
        return float(self.history.learning_rates[self.history.count_until(step) - 1])

    def y_ticks(self, view: View) -> Callable[[float, float], Ticks]:
        return logarithmic_ticks if view.log_y else linear_ticks

    def scale(self, view: View) -> Hashable:
        changes = view.record.loss_changes_until(view.last_step)
        return view.log_y, tuple((change.step, change.new) for change in changes)

    def y_range(self, view: View, present: Range | None) -> Range:
        reach = self._reach(view)
        tests = view.measurements if view.log_y else _measured(view)
        reach.add(np.array([item.test_loss for item in tests], np.float64))
        if view.log_y:
            return _logarithmic_range(reach, present)
        low, high = reach.lowest, min(reach.highest, _highest_shown(view))
        if present and present[0] <= low and high <= present[1]:
            return present
        return linear_range(low, high) if low <= high else present or (0.0, 1.0)

    def curves(self, view: View, steps: Range, columns: int) -> dict[str, Points]:
        known, losses = self.history.steps, self.history.losses
        self._pyramid.update(losses)
        # One step beyond each edge, so that the curve goes on to the edge.
        first = max(0, self.history.count_until(math.floor(steps[0])) - 1)
        last = min(self.count(view), self.history.count_until(math.ceil(steps[1])) + 1)
        width = bucket_width(math.ceil(steps[1] - steps[0]), max(2, columns))
        averages = self._averages(view.record)
        batches: list[Points] = []
        smoothed: list[Points] = []
        parts = loss_parts(view, self.history)
        for part in parts:
            start, stop = max(first, part.first), min(last, part.stop)
            if start >= stop:
                continue
            indices = self._pyramid.indices(losses, start, stop, width, part.first)
            if self._has_batches(part, parts[-1], view):
                batches.append(_drawable(known[indices], losses[indices], view))
            # The average is smooth within a bucket: its value at the end says enough.
            ends = np.arange(start // width * width + width - 1, stop, width)
            if len(ends) == 0 or ends[-1] != stop - 1:
                ends = np.append(ends, stop - 1)
            if self._is_smoothed:
                smoothed.append(_drawable(known[ends], averages[ends], view))
        return {"batches": _parted(batches), "smoothed": _parted(smoothed)}

    def measured_curves(self, view: View) -> dict[str, Points]:
        trained = [item for item in view.measurements if item.step > 0]
        changes = view.record.loss_changes_until(view.last_step)
        ends = [0, *(change.step for change in changes), view.last_step]
        parts = []
        for after, until in pairwise(ends):
            measured = [item for item in trained if after < item.step <= until]
            x = np.array([item.step for item in measured], np.int64)
            y = np.array([item.test_loss for item in measured], np.float64)
            parts.append(_drawable(x, y, view))
        return {"test": _parted(parts)}

    def figures(self, view: View) -> Figures:
        values, note, old = {}, "", frozenset[str]()
        # What was measured by another loss function cannot stand beside the loss of now.
        if measured := _measured(view):
            values = {"train": loss_text(measured[0].train_loss)}
            values["test"] = loss_text(measured[-1].test_loss)
            if measured[-1].step < view.last_step:
                note, old = f"test {measured_when(measured[-1])}", frozenset({"test"})
        if count := self.count(view):
            series = self._averages(view.record) if self._is_smoothed else self.history.losses
            values["train"] = loss_text(float(series[count - 1]))
        return Figures(values, note, old)

    def note(self, view: View, y_range: Range) -> str:
        highest = self._reach(view).highest
        if view.log_y:
            return ""
        if highest > _highest_shown(view):
            return f"↑ up to {loss_text(highest)}; log y shows it"
        parts = loss_parts(view, self.history)
        for part, after in reversed([*pairwise(parts)]):
            if self._reaches.of(part, self.history.losses).highest > y_range[1]:
                until = int(self.history.steps[after.first - 1])
                name = LOSSES.get(part.loss, part.loss)
                return f"↑ {name} until step {until:,}; log y shows it"
        return ""

    def rows_at(self, view: View, step: float) -> tuple[int, list[Row]] | None:
        history, count = self.history, self.count(view)
        if count == 0:
            return None
        index = min(history.count_until(math.ceil(step - 0.5) - 1), count - 1)
        found = int(history.steps[index])
        rows = [
            Row("step", f"{found:,}"),
            Row("epoch", str(view.record.epoch_at(found))),
            Row("batch loss", loss_text(float(history.losses[index])), "train"),
        ]
        if self._is_smoothed:
            average = float(self._averages(view.record)[index])
            rows.append(Row("smoothed", loss_text(average), "train"))
        rows.append(Row("learning rate", number_text(float(history.learning_rates[index]))))
        if loss := view.record.loss_at(found):
            rows.append(Row("loss function", LOSSES.get(loss, loss)))
        if measured := _measured(view, found):
            nearest = min(measured, key=lambda item: abs(item.step - found))
            when = f"test after epoch {nearest.epoch}" if nearest.epoch else "test untrained"
            rows.append(Row(when, loss_text(nearest.test_loss), "test"))
        return found, rows

    def table(self, record: RunRecord) -> Table:
        tests = {item.step: item.test_loss for item in record.measurements}
        history = self.history
        columns = (history.steps, history.losses, self._averages(record), history.learning_rates)
        rows: list[tuple[Any, ...]] = [
            # Single precision has no more than seven digits.
            (step, record.epoch_at(step), f"{loss:.7g}", f"{mean:.7g}", rate, tests.get(step, ""))
            for step, loss, mean, rate in zip(*(c.tolist() for c in columns), strict=True)
        ]
        if 0 in tests:
            rows.insert(0, (0, 0, "", "", "", tests[0]))
        names = ("step", "epoch", "batch_loss", "smoothed_loss", "learning_rate", "test_loss")
        return names, rows

    def _averages(self, record: RunRecord) -> NDArray[np.float32]:
        changes = record.loss_changes_until(self.history.last_step)
        breaks = [self.history.count_until(change.step) for change in changes]
        self._smoother.update(self.history.losses, breaks)
        return self._smoother.averages

    def _has_batches(self, part: LossPart, last: LossPart, view: View) -> bool:
        """Return whether the noise of a part is drawn.

        On an axis that is not its own it would be a comb, with nothing in it to be read.
        """
        return view.log_y or part.loss == last.loss or not self._is_smoothed

    def _reach(self, view: View) -> Reach:
        """Return how far the losses reach that belong into the range."""
        parts, reach = loss_parts(view, self.history), Reach()
        for part in parts:
            if view.log_y or part.loss == parts[-1].loss:
                reach.add_reach(self._reaches.of(part, self.history.losses))
        return reach


def _measured(view: View, step: int | None = None) -> list[Measurement]:
    """Return what was measured by the loss function that `step`, or the last one, used."""
    loss_at = view.record.loss_at
    loss = loss_at(view.last_step if step is None else step)
    if not loss:
        return view.measurements
    return [item for item in view.measurements if loss_at(item.step) == loss]


def _highest_shown(view: View) -> float:
    """Return the loss above which the curve leaves a linear plot.

    A diverged batch would otherwise press all other losses flat against the lower edge.
    """
    untrained = [item.train_loss for item in _measured(view) if item.step == 0]
    if untrained:
        return _OUTLIER_FACTOR * untrained[0]
    loss, classes = view.record.loss_at(view.last_step), view.record.classes
    return _OUTLIER_FACTOR * chance_level(loss, classes) if loss and classes else math.inf


def _logarithmic_range(reach: Reach, present: Range | None) -> Range:
    low, high = reach.lowest_positive, reach.highest
    if not 0 < low <= high:
        return present or logarithmic_range(0.1, 1)
    if present and present[0] <= math.log10(low) and math.log10(high) <= present[1]:
        return present
    return logarithmic_range(low, high)


def _parted(parts: Sequence[Points]) -> Points:
    """Return the points of one curve that has a gap, a NaN, between its parts."""
    x, y = [np.empty(0)], [np.empty(0)]
    for place, heights in parts:
        if len(place) and len(x) > 1:
            x.append(place[:1])
            y.append(np.array([math.nan]))
        if len(place):
            x.append(place)
            y.append(heights)
    return np.concatenate(x), np.concatenate(y)


def _drawable(x: NDArray[np.int64], y: NDArray[np.floating[Any]], view: View) -> Points:
    """Return what can be drawn of the values, in units of the axis."""
    values = y.astype(np.float64)
    keep = np.isfinite(values) & (values > 0) if view.log_y else np.isfinite(values)
    values = values[keep]
    return x[keep].astype(np.float64), np.log10(values) if view.log_y else values
