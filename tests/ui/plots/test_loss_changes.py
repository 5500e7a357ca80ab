"""A loss that was changed in mid-run: the curves break, and the new one has a range of its own."""

import math
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from netviz.engine.curves.smoothing import Smoother
from netviz.engine.curves.ticks import linear_range
from netviz.engine.options.training import chance_level
from netviz.engine.protocol.ledger import LedgerEntry
from netviz.engine.protocol.run_state import Measurement
from netviz.ui.plots.loss import DEFAULT_HALF_LIFE, Loss
from netviz.ui.plots.loss_plot import LossPlot
from netviz.ui.plots.metric import View
from netviz.ui.plots.run_record import RunRecord
from tests.ui.plots.using_plots import UNTRAINED, changed, hover, measured, points, progress, show

NAMES = ("cross-entropy", "mse")


def to_mse(step: int) -> LedgerEntry:
    return LedgerEntry(step, 1, "loss", *NAMES)


def to_cross_entropy(step: int) -> LedgerEntry:
    return LedgerEntry(step, 1, "loss", *reversed(NAMES))


def parts(plot: LossPlot, curve: str) -> list[list[tuple[float, float]]]:
    """Return the points of a curve as it is drawn, in its parts that hang together."""
    found: list[list[tuple[float, float]]] = [[]]
    for point in points(plot, curve):
        if math.isnan(point[1]):
            found.append([])
        else:
            found[-1].append(point)
    return found


def show_change(plot: LossPlot) -> None:
    """Tell a plot of two epochs with cross-entropy and one with MSE."""
    show(plot, UNTRAINED, progress(1, [2.0, 1.0]), measured(1, 2), progress(3, [0.8, 0.6], epoch=2))
    show(plot, measured(2, 4), changed(1), to_mse(4), progress(5, [0.05, 0.04, 0.03], epoch=3))


def test_the_curves_break_where_the_loss_was_changed(loss: LossPlot) -> None:
    show_change(loss)
    show(loss, Measurement(3, 7, 0.02, 0.9, 0.03, 0.9, 1, 1), progress(8, [0.04], epoch=4))
    steps = [[step for step, _ in part] for part in parts(loss, "batches")]
    assert steps == [[5, 6, 7, 8]], "the noise of the other loss would be a comb on this axis"
    assert [len(part) for part in parts(loss, "smoothed")] == [4, 4]
    assert [[step for step, _ in part] for part in parts(loss, "test")] == [[2, 4], [7]]
    loss.set_log_y(True)
    assert [len(part) for part in parts(loss, "batches")] == [4, 4]


def test_the_average_begins_anew(loss: LossPlot) -> None:
    show_change(loss)
    assert parts(loss, "smoothed")[1][0] == (5, pytest.approx(0.05))


def test_the_new_loss_has_a_range_of_its_own_from_its_first_step_on(loss: LossPlot) -> None:
    show(loss, UNTRAINED, progress(1, [2.0, 1.0]), to_mse(2))
    assert loss.canvas.y_range == (0, 2.4)
    assert parts(loss, "batches") == [[(1, 2.0), (2, 1.0)]]
    show(loss, progress(3, [0.05]))
    assert loss.canvas.y_range == (0, 0.06)
    assert loss.canvas.note == "↑ Cross-entropy until step 2; log y shows it"
    show(loss, progress(4, [0.04]), to_mse(2), to_cross_entropy(4))
    show(loss, progress(5, [1.5]))
    assert loss.canvas.y_range == (0, 2.4), "what was cross-entropy before counts again"
    assert loss.canvas.note == ""
    loss.set_log_y(True)
    low, high = loss.canvas.y_range
    assert low <= math.log10(0.04) < math.log10(2.3) <= high, "what log y shows is all of it"


def test_a_change_that_is_taken_back_leaves_no_trace(loss: LossPlot) -> None:
    show_change(loss)
    loss.set_ledger_entries((changed(1),))
    loss.refresh()
    assert len(parts(loss, "batches")) == 1
    assert loss.canvas.note == ""
    loss.clear()
    loss.set_ledger_entries(())
    show(loss, UNTRAINED, progress(1, [2.0] * 7))
    assert [len(part) for part in parts(loss, "smoothed")] == [7]


def test_a_saved_run_is_drawn_as_it_was_when_it_ran(loss: LossPlot) -> None:
    """All steps are told first, then all measurements, then the ledger."""
    show_change(loss)
    curves = {name: parts(loss, name) for name in ("batches", "smoothed", "test")}
    ranges = loss.canvas.x_range, loss.canvas.y_range
    loss.clear()
    losses = [2.0, 1.0, 0.8, 0.6, 0.05, 0.04, 0.03]
    show(loss, UNTRAINED, progress(1, losses), measured(1, 2), measured(2, 4))
    show(loss, changed(1), to_mse(4))
    assert {name: parts(loss, name) for name in curves} == curves
    assert (loss.canvas.x_range, loss.canvas.y_range) == ranges


def test_the_view_that_is_held_keeps_the_loss_that_it_shows(loss: LossPlot) -> None:
    show(loss, UNTRAINED, progress(1, [2.0, 1.0]))
    loss.set_view_paused(True)
    show(loss, to_mse(2), progress(3, [0.05]))
    assert loss.canvas.y_range == (0, 2.4)
    loss.set_view_paused(False)
    assert loss.canvas.y_range == (0, 0.06)


