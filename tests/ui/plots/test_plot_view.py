"""Which part of a run is in sight: ranges, zoom, log y, smoothing, holding the view."""

import numpy as np
import pytest
from PySide6.QtCore import QPoint, Qt
from pytestqt.qtbot import QtBot

from netviz.ui.look.theme import Theme
from netviz.ui.plots.accuracy_plot import AccuracyPlot
from netviz.ui.plots.loss_plot import LossPlot
from netviz.ui.plots.plot_menus import HALF_LIVES
from tests.ui.plots.using_plots import (
    UNTRAINED,
    action,
    changed,
    click,
    drag,
    measured,
    points,
    progress,
    show,
    wheel,
)


def test_the_range_stays_until_it_is_left_and_then_jumps(loss: LossPlot) -> None:
    show(loss, progress(1, [2.3] * 90))
    assert (loss.canvas.x_range, loss.canvas.y_range) == ((0, 100), (0, 2.4))
    show(loss, progress(91, [0.5] * 5))
    assert (loss.canvas.x_range, loss.canvas.y_range) == ((0, 100), (0, 2.4))
    show(loss, progress(96, [2.9] * 20))
    assert (loss.canvas.x_range, loss.canvas.y_range) == ((0, 120), (0, 3))


def test_tick_labels_leave_the_curve_where_it_is(loss: LossPlot) -> None:
    show(loss, progress(1, [2.3]))
    before = loss.canvas.area
    show(loss, progress(2, [12_345.0] * 50))
    assert loss.canvas.tick_labels[-1] == "16k"
    assert loss.canvas.area == before


def test_both_plots_of_a_run_show_the_same_steps(loss: LossPlot, accuracy: AccuracyPlot) -> None:
    for plot in (loss, accuracy):
        show(plot, progress(1, [1.0] * 751))
    assert loss.canvas.x_range == accuracy.canvas.x_range == (0, 800)


def test_wheel_zooms_and_a_double_click_follows_again(qtbot: QtBot, loss: LossPlot) -> None:
    show(loss, progress(1, [1.0] * 750))
    wheel(loss, 400, 3)
    low, high = loss.canvas.x_range
    assert 0 < low < 400 < high < 800
    assert "Zoomed" in loss.header.badge.text()
    show(loss, progress(751, [1.0] * 400))
    assert loss.canvas.x_range == (low, high)
    place = loss.canvas.area.center().toPoint()
    qtbot.mouseDClick(loss.canvas.viewport(), Qt.MouseButton.LeftButton, pos=place)
    assert loss.canvas.x_range == (0, 1200)
    assert loss.header.badge.isHidden()


def test_the_wheel_leaves_the_values_unless_ctrl_is_held(qtbot: QtBot, loss: LossPlot) -> None:
    show(loss, progress(1, [1.0] * 750))
    whole = loss.canvas.y_range
    wheel(loss, 400, 3)
    assert loss.canvas.y_range == whole
    center = loss.canvas.area.center().toPoint()
    drag(loss, QPoint(-30, 25))
    assert loss.canvas.y_range == whole
    show(loss, progress(751, [9.0] * 800))
    grown = loss.canvas.y_range
    assert grown[1] > whole[1]
    wheel(loss, 400, 3, Qt.KeyboardModifier.ControlModifier)
    low, high = loss.canvas.y_range
    assert grown[0] < low < high < grown[1]
    drag(loss, QPoint(0, 25))
    assert loss.canvas.y_range[0] > low
    qtbot.mouseDClick(loss.canvas.viewport(), Qt.MouseButton.LeftButton, pos=center)
    assert loss.canvas.y_range == grown


def test_nobody_gets_lost_by_zooming_out(loss: LossPlot) -> None:
    show(loss, progress(1, [1.0] * 750))
    wheel(loss, 400, -20)
    assert loss.canvas.x_range == pytest.approx((0, 800))
    for _ in range(10):
        wheel(loss, 400, 4)
    low, high = loss.canvas.x_range
    assert high - low == pytest.approx(4)


def test_reset_zoom_in_the_menu_and_the_badge_follow_again(qtbot: QtBot, loss: LossPlot) -> None:
    show(loss, progress(1, [1.0] * 750))
    wheel(loss, 400, 3)
    action(loss, "Reset zoom").trigger()
    assert loss.canvas.x_range == (0, 800)
    wheel(loss, 400, 3)
    click(qtbot, loss.header.badge)
    assert loss.canvas.x_range == (0, 800)


