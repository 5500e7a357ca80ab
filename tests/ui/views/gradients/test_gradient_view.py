"""The gradients: log axes, zeros and worse, and what the mouse is told."""

import math

import numpy as np
import pytest
from PySide6.QtCore import QPoint
from PySide6.QtTest import QTest

from netviz.ui.look.theme import Theme
from netviz.ui.views.gradients.gradient_view import GradientView
from netviz.ui.views.gradients.layer_colors import layer_color, layer_pen
from netviz.ui.views.gradients.layer_series_plot import (
    runs,
    smoothed_exponents,
    spread,
    stretches,
)
from tests.ui.observations import recorded, row


@pytest.fixture
def view(qtbot) -> GradientView:
    view = GradientView(Theme())
    qtbot.addWidget(view)
    view.resize(660, 190)
    view.show()
    return view


def show(view: GradientView, *steps: int) -> None:
    view.show_layers(recorded(row(0), *(row(step, (step / 10, 0.0)) for step in steps)))


def test_the_mouse_is_told_the_numbers_of_the_nearest_step(view: GradientView) -> None:
    show(view, 1, 50, 100)
    plot = view.norm_plot
    place = plot.observation_at(plot.axes.area.left() + 0.45 * plot.axes.area.width())
    assert plot.text_at(place) == "Gradient norm, step 50\nLinear 1: 5\nLinear 2: 0"


def test_the_mouse_is_told_the_norms_before_clipping_where_they_differ(view: GradientView) -> None:
    clipped, whole = row(1, (0.5, 0.0), clip_factor=0.25), row(2, (0.5, 0.1))
    view.show_layers(recorded(clipped, whole))
    assert view.norm_plot.text_at(0) == (
        "Gradient norm, step 1\nLinear 1: 0.5 (2 before clipping)\nLinear 2: 0"
    )
    assert view.norm_plot.text_at(1) == "Gradient norm, step 2\nLinear 1: 0.5\nLinear 2: 0.1"
    assert "clipping" not in view.ratio_plot.text_at(0)


def test_both_plots_mark_the_step_under_the_mouse(view: GradientView) -> None:
    show(view, 1, 50, 100)
    before = view.ratio_plot.grab().toImage()
    QTest.mouseMove(view.norm_plot, QPoint(5, 5))
    area = view.norm_plot.axes.area
    QTest.mouseMove(view.norm_plot, area.center().toPoint())
    assert view.ratio_plot.grab().toImage() != before


def test_the_axes_move_in_jumps_and_hold_the_guide(view: GradientView) -> None:
    view.show_layers(recorded(row(100, (0.5, 0.2))))
    first = (view.norm_plot.axes.x_range, view.norm_plot.axes.y_range)
    view.show_layers(recorded(row(99, (0.45, 0.21))))
    assert (view.norm_plot.axes.x_range, view.norm_plot.axes.y_range) == first
    low, high = view.ratio_plot.axes.y_range
    assert low <= -3 <= high


@pytest.mark.parametrize("bad", [0.0, math.nan, math.inf])
def test_what_has_no_logarithm_is_drawn_and_told(view: GradientView, bad: float) -> None:
    view.show_layers(recorded(row(1, (1.0, bad)), row(2, (bad, bad))))
    assert not view.grab().isNull()
    said = "0" if bad == 0 else "not finite"
    assert view.norm_plot.text_at(1).endswith(f"Linear 1: {said}\nLinear 2: {said}")


def test_an_untrained_network_has_no_gradients_to_show(view: GradientView) -> None:
    view.show_layers(recorded(row(0)))
    assert not view.has_content
    show(view, 1)
    assert view.has_content


def test_what_is_told_while_it_is_hidden_is_there_when_it_is_shown(view: GradientView) -> None:
    view.hide()
    show(view, *range(1, 400))
    view.show()
    assert view.norm_plot.text_at(398).startswith("Gradient norm, step 399\n")


def test_layers_can_be_chosen(view: GradientView) -> None:
    view.show_layers(recorded(row(1)))
    view.layers.choose("0", False)
    assert view.norm_plot.text_at(0) == "Gradient norm, step 1\nLinear 2: 0.1"
    view.layers.choose("1", False)
    assert not view.grab().isNull()


def test_another_run_begins_anew(view: GradientView) -> None:
    show(view, 80)
    view.show_layers(recorded(row(1, (1.0, 2.0, 3.0)), run=2))
    assert view.norm_plot.text_at(0).count("\n") == 3
    view.clear()
    assert not view.has_content


def test_neighbouring_layers_differ_in_colour_and_dash(qtbot) -> None:
    for dark in (True, False):
        theme = Theme(dark=dark)
        colors = [layer_color(theme, index, 6).name() for index in range(6)]
        assert len(set(colors)) == 6
        for index in range(5):
            pens = (layer_pen(theme, index, 6), layer_pen(theme, index + 1, 6))
            assert pens[0].dashPattern() != pens[1].dashPattern()


def test_labels_are_moved_apart_in_their_order() -> None:
    places = spread({0: 50.0, 1: 51.0, 2: 99.0}, gap=10, top=0, bottom=100)
    assert list(places.values()) == sorted(places.values())
    assert np.diff(sorted(places.values())).min() >= 10
    assert max(places.values()) <= 100


def test_a_gap_parts_the_line_and_counts_for_nothing() -> None:
    values = np.array([[1.0, 0.0, 100.0]])
    smoothed = smoothed_exponents(values)
    np.testing.assert_allclose(smoothed, [[0, math.nan, 1]])
    assert list(runs(values[0] > 0)) == [(0, 1), (2, 3)]


def test_a_line_is_parted_where_another_part_of_the_record_begins() -> None:
    mask = np.array([False, True, True, True, False, True, True])
    assert list(stretches(mask, np.array([1, 3, 6]))) == [(1, 3), (3, 4), (5, 6), (6, 7)]


def test_the_smoothed_line_is_the_mean_of_the_last_exponents() -> None:
    values = 10 ** np.random.default_rng(0).normal(size=(2, 40))
    expected = [
        np.log10(values[:, max(0, place - 10) : place + 1]).mean(axis=1) for place in range(40)
    ]
    np.testing.assert_allclose(smoothed_exponents(values), np.array(expected).T)
