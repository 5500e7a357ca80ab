"""The metrics in which runs can be laid over each other; free of Qt."""

import math
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from netviz.engine.curves.ticks import (
    Range,
    Ticks,
    linear_range,
    linear_ticks,
    logarithmic_range,
    percent_range,
    percent_ticks,
)
from netviz.engine.options.training import LOSSES
from netviz.engine.protocol.run_state import Measurement
from netviz.number_text import loss_text, percent_text, rate_text
from netviz.ui.plots.overlay.overlaid_run import OverlayTrack

Series = tuple[NDArray[np.int64], NDArray[np.float64]]
"""Steps, increasing, and the value of each, ``[n]``."""

_OUTLIER_FACTOR = 3
"""Losses above this many times the untrained one do not widen a linear axis."""
_USUAL = 90
"""Percentage of the steps of a run whose losses an axis makes room for in any case."""
_WORTH = 1.3
"""Times as high as that, an axis makes room for all: to leave little out would say nothing."""


@dataclass(frozen=True)
class OverlayMetric:
    """One metric.

    Attributes
    ----------
    key, name, meaning
        Its name in a file and on the screen, and the sentence that explains it.
    series
        Returns the values of a run.
    text
        Writes a value.
    ticks, fit
        Places the ticks of a linear axis; returns a linear range around the values.
    is_measured
        Whether there is one value an epoch.
    has_log
        Whether a logarithmic axis is offered.
    is_loss
        Whether values of two loss functions cannot be compared.
    """

    key: str
    name: str
    meaning: str
    series: Callable[[OverlayTrack], Series]
    text: Callable[[float], str]
    ticks: Callable[[float, float], Ticks] = linear_ticks
    fit: Callable[[float, float], Range] = linear_range
    is_measured: bool = True
    has_log: bool = False
    is_loss: bool = False

    @property
    def empty_text(self) -> str:
        """What is said where none of the runs has a value."""
        if self.is_measured:
            return f"{self.name} is measured after each epoch; none of these runs has ended one"
        return "None of these runs has been trained yet"

    def range_of(self, low: float, high: float, *, log_y: bool) -> Range:
        """Return a range with round ends around the values, of exponents on a logarithmic axis."""
        if not math.isfinite(low):
            return logarithmic_range(0.1, 1) if log_y else self.fit(0, 1)
        return logarithmic_range(low, high) if log_y else self.fit(low, high)


def compared_function(tracks: Iterable[OverlayTrack]) -> str:
    """Return the loss function whose losses are drawn: the one that most runs end with."""
    found = [track.function_at(track.last_step) for track in tracks]
    return Counter(found).most_common(1)[0][0] if found else ""


def series_of(metric: OverlayMetric, track: OverlayTrack, function: str) -> Series:
    """Return the values of a run; NaN where they are losses of another function."""
    steps, values = metric.series(track)
    if metric.is_loss and any(name != function for _, name in track.run.functions):
        after = [step for step, _ in track.run.functions]
        places = np.maximum(np.searchsorted(after, steps, side="left") - 1, 0)
        is_compared = np.array([name == function for _, name in track.run.functions])
        values = np.where(is_compared[places], values, np.nan)
    return steps, values


def left_out(metric: OverlayMetric, tracks: Sequence[OverlayTrack], function: str) -> str:
    """Say which runs are not drawn, since their losses are of another function."""
    others = [
        track.run.name
        for track in tracks
        if metric.is_loss and all(name != function for _, name in track.run.functions)
    ]
    if not others:
        return ""
    which = others[0] if len(others) == 1 else f"{len(others)} runs"
    return f"{LOSSES.get(function, function)} only: {which} used another loss"


def highest_shown(
    metric: OverlayMetric,
    tracks: Sequence[OverlayTrack],
    function: str,
    curves: Sequence[NDArray[np.float64]],
) -> float:
    """Return the value above which a curve leaves a linear plot: a diverged run would fill it.

    Nor does a run of a high rate whose loss was high for its first steps only; `curves` has the
    finite values of each run.
    """
    if not metric.is_loss:
        return math.inf
    untrained = [
        each.test_loss
        for track in tracks
        for each in track.run.measurements[:1]
        if each.step == 0 and track.function_at(0) == function and math.isfinite(each.test_loss)
    ]
    if not untrained:
        return math.inf
    level, most = max(untrained), _OUTLIER_FACTOR * max(untrained)
    if metric.is_measured:
        return most
    values = [each for each in curves if len(each)]
    usual = min(most, max([level, *(float(np.percentile(each, _USUAL)) for each in values)]))
    highest = max((float(each.max()) for each in values), default=level)
    return highest if highest <= _WORTH * usual else usual