def test_figures_of_another_loss_stand_beside_no_loss_of_now(loss: LossPlot) -> None:
    show_change(loss)
    assert loss.readings.value("train") == "0.040"
    assert loss.readings.value("test") == "–"
    show(loss, Measurement(3, 7, 0.02, 0.9, 0.03, 0.9, 1, 1))
    assert (loss.readings.value("test"), loss.readings.old) == ("0.030", frozenset())


def test_the_readout_names_the_loss_function_and_what_it_measured(loss: LossPlot) -> None:
    show_change(loss)
    hover(loss, 6)
    assert "MSE on one-hot" in loss.readout.text()
    assert "test after" not in loss.readout.text()
    hover(loss, 4)
    assert "Cross-entropy" in loss.readout.text()
    assert "test after epoch 2" in loss.readout.text()


def test_no_line_is_painted_from_one_loss_to_the_other(loss: LossPlot) -> None:
    for fold, entries in ((False, (to_mse(50),)), (True, ())):
        loss.clear()
        loss.set_ledger_entries(entries)
        show(loss, UNTRAINED, progress(1, [0.5] * 50), measured(1, 50), progress(51, [1.0] * 50))
        loss.canvas.set_range((0, 100), (0, 1.2))
        painted = loss.canvas.grab().toImage()
        for curve in loss.canvas.curves.values():
            curve.set_points(np.empty(0), np.empty(0))
        bare = loss.canvas.grab().toImage()
        y = round(loss.canvas.axes.y(0.75))
        row = range(round(loss.canvas.x_pixel(45)), round(loss.canvas.x_pixel(55)))
        assert any(painted.pixel(x, y) != bare.pixel(x, y) for x in row) == fold


def test_an_outlier_of_a_later_loss_leaves_the_plot_too(loss: LossPlot) -> None:
    loss.clear(10)
    show(loss, Measurement(0, 0, 0.09, 0.1, 0.09, 0.1, 0, 0), progress(1, [0.09, 0.08]))
    show(loss, to_cross_entropy(2), progress(3, [2.0, 1e20]))
    assert loss.canvas.y_range[1] <= 4 * chance_level("cross-entropy", 10)
    assert loss.canvas.note.startswith("↑ up to 1.0e+20")


def lasting_level(losses: np.ndarray) -> float:
    """Return what the average stays above for eight steps, two of which reach it."""
    alone = Smoother(DEFAULT_HALF_LIFE)
    alone.update(losses)
    whole = len(losses) // 8 * 8 or len(losses)
    return max(
        min(float(alone.averages[i : i + 8].min()), float(np.sort(losses[i : i + 8])[-2:][0]))
        for i in range(0, whole, 8)
    )


@settings(max_examples=60)
@given(
    st.lists(st.floats(0.0625, 8.0, width=32), min_size=1, max_size=300),
    st.lists(st.integers(1, 300), max_size=5, unique=True),
    st.lists(st.integers(1, 120), min_size=1, max_size=6),
    st.integers(2, 400),
    st.booleans(),
)
def test_every_part_is_drawn_as_if_it_were_alone(
    losses: list[float], changes: list[int], reports: list[int], columns: int, late: bool
) -> None:
    record, metric = RunRecord(), Loss()
    entries = tuple(
        LedgerEntry(step, 1, "loss", *(NAMES if nth % 2 == 0 else reversed(NAMES)))
        for nth, step in enumerate(sorted(changes))
    )
    first = 0
    while first < len(losses):
        report = progress(first + 1, losses[first : first + reports[first % len(reports)]])
        first += len(report.steps)
        metric.add_progress(report)
        record.add_progress(report)
        if not late or first >= len(losses):
            record.set_entries(tuple(entry for entry in entries if entry.step <= first))
        view = View(first, [], False, record)
        y_range = metric.y_range(view, None)
        curves = metric.curves(view, (0.0, float(first)), columns)

    series = np.array(losses, np.float32)
    ends = [0, *(step for step in sorted(changes) if step < len(losses)), len(losses)]
    pairs = [*pairwise(ends)]
    levels = [lasting_level(series[start:stop]) for start, stop in pairs[::-1][::2]]
    assert y_range == linear_range(0.0, max(levels))
    for name in ("batches", "smoothed"):
        x, y = curves[name]
        gaps = np.flatnonzero(np.isnan(y))
        drawn = list(zip(np.split(x[np.isfinite(y)], gaps - np.arange(len(gaps))), strict=True))
        expected = pairs[::-1][::2][::-1] if name == "batches" else pairs
        assert len(drawn) == len(expected)
        for (steps,), (start, stop) in zip(drawn, expected, strict=True):
            assert start < steps[0] <= steps[-1] <= stop
            values = y[np.isin(x, steps) & np.isfinite(y)]
            if name == "batches":
                assert {values.min(), values.max()} == {
                    series[start:stop].min(),
                    series[start:stop].max(),
                }
            else:
                alone = Smoother(DEFAULT_HALF_LIFE)
                alone.update(series[start:stop])
                at = steps.astype(int) - start - 1
                np.testing.assert_allclose(values, alone.averages[at], rtol=1e-5)
