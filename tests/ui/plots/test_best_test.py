"""The best test loss is marked with its epoch, and the stretch after it that overfits is named."""

import math

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pytestqt.qtbot import QtBot

from netviz.engine.protocol.ledger import LedgerEntry
from netviz.engine.protocol.run_state import Measurement
from netviz.ui.look.theme import Theme
from netviz.ui.plots.accuracy_plot import AccuracyPlot
from netviz.ui.plots.loss_plot import LossPlot
from tests.ui.painting import painted
from tests.ui.plots.using_plots import UNTRAINED, changed, progress, show, wheel

STEPS = 20
OVERFITTING = [0.9, 0.6, 0.45, 0.4, 0.44, 0.5, 0.55, 0.6, 0.66, 0.7, 0.75, 0.8]


def show_tests(
    plot: LossPlot, tests: list[float], *more: LedgerEntry, train: float = 0.8, start: float = 2.3
) -> None:
    """Tell a plot of epochs with these test losses, while the train loss falls."""
    show(plot, UNTRAINED, *more)
    for epoch, test in enumerate(tests, 1):
        loss = start * train**epoch
        show(plot, progress(STEPS * (epoch - 1) + 1, [loss] * STEPS, epoch))
        show(plot, Measurement(epoch, STEPS * epoch, loss, 0.9, test, 0.9, 1.0, 1e4))


def test_the_best_epoch_is_marked_and_named(loss: LossPlot) -> None:
    show_tests(loss, [0.9, 0.5, 0.231, 0.3])
    best, axes = loss.canvas.best, loss.canvas.axes
    assert best.labels == ["best 0.231, epoch 3"]
    assert best.mark is not None
    place = (best.mark.x(), best.mark.y())
    assert place == pytest.approx((axes.x(3 * STEPS), axes.y(0.231)), abs=0.5)
    assert painted(loss.canvas).text("best 0.231, epoch 3")


def test_one_epoch_is_not_called_the_best(loss: LossPlot) -> None:
    show_tests(loss, [0.9])
    assert loss.canvas.best.mark is None
    assert loss.canvas.best.labels == []


def test_epochs_without_a_loss_are_never_the_best(loss: LossPlot) -> None:
    show_tests(loss, [math.nan, 0.5, math.inf])
    assert loss.canvas.best.labels == ["best 0.500, epoch 2"]
    loss.clear()
    show_tests(loss, [math.nan, math.nan])
    assert loss.canvas.best.labels == []


def test_the_stretch_that_overfits_is_shaded_from_the_best_epoch_on(loss: LossPlot) -> None:
    loss.resize(700, 300)
    show_tests(loss, OVERFITTING)
    best, axes = loss.canvas.best, loss.canvas.axes
    assert best.labels == ["best 0.400, epoch 4", "overfitting"]
    shade = best.shade.rect()
    assert (shade.left(), shade.right()) == pytest.approx((axes.x(80), axes.x(240)), abs=0.5)
    assert (shade.top(), shade.bottom()) == (axes.area.top(), axes.area.bottom())


def test_it_is_shaded_in_an_exported_picture_too(loss: LossPlot, theme: Theme) -> None:
    loss.resize(700, 300)
    show_tests(loss, OVERFITTING)
    canvas = loss.canvas
    picture = canvas.grab().toImage()
    y = round(canvas.area.bottom()) - 40
    inside = picture.pixelColor(round(canvas.x_pixel(190)), y)
    outside = picture.pixelColor(round(canvas.x_pixel(260)), y)
    assert outside.name() == theme.color("surface").name()
    assert inside.name() != outside.name()


def test_neither_a_plateau_nor_a_diverged_run_is_called_overfitting(loss: LossPlot) -> None:
    for tests, train in (([0.9, 0.5, *[0.41, 0.4] * 10], 0.8), (OVERFITTING, 1.2)):
        loss.clear()
        show_tests(loss, tests, train=train, start=0.5)
        assert loss.canvas.best.labels[1:] == []
        assert loss.canvas.best.shade.rect().isEmpty()


def test_a_change_of_the_loss_function_begins_a_new_best(loss: LossPlot) -> None:
    show_tests(loss, OVERFITTING[:5])
    show(loss, LedgerEntry(100, 6, "loss", "cross-entropy", "mse"), progress(101, [0.04], 6))
    assert loss.canvas.best.labels == []
    for epoch, test in ((6, 0.05), (7, 0.03), (8, 0.04)):
        show(loss, progress(STEPS * epoch - 5, [0.04] * 6, epoch))
        show(loss, Measurement(epoch, STEPS * epoch, 0.04, 0.9, test, 0.9, 1.0, 1e4))
    assert loss.canvas.best.labels == ["best 0.030, epoch 7"]


def test_a_new_run_takes_the_marks_away(loss: LossPlot) -> None:
    show_tests(loss, OVERFITTING)
    assert loss.canvas.best.mark is not None
    loss.clear()
    loss.refresh()
    assert loss.canvas.best.mark is None


def test_what_is_out_of_sight_is_not_marked(loss: LossPlot) -> None:
    loss.resize(700, 300)
    show_tests(loss, OVERFITTING)
    for _ in range(5):
        wheel(loss, 220, 4)
    best = loss.canvas.best
    assert best.mark is None
    assert best.labels == ["overfitting"]
    shade = best.shade.rect()
    assert shade.width() == pytest.approx(loss.canvas.area.width(), abs=1)


def test_the_accuracy_has_no_such_marks(accuracy: AccuracyPlot) -> None:
    for epoch, test in enumerate(OVERFITTING, 1):
        show(accuracy, Measurement(epoch, STEPS * epoch, 0.1, 0.9, test, 0.9, 1.0, 1e4))
    assert accuracy.canvas.best.mark is None


def test_labels_leave_neither_the_plot_nor_lie_on_each_other(qtbot: QtBot, theme: Theme) -> None:
    @settings(
        max_examples=25,
        suppress_health_check=[HealthCheck.function_scoped_fixture],
    )
    @given(
        st.lists(st.floats(0.01, 2.3), min_size=2, max_size=16) | st.just(OVERFITTING),
        st.lists(st.integers(1, 300), max_size=6, unique=True),
        st.integers(300, 1300),
        st.integers(120, 500),
        st.booleans(),
    )
    def look(tests: list[float], steps: list[int], width: int, height: int, log: bool) -> None:
        plot = LossPlot(theme)
        qtbot.addWidget(plot)
        plot.resize(width, height)
        plot.show()
        show_tests(plot, tests, *(changed(s) for s in sorted(steps) if s <= STEPS * len(tests)))
        plot.set_log_y(log)
        plot.refresh()
        area, best = plot.canvas.area, plot.canvas.best
        boxes = best.label_boxes + plot.canvas.markers.label_boxes
        assert all(area.contains(box) for box in boxes)
        assert not any(a.intersects(b) for i, a in enumerate(boxes) for b in boxes[:i])
        assert area.contains(best.shade.rect()) or best.shade.rect().isEmpty()
        plot.hide()

    look()
