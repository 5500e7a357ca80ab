"""The dots of the epochs thin out as there are more of them; the line keeps its extremes."""

import numpy as np
import pytest

from netviz.engine.protocol.run_state import Measurement
from netviz.ui.plots.accuracy_plot import AccuracyPlot
from netviz.ui.plots.loss_plot import LossPlot
from netviz.ui.plots.metric_plot import MetricPlot
from tests.ui.plots.using_plots import UNTRAINED, points, progress, show, wheel

STEPS = 10


def show_epochs(plot: MetricPlot, count: int, first: int = 1, *, low: int = 0) -> None:
    """Tell a plot of epochs of which `low` has the lowest test loss."""
    if first == 1:
        show(plot, UNTRAINED)
    last = first + count - 1
    show(plot, progress(STEPS * (first - 1) + 1, [1.0] * STEPS * count, last))
    for epoch in range(first, last + 1):
        test = 0.1 if epoch == low else 0.3 + 0.01 * (epoch % 7)
        plot.add_measurement(Measurement(epoch, STEPS * epoch, 0.2, 0.95, test, 0.9, 1.0, 1e4))
    plot.refresh()


def dotted_epochs(plot: MetricPlot, name: str = "test") -> list[int]:
    x, _ = plot.canvas.curves[name].dots
    return [round(step / STEPS) for step in x]


@pytest.mark.parametrize("epochs", [2, 12, 60, 500, 5000])
@pytest.mark.parametrize("width", [430, 700, 1300])
def test_dots_do_not_crowd(loss: LossPlot, accuracy: AccuracyPlot, epochs: int, width: int) -> None:
    for plot in (loss, accuracy):
        plot.resize(width, 260)
        show_epochs(plot, epochs)
        shown = dotted_epochs(plot)
        assert shown[-1] == epochs, "the newest has its dot"
        assert len(shown) >= min(epochs, 4)
        gaps = np.diff([plot.canvas.x_pixel(STEPS * epoch) for epoch in shown])
        assert min(gaps) >= 12 or len(shown) == epochs == 2
        strides = set(np.diff(shown[:-1]).tolist())
        assert len(strides) <= 1, "every so many epochs has one"


def test_the_dots_of_both_plots_and_curves_stand_at_the_same_epochs(
    loss: LossPlot, accuracy: AccuracyPlot
) -> None:
    for plot in (loss, accuracy):
        show_epochs(plot, 77)
    both = dotted_epochs(accuracy, "train")
    assert both == dotted_epochs(accuracy, "test")
    assert both == [0, *dotted_epochs(loss)]


def test_a_dot_stays_where_it_is_as_the_run_grows(loss: LossPlot) -> None:
    show_epochs(loss, 61)
    before = dotted_epochs(loss)
    show_epochs(loss, 3, first=62)
    after = dotted_epochs(loss)
    assert set(before[:-1]) <= set(after)


def test_who_looks_closer_sees_every_epoch(loss: LossPlot) -> None:
    show_epochs(loss, 500)
    for _ in range(6):
        wheel(loss, 2500, 4)
    low, high = loss.canvas.x_range
    inside = [epoch for epoch in dotted_epochs(loss) if low <= STEPS * epoch <= high]
    assert inside == [epoch for epoch in range(1, 501) if low <= STEPS * epoch <= high]


@pytest.mark.parametrize("low", [1, 1234, 4999, 5000])
def test_the_line_of_many_epochs_keeps_its_extremes(loss: LossPlot, low: int) -> None:
    show_epochs(loss, 5000, low=low)
    drawn = points(loss, "test")
    assert len(drawn) <= loss.canvas.area.width()
    assert (STEPS * low, pytest.approx(0.1)) in drawn
    assert loss.canvas.best.labels[0] == f"best 0.100, epoch {low:,}"
