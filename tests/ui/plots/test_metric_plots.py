"""The loss and accuracy plots, used as a person would use them."""

import csv
import math
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, TypeVar

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PySide6.QtCore import QEvent, QPoint, QPointF, Qt
from PySide6.QtGui import QColor, QImage, QWheelEvent
from PySide6.QtSvg import QSvgRenderer
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QAbstractButton, QApplication, QFileDialog
from pytestqt.qtbot import QtBot

from netviz.engine.protocol.events import Measurement, Progress
from netviz.engine.protocol.ledger import LedgerEntry
from netviz.number_text import loss_text
from netviz.ui.charts import ticks
from netviz.ui.look.theme import DARK, LIGHT, Theme
from netviz.ui.plots.accuracy_plot import AccuracyPlot
from netviz.ui.plots.loss_plot import LossPlot
from netviz.ui.plots.metric_plot import MetricPlot

Plot = TypeVar("Plot", bound=MetricPlot)
Open = Callable[[type[Plot]], Plot]

UNTRAINED = Measurement(0, 0, 2.304, 0.102, 2.305, 0.098, 0, 0)


@pytest.fixture
def theme(qapp: QApplication) -> Theme:
    return Theme()


@pytest.fixture
def loss(qtbot: QtBot, theme: Theme) -> LossPlot:
    return opened(qtbot, LossPlot(theme))


@pytest.fixture
def accuracy(qtbot: QtBot, theme: Theme) -> AccuracyPlot:
    return opened(qtbot, AccuracyPlot(theme))


def opened(qtbot: QtBot, plot: Plot) -> Plot:
    qtbot.addWidget(plot)
    plot.resize(700, 190)
    plot.show()
    qtbot.waitExposed(plot)
    return plot


def progress(
    first: int, losses: Sequence[float], epoch: int = 1, right: float = 0.5, rate: float = 0.01
) -> Progress:
    steps = np.arange(first, first + len(losses))
    rates = np.full(len(losses), rate)
    batch = int(steps[-1]) if len(losses) else 0
    return Progress(
        1, steps, np.array(losses, np.float32), rates, epoch, batch, 100, right, 7e4, 1.0
    )


def measured(epoch: int, step: int, train: float = 0.95, test: float = 0.9) -> Measurement:
    return Measurement(epoch, step, 0.2, train, 0.3, test, 1.0, 7e4)


def changed(step: int, old: float = 0.1, new: float = 0.01) -> LedgerEntry:
    return LedgerEntry(step, 1, "learning_rate", old, new)


def show(plot: MetricPlot, *data: Any) -> None:
    for item in data:
        if isinstance(item, Progress):
            plot.add_progress(item)
        elif isinstance(item, Measurement):
            plot.add_measurement(item)
        else:
            plot.add_ledger_entries((item,))
    plot.refresh()


def points(curve: Any) -> list[tuple[float, float]]:
    x, y = curve.getData()
    return [] if x is None else list(zip(x.tolist(), y.tolist(), strict=True))


def hover(plot: MetricPlot, step: float) -> None:
    place = QPoint(round(plot.canvas.x_pixel(step)), round(plot.canvas.area.center().y()))
    QTest.mouseMove(plot.canvas.viewport(), place)


def wheel(plot: MetricPlot, step: float, notches: int) -> None:
    plot.grab()  # nobody turns the wheel over what was not painted yet
    viewport = plot.canvas.viewport()
    place = QPointF(plot.canvas.x_pixel(step), plot.canvas.area.center().y())
    event = QWheelEvent(
        place,
        QPointF(viewport.mapToGlobal(place.toPoint())),
        QPoint(),
        QPoint(0, 120 * notches),
        Qt.MouseButton.NoButton,
        Qt.KeyboardModifier.NoModifier,
        Qt.ScrollPhase.NoScrollPhase,
        False,
    )
    QApplication.sendEvent(viewport, event)


def click(qtbot: QtBot, button: QAbstractButton) -> None:
    qtbot.mouseClick(button, Qt.MouseButton.LeftButton)


def action(plot: MetricPlot, text: str) -> Any:
    return next(item for item in plot.menu.actions() if item.text() == text)


# Data.


