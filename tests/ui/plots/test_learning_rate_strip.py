"""The learning rate under the loss: when it shows, and what it draws."""

import numpy as np
import pytest
from PySide6.QtCore import QPoint
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from netviz.engine.protocol.events import Progress
from netviz.engine.run.history import StepHistory
from netviz.ui.look.theme import Theme
from netviz.ui.plots.learning_rate_strip import RateSeries, RateStrip
from netviz.ui.plots.loss_plot import LossPlot
from tests.ui.painting import painted


@pytest.fixture
def plot(qtbot: QtBot, qapp: QApplication) -> LossPlot:
    plot = LossPlot(Theme())
    qtbot.addWidget(plot)
    plot.resize(700, 240)
    plot.show()
    qtbot.waitExposed(plot)
    return plot


def feed(plot: LossPlot, rates: list[float], first: int = 1) -> None:
    steps = np.arange(first, first + len(rates))
    losses = np.linspace(2, 1, len(rates), dtype=np.float32)
    plot.add_progress(
        Progress(1, steps, losses, np.array(rates, np.float64), 1, 1, 100, 0.5, 1e4, 1.0)
    )
    plot.refresh()


def corners(strip: RateStrip) -> list[tuple[float, float]]:
    return [(point.x(), point.y()) for point in strip.curve()]


def test_it_has_its_place_from_the_start(plot: LossPlot) -> None:
    place = plot.rate_strip.geometry()
    empty = plot.rate_strip.grab().toImage()
    for rates in ([0.01] * 100, [0.001] * 100):
        feed(plot, rates, first=len(plot.history) + 1)
        assert plot.rate_strip.isVisible()
        assert plot.rate_strip.geometry() == place
        assert plot.rate_strip.grab().toImage() != empty
    plot.clear()
    assert plot.rate_strip.geometry() == place
    assert plot.rate_strip.grab().toImage() == empty


def test_a_rate_that_stays_is_written_beside_it(plot: LossPlot) -> None:
    assert [text.text for text in painted(plot.rate_strip).texts] == ["rate"]
    feed(plot, [0.003] * 20)
    assert [text.text for text in painted(plot.rate_strip).texts] == ["0.003"]
    feed(plot, [0.3] * 20, first=21)
    assert len(painted(plot.rate_strip).texts) == 2


def test_it_can_be_folded_away_in_the_menu(plot: LossPlot) -> None:
    feed(plot, [0.01, 0.1])
    assert plot.rate_action in plot.menu.actions()
    plot.rate_action.trigger()
    assert not plot.rate_strip.isVisible()
    plot.rate_action.trigger()
    assert plot.rate_strip.isVisible()


def test_it_stays_away_where_it_has_no_place_whatever_the_menu_says(plot: LossPlot) -> None:
    plot.show_rates(False)
    for _ in range(2):
        plot.rate_action.trigger()
        assert not plot.rate_strip.isVisible()
    plot.show_rates(True)
    assert plot.rate_strip.isVisible()


def test_its_steps_stand_below_those_of_the_loss(plot: LossPlot) -> None:
    feed(plot, [0.01] * 50 + [0.001] * 30)
    QApplication.processEvents()
    strip, canvas = plot.rate_strip, plot.canvas
    assert strip.x() == canvas.x()
    assert strip.width() == canvas.width()
    assert strip.y() >= canvas.geometry().bottom()
    found = corners(strip)
    assert [x for x, _ in found] == [canvas.x_pixel(step) for step in (1, 50, 51, 80)]
    heights = [y for _, y in found]
    assert heights[0] == heights[1] < heights[2] == heights[3]


def test_it_follows_the_zoom(plot: LossPlot) -> None:
    feed(plot, list(np.linspace(0.1, 0.01, 400)))
    plot.canvas.set_range((100, 200), (0, 3))
    QApplication.processEvents()
    x = [x for x, _ in corners(plot.rate_strip)]
    assert min(x) <= plot.canvas.area.left() + 1
    assert max(x) >= plot.canvas.area.right() - 1
    assert len(x) < 120


def test_the_view_that_is_held_holds_it_too(plot: LossPlot) -> None:
    feed(plot, [0.01, 0.1])
    plot.set_view_paused(True)
    feed(plot, [0.5] * 20, first=3)
    assert len(corners(plot.rate_strip)) == 2
    plot.set_view_paused(False)
    assert len(corners(plot.rate_strip)) == 4


def test_hovering_either_tells_the_rate_in_both(plot: LossPlot) -> None:
    feed(plot, [0.01] * 50 + [0.001] * 50)
    QApplication.processEvents()
    strip = plot.rate_strip
    place = QPoint(round(plot.canvas.x_pixel(70)), 18)
    QTest.mouseMove(strip, place)
    assert strip.crosshair is not None
    step, rate = strip.crosshair
    assert abs(step - 70) <= 1
    assert rate == 0.001
    assert plot.readout.isVisible()
    assert "0.001" in plot.readout.text()
    before = strip.grab().toImage()
    QTest.mouseMove(strip, QPoint(round(plot.canvas.x_pixel(20)), 18))
    assert strip.crosshair[1] == 0.01
    assert strip.grab().toImage() != before
    QTest.mouseMove(strip, QPoint(1, 18))
    assert strip.crosshair is None
    assert not plot.readout.isVisible()


@pytest.mark.parametrize("rates", [[0.0, 0.0], [0.0, 0.1], [1e-30, 10.0], [0.1, 1e-12, 0.0]])
def test_any_rates_can_be_painted(plot: LossPlot, rates: list[float]) -> None:
    feed(plot, rates)
    assert plot.rate_strip.isVisible()
    plot.grab()
    bounds = plot.rate_strip.rect()
    assert all(0 <= y <= bounds.height() for _, y in corners(plot.rate_strip))


@pytest.mark.parametrize("kind", ["steps", "every step another"])
def test_a_million_steps_give_no_more_points_than_the_pixels_need(kind: str) -> None:
    count = 1_000_000
    steps = np.arange(1, count + 1)
    rates = 0.1 * 0.5 ** (steps // 250_000) if kind == "steps" else 0.1 / steps
    history = StepHistory()
    history.extend(steps, np.zeros(count), rates)
    series = RateSeries(history)
    series.update()
    assert not series.is_constant
    x, y = series.points((0, count), count, 600)
    assert (x[0], x[-1]) == (1, count) or kind == "steps"
    assert len(x) <= (20 if kind == "steps" else 2600)
    assert y.max() == rates.max()
    assert y.min() == rates.min()


def test_a_rate_of_a_single_step_is_never_left_out() -> None:
    history = StepHistory()
    rates = np.full(100_000, 0.01)
    rates[77_777] = 5.0
    history.extend(np.arange(1, 100_001), np.zeros(100_000), rates)
    series = RateSeries(history)
    series.update()
    _, y = series.points((0, 100_000), 100_000, 300)
    assert y.max() == 5.0


@pytest.mark.parametrize("count", [100, 3_000, 5_555, 40_000])
def test_it_reaches_as_far_as_the_loss(plot: LossPlot, count: int) -> None:
    feed(plot, [0.01] * count)
    last = plot.canvas.mapTo(plot, QPoint(round(plot.canvas.x_pixel(count)), 0)).x()
    end = plot.rate_strip.mapTo(plot, QPoint(round(corners(plot.rate_strip)[-1][0]), 0)).x()
    assert end == pytest.approx(last, abs=1)
