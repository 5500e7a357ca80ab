"""What the plots of the gradients paint: each layer's values where the axes say they are."""

import math
from dataclasses import replace
from itertools import pairwise

import numpy as np
import pytest
from PySide6.QtCore import QRectF
from pytestqt.qtbot import QtBot

from netviz.engine.protocol.layer_record import StepGradients
from netviz.ui.look.theme import Theme
from netviz.ui.views.gradients.gradient_view import GradientView
from netviz.ui.views.gradients.layer_colors import layer_color, thin_pen
from netviz.ui.views.gradients.layer_series_plot import SeriesPlot
from tests.ui.observations import recorded, row
from tests.ui.painting import Painting, is_number, mixed, number, painted, scale_of

NAMES = ("Conv 1", "Conv 2", "Linear 1")
STEPS = np.array([3, 10, 40, 90, 100, 170, 300, 310, 420, 600, 640, 700, 800])


def norms() -> np.ndarray:
    draw = np.random.default_rng(0)
    return 10 ** (draw.random((3, len(STEPS))) * 0.8 + np.array([[-3.5], [-0.5], [-2.0]]))


@pytest.fixture
def plot(qtbot: QtBot, theme: Theme) -> SeriesPlot:
    plot = SeriesPlot(theme, "Update / weight", (1e-3, "rough guide 1e-3"))
    qtbot.addWidget(plot)
    plot.resize(560, 320)
    plot.set_series(STEPS, norms(), NAMES, (0, 1, 2))
    return plot


def scales(painting: Painting):
    """Return what step and what exponent of ten lies at a pixel, as the labels say."""
    labels = [text for text in painting.texts if is_number(text.text)]
    bottom = max(text.box.center().y() for text in labels)
    along = [t for t in labels if abs(t.box.center().y() - bottom) < 2 and t.box.left() > 40]
    # The last label may be moved away from the edge.
    across = scale_of([(t.box.center().x(), number(t.text)) for t in along[:-1]])
    up = [t for t in labels if t not in along and t.box.right() < 44]
    upwards = scale_of([(t.box.center().y(), math.log10(number(t.text))) for t in up])
    return across, upwards


@pytest.mark.parametrize("dark", [False, True])
@pytest.mark.parametrize("count", [2, 3, 5, 20])
def test_colours_of_layers_run_over_the_whole_scale(theme: Theme, dark: bool, count: int) -> None:
    theme.set_dark(dark)
    ends = ("#9a8cff", "#fde725") if dark else ("#440154", "#8a8a00")
    assert layer_color(theme, 0, count).name() == ends[0]
    assert layer_color(theme, count - 1, count).name() == ends[1]
    for index in range(count):
        color = layer_color(theme, index, count)
        thin = mixed(theme.color("surface"), color, 1 / 3)
        assert thin_pen(theme, index, count).color().getRgb()[:3] == pytest.approx(thin, abs=1)


def test_each_observation_is_drawn_where_the_axes_say(plot: SeriesPlot, theme: Theme) -> None:
    painting = painted(plot)
    across, upwards = scales(painting)
    for index, values in enumerate(norms()):
        (line,) = painting.drawn(thin_pen(theme, index, 3).color().name())
        found = sorted((across(x), upwards(y)) for x, y in line.points)
        assert [step for step, _ in found] == pytest.approx(STEPS.tolist(), abs=4)
        assert [exponent for _, exponent in found] == pytest.approx(np.log10(values), abs=0.03)


def test_the_wide_line_is_the_mean_of_the_last_eleven(plot: SeriesPlot, theme: Theme) -> None:
    painting = painted(plot)
    across, upwards = scales(painting)
    for index, values in enumerate(np.log10(norms()).tolist()):
        lines = painting.drawn(layer_color(theme, index, 3).name())
        line = max(lines, key=lambda shape: len(shape.points))
        found = sorted((across(x), upwards(y)) for x, y in line.points)
        means = [np.mean(values[max(0, end - 10) : end + 1]) for end in range(len(STEPS))]
        assert [exponent for _, exponent in found] == pytest.approx(means, abs=0.03)


def test_each_line_is_named_at_its_end_in_its_colour(plot: SeriesPlot, theme: Theme) -> None:
    painting = painted(plot)
    _, upwards = scales(painting)
    for index, name in enumerate(NAMES):
        label = painting.text(name)
        assert label.color == layer_color(theme, index, 3).name()
        assert plot.axes.area.right() < label.box.left() < label.box.right() <= plot.width()
        end = np.log10(norms())[index][-11:].mean()
        assert upwards(label.box.center().y()) == pytest.approx(end, abs=0.1)


def test_only_the_layers_asked_for_are_drawn(plot: SeriesPlot, theme: Theme) -> None:
    plot.set_series(STEPS, norms(), NAMES, (1,))
    painting = painted(plot)
    assert {text.text for text in painting.texts} & set(NAMES) == {"Conv 2"}
    colors = [thin_pen(theme, index, 3).color().name() for index in range(3)]
    assert [len(painting.drawn(color)) for color in colors] == [0, 1, 0]