def test_before_training_the_plot_says_what_to_do_and_how_bad_the_network_is(
    loss: LossPlot, accuracy: AccuracyPlot
) -> None:
    show(loss, UNTRAINED)
    show(accuracy, UNTRAINED)
    assert loss.canvas.message == "Press Train to see the loss of every batch"
    assert (loss.readings.value("train"), loss.readings.value("test")) == ("2.304", "2.305")
    assert accuracy.readings.value("train") == "10.2 %"
    assert points(accuracy._train) == [(0, 0.102)]


def test_every_batch_appears_in_the_curve(loss: LossPlot) -> None:
    show(loss, progress(1, [2.0, 1.5]), progress(3, [1.25]))
    assert points(loss._raw) == [(1, 2.0), (2, 1.5), (3, 1.25)]
    assert len(points(loss._smooth)) == 3
    assert loss.canvas.message == ""


def test_nothing_is_drawn_before_the_clock_asks_or_while_hidden(loss: LossPlot) -> None:
    loss.add_progress(progress(1, [1.0]))
    assert points(loss._raw) == []
    loss.hide()
    loss.refresh()
    assert points(loss._raw) == []
    loss.show()
    assert points(loss._raw) == [(1, 1.0)]


def test_an_empty_report_changes_nothing(loss: LossPlot) -> None:
    show(loss, progress(1, []))
    assert points(loss._raw) == []


def test_many_steps_are_reduced_to_the_pixels_and_keep_their_extremes(loss: LossPlot) -> None:
    losses = np.ones(100_000)
    losses[[31_234, 77_777]] = 3, 0.25
    show(loss, progress(1, losses.tolist()))
    drawn = points(loss._raw)
    assert len(drawn) <= loss.width()
    assert {(31_235, 3.0), (77_778, 0.25)} <= set(drawn)
    assert points(loss._smooth)[-1][0] == 100_000


def test_losses_that_are_not_finite_are_left_out(loss: LossPlot) -> None:
    show(loss, progress(1, [2.0, math.nan, math.inf, 1.0]), measured(1, 4))
    loss.add_measurement(Measurement(2, 5, math.nan, math.nan, math.nan, math.nan, 1, 1))
    loss.refresh()
    assert points(loss._raw) == [(1, 2.0), (4, 1.0)]
    assert points(loss._test) == [(4, pytest.approx(0.3))]
    assert loss.readings.value("test") == "NaN"
    loss.set_log_y(True)
    assert len(points(loss._raw)) == 2


def test_losses_of_nothing_but_nan_do_not_kill_the_plot(
    loss: LossPlot, accuracy: AccuracyPlot
) -> None:
    nan = math.nan
    for plot in (loss, accuracy):
        show(plot, progress(1, [nan, nan]), Measurement(1, 2, nan, nan, nan, nan, 1, 1))
        plot.set_log_y(True)
        hover(plot, 2)
        plot.grab()
    assert loss.readings.value("train") == "NaN"


def test_test_loss_appears_once_an_epoch(loss: LossPlot) -> None:
    show(loss, UNTRAINED, progress(1, [1.0] * 20), measured(1, 10), measured(2, 20))
    assert [step for step, _ in points(loss._test)] == [10, 20]
    assert loss.readings.value("test") == "0.300"


def test_accuracy_shows_both_splits_and_the_gap_between_them(accuracy: AccuracyPlot) -> None:
    show(accuracy, UNTRAINED, progress(1, [1.0] * 50), measured(1, 50, 0.969, 0.931))
    assert points(accuracy._train)[-1] == (50, 0.969)
    assert points(accuracy._test)[-1] == (50, 0.931)
    assert accuracy.readings.value("train") == "96.9 %"
    assert accuracy.readings.note == "gap 3.8 points"
    assert accuracy.canvas.note == "↓ untrained 9.8 %"
    assert len(points(accuracy._gap)) == 4


def test_the_epoch_under_way_shows_its_running_accuracy(accuracy: AccuracyPlot) -> None:
    show(accuracy, progress(1, [1.0], right=0.25), progress(2, [1.0], right=0.5))
    assert points(accuracy._now) == [(1, 0.25), (2, 0.5)]
    show(accuracy, measured(1, 2))
    assert points(accuracy._now) == []
    show(accuracy, progress(3, [1.0], epoch=2, right=0.75))
    assert points(accuracy._now) == [(3, 0.75)]