def test_a_click_on_log_y_shows_powers_of_ten(qtbot: QtBot, loss: LossPlot) -> None:
    loss.resize(700, 220)
    loss.set_half_life(0)
    show(loss, progress(1, [1.0, 0.1, 0.0, 0.01]))
    click(qtbot, loss.header.log_button)
    assert loss.log_y
    assert [y for _, y in points(loss, "batches")] == pytest.approx([0, -1, -2])
    assert loss.canvas.tick_labels == ["0.01", "0.03", "0.1", "0.3", "1"]
    click(qtbot, loss.header.log_button)
    assert [y for _, y in points(loss, "batches")] == pytest.approx([1, 0.1, 0, 0.01])


def test_the_accuracy_has_no_logarithmic_axis(accuracy: AccuracyPlot) -> None:
    show(accuracy, progress(1, [1.0] * 9), measured(1, 9, train=1.0, test=0.99))
    assert accuracy.header.log_button is None
    assert "Logarithmic y" not in [item.text() for item in accuracy.menu.actions()]
    before = accuracy.canvas.tick_labels
    accuracy.set_log_y(True)
    assert not accuracy.log_y
    assert accuracy.canvas.tick_labels == before


def test_log_y_is_offered_where_the_losses_span_a_factor_of_ten(
    qtbot: QtBot, loss: LossPlot
) -> None:
    button = loss.header.log_button
    show(loss, UNTRAINED)
    place = button.geometry()
    click(qtbot, button)
    assert not loss.log_y
    show(loss, progress(1, [2.3] * 200))
    assert not button.isEnabled()
    assert "factor of ten" in button.toolTip()
    show(loss, progress(201, [0.1] * 300))
    assert button.isEnabled()
    assert button.toolTip().startswith("Give each power of ten")
    assert button.geometry() == place
    click(qtbot, button)
    assert loss.log_y


def test_log_y_in_use_can_always_be_left(qtbot: QtBot, loss: LossPlot) -> None:
    show(loss, progress(1, [2.0] * 50 + [0.01] * 300))
    click(qtbot, loss.header.log_button)
    loss.clear()
    show(loss, UNTRAINED, progress(1, [2.0] * 50))
    click(qtbot, loss.header.log_button)
    assert not loss.log_y
    assert not loss.header.log_button.isEnabled()


@pytest.mark.parametrize("half_life", [0, 20])
def test_log_y_shows_no_rounding_noise(loss: LossPlot, half_life: int) -> None:
    loss.set_half_life(half_life)
    show(loss, UNTRAINED, progress(1, [2.0] * 100 + [1e-12] * 300 + [0.0] * 3000))
    loss.set_log_y(True)
    assert -8 <= loss.canvas.y_range[0] <= -6
    assert min(float(text) for text in loss.canvas.tick_labels) >= 1e-8


def test_a_diverged_batch_leaves_the_linear_plot_and_is_told_above_it(loss: LossPlot) -> None:
    loss.add_measurement(UNTRAINED)
    loss.add_progress(progress(1, [2.3, 2.1, 1e30]))
    loss.refresh()
    assert loss.canvas.y_range[1] <= 4 * UNTRAINED.train_loss
    assert loss.canvas.note == "↑ up to 1.0e+30; log y shows it"
    loss.set_log_y(True)
    loss.refresh()
    assert loss.canvas.y_range[1] >= 30
    assert loss.canvas.note == ""


@pytest.mark.parametrize("outlier", [1e6, 1e12, 1e30, 3e38])
def test_a_curve_that_leaves_the_plot_is_painted_up_to_where_it_does(
    loss: LossPlot, outlier: float
) -> None:
    show(loss, UNTRAINED, progress(1, [0.5] * 90 + [outlier]))
    painted = loss.canvas.grab().toImage()
    loss.canvas.curves["smoothed"].set_points(np.empty(0), np.empty(0))
    bare = loss.canvas.grab().toImage()
    axes = loss.canvas.axes
    places = [(round(axes.x(step)), round(axes.y(0.5))) for step in range(2, 90)]
    assert all(painted.pixel(*place) != bare.pixel(*place) for place in places)


