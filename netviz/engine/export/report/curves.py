"""The curves of a run for its report: loss, accuracy and learning rate over the steps."""

import math
from collections.abc import Iterator, Sequence
from itertools import pairwise

import numpy as np
from markupsafe import Markup
from numpy.typing import NDArray

from netviz.engine.curves.smoothing import Smoother
from netviz.engine.curves.ticks import (
    Range,
    linear_range,
    linear_ticks,
    logarithmic_range,
    logarithmic_ticks,
    percent_range,
    percent_ticks,
    step_ticks,
    thinned_ticks,
)
from netviz.engine.export.report.chart import Mark, Panel, Series, chart_svg
from netviz.engine.export.report.contents import ReportContents
from netviz.engine.export.report.tables import branch_color
from netviz.engine.options.training import chance_level
from netviz.engine.protocol.ledger import LedgerEntry
from netviz.engine.protocol.lesson_predictions import Curve
from netviz.number_text import loss_text, percent_text, round_stride

LEAST_HALF_LIFE = 20
"""Steps after which a batch counts half in the smoothed curve, at least: as in the window."""
_PARTS = 150
"""A long run is smoothed over about this part of its steps, since a page shows no more."""
_LOG_FROM = 50
"""Times the lowest loss that the highest one is where a logarithmic axis shows more."""
_OUTLIER_FACTOR = 3
"""Losses above this many times that of guessing do not widen a linear axis: as in the window."""
_MOST_DOTS = 60
_ANSWERED = {"test_loss": "loss", "test_accuracy": "accuracy"}
"""What is known of the test images now, by what was measured of them after each epoch."""


def half_life(contents: ReportContents) -> int:
    """Return over how many steps the loss is smoothed."""
    return max(LEAST_HALF_LIFE, round_stride(len(contents.losses) / _PARTS))


def curves_svg(contents: ReportContents, changes: Sequence[LedgerEntry]) -> Markup:
    """Draw the curves of a run.

    Parameters
    ----------
    changes
        Its ledger, each entry with its layers named; they are numbered from 1.
    """
    last = max(1, contents.facts.steps)
    marks = [Mark(each.step, place, each.label) for place, each in enumerate(changes, start=1)]
    panels = [_loss_panel(contents), _accuracy_panel(contents), _rate_panel(contents)]
    return chart_svg(
        "curves",
        "Loss, accuracy and learning rate over the steps of the run",
        [panel for panel in panels if panel],
        (0.0, float(last)),
        step_ticks(0, last) or [(0.0, "0"), (float(last), f"{last} steps")],
        marks,
    )


def _loss_panel(contents: ReportContents) -> Panel:
    smoothed = list(_smoothed(contents))
    tests = _measured(contents, "test_loss")
    last_smoothed = smoothed[-1].ys[-1] if smoothed else math.nan
    series = [
        Series(contents.numbers, contents.losses, "train raw"),
        *smoothed,
        Series(*tests, "test thin", f"test {loss_text(float(tests[1][-1]))}", "diamond"),
    ]
    if math.isfinite(last_smoothed):
        name = f"training batches, smoothed {loss_text(float(last_smoothed))}"
        series[len(smoothed)] = Series(smoothed[-1].xs, smoothed[-1].ys, "train", name)
    if len(tests[0]) > _MOST_DOTS:
        series[-1] = Series(*tests, "test thin", series[-1].name)
    y_range, is_logarithmic = _loss_range(contents, smoothed, tests)
    ticks = (logarithmic_ticks if is_logarithmic else linear_ticks)(*y_range)
    name = "Loss (logarithmic)" if is_logarithmic else "Loss"
    top = 10 ** y_range[1] if is_logarithmic else y_range[1]
    curves = [tests[1], *(each.ys for each in smoothed[-1:])]
    note = ""
    if max(map(_highest, curves)) > top:
        note = f"↑ up to {loss_text(max(map(_highest, [*curves, contents.losses])))}"
    return Panel(name, 210, y_range, ticks, series, is_logarithmic, note)


def _highest(values: NDArray[np.floating]) -> float:
    return float(values.max(initial=-math.inf, where=np.isfinite(values)))


def _smoothed(contents: ReportContents) -> Iterator[Series]:
    """Return the smoothed loss, a curve for each loss function: none reaches across."""
    if not len(contents.losses):
        return
    smoother = Smoother(half_life(contents))
    changed = {each.step for each in contents.told.ledger if each.option == "loss"}
    breaks = sorted({int(np.searchsorted(contents.numbers, step, "right")) for step in changed})
    breaks = [each for each in breaks if 0 < each < len(contents.losses)]
    smoother.update(contents.losses, breaks)
    for start, stop in pairwise([0, *breaks, len(contents.losses)]):
        yield Series(contents.numbers[start:stop], smoother.averages[start:stop], "train")