def test_the_running_accuracy_of_a_long_epoch_stays_small(accuracy: AccuracyPlot) -> None:
    for step in range(1, 2001):
        accuracy.add_progress(progress(step, [1.0], right=step / 2000))
    accuracy.refresh()
    drawn = points(accuracy._now)
    assert len(drawn) <= 400
    assert (drawn[0], drawn[-1]) == ((1, 0.0005), (2000, 1.0))


def test_a_rewind_takes_everything_after_it_away(loss: LossPlot, accuracy: AccuracyPlot) -> None:
    for plot in (loss, accuracy):
        show(plot, progress(1, [2.0] * 10), measured(1, 10), progress(11, [1.0] * 10, epoch=2))
        show(plot, measured(2, 20), changed(5), changed(15))
        plot.truncate(10)
        plot.refresh()
        assert [marker.entries[0].step for marker in plot.canvas.markers.markers] == [5]
    assert points(loss._raw)[-1] == (10, 2.0)
    assert points(loss._smooth)[-1] == (10, pytest.approx(2.0))
    assert points(accuracy._train) == [(10, 0.95)]
    show(loss, progress(11, [4.0]))
    assert points(loss._raw)[-1] == (11, 4.0)


def test_steps_told_again_replace_what_was_known(loss: LossPlot) -> None:
    show(loss, progress(1, [1.0, 2.0, 3.0]), progress(2, [5.0]))
    assert points(loss._raw) == [(1, 1.0), (2, 5.0)]


def test_a_new_run_begins_with_an_empty_plot_that_follows(loss: LossPlot) -> None:
    show(loss, progress(1, [2.0] * 500), changed(10))
    loss.set_view_paused(True)
    loss.clear()
    assert not loss.is_view_paused
    assert points(loss._raw) == points(loss._smooth) == []
    assert loss.canvas.markers.markers == []
    assert loss.readings.value("train") == "–"
    show(loss, progress(1, [1.0]))
    assert points(loss._raw) == [(1, 1.0)]


# Range.


def test_the_range_stays_until_it_is_left_and_then_jumps(loss: LossPlot) -> None:
    show(loss, progress(1, [2.3] * 90))
    assert (loss.canvas.x_range, loss.canvas.y_range) == ((0, 100), (0, 2.4))
    show(loss, progress(91, [0.5] * 5))
    assert (loss.canvas.x_range, loss.canvas.y_range) == ((0, 100), (0, 2.4))
    show(loss, progress(96, [2.9] * 10))
    assert (loss.canvas.x_range, loss.canvas.y_range) == ((0, 120), (0, 3))


def test_tick_labels_leave_the_curve_where_it_is(loss: LossPlot) -> None:
    show(loss, progress(1, [2.3]))
    before = loss.canvas.area
    show(loss, progress(2, [12_345.0]))
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
    assert "Zoomed" in loss.badge.text()
    show(loss, progress(751, [1.0] * 400))
    assert loss.canvas.x_range == (low, high)
    place = loss.canvas.area.center().toPoint()
    qtbot.mouseDClick(loss.canvas.viewport(), Qt.MouseButton.LeftButton, pos=place)
    assert loss.canvas.x_range == (0, 1200)
    assert loss.badge.isHidden()


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
    click(qtbot, loss.badge)
    assert loss.canvas.x_range == (0, 800)


def test_a_click_on_log_y_shows_powers_of_ten(qtbot: QtBot, loss: LossPlot) -> None:
    show(loss, progress(1, [1.0, 0.1, 0.0, 0.01]))
    click(qtbot, loss.log_button)
    assert loss.log_y
    assert [y for _, y in points(loss._raw)] == pytest.approx([0, -1, -2])
    assert loss.canvas.tick_labels == ["0.01", "0.03", "0.1", "0.3", "1"]
    click(qtbot, loss.log_button)
    assert [y for _, y in points(loss._raw)] == pytest.approx([1, 0.1, 0, 0.01])