@pytest.mark.parametrize("kind", ["loss", "accuracy"])
def test_what_lies_outside_is_told_where_no_curve_and_no_label_is(
    request: pytest.FixtureRequest, kind: str
) -> None:
    plot = request.getfixturevalue(kind)
    losses = [2.3, 0.5, 1e9, 2.3, 7.0] * 30
    show(plot, UNTRAINED, progress(1, losses), measured(1, 75, 0.9, 0.8), measured(2, 150, 1, 0.8))
    for width, height in ((700, 190), (620, 160), (430, 300)):
        plot.resize(width, height)
        canvas = plot.canvas
        assert canvas.note
        canvas.grab()
        box = canvas.note_box.toRect()
        with_curves = canvas.grab(box).toImage()
        for curve in canvas.curves.values():
            curve.set_points(np.empty(0), np.empty(0))
        canvas.markers.arrange([], canvas.axes)
        assert canvas.grab(box).toImage() == with_curves
        canvas.set_texts("", " ")
        bare = canvas.grab(box).toImage()
        colors = {bare.pixel(x, y) for x in range(box.width()) for y in range(box.height())}
        assert len(colors) == 1, "no label reaches into its place"
        plot.redraw()


def test_the_menu_changes_the_smoothing(loss: LossPlot) -> None:
    show(loss, progress(1, [1.0, 0.0] * 50))
    before = points(loss, "smoothed")
    choices = {item.text(): item for item in loss.smoothing_menu.actions()}
    choices["500 steps"].trigger()
    assert loss.half_life == 500
    assert points(loss, "smoothed") != before
    choices["Off"].trigger()
    assert points(loss, "smoothed") == []
    assert loss.readings.value("train") == "0.000"
    choices["20 steps"].trigger()
    assert points(loss, "smoothed") == before


def test_the_menu_ticks_the_smoothing_in_use_however_it_was_chosen(loss: LossPlot) -> None:
    for steps in (*HALF_LIVES, 37):
        loss.set_half_life(steps)
        choices = [a for a in loss.smoothing_menu.actions() if a.isCheckable() and a.isChecked()]
        assert [choice.data() for choice in choices] == [steps] * (steps in HALF_LIVES)
        assert loss.smoothing_menu.field.value() == steps


def test_slider_and_field_smooth_at_any_half_life(qtbot: QtBot, loss: LossPlot) -> None:
    loss.smoothing_menu.field.setValue(37)
    assert loss.half_life == 37
    loss.smoothing_menu.slider.setFocus()
    qtbot.keyClick(loss.smoothing_menu.slider, Qt.Key.Key_End)
    assert loss.half_life == loss.smoothing_menu.field.value() == 10_000
    qtbot.keyClick(loss.smoothing_menu.slider, Qt.Key.Key_Home)
    assert loss.half_life == 0


def test_holding_keeps_the_picture_and_letting_go_catches_up(
    qtbot: QtBot, loss: LossPlot, accuracy: AccuracyPlot
) -> None:
    for plot in (loss, accuracy):
        show(plot, progress(1, [2.0] * 90), measured(1, 90))
        action(plot, "Hold the view").trigger()
        assert "held" in plot.header.badge.text()
        figures = plot.readings.value("test")
        show(plot, progress(91, [9.0] * 200, epoch=2), changed(100), measured(2, 290, 0.5, 0.25))
        assert (plot.canvas.x_range, plot.readings.value("test")) == ((0, 100), figures)
        assert plot.canvas.markers.markers == []
    assert points(loss, "batches")[-1] == (90, 2.0)
    assert loss.canvas.y_range == (0, 2)
    assert points(accuracy, "train")[-1] == (90, 0.95)
    for plot in (loss, accuracy):
        click(qtbot, plot.header.badge)
        assert not plot.is_view_paused
        assert plot.canvas.x_range == (0, 300)
    assert points(loss, "batches")[-1] == (290, 9.0)
    assert points(accuracy, "train")[-1] == (290, 0.5)


def test_a_held_picture_is_drawn_again_in_other_colours(loss: LossPlot, theme: Theme) -> None:
    show(loss, progress(1, [2.0] * 5))
    loss.set_view_paused(True)
    show(loss, progress(6, [3.0] * 5))
    theme.set_dark(False)
    assert points(loss, "batches")[-1] == (5, 2.0)
