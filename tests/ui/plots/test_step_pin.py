"""A step that was asked for elsewhere: marked, brought into sight, and let go."""

import pytest
from pytestqt.qtbot import QtBot

from netviz.ui.look.theme import Theme
from netviz.ui.plots.loss_plot import LossPlot
from tests.ui.painting import painted
from tests.ui.plots.using_plots import click, progress, show, wheel


def test_the_line_and_its_number_stand_at_the_step(loss: LossPlot, theme: Theme) -> None:
    show(loss, progress(1, [1.0] * 750))
    loss.point_out(500)
    area, x = loss.canvas.area, loss.canvas.x_pixel(500)
    painting = painted(loss.canvas)
    color = theme.color("text").name()
    (line,) = (s for s in painting.drawn(color) if s.box.height() == pytest.approx(area.height()))
    assert line.box.center().x() == pytest.approx(x, abs=1)
    label = painting.text("step 500")
    assert label.box.center().x() == pytest.approx(x, abs=2)
    assert area.contains(label.box)


@pytest.mark.parametrize("step", [1, 750])
def test_at_the_edge_the_number_stays_within_the_plot(loss: LossPlot, step: int) -> None:
    show(loss, progress(1, [1.0] * 750))
    loss.point_out(step)
    assert loss.canvas.area.contains(painted(loss.canvas).text(f"step {step}").box)


def test_a_zoomed_plot_is_moved_to_the_step(loss: LossPlot) -> None:
    show(loss, progress(1, [1.0] * 750))
    wheel(loss, 100, 4)
    low, high = loss.canvas.x_range
    assert high < 400
    loss.point_out(700)
    first, last = loss.canvas.x_range
    assert first < 700 < last <= 800
    assert last - first == pytest.approx(high - low)
    assert loss.canvas.pin.label == "step 700"
    loss.point_out(5)
    assert loss.canvas.x_range[0] == 0
    # What is in sight already stays where it is.
    before = loss.canvas.x_range
    loss.point_out(10)
    assert loss.canvas.x_range == before


def test_the_mark_goes_by_its_badge_and_with_its_run(qtbot: QtBot, loss: LossPlot) -> None:
    show(loss, progress(1, [1.0] * 750))
    loss.point_out(500)
    assert loss.header.badge.text() == "Step 500 ×"
    click(qtbot, loss.header.badge)
    assert loss.header.badge.isHidden()
    assert loss.canvas.pin.label == ""
    loss.point_out(600)
    loss.clear()
    assert loss.canvas.pin.label == ""


def test_the_mark_grows_with_the_letters(loss: LossPlot, theme: Theme) -> None:
    show(loss, progress(1, [1.0] * 750))
    loss.point_out(500)
    small = painted(loss.canvas).text("step 500").size_px
    theme.set_scale(2)
    assert painted(loss.canvas).text("step 500").size_px == 2 * small