def test_log_y_of_the_accuracy_spreads_what_is_near_all_right(accuracy: AccuracyPlot) -> None:
    show(accuracy, progress(1, [1.0] * 9), measured(1, 9, train=1.0, test=0.99))
    accuracy.set_log_y(True)
    assert "99 %" in accuracy.canvas.tick_labels
    assert points(accuracy._test)[-1][1] == pytest.approx(2)


# Smoothing.


def test_the_menu_changes_the_smoothing(loss: LossPlot) -> None:
    show(loss, progress(1, [1.0, 0.0] * 50))
    before = points(loss._smooth)
    choices = {item.text(): item for item in loss.smoothing_menu.actions()}
    choices["500 steps"].trigger()
    assert loss.half_life == 500
    assert points(loss._smooth) != before
    choices["Off"].trigger()
    assert points(loss._smooth) == []
    assert loss.readings.value("train") == "0.000"
    choices["20 steps"].trigger()
    assert points(loss._smooth) == before


def test_slider_and_field_smooth_at_any_half_life(qtbot: QtBot, loss: LossPlot) -> None:
    loss.smoothing_menu.field.setValue(37)
    assert loss.half_life == 37
    loss.smoothing_menu.slider.setFocus()
    qtbot.keyClick(loss.smoothing_menu.slider, Qt.Key.Key_End)
    assert loss.half_life == loss.smoothing_menu.field.value() == 10_000
    qtbot.keyClick(loss.smoothing_menu.slider, Qt.Key.Key_Home)
    assert loss.half_life == 0


# Hold.


def test_holding_keeps_the_picture_and_letting_go_catches_up(
    qtbot: QtBot, loss: LossPlot, accuracy: AccuracyPlot
) -> None:
    for plot in (loss, accuracy):
        show(plot, progress(1, [2.0] * 90), measured(1, 90))
        action(plot, "Hold the view").trigger()
        assert "held" in plot.badge.text()
        figures = plot.readings.value("test")
        show(plot, progress(91, [9.0] * 200, epoch=2), changed(100), measured(2, 290, 0.5, 0.25))
        assert (plot.canvas.x_range, plot.readings.value("test")) == ((0, 100), figures)
        assert plot.canvas.markers.markers == []
    assert points(loss._raw)[-1] == (90, 2.0)
    assert loss.canvas.y_range == (0, 2)
    assert points(accuracy._train)[-1] == (90, 0.95)
    for plot in (loss, accuracy):
        click(qtbot, plot.badge)
        assert not plot.is_view_paused
        assert plot.canvas.x_range == (0, 300)
    assert points(loss._raw)[-1] == (290, 9.0)
    assert points(accuracy._train)[-1] == (290, 0.5)


def test_a_held_picture_is_drawn_again_in_other_colours(loss: LossPlot, theme: Theme) -> None:
    show(loss, progress(1, [2.0] * 5))
    loss.set_view_paused(True)
    show(loss, progress(6, [3.0] * 5))
    theme.set_dark(False)
    assert points(loss._raw)[-1] == (5, 2.0)


# Readout.


def test_hovering_tells_the_values_of_the_step(loss: LossPlot) -> None:
    show(loss, UNTRAINED, progress(1, [2.0] * 40), progress(41, [0.5] * 40, epoch=2, rate=0.003))
    show(loss, measured(1, 40), changed(40))
    hover(loss, 60)
    text = loss.readout.text()
    assert loss.readout.isVisible()
    for told in ("60", "batch loss", "0.500", "smoothed", "learning rate", "0.003", "epoch 1"):
        assert told in text
    hover(loss, 40)
    assert "lr 0.1 → 0.01" in loss.readout.text()
    assert loss.rect().contains(loss.readout.geometry())
    QApplication.sendEvent(loss.canvas, QEvent(QEvent.Type.Leave))
    assert loss.readout.isHidden()


def test_hovering_over_the_accuracy_tells_the_nearest_epoch(accuracy: AccuracyPlot) -> None:
    show(accuracy, progress(1, [1.0] * 80), measured(1, 40, 0.969, 0.931), measured(2, 80))
    hover(accuracy, 45)
    for told in ("after epoch", "96.9 %", "93.1 %", "3.8 points"):
        assert told in accuracy.readout.text()
    show(accuracy, progress(81, [1.0], epoch=3, right=0.625))
    hover(accuracy, 81)
    assert "62.5 %" in accuracy.readout.text()


