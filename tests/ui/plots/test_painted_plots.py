"""What the plots of a run paint: every point, mark and figure where the axes say it is."""

import math
from collections.abc import Callable

import numpy as np
import pytest
from PySide6.QtGui import QColor
from pytestqt.qtbot import QtBot

from netviz.engine.options.run_config import RunConfig
from netviz.engine.protocol.events import Progress
from netviz.engine.protocol.run_state import Measurement
from netviz.engine.training.schedules import Position
from netviz.ui.controls.log_slider import LogSlider
from netviz.ui.look.theme import Theme
from netviz.ui.plots.accuracy_plot import AccuracyPlot
from netviz.ui.plots.loss_plot import LossPlot
from netviz.ui.plots.metric_plot import MetricPlot
from netviz.ui.plots.schedule_curve import ScheduleCurve
from tests.ui.painting import Painting, is_number, number, painted, scale_of
from tests.ui.plots.using_plots import UNTRAINED, changed, hover, progress, show

LOSSES = [2.25, 1.5, 1.75, 0.5, 0.75, 1.0, 0.25, 1.25]
MEASURED = (
    Measurement(1, 3, 0.9, 0.61, 1.1, 0.55, 1.0, 7e4),
    Measurement(2, 8, 0.4, 0.93, 0.6, 0.82, 1.0, 7e4),
)
Scale = Callable[[float], float]


def plain(value: float) -> float:
    return value


def scales(painting: Painting, height: Scale = plain) -> tuple[Scale, Scale]:
    """Return what step and what height lies at a pixel, as the labels of the axes say.

    `height` is how high the number of a label lies on the axis.
    """
    labels = [text for text in painting.texts if is_number(text.text)]
    bottom = max(text.box.center().y() for text in labels)
    along = [text for text in labels if abs(text.box.center().y() - bottom) < 2]
    up = [text for text in labels if text not in along]
    # The last label is moved away from the edge, and has the unit in it.
    across = scale_of([(t.box.center().x(), number(t.text)) for t in along[:-1]])
    return across, scale_of([(t.box.center().y(), height(number(t.text))) for t in up])


def color_of(plot: MetricPlot, name: str) -> str:
    return plot.canvas.curves[name].pen.color().name()


def drawn(painting: Painting, color: str, height: Scale = plain) -> list[tuple[float, float]]:
    """Return the corners of the lines of a colour, as step and height."""
    across, upwards = scales(painting, height)
    corners = {point for line in painting.drawn(color) for point in line.points}
    return sorted((across(x), upwards(y)) for x, y in corners)


def test_every_loss_is_drawn_where_the_axes_say(loss: LossPlot) -> None:
    loss.set_half_life(0)
    show(loss, UNTRAINED, progress(1, LOSSES), *MEASURED)
    loss.canvas.set_range((0, 10), (0.0, 2.4))
    loss.refresh()
    painting = painted(loss.canvas)
    found = drawn(painting, color_of(loss, "batches"))
    assert [step for step, _ in found] == pytest.approx(range(1, 9), abs=0.1)
    assert [value for _, value in found] == pytest.approx(LOSSES, abs=0.03)
    tests = [point for point in drawn(painting, color_of(loss, "test")) if point[0] > 0]
    assert tests == [pytest.approx(point, abs=0.1) for point in ((3, 1.1), (8, 0.6))]


def test_each_accuracy_is_drawn_where_the_axes_say(accuracy: AccuracyPlot) -> None:
    show(accuracy, UNTRAINED, progress(1, LOSSES[:3]), *MEASURED)
    accuracy.canvas.set_range((0, 10), (0.0, 1.0))
    accuracy.refresh()
    painting = painted(accuracy.canvas)
    for name, values in (("train", (0.102, 0.61, 0.93)), ("test", (0.098, 0.55, 0.82))):
        found = drawn(painting, color_of(accuracy, name))
        places = [*zip((0, 3, 8), values, strict=True)]
        for place in places:
            near = min(found, key=lambda point: math.dist(point, place))
            assert near == pytest.approx(place, abs=0.1), name
            assert near[1] == pytest.approx(place[1], abs=0.02), name


