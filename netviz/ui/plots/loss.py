"""The loss of every batch, smoothed, and on the test images after each epoch; free of Qt."""

import math
from collections.abc import Callable, Hashable, Sequence
from itertools import pairwise
from typing import Any, ClassVar

import numpy as np
from numpy.typing import NDArray

from netviz.engine.curves.downsampling import Extremes, bucket_width
from netviz.engine.curves.smoothing import Smoother
from netviz.engine.curves.ticks import Range, Ticks, linear_ticks, logarithmic_ticks
from netviz.engine.options.training import LOSSES
from netviz.engine.protocol.events import Progress
from netviz.engine.protocol.run_state import Measurement
from netviz.engine.run.history import StepHistory
from netviz.number_text import loss_text, number_text
from netviz.ui.plots.best_test import best_test
from netviz.ui.plots.ghost import GhostTrack
from netviz.ui.plots.loss_parts import LossPart, Reach, loss_parts
from netviz.ui.plots.loss_range import LossRange, measured_alike
from netviz.ui.plots.metric import (
    BestTest,
    CurveStyle,
    Figures,
    Metric,
    Points,
    Reading,
    Row,
    Table,
    View,
    dotted,
    measured_when,
    shown_indices,
)
from netviz.ui.plots.run_record import RunRecord

DEFAULT_HALF_LIFE = 20


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
    clipped = "batches"
    styles: ClassVar = {
        "batches": CurveStyle("train", opacity=1 / 3),
        "smoothed": CurveStyle("train", width=2),
        "test": CurveStyle("test", width=2, symbol="d"),
    }

    def __init__(self) -> None:
        self.history = StepHistory()
        self._extremes = Extremes()
        self._smoother = Smoother(DEFAULT_HALF_LIFE)
        self._is_smoothed = True
        self._range = LossRange(self.history, self._smoothed, self._ghost_reach)

    @property
    def half_life(self) -> int:
        """Steps after which a batch counts half in the smoothed curve; 0 without smoothing."""
        return round(self._smoother.half_life) if self._is_smoothed else 0

    @property
    def average_half_life(self) -> float:
        """That of what is drawn as an average even where the curve is not smoothed."""
        return self._smoother.half_life

    def set_half_life(self, steps: int) -> None:
        """Smooth over another number of steps; 0 draws the loss of the batches alone."""
        self._is_smoothed = steps > 0
        if steps > 0 and steps != self._smoother.half_life:
            self._smoother = Smoother(steps)
            self._range.forget()

    def add_progress(self, progress: Progress) -> None:
        self.history.extend(progress.steps, progress.losses, progress.learning_rates)

    def add_measurement(self, measurement: Measurement) -> None:
        """Nothing to keep: every view brings its measurements."""

    def clear(self) -> None:
        self.history.clear()
        self._extremes.clear()
        self._smoother.restart()
        self._range.forget()

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
        return self._range.fit(view, present)

    def log_refusal(self, view: View) -> str:
        return self._range.log_refusal(view)

    def curves(self, view: View, steps: Range, columns: int) -> dict[str, Points]:
        known, losses = self.history.steps, self.history.losses
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
            indices = self._extremes.indices(losses, start, stop, width, part.first)
            if self._has_batches(part, parts[-1], view):
                batches.append(_drawable(known[indices], losses[indices], view))
            # The average is smooth within a bucket: its value at the end says enough.
            ends = np.arange(start // width * width + width - 1, stop, width)
            if len(ends) == 0 or ends[-1] != stop - 1:
                ends = np.append(ends, stop - 1)
            if self._is_smoothed:
                smoothed.append(_drawable(known[ends], averages[ends], view))
        return {"batches": _parted(batches), "smoothed": _parted(smoothed)}

    def measured_curves(self, view: View, steps: Range, columns: int) -> dict[str, Points]:
        trained = [item for item in view.measurements if item.step > 0]
        changes = view.record.loss_changes_until(view.last_step)
        ends = [0, *(change.step for change in changes), view.last_step]
        parts = []
        for after, until in pairwise(ends):
            measured = [item for item in trained if after < item.step <= until]
            x = np.array([item.step for item in measured], np.int64)
            y = np.array([item.test_loss for item in measured], np.float64)
            shown = shown_indices(x, (y,), steps, columns)
            parts.append(_drawable(x[shown], y[shown], view))
        return {"test": _parted(parts)}

    def dots(self, view: View, steps: Range, most: float) -> dict[str, Points]:
        trained = [item for item in view.measurements if item.step > 0]
        chosen = dotted(trained, steps, most)
        x = np.array([item.step for item in chosen], np.int64)
        y = np.array([item.test_loss for item in chosen], np.float64)
        return {"test": _drawable(x, y, view)}

    def ghost_scale(self, view: View) -> Hashable:
        return view.log_y, self._smoother.half_life

    def ghost_length(self, ghost: GhostTrack) -> int:
        return ghost.last_step

    def ghost_curve(self, ghost: GhostTrack, view: View, steps: Range, columns: int) -> Points:
        # Also where the present curve is not smoothed: the noise of several would be a fog.
        parts = ghost.parts(self._smoother.half_life, steps, columns)
        return _parted([_drawable(x, y, view) for x, y in parts])

    def ghost_value(self, ghost: GhostTrack, step: float) -> tuple[int, str] | None:
        nearest = math.ceil(step - 0.5)
        value = ghost.value_at(nearest, self._smoother.half_life)
        return None if value is None else (nearest, loss_text(value))

    def best(self, view: View) -> BestTest | None:
        return best_test(view)

    def figures(self, view: View) -> Figures:
        values, note, old = {}, "", frozenset[str]()
        # What was measured by another loss function cannot stand beside the loss of now.
        if measured := measured_alike(view):
            values = {"train": loss_text(measured[0].train_loss)}
            values["test"] = loss_text(measured[-1].test_loss)
            if measured[-1].step < view.last_step:
                note, old = f"test {measured_when(measured[-1])}", frozenset({"test"})
        if count := self.count(view):
            series = self._averages(view.record) if self._is_smoothed else self.history.losses
            values["train"] = loss_text(float(series[count - 1]))
        return Figures(values, note, old)

    def note(self, view: View, y_range: Range) -> str:
        return self._range.note(view, y_range)

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
        if measured := measured_alike(view, found):
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

    def _smoothed(self, view: View) -> NDArray[np.float32] | None:
        return self._averages(view.record) if self._is_smoothed else None

    def _ghost_reach(self, view: View) -> Reach:
        reach = Reach()
        for ghost in view.ghosts:
            reach.add_reach(ghost.reach(self._smoother.half_life))
        return reach

    def _has_batches(self, part: LossPart, last: LossPart, view: View) -> bool:
        """Return whether the noise of a part is drawn.

        On an axis that is not its own it would be a comb, with nothing in it to be read.
        """
        return view.log_y or part.loss == last.loss or not self._is_smoothed


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