def test_hovering_over_an_empty_plot_tells_nothing(loss: LossPlot, accuracy: AccuracyPlot) -> None:
    for plot in (loss, accuracy):
        hover(plot, 50)
        assert plot.readout.isHidden()


# Changes.


def test_a_change_is_marked_and_labelled(loss: LossPlot) -> None:
    show(loss, progress(1, [1.0] * 50), changed(25))
    assert loss.canvas.markers.labels == ["lr 0.1 → 0.01"]
    area = loss.canvas.area
    line = round(loss.canvas.x_pixel(25))
    assert loss.canvas.markers.markers[0].x == pytest.approx(line, abs=1)
    picture = loss.canvas.grab().toImage()
    column = {picture.pixelColor(line, y).name() for y in range(60, int(area.bottom()))}
    assert DARK.ledger.lower() in column


def test_changes_at_one_step_share_a_line_and_the_last_word_on_an_option_counts(
    loss: LossPlot,
) -> None:
    show(loss, progress(1, [1.0] * 50), changed(25), changed(25, 0.1, 0.001))
    show(loss, LedgerEntry(25, 1, "optimizer", "adam", "sgd"))
    assert loss.canvas.markers.labels == ["lr 0.1 → 0.001, optimizer Adam → SGD"]
    loss.set_ledger_entries((changed(30),))
    loss.refresh()
    assert loss.canvas.markers.labels == ["lr 0.1 → 0.01"]


@pytest.mark.parametrize("every", [2, 12, 30])
def test_labels_are_calm(loss: LossPlot, every: int) -> None:
    steps = range(1, 96, every)
    show(loss, progress(1, [1.0] * 96), *(changed(s, s / 1000, s / 100) for s in steps))
    loss.resize(700, 300)
    for width in (700, 260):
        loss.resize(width, 300)
        area, boxes = loss.canvas.area, loss.canvas.markers.label_boxes
        assert all(area.contains(box) for box in boxes)
        assert len({box.top() for box in boxes}) <= 1
        lines = [marker.x for marker in loss.canvas.markers.markers]
        assert not any(box.left() <= x <= box.right() for box in boxes for x in lines)
        assert not any(a.intersects(b) for i, a in enumerate(boxes) for b in boxes[:i])


def test_lines_close_to_each_other_share_a_label(loss: LossPlot) -> None:
    changes = (changed(20, 0.1, 0.01), changed(22, 0.01, 0.001), changed(24, 0.001, 0.0001))
    show(loss, progress(1, [1.0] * 50), *changes)
    assert len(loss.canvas.markers.markers) == 3
    assert loss.canvas.markers.labels == ["lr 0.1 → 0.0001"]


def test_a_label_has_fewer_words_where_the_next_line_is_near(loss: LossPlot) -> None:
    show(loss, progress(1, [1.0] * 50), changed(20, 0.1, 0.01), changed(34, 0.01, 0.3))
    assert loss.canvas.markers.labels == ["lr 0.01 → 0.3", "lr 0.01"]


def test_the_newest_label_stands_before_its_line_at_the_right_edge(loss: LossPlot) -> None:
    show(loss, progress(1, [1.0] * 98), changed(20), changed(97, 0.01, 0.3))
    first, newest = loss.canvas.markers.markers
    label = loss.canvas.markers.label_boxes[0]
    assert first.x < label.left() < label.right() < newest.x


def test_the_accuracy_has_the_lines_and_tells_of_them_when_hovered(
    accuracy: AccuracyPlot,
) -> None:
    show(accuracy, UNTRAINED, measured(1, 40), measured(2, 80), changed(60))
    assert len(accuracy.canvas.markers.markers) == 1
    assert accuracy.canvas.markers.labels == []
    hover(accuracy, 60)
    assert "lr 0.1 → 0.01" in accuracy.readout.text()
    hover(accuracy, 78)
    assert "lr 0.1 → 0.01" not in accuracy.readout.text()