def test_on_a_logarithmic_axis_points_stand_beside_the_same_numbers(loss: LossPlot) -> None:
    loss.set_half_life(0)
    loss.set_log_y(True)
    show(loss, UNTRAINED, progress(1, LOSSES), *MEASURED)
    found = drawn(painted(loss.canvas), color_of(loss, "batches"), math.log10)
    for step, value in zip(range(1, 9), LOSSES, strict=True):
        place = (step, math.log10(value))
        near = min(found, key=lambda point: math.dist(point, place))
        assert near == pytest.approx(place, abs=0.5)
        assert near[1] == pytest.approx(math.log10(value), abs=0.03)


def test_the_header_names_each_figure(loss: LossPlot, accuracy: AccuracyPlot) -> None:
    for plot in (loss, accuracy):
        show(plot, UNTRAINED, progress(1, LOSSES), *MEASURED)
    words = painted(loss.readings).words()
    assert words[:1] == ["Loss"]
    assert words[words.index("train") + 1] == loss.readings.value("train")
    assert words[words.index("test") + 1] == "0.600"
    words = painted(accuracy.readings).words()
    assert words[words.index("train") + 1] == "93.0 %"
    assert words[words.index("test") + 1] == "82.0 %"
    assert words[-1] == "gap 11.0 points"


def test_a_change_stands_at_its_step(loss: LossPlot, theme: Theme) -> None:
    show(loss, UNTRAINED, progress(1, [1.0] * 90), changed(20), changed(70, 0.01, 0.3))
    painting = painted(loss.canvas)
    across, _ = scales(painting)
    lines = [s for s in painting.drawn(theme.color("ledger").name()) if len(s.points) == 2]
    assert sorted(across(s.points[0][0]) for s in lines) == pytest.approx([20, 70], abs=0.5)
    for step, words in ((20, "lr 0.1 → 0.01"), (70, "lr 0.01 → 0.3")):
        label = painting.text(words)
        assert 0 < across(label.box.left()) - step < 5


def test_the_rate_below_has_its_corners_where_the_axes_say(loss: LossPlot, theme: Theme) -> None:
    show(loss, UNTRAINED, progress(1, [1.0] * 30, rate=0.1), progress(31, [1.0] * 50, rate=0.001))
    across, _ = scales(painted(loss.canvas))
    strip = painted(loss.rate_strip)
    labels = [text for text in strip.texts if is_number(text.text)]
    assert [number(text.text) for text in labels] == [0.001, 0.1]
    # Labels stay inside the strip, so that they lie beside the ends of the axis.
    assert labels[0].box.center().y() > labels[1].box.center().y()
    (curve,) = (s for s in strip.drawn(theme.color("primary").name()) if len(s.points) > 2)
    steps = [across(x) for x, _ in curve.points]
    assert steps == pytest.approx([1, 30, 31, 80], abs=0.5)
    heights = [y for _, y in curve.points]
    assert heights[0] == heights[1] == pytest.approx(4, abs=1)
    assert heights[2] == heights[3] == pytest.approx(loss.rate_strip.height() - 4, abs=1)


def test_the_marked_step_of_the_rate_says_its_rate(loss: LossPlot, theme: Theme) -> None:
    show(loss, UNTRAINED, progress(1, [1.0] * 30, rate=0.1), progress(31, [1.0] * 50, rate=0.001))
    across, _ = scales(painted(loss.canvas))
    for step, rate, words in ((20, 0.1, "lr 0.1"), (60, 0.001, "lr 0.001")):
        loss.rate_strip.show_crosshair((step, rate))
        painting = painted(loss.rate_strip)
        (curve,) = (s for s in painting.drawn(theme.color("primary").name()) if len(s.points) > 2)
        dot = painting.filled(theme.color("primary").name())[-1].box.center()
        height = curve.points[0][1] if step <= 30 else curve.points[-1][1]
        assert across(dot.x()) == pytest.approx(step, abs=0.5)
        assert dot.y() == pytest.approx(height, abs=0.5)
        assert painting.text(words)


