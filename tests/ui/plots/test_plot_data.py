"""What the plots draw of a run: steps, measurements, going back."""

import math

import numpy as np
import pytest

from netviz.engine.protocol.run_state import Measurement
from netviz.ui.plots.accuracy_plot import AccuracyPlot
from netviz.ui.plots.loss_plot import LossPlot
from tests.ui.plots.using_plots import (
    UNTRAINED,
    changed,
    hover,
    measured,
    points,
    progress,
    show,
)


def test_before_training_the_plot_says_what_to_do_and_how_bad_the_network_is(
    loss: LossPlot, accuracy: AccuracyPlot
) -> None:
    show(loss, UNTRAINED)
    show(accuracy, UNTRAINED)
    assert loss.canvas.message == "Press Train to see the loss of every batch"
    assert (loss.readings.value("train"), loss.readings.value("test")) == ("2.304", "2.305")
    assert accuracy.readings.value("train") == "10.2 %"
    assert points(accuracy, "train") == [(0, 0.102)]


def test_every_batch_appears_in_the_curve(loss: LossPlot) -> None:
    show(loss, progress(1, [2.0, 1.5]), progress(3, [1.25]))
    assert points(loss, "batches") == [(1, 2.0), (2, 1.5), (3, 1.25)]
    assert len(points(loss, "smoothed")) == 3
    assert loss.canvas.message == ""


def test_nothing_is_drawn_before_the_clock_asks_or_while_hidden(loss: LossPlot) -> None:
    loss.add_progress(progress(1, [1.0]))
    assert points(loss, "batches") == []
    loss.hide()
    loss.refresh()
    assert points(loss, "batches") == []
    loss.show()
    assert points(loss, "batches") == [(1, 1.0)]


def test_an_empty_report_changes_nothing(loss: LossPlot) -> None:
    show(loss, progress(1, []))
    assert points(loss, "batches") == []


def test_many_steps_are_reduced_to_the_pixels_and_keep_their_extremes(loss: LossPlot) -> None:
    losses = np.ones(100_000)
    losses[[31_234, 77_777]] = 3, 0.25
    show(loss, progress(1, losses.tolist()))
    drawn = points(loss, "batches")
    assert len(drawn) <= loss.width()
    assert {(31_235, 3.0), (77_778, 0.25)} <= set(drawn)
    assert points(loss, "smoothed")[-1][0] == 100_000


def test_losses_that_are_not_finite_are_left_out(loss: LossPlot) -> None:
    show(loss, progress(1, [2.0, math.nan, math.inf, 1.0]), measured(1, 4))
    loss.add_measurement(Measurement(2, 5, math.nan, math.nan, math.nan, math.nan, 1, 1))
    loss.refresh()
    assert points(loss, "batches") == [(1, 2.0), (4, 1.0)]
    assert points(loss, "test") == [(4, pytest.approx(0.3))]
    assert loss.readings.value("test") == "NaN"
    loss.set_log_y(True)
    assert len(points(loss, "batches")) == 2


def test_losses_of_nothing_but_nan_do_not_kill_the_plot(
    loss: LossPlot, accuracy: AccuracyPlot
) -> None:
    nan = math.nan
    for plot in (loss, accuracy):
        show(plot, progress(1, [nan, nan]), Measurement(1, 2, nan, nan, nan, nan, 1, 1))
        plot.set_log_y(True)
        hover(plot, 2)
        plot.grab()
    assert loss.readings.value("train") == "NaN"


def test_test_loss_appears_once_an_epoch(loss: LossPlot) -> None:
    show(loss, UNTRAINED, progress(1, [1.0] * 20), measured(1, 10), measured(2, 20))
    assert [step for step, _ in points(loss, "test")] == [10, 20]
    assert loss.readings.value("test") == "0.300"


def test_accuracy_shows_both_splits_and_the_gap_between_them(accuracy: AccuracyPlot) -> None:
    show(accuracy, UNTRAINED, progress(1, [1.0] * 50), measured(1, 50, 0.969, 0.931))
    assert points(accuracy, "train")[-1] == (50, 0.969)
    assert points(accuracy, "test")[-1] == (50, 0.931)
    assert accuracy.readings.value("train") == "96.9 %"
    assert accuracy.readings.note == "gap 3.8 points"
    assert accuracy.canvas.note == "↓ untrained 9.8 %"
    assert len(points(accuracy, "gap")) == 4


def test_the_epoch_under_way_shows_its_running_accuracy(accuracy: AccuracyPlot) -> None:
    show(accuracy, progress(1, [1.0], correct=0.25), progress(2, [1.0], correct=0.5))
    assert points(accuracy, "running") == [(1, 0.25), (2, 0.5)]
    show(accuracy, measured(1, 2))
    assert points(accuracy, "running") == []
    show(accuracy, progress(3, [1.0], epoch=2, correct=0.75))
    assert points(accuracy, "running") == [(3, 0.75)]


def test_the_running_accuracy_of_a_long_epoch_stays_small(accuracy: AccuracyPlot) -> None:
    for step in range(1, 2001):
        accuracy.add_progress(progress(step, [1.0], correct=step / 2000))
    accuracy.refresh()
    drawn = points(accuracy, "running")
    assert len(drawn) <= 400
    assert (drawn[0], drawn[-1]) == ((1, 0.0005), (2000, 1.0))


def test_a_new_run_begins_with_an_empty_plot_that_follows(loss: LossPlot) -> None:
    show(loss, progress(1, [2.0] * 500), changed(10))
    loss.set_view_paused(True)
    loss.clear()
    assert not loss.is_view_paused
    assert points(loss, "batches") == points(loss, "smoothed") == []
    assert loss.canvas.markers.markers == []
    assert loss.readings.value("train") == "–"
    show(loss, progress(1, [1.0]))
    assert points(loss, "batches") == [(1, 1.0)]


def test_the_header_shows_this_moment_and_greys_what_is_older(
    loss: LossPlot, accuracy: AccuracyPlot
) -> None:
    for plot in (loss, accuracy):
        show(plot, UNTRAINED)
        assert plot.readings.old == frozenset()
        show(plot, progress(1, [2.0] * 100, correct=0.86))
        assert (plot.readings.old, plot.readings.note) == ({"test"}, "test untrained")
    assert accuracy.readings.value("train") == "86.0 %"
    for plot in (loss, accuracy):
        show(plot, measured(1, 100))
        assert plot.readings.old == frozenset()
    assert accuracy.readings.value("train") == "95.0 %"
    assert accuracy.readings.note == "gap 5.0 points"
    show(accuracy, progress(101, [2.0] * 10, epoch=2, correct=0.9))
    assert accuracy.readings.value("train") == "90.0 %"
    assert accuracy.readings.value("test") == "90.0 %"
    assert accuracy.readings.note == "test after epoch 1"