def thinned(x: NDArray[Any], sight: Range, columns: int) -> NDArray[np.intp]:
    """Return which of many points of a smooth curve are drawn: enough for the pixels in sight.

    Parameters
    ----------
    x
        Where the points are, increasing, ``[n]``.
    sight
        What is in sight; the curve goes on to the edges.
    columns
        How many points at most are of use.
    """
    first = max(0, int(np.searchsorted(x, sight[0])) - 1)
    stop = min(len(x), int(np.searchsorted(x, sight[1], "right")) + 1)
    width = max(1, -(-(stop - first) // max(2, columns)))
    if stop <= first:
        return np.empty(0, np.intp)
    ends = np.arange(first // width * width + width - 1, stop - 1, width)
    return np.unique(np.concatenate(([first], ends[ends >= first], [stop - 1])))


def _smoothed(track: OverlayTrack) -> Series:
    return track.steps, track.averages.astype(np.float64)


def _rates(track: OverlayTrack) -> Series:
    count = min(len(track.run.rates), len(track.steps))
    return track.steps[:count], track.run.rates[:count]


def _measured(value: Callable[[Measurement], float]) -> Callable[[OverlayTrack], Series]:
    """Return what gives a value of each epoch."""

    def series(track: OverlayTrack) -> Series:
        measured = track.measured
        steps = np.array([each.step for each in measured], np.int64)
        return steps, np.array([value(each) for each in measured], np.float64)

    return series


def _percent_range(low: float, high: float) -> Range:
    return percent_range(low)


def _gap_range(low: float, high: float) -> Range:
    """Return whole multiples of a round number around zero and a range, which the ticks show."""
    low, high = min(low, 0.0), max(high, 0.01)
    power = math.floor(math.log10((high - low) / 4))
    unit = next(m * 10.0**power for m in (1, 2, 5, 10) if m * 10.0**power >= (high - low) / 4)
    return unit * math.floor(low / unit), unit * math.ceil(high / unit)


def _points_text(gap: float) -> str:
    return f"{100 * gap:+.1f} pts".replace("-", "−")


def _speed_text(speed: float) -> str:
    return f"{speed:,.0f}"


METRICS = (
    OverlayMetric(
        "smoothed_loss",
        "Batch loss, smoothed",
        "Loss of the training batches, averaged as in the plot of the loss.",
        _smoothed,
        loss_text,
        is_measured=False,
        has_log=True,
        is_loss=True,
    ),
    OverlayMetric(
        "test_loss",
        "Test loss",
        "Loss on all test images after each epoch.",
        _measured(lambda each: each.test_loss),
        loss_text,
        has_log=True,
        is_loss=True,
    ),
    OverlayMetric(
        "test_accuracy",
        "Test accuracy",
        "Fraction of all test images predicted correctly after each epoch.",
        _measured(lambda each: each.test_accuracy),
        percent_text,
        percent_ticks,
        _percent_range,
    ),
    OverlayMetric(
        "train_loss",
        "Training loss",
        "Loss on as many training images as there are test images, after each epoch.",
        _measured(lambda each: each.train_loss),
        loss_text,
        has_log=True,
        is_loss=True,
    ),
    OverlayMetric(
        "train_accuracy",
        "Training accuracy",
        "Fraction of training images predicted correctly after each epoch.",
        _measured(lambda each: each.train_accuracy),
        percent_text,
        percent_ticks,
        _percent_range,
    ),
    OverlayMetric(
        "accuracy_gap",
        "Accuracy gap",
        "Training minus test accuracy after each epoch: how far a run overfits.",
        _measured(lambda each: each.train_accuracy - each.test_accuracy),
        _points_text,
        percent_ticks,
        _gap_range,
    ),
    OverlayMetric(
        "learning_rate",
        "Learning rate",
        "The learning rate that each step used.",
        _rates,
        rate_text,
        is_measured=False,
        has_log=True,
    ),
    OverlayMetric(
        "images_per_second",
        "Images per second",
        "How many images were trained a second in each epoch.",
        _measured(lambda each: each.samples_per_second),
        _speed_text,
    ),
)
"""All of them, the first one shown at first."""


def positive(values: NDArray[np.float64], *, log_y: bool) -> NDArray[np.float64]:
    """Return values in units of the axis; NaN where they cannot be drawn."""
    known = np.where(np.isfinite(values), values, np.nan)
    if not log_y:
        return known
    above: NDArray[np.float64] = np.full(len(known), np.nan)
    np.log10(known, out=above, where=known > 0)
    return above
