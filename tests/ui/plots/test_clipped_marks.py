"""The vertical range follows the smoothed and the test curve; what leaves it is marked."""

import math

import numpy as np
import pytest
from PySide6.QtCore import Qt

from netviz.engine.protocol.events import Progress
from netviz.engine.protocol.run_state import Measurement
from netviz.ui.look.theme import Theme
from netviz.ui.plots.accuracy_plot import AccuracyPlot
from netviz.ui.plots.loss_plot import LossPlot
from tests.ui.painting import painted
from tests.ui.plots.using_plots import UNTRAINED, measured, points, progress, show, wheel


@pytest.mark.parametrize("step", [1, 2, 3, 9, 30, 90])
@pytest.mark.parametrize("spike", [5.0, 15.0])
def test_a_single_spike_does_not_widen_the_range(loss: LossPlot, step: int, spike: float) -> None:
    losses = [2.3] * 200
    losses[step - 1] = spike
    for first in range(1, 200, 10):
        show(loss, UNTRAINED, progress(first, losses[first - 1 : first + 9]))
    assert loss.canvas.y_range == (0, 2.4)
    (mark,) = loss.canvas.clipped.above
    assert mark == pytest.approx(loss.canvas.x_pixel(step), abs=0.5)


def test_a_spike_of_the_first_steps_does_not_stay(loss: LossPlot) -> None:
    for step in range(1, 100):
        show(loss, progress(step, [15.0 if step == 1 else 0.5]))
    assert loss.canvas.y_range[1] <= 1
    assert len(loss.canvas.clipped.above) == 1


def test_the_range_makes_room_for_the_smoothed_and_for_the_test_curve(loss: LossPlot) -> None:
    show(loss, UNTRAINED, progress(1, [1.0] * 50 + [4.0] * 100))
    assert loss.canvas.y_range == (0, 4)
    show(loss, Measurement(1, 150, 4.0, 0.1, 5.5, 0.1, 1.0, 1.0))
    assert loss.canvas.y_range == (0, 6)
    assert loss.canvas.clipped.above == ()


def test_a_run_that_diverges_is_seen_to_leave(loss: LossPlot) -> None:
    show(loss, UNTRAINED, progress(1, [1.0] * 50 + [10.0**n for n in range(1, 30)]))
    top = loss.canvas.y_range[1]
    assert top <= 8
    heights = [y for _, y in points(loss, "smoothed")]
    assert max(heights) > top
    assert loss.canvas.note.startswith("↑ up to 1.0e+29")
    assert loss.canvas.clipped.above


def test_the_marks_stand_at_the_edge_over_their_steps(loss: LossPlot, theme: Theme) -> None:
    losses = [2.3] * 400
    for step in (100, 250):
        losses[step - 1] = 6.0
    losses[299] = math.inf  # is no point at all
    show(loss, UNTRAINED, progress(1, losses))
    found = [
        shape
        for shape in painted(loss.canvas).filled(theme.color("train").name())
        if shape.box.height() <= theme.px(6)
    ]
    centers = sorted(shape.box.center().x() for shape in found)
    expected = [loss.canvas.x_pixel(step) for step in (100, 250)]
    assert centers == pytest.approx(expected, abs=1)
    assert all(shape.box.top() <= loss.canvas.area.top() for shape in found)


def test_marks_do_not_touch_however_many_points_leave(loss: LossPlot) -> None:
    rng = np.random.default_rng(0)
    count = 1_000_000
    losses = (2.0 * np.exp(0.6 * rng.normal(size=count))).astype(np.float32)
    steps = np.arange(1, count + 1)
    show(loss, UNTRAINED)
    loss.add_progress(Progress(1, steps, losses, np.ones(count), 1, 1, 100, 0.5, 1e4, 1.0))
    loss.refresh()
    marks = loss.canvas.clipped.above
    assert 1 < len(marks) <= loss.canvas.area.width() / 8 + 1
    assert np.diff(marks).min() >= 8


def test_who_looks_closer_sees_no_marks_at_the_edge_of_his_own(loss: LossPlot) -> None:
    losses = [2.3] * 200
    losses[99] = 6.0
    show(loss, UNTRAINED, progress(1, losses))
    assert loss.canvas.clipped.above
    wheel(loss, 100, 3)
    assert loss.canvas.clipped.above
    wheel(loss, 100, 3, Qt.KeyboardModifier.ControlModifier)
    assert loss.canvas.clipped.above == ()
    loss.reset_zoom()
    assert loss.canvas.clipped.above


def test_on_a_logarithmic_axis_small_batches_are_marked_below(loss: LossPlot) -> None:
    losses = [2.0] * 100 + [0.01] * 300
    losses[300] = 1e-6
    show(loss, UNTRAINED, progress(1, losses))
    loss.set_log_y(True)
    (mark,) = loss.canvas.clipped.below
    assert mark == pytest.approx(loss.canvas.x_pixel(301), abs=0.5)
    assert loss.canvas.clipped.above == ()


def test_without_smoothing_the_range_follows_the_batches(loss: LossPlot) -> None:
    loss.set_half_life(0)
    losses = [2.3] * 200
    losses[99] = 5.0
    show(loss, UNTRAINED, progress(1, losses))
    assert loss.canvas.y_range[1] >= 5
    loss.set_half_life(20)
    loss.reset_zoom()
    assert loss.canvas.y_range == (0, 2.4)


def test_the_accuracy_marks_nothing(accuracy: AccuracyPlot) -> None:
    show(accuracy, UNTRAINED, progress(1, [9.0] * 50), measured(1, 50))
    assert accuracy.canvas.clipped.above == accuracy.canvas.clipped.below == ()