# Files.


def choose(monkeypatch: pytest.MonkeyPatch, path: Path | str) -> None:
    monkeypatch.setattr(QFileDialog, "getSaveFileName", lambda *args: (str(path), ""))


def table(path: Path) -> list[dict[str, str]]:
    return list(csv.DictReader(path.read_text(encoding="utf-8").splitlines()))


def full_loss(loss: LossPlot) -> None:
    show(loss, UNTRAINED, progress(1, [2.0, math.nan, 1.0]), measured(1, 3), changed(2))


def test_the_table_has_a_row_for_every_step(
    qtbot: QtBot, loss: LossPlot, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    full_loss(loss)
    choose(monkeypatch, tmp_path / "run")
    with qtbot.waitSignal(loss.saved) as saved:
        action(loss, "Save as CSV…").trigger()
    assert saved.args == [tmp_path / "run.csv"]
    rows = table(tmp_path / "run.csv")
    assert [row["step"] for row in rows] == ["0", "1", "2", "3"]
    assert [row["batch_loss"] for row in rows] == ["", "2", "nan", "1"]
    assert [row["test_loss"] for row in rows] == ["2.305", "", "", "0.3"]
    assert rows[3]["learning_rate"] == "0.01"
    assert [path.name for path in tmp_path.iterdir()] == ["run.csv"]


def test_the_accuracy_table_has_a_row_for_every_epoch(
    accuracy: AccuracyPlot, tmp_path: Path
) -> None:
    show(accuracy, UNTRAINED, measured(1, 40, 0.969, 0.931))
    accuracy.export(tmp_path / "accuracy.csv")
    rows = table(tmp_path / "accuracy.csv")
    assert [(row["epoch"], row["test_accuracy"]) for row in rows] == [
        ("0", "0.098"),
        ("1", "0.931"),
    ]
    assert rows[1]["gap"] == "0.038"


def test_the_picture_shows_the_curve_without_the_buttons(loss: LossPlot, tmp_path: Path) -> None:
    full_loss(loss)
    loss.export(tmp_path / "loss.png")
    picture = QImage(str(tmp_path / "loss.png"))
    assert picture.size() == loss.size() * 2
    colors = {
        picture.pixelColor(x, y).name()
        for x in range(0, picture.width(), 2)
        for y in range(0, picture.height(), 2)
    }
    assert {DARK.surface.lower(), DARK.train.lower(), DARK.test.lower()} <= colors
    assert loss.menu_button.isVisible()


def test_the_drawing_holds_shapes_and_no_pictures(loss: LossPlot, tmp_path: Path) -> None:
    full_loss(loss)
    loss.export(tmp_path / "loss.svg")
    text = (tmp_path / "loss.svg").read_text(encoding="utf-8")
    assert QSvgRenderer(str(tmp_path / "loss.svg")).isValid()
    assert "lr 0.1 → 0.01" in text
    assert "<image" not in text


@pytest.mark.parametrize("ending", ["PNG", "SVG", "CSV"])
def test_a_file_that_cannot_be_written_is_told_and_leaves_the_old_one(
    qtbot: QtBot, loss: LossPlot, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, ending: str
) -> None:
    full_loss(loss)
    occupied = tmp_path / f"occupied.{ending.lower()}"
    occupied.mkdir()
    choose(monkeypatch, occupied)
    with qtbot.waitSignal(loss.failed) as failed:
        action(loss, f"Save as {ending}…").trigger()
    assert occupied.name in failed.args[0].message
    assert failed.args[0].hint
    assert list(tmp_path.iterdir()) == [occupied]


def test_a_save_thought_better_of_writes_nothing(
    loss: LossPlot, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    choose(monkeypatch, "")
    action(loss, "Save as PNG…").trigger()
    assert list(tmp_path.iterdir()) == []


# Look.


def test_another_theme_restyles_everything(loss: LossPlot, theme: Theme) -> None:
    full_loss(loss)
    height = loss.readings.sizeHint().height()
    theme.set_dark(False)
    theme.set_scale(2)
    assert loss._smooth.opts["pen"].color() == QColor(LIGHT.train)
    assert loss._smooth.opts["pen"].width() == 4
    assert loss._raw.opts["pen"].color().alphaF() == pytest.approx(1 / 3, abs=0.01)
    assert loss.readings.sizeHint().height() == 2 * height
    corner = loss.canvas.grab().toImage().pixelColor(1, 1)
    assert corner.name() == LIGHT.surface.lower()


def test_splits_differ_by_shape_and_not_by_colour_alone(accuracy: AccuracyPlot) -> None:
    shapes = {dots.opts["symbol"] for dots in (accuracy._train_dots, accuracy._test_dots)}
    assert shapes == {"o", "d"}


def test_every_control_says_what_it_is(loss: LossPlot, accuracy: AccuracyPlot) -> None:
    for plot in (loss, accuracy):
        plot.set_view_paused(True)
        for button in plot.findChildren(QAbstractButton):
            assert button.toolTip().endswith("."), button.text()
        for item in plot.menu.actions():
            assert item.isSeparator() or item.menu() or item.toolTip().endswith(".")
        x = plot.readings.width() // 2
        assert plot.readings.tooltip_at(x).endswith(".")
    for item in loss.smoothing_menu.actions()[:6]:
        assert item.toolTip().endswith(".")


def test_a_narrow_card_leaves_to_the_menu_what_does_not_fit(loss: LossPlot) -> None:
    show(loss, progress(1, [1.0] * 1900))
    assert loss.log_button.isVisible()
    assert loss.smooth_button.isVisible()
    labels = loss.canvas.tick_labels
    loss.resize(415, 120)
    assert loss.log_button.isHidden()
    assert loss.smooth_button.isHidden()
    assert loss.menu_button.isVisible()
    assert 2 <= len(loss.canvas.tick_labels) < len(labels)
    assert loss.width() == 415
    loss.resize(700, 190)
    assert loss.log_button.isVisible()


def test_a_click_on_a_button_leaves_the_keyboard_where_it_was(qtbot: QtBot, loss: LossPlot) -> None:
    loss.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
    loss.setFocus()
    click(qtbot, loss.log_button)
    assert not loss.log_button.hasFocus()


# Arithmetic.


@given(st.floats(1e-30, 1e30), st.floats(1e-3, 1))
def test_ranges_hold_what_they_are_made_for_and_have_few_ticks(high: float, share: float) -> None:
    low = high * share
    bottom, top = ticks.linear_range(low, high)
    assert bottom <= low <= high <= top * (1 + 1e-6)
    assert 3 <= len(ticks.linear_ticks(bottom, top)) <= 5
    bottom, top = ticks.logarithmic_range(low, high)
    assert bottom <= math.log10(low) + 1e-6
    assert math.log10(high) <= top + 1e-6
    assert 2 <= len(ticks.logarithmic_ticks(bottom, top)) <= 5


@given(st.floats(0, 1e6), st.floats(4, 1e6))
def test_ticks_of_any_stretch_are_few_and_inside(low: float, width: float) -> None:
    values = ticks.linear_ticks(low, low + width)
    assert 2 <= len(values) <= 5
    slack = 1e-6 * (low + width)
    assert all(low - slack <= value <= low + width + slack for value, _ in values)


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (0.1834, "0.183"),
        (2.3026, "2.303"),
        (0.00421, "0.0042"),
        (12.345, "12.35"),
        (1234.5, "1,234"),
        (2e7, "2.0e+07"),
        (math.nan, "NaN"),
        (math.inf, "∞"),
        (0.0, "0.000"),
    ],
)
def test_figures_are_written_short(value: float, text: str) -> None:
    assert loss_text(value) == text


def test_a_diverged_batch_leaves_the_linear_plot_and_is_told_in_its_corner(loss: LossPlot) -> None:
    loss.add_measurement(UNTRAINED)
    loss.add_progress(progress(1, [2.3, 2.1, 1e30]))
    loss.refresh()
    assert loss.canvas.y_range[1] <= 4 * UNTRAINED.train_loss
    assert loss.canvas.note == "↑ up to 1.0e+30; log y shows it"
    loss.set_log_y(True)
    loss.refresh()
    assert loss.canvas.y_range[1] >= 30
    assert loss.canvas.note == ""