def test_no_line_leads_over_what_was_not_recorded(plot: SeriesPlot, theme: Theme) -> None:
    starts = (0, 5, 6, len(STEPS))
    gaps = [(STEPS[first - 1], STEPS[first] - 1) for first in starts[1:-1]]
    plot.set_series(STEPS, norms(), NAMES, (0,), gaps=gaps)
    painting = painted(plot)
    across, upwards = scales(painting)
    wanted = [STEPS[first:last].tolist() for first, last in pairwise(starts)]
    for color in (thin_pen(theme, 0, 3).color().name(), layer_color(theme, 0, 3).name()):
        lines = [shape.points for shape in painting.drawn(color)]
        spans = [sorted(across(x) for x, _ in points) for points in lines]
        for before, after in pairwise(wanted):  # no line has an end on either side
            assert not [s for s in spans if s[0] < before[-1] + 3 and s[-1] > after[0] - 3]
    # The average begins anew, too.
    wide = [s.points for s in painting.drawn(layer_color(theme, 0, 3).name()) if len(s.points) > 3]
    firsts = [min((across(x), upwards(y)) for x, y in points) for points in wide]
    exponents = np.log10(norms()[0])
    assert sorted(firsts)[0][1] == pytest.approx(exponents[0], abs=0.03)
    assert sorted(firsts)[-1][1] == pytest.approx(exponents[6], abs=0.03)


def test_a_wide_stretch_that_was_not_recorded_says_so(plot: SeriesPlot) -> None:
    plot.set_series(STEPS, norms(), NAMES, (0,), gaps=((170, 299),))
    assert "not recorded" not in painted(plot).words()  # there is no room for it
    plot.set_series(STEPS[6:], norms()[:, 6:], NAMES, (0,), gaps=((0, 299),))
    painting = painted(plot)
    across, _ = scales(painting)
    assert across(painting.text("not recorded").box.left()) > 0
    assert across(painting.text("not recorded").box.right()) < 300


def test_the_guide_lies_at_its_value(plot: SeriesPlot, theme: Theme) -> None:
    painting = painted(plot)
    _, upwards = scales(painting)
    (guide,) = (s for s in painting.drawn(theme.color("muted").name()) if len(s.points) == 2)
    assert upwards(guide.points[0][1]) == pytest.approx(-3, abs=0.03)
    assert painting.text("rough guide 1e-3").box.bottom() == pytest.approx(
        guide.points[0][1], abs=20
    )


def test_the_pointer_marks_each_value_of_its_step(plot: SeriesPlot, theme: Theme) -> None:
    plot.point_at(5)
    painting = painted(plot)
    across, upwards = scales(painting)
    for index, values in enumerate(norms()):
        (dot,) = painting.filled(layer_color(theme, index, 3).name())
        assert across(dot.box.center().x()) == pytest.approx(STEPS[5], abs=4)
        assert upwards(dot.box.center().y()) == pytest.approx(math.log10(values[5]), abs=0.03)


def test_a_zero_is_a_dash_below_and_what_is_not_finite_a_cross_above(
    plot: SeriesPlot, theme: Theme
) -> None:
    values = norms()
    values[0, 4], values[0, 8] = 0.0, np.inf
    plot.set_series(STEPS, values, NAMES, (0,))
    painting = painted(plot)
    across, _ = scales(painting)
    signs = [s for s in painting.drawn(layer_color(theme, 0, 3).name()) if len(s.points) == 2]
    plot_area: QRectF = plot.axes.area
    dash = [s for s in signs if abs(s.box.center().y() - plot_area.bottom()) < 2]
    cross = [s for s in signs if abs(s.box.center().y() - plot_area.top()) < 2]
    assert [len(dash), len(cross)] == [1, 2]
    assert across(dash[0].box.center().x()) == pytest.approx(STEPS[4], abs=4)
    assert across(cross[0].box.center().x()) == pytest.approx(STEPS[8], abs=4)


def test_each_plot_of_the_tab_has_its_own_figures(qtbot: QtBot, theme: Theme) -> None:
    view = GradientView(theme)
    qtbot.addWidget(view)
    view.resize(900, 320)
    view.show()
    draw = np.random.default_rng(1)
    told = 10 ** (draw.random((4, 3, 2)) * 0.8 + np.array([[[-1.0], [-3.0], [0.5]]]))
    rows = [
        replace(row(step), gradients=StepGradients(norms, unclipped, ratios))
        for step, (norms, ratios, unclipped) in zip((10, 20, 40, 80), told, strict=True)
    ]
    view.show_layers(recorded(*rows))
    for plot, values in ((view.norm_plot, told[:, 0]), (view.ratio_plot, told[:, 1])):
        painting = painted(plot)
        _, upwards = scales(painting)
        for index in range(2):
            (line,) = painting.drawn(thin_pen(theme, index, 2).color().name())
            found = [upwards(y) for _, y in sorted(line.points)]
            assert found == pytest.approx(np.log10(values[:, index]), abs=0.03)
    lines = view.norm_plot.text_at(3).splitlines()
    assert lines[0] == "Gradient norm, step 80"
    for index, line in enumerate(lines[1:]):
        used, before = told[3, 0, index], told[3, 2, index]
        assert line == f"Linear {index + 1}: {used:.3g} ({before:.3g} before clipping)"
    assert view.ratio_plot.text_at(3).startswith("Update / weight, step 80\nLinear 1: ")
