"""Loss and accuracy of a run show the same steps, whichever of them is zoomed."""

import pytest
from PySide6.QtCore import QPoint, Qt
from pytestqt.qtbot import QtBot

from netviz.ui.plots.accuracy_plot import AccuracyPlot
from netviz.ui.plots.loss_plot import LossPlot
from netviz.ui.plots.metric_plot import MetricPlot
from netviz.ui.plots.shared_steps import share_steps
from tests.ui.plots.using_plots import (
    UNTRAINED,
    action,
    click,
    drag,
    measured,
    progress,
    show,
    wheel,
)


@pytest.fixture(params=["loss first", "accuracy first"])
def pair(
    request: pytest.FixtureRequest, loss: LossPlot, accuracy: AccuracyPlot
) -> tuple[MetricPlot, MetricPlot]:
    """Both plots of a run of 750 steps; the first is the one that is used."""
    share_steps(loss, accuracy)
    for plot in (loss, accuracy):
        show_run(plot)
    return (loss, accuracy) if request.param == "loss first" else (accuracy, loss)


Pair = tuple[MetricPlot, MetricPlot]


def show_run(plot: MetricPlot, epochs: int = 3) -> None:
    show(plot, UNTRAINED)
    for epoch in range(1, epochs + 1):
        show(
            plot, progress(250 * (epoch - 1) + 1, [1.0] * 250, epoch), measured(epoch, 250 * epoch)
        )


def test_the_wheel_over_one_zooms_both_and_leaves_the_others_height(pair: Pair) -> None:
    used, other = pair
    heights = other.canvas.y_range
    wheel(used, 400, 3)
    low, high = used.canvas.x_range
    assert 0 < low < 400 < high < 800
    assert other.canvas.x_range == (low, high)
    assert other.canvas.y_range == heights
    for plot in pair:
        assert "Zoomed" in plot.header.badge.text()


def test_dragging_one_moves_both(pair: Pair) -> None:
    used, other = pair
    wheel(used, 400, 3)
    before = used.canvas.x_range
    drag(used, QPoint(-60, 0))
    assert used.canvas.x_range[0] > before[0]
    assert other.canvas.x_range == used.canvas.x_range


@pytest.mark.parametrize("how", ["double click", "menu", "badge"])
def test_either_goes_back_to_the_whole_run_for_both(qtbot: QtBot, pair: Pair, how: str) -> None:
    used, other = pair
    wheel(other, 400, 3)
    match how:
        case "double click":
            place = used.canvas.area.center().toPoint()
            qtbot.mouseDClick(used.canvas.viewport(), Qt.MouseButton.LeftButton, pos=place)
        case "menu":
            action(used, "Reset zoom").trigger()
        case "badge":
            click(qtbot, used.header.badge)
    for plot in pair:
        assert plot.canvas.x_range == (0, 800)
        assert plot.header.badge.isHidden()


def test_steps_that_were_chosen_stay_as_the_run_goes_on(pair: Pair) -> None:
    used, other = pair
    wheel(used, 400, 3)
    chosen = used.canvas.x_range
    for plot in pair:
        show(plot, progress(751, [1.0] * 500, 4), measured(4, 1250, 0.5, 0.3))
    assert used.canvas.x_range == other.canvas.x_range == chosen


def test_another_size_keeps_them_together(pair: Pair) -> None:
    used, other = pair
    wheel(used, 400, 3)
    chosen = used.canvas.x_range
    other.resize(500, 260)
    used.resize(900, 140)
    assert other.canvas.x_range == used.canvas.x_range == chosen


def test_another_axis_keeps_them_together(loss: LossPlot, pair: Pair) -> None:
    used, _ = pair
    wheel(used, 400, 3)
    loss.set_log_y(True)
    assert pair[0].canvas.x_range == pair[1].canvas.x_range


def test_a_plot_that_was_hidden_shows_the_same_steps_when_it_comes_back(pair: Pair) -> None:
    used, other = pair
    other.hide()
    for plot in pair:
        show(plot, progress(751, [1.0] * 500, 4), measured(4, 1250))
    wheel(used, 1100, 4)
    other.show()
    other.refresh()
    assert other.canvas.x_range == pytest.approx(used.canvas.x_range)
    other.hide()
    used.reset_zoom()
    other.show()
    assert other.canvas.x_range == used.canvas.x_range == (0, 1600)


def test_a_new_run_is_shown_whole_by_both(pair: Pair) -> None:
    wheel(pair[0], 400, 3)
    for plot in pair:
        plot.clear()
        show_run(plot, epochs=2)
    for plot in pair:
        assert plot.canvas.x_range == (0, 600)


def test_holding_one_holds_both(qtbot: QtBot, pair: Pair) -> None:
    used, other = pair
    action(used, "Hold the view").trigger()
    for plot in pair:
        show(plot, progress(751, [1.0] * 500, 4), measured(4, 1250))
    assert used.canvas.x_range == other.canvas.x_range == (0, 800)
    click(qtbot, other.header.badge)
    assert used.canvas.x_range == other.canvas.x_range == (0, 1600)