def test_a_rate_of_zero_does_not_stretch_the_axis(loss: LossPlot) -> None:
    show(loss, UNTRAINED, progress(1, [1.0] * 5, rate=0.0), progress(6, [1.0] * 50, rate=0.1))
    show(loss, progress(56, [1.0] * 20, rate=0.01))
    labels = [number(text.text) for text in painted(loss.rate_strip).texts]
    assert labels == [0.01, 0.1]


def test_a_stretch_seen_from_near_has_the_rate_of_every_step(loss: LossPlot, theme: Theme) -> None:
    count = 4000
    rates = 0.1 / np.arange(1, count + 1)
    steps = np.arange(1, count + 1)
    losses = np.ones(count, np.float32)
    loss.add_progress(Progress(1, steps, losses, rates, 1, 1, 100, 0.5, 1e4, 1.0))
    loss.refresh()
    loss.canvas.set_range((3900, 3950), (0, 2))
    loss.refresh()
    (curve,) = (
        shape
        for shape in painted(loss.rate_strip).drawn(theme.color("primary").name())
        if len(shape.points) > 2
    )
    assert len(curve.points) >= 50


def test_the_marked_step_is_crossed_from_top_to_bottom(loss: LossPlot, theme: Theme) -> None:
    show(loss, UNTRAINED, progress(1, LOSSES), *MEASURED)
    loss.canvas.set_range((0, 10), (0.0, 2.4))
    loss.refresh()
    hover(loss, 6)
    painting = painted(loss.canvas)
    across, upwards = scales(painting)
    (line,) = painting.drawn(theme.color("muted").name())
    assert {round(across(x), 1) for x, _ in line.points} == {6.0}
    heights = sorted(upwards(y) for _, y in line.points)
    assert heights == pytest.approx([0, 2.4], abs=0.05)


def test_the_planned_rate_begins_turns_and_ends_where_it_is_planned(
    qtbot: QtBot, theme: Theme
) -> None:
    config = RunConfig.parse({"schedule": "cosine", "learning_rate": 0.04, "epochs": 8})
    curve = ScheduleCurve(theme, config)
    qtbot.addWidget(curve)
    curve.resize(300, 64)
    curve.set_position(Position(2, 0, 1000), 0.03)
    painting = painted(curve)
    assert painting.words() == ["0.04 → 0", "8 epochs"]
    (line,) = (s for s in painting.drawn(theme.color("primary").name()) if len(s.points) > 2)
    (left, top), (right, bottom) = line.points[0], line.points[-1]
    for x, y in line.points:
        part = (x - left) / (right - left)
        rate = (1 + math.cos(math.pi * part)) / 2
        assert (bottom - y) / (bottom - top) == pytest.approx(rate, abs=0.03)
    dot = painting.filled(theme.color("primary").name())[-1].box.center()
    assert (dot.x() - left) / (right - left) == pytest.approx(0.25, abs=0.01)
    here = (bottom - dot.y()) / (bottom - top)
    assert here == pytest.approx((1 + math.cos(math.pi / 4)) / 2, abs=0.02)


@pytest.mark.parametrize("rate", [1e-5, 0.003, 0.1, 10.0])
def test_the_slider_has_its_handle_at_the_rate(qtbot: QtBot, theme: Theme, rate: float) -> None:
    slider = LogSlider(theme)
    qtbot.addWidget(slider)
    slider.resize(400, 36)
    slider.set_rate(rate)
    painting = painted(slider)
    inner = painting.texts[1:-1]  # those at the ends stay inside the slider
    exponent_at = scale_of([(t.box.center().x(), math.log10(number(t.text))) for t in inner])
    handle = painting.filled(theme.color("primary").name())[-1].box.center().x()
    assert exponent_at(handle) == pytest.approx(math.log10(rate), abs=0.03)
    assert [number(text.text) for text in painting.texts] == [10.0**n for n in range(-5, 2)]
    ticks = [s.points[0][0] for s in painting.drawn(theme.color("faint").name())]
    assert np.round([exponent_at(x) for x in ticks], 1).tolist() == list(range(-5, 2))


def test_colours_of_the_splits_differ(loss: LossPlot) -> None:
    assert QColor(color_of(loss, "test")) != QColor(color_of(loss, "smoothed"))
