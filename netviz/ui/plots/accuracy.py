"""The accuracy after each epoch on training and test images, and the gap; free of Qt."""

import math
from collections.abc import Callable, Hashable
from typing import ClassVar

import numpy as np

from netviz.engine.curves.ticks import Range, Ticks, percent_range, percent_ticks
from netviz.engine.protocol.events import Progress
from netviz.engine.protocol.run_state import Measurement
from netviz.number_text import percent_text
from netviz.ui.plots.ghost import GhostTrack
from netviz.ui.plots.metric import (
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

_MOST_RUNNING = 400
"""Points of one epoch; its first and its newest are always among them."""

_MOST_EPOCHS = 20
"""Epochs whose points are kept, for a view that is held and a run that goes back."""


class Accuracy(Metric):
    """Train and test accuracy of each epoch, their gap, and the current epoch so far."""

    name = "Accuracy"
    file_stem = "accuracy"
    readings = (
        Reading(
            "train",
            "train",
            "o",
            "Fraction of training images predicted correctly: those of the current epoch so far, "
            "as the thin line shows; after it as many as there are test images.",
        ),
        Reading("test", "test", "d", "Fraction of all test images predicted correctly."),
    )
    widest_reading = "100.0 %"
    empty_text = "Press Train to see the accuracy of every epoch"
    # Its curves run where labels would stand, and the loss above it has them at the same lines.
    has_change_labels = False
    styles: ClassVar = {
        "gap": CurveStyle("muted", opacity=0.16, is_filled=True),
        "running": CurveStyle("train", opacity=0.75),
        "train": CurveStyle("train", width=2, symbol="o"),
        "test": CurveStyle("test", width=2, symbol="d"),
    }

    def __init__(self) -> None:
        self._running: dict[int, list[tuple[int, float]]] = {}
        self._known: tuple[list[Measurement], float] = [], math.inf

    def add_progress(self, progress: Progress) -> None:
        points = self._running.setdefault(progress.epoch, [])
        points.append((progress.step, progress.running_accuracy))
        if len(points) > _MOST_RUNNING:
            del points[1:-1:2]
        if len(self._running) > _MOST_EPOCHS:
            del self._running[min(self._running)]

    def add_measurement(self, measurement: Measurement) -> None:
        """Nothing to keep: every view brings its measurements."""

    def clear(self) -> None:
        self._running = {}

    def y_ticks(self, view: View) -> Callable[[float, float], Ticks]:
        return percent_ticks

    def scale(self, view: View) -> Hashable:
        # The 10 % of the untrained network would press all epochs against the upper edge.
        return bool(view.measurements) and view.measurements[-1].step > 0

    def y_range(self, view: View, present: Range | None) -> Range:
        fitting = percent_range(self._lowest(view))
        return present if present and present[0] <= fitting[0] else fitting

    def curves(self, view: View, steps: Range, columns: int) -> dict[str, Points]:
        running = self._shown_running(view)
        x = np.array([step for step, _ in running], np.float64)
        return {"running": (x, np.array([fraction for _, fraction in running], np.float64))}

    def measured_curves(self, view: View, steps: Range, columns: int) -> dict[str, Points]:
        measured = view.measurements
        x = np.array([item.step for item in measured], np.float64)
        train = np.array([item.train_accuracy for item in measured], np.float64)
        test = np.array([item.test_accuracy for item in measured], np.float64)
        shown = shown_indices(x, (train, test), steps, columns)
        x, train, test = x[shown], train[shown], test[shown]
        both = np.isfinite(train) & np.isfinite(test)
        gap = (
            np.concatenate((x[both], x[both][::-1])),
            np.concatenate((train[both], test[both][::-1])),
        )
        return {"gap": gap, "train": (x, train), "test": (x, test)}

    def dots(self, view: View, steps: Range, most: float) -> dict[str, Points]:
        chosen = dotted(view.measurements, steps, most)
        x = np.array([item.step for item in chosen], np.float64)
        return {
            "train": (x, np.array([item.train_accuracy for item in chosen], np.float64)),
            "test": (x, np.array([item.test_accuracy for item in chosen], np.float64)),
        }

    def ghost_scale(self, view: View) -> Hashable:
        return ()

    def ghost_length(self, ghost: GhostTrack) -> int:
        return len(ghost.measurements)

    def ghost_curve(self, ghost: GhostTrack, view: View, steps: Range, columns: int) -> Points:
        measured = ghost.measured()
        x = np.array([item.step for item in measured], np.float64)
        test = np.array([item.test_accuracy for item in measured], np.float64)
        shown = shown_indices(x, (test,), steps, columns)
        return x[shown], test[shown]

    def ghost_value(self, ghost: GhostTrack, step: float) -> tuple[int, str] | None:
        own = [item for item in ghost.measured() if item.step > ghost.ghost.begins]
        if not own or not ghost.ghost.begins < step <= ghost.last_step:
            return None
        nearest = min(own, key=lambda item: abs(item.step - step))
        return nearest.step, percent_text(nearest.test_accuracy)

    def figures(self, view: View) -> Figures:
        if not view.measurements:
            return Figures({})
        last = view.measurements[-1]
        values = {
            "train": percent_text(last.train_accuracy),
            "test": percent_text(last.test_accuracy),
        }
        if last.step >= view.last_step:
            return Figures(values, f"gap {_gap(last)}" if last.step else "untrained")
        running = self._shown_running(view)
        if not running:
            return Figures(values, measured_when(last), frozenset(values))
        values["train"] = percent_text(running[-1][1])
        return Figures(values, f"test {measured_when(last)}", frozenset({"test"}))

    def note(self, view: View, y_range: Range) -> str:
        """Tell the untrained network's accuracy where it lies below the plot."""
        measured = view.measurements
        if not measured or measured[0].step > 0:
            return ""
        fractions = [measured[0].train_accuracy, measured[0].test_accuracy]
        return f"↓ untrained {percent_text(fractions[1])}" if min(fractions) < y_range[0] else ""

    def rows_at(self, view: View, step: float) -> tuple[int, list[Row]] | None:
        rows = {item.step: _measured_rows(item) for item in view.measurements}
        for found, fraction in self._shown_running(view):
            rows.setdefault(found, _running_rows(view, found, fraction))
        if not rows:
            return None
        nearest = min(rows, key=lambda found: abs(found - step))
        return nearest, rows[nearest]

    def table(self, record: RunRecord) -> Table:
        names = ("epoch", "step", "train_accuracy", "test_accuracy", "gap")
        return names, [
            (
                item.epoch,
                item.step,
                item.train_accuracy,
                item.test_accuracy,
                round(item.train_accuracy - item.test_accuracy, 6),
            )
            for item in record.measurements
        ]

    def _lowest(self, view: View) -> float:
        """Return the lowest accuracy measured after an epoch, each of them looked at once."""
        measured = view.measurements
        known, lowest = self._known
        if known and (len(measured) < len(known) or measured[len(known) - 1] is not known[-1]):
            known, lowest = [], math.inf
        for item in measured[len(known) :]:
            # The 10 % of the untrained network would press all epochs against the upper edge.
            values = (item.train_accuracy, item.test_accuracy) if item.step > 0 else ()
            lowest = min([lowest, *(value for value in values if math.isfinite(value))])
        self._known = measured, lowest
        return lowest if math.isfinite(lowest) else 0.0

    def _shown_running(self, view: View) -> list[tuple[int, float]]:
        """Return the points of the epoch that is under way where the view ends."""
        measured = view.measurements[-1].step if view.measurements else 0
        for points in reversed(self._running.values()):
            shown = [point for point in points if measured < point[0] <= view.last_step]
            if shown:
                return shown
        return []


def _running_rows(view: View, step: int, fraction: float) -> list[Row]:
    return [
        Row("current epoch", str(view.record.epoch_at(step))),
        Row("step", f"{step:,}"),
        Row("correct so far", percent_text(fraction), "train"),
    ]


def _measured_rows(item: Measurement) -> list[Row]:
    return [
        Row("after epoch", str(item.epoch) if item.epoch else "0 (untrained)"),
        Row("step", f"{item.step:,}"),
        Row("train", percent_text(item.train_accuracy), "train"),
        Row("test", percent_text(item.test_accuracy), "test"),
        Row("gap", _gap(item)),
    ]


def _gap(item: Measurement) -> str:
    return f"{100 * (item.train_accuracy - item.test_accuracy):.1f} points".replace("-", "−")