def _measured(
    contents: ReportContents, what: str
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    measured, answers = contents.told.measurements, contents.answers
    steps = np.array([each.step for each in measured], np.float64)
    values = np.array([getattr(each, what) for each in measured], np.float64)
    if answers is not None and what in _ANSWERED and is_measured_now(contents):
        steps = np.append(steps, contents.facts.steps)
        values = np.append(values, getattr(answers, _ANSWERED[what]))
    return steps, values


def is_measured_now(contents: ReportContents) -> bool:
    """Whether the test images were shown to it after the last epoch's end, for the report."""
    return contents.answers is not None and contents.facts.steps > (
        contents.told.measurements[-1].step
    )


def _loss_range(
    contents: ReportContents,
    smoothed: Sequence[Series],
    tests: tuple[NDArray[np.float64], NDArray[np.float64]],
) -> tuple[Range, bool]:
    """Return how far the axis reaches, and whether it is logarithmic.

    It is that of the loss function in force: numbers of two cannot be compared.
    """
    told = contents.told
    since = max((each.step for each in told.ledger if each.option == "loss"), default=-1)
    alike = tests[1][tests[0] > since]
    shown = np.concatenate([alike, *(each.ys for each in smoothed[-1:])])
    shown = shown[np.isfinite(shown)]
    if not len(shown):
        return (0.0, 1.0), False
    low, high = float(shown.min()), float(shown.max())
    untrained = told.measurements[0].train_loss if since < 0 else 0.0
    guessing = chance_level(told.config.loss, len(contents.facts.classes))
    top = min(high, _OUTLIER_FACTOR * max(guessing, untrained))
    if low > 0 and top > _LOG_FROM * low:
        return logarithmic_range(low, top), True
    return linear_range(min(low, 0.0), max(top, low)), False


def _accuracy_panel(contents: ReportContents) -> Panel:
    steps, train = _measured(contents, "train_accuracy")
    test_steps, test = _measured(contents, "test_accuracy")
    both = np.concatenate([train, test])
    both = both[np.isfinite(both)]
    # The untrained network's would press all that was learned against the upper edge.
    trained = both if len(steps) < 3 else np.concatenate([train[1:], test[1:]])
    y_range = percent_range(float(np.nanmin(trained)) if len(both) else 0.0)
    is_few = len(steps) <= _MOST_DOTS
    series = [
        Series(steps, train, "train", _last("train", train), "disc" if is_few else ""),
        Series(test_steps, test, "test", _last("test", test), "diamond" if is_few else ""),
    ]
    return Panel("Accuracy", 120, y_range, percent_ticks(*y_range), series)


def _last(name: str, values: NDArray[np.float64]) -> str:
    return f"{name} {percent_text(float(values[-1]))}"


def _rate_panel(contents: ReportContents) -> Panel | None:
    """Return the strip of the learning rate; None where there is no step yet."""
    rates = contents.learning_rates
    positive = rates[rates > 0]
    if not len(positive):
        return None
    low, high = float(positive.min()), float(positive.max())
    y_range = logarithmic_range(low, high)
    ticks = thinned_ticks(logarithmic_ticks(*y_range), 3)
    series = [Series(*stairs(contents.numbers, rates), "rate")]
    return Panel("Learning rate", 54, y_range, ticks, series, is_logarithmic=True)


def runs_svg(contents: ReportContents) -> Markup | None:
    """Draw the test accuracy of all runs; None where there are not two that were measured.

    Each is drawn from where it parted from another one.
    """
    series = []
    for run in contents.runs:
        row = run.row
        points = [each for each in run.measurements if each.step >= row.joint.step]
        if any(each.epoch for each in points):
            steps = np.array([each.step for each in points], np.float64)
            accuracies = np.array([each.test_accuracy for each in points], np.float64)
            look = f"branch-{branch_color(row)}{'' if row.is_at_hand else ' thin'}"
            dots = "diamond" if len(points) <= _MOST_DOTS else ""
            series.append(Series(steps, accuracies, look, "", dots, row.name))
    if len(series) < 2:
        return None
    trained = np.concatenate([each.ys[each.xs > 0] for each in series])
    y_range = percent_range(float(np.nanmin(trained)))
    last = max(float(each.xs[-1]) for each in series)
    panel = Panel("Test accuracy", 130, y_range, percent_ticks(*y_range), series)
    title = "Test accuracy of all runs over their steps"
    return chart_svg("all-runs", title, [panel], (0.0, last), step_ticks(0, last))


def stairs(
    numbers: NDArray[np.int64], values: NDArray[np.float64]
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return the corners of a curve that holds each value from the step before to its own."""
    first = np.flatnonzero(np.diff(values, prepend=np.nan) != 0)  # NaN differs from all
    last = np.append(first[1:], len(values)) - 1
    xs = np.stack([numbers[first] - 1.0, numbers[last].astype(np.float64)], 1).reshape(-1)
    return xs, values[first].repeat(2)


def prediction_svg(number: int, curve: Curve) -> Markup:
    """Draw what was guessed over what came."""
    xs, guess, truth = (np.asarray(values, np.float64) for values in curve)
    both = np.concatenate([guess, truth])
    both = both[np.isfinite(both)]
    low, high = (float(both.min()), float(both.max())) if len(both) else (0.0, 1.0)
    y_range = linear_range(min(0.0, low), high)
    x_range = (float(xs.min()), float(max(xs.max(), xs.min() + 1))) if len(xs) else (0.0, 1.0)
    series = [
        Series(xs, truth, "train", "what came"),
        Series(xs, guess, "guess", "guess"),
    ]
    panel = Panel("", 130, y_range, linear_ticks(*y_range), series)
    title = "The guess and what came"
    return chart_svg(f"guess-{number}", title, [panel], x_range, step_ticks(*x_range))
