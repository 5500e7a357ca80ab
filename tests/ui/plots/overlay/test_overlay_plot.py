"""The plot of runs over each other: what it draws, and what it says under the mouse."""

import csv
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from PySide6.QtCore import QPointF, Qt
from PySide6.QtGui import QImage
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QTextEdit
from pytestqt.qtbot import QtBot

from netviz.engine.curves.smoothing import Smoother
from netviz.engine.protocol.run_state import Measurement
from netviz.ui.look.theme import DARK, Theme
from netviz.ui.plots.overlay.overlaid_run import OverlaidRun
from netviz.ui.plots.overlay.overlay_legend import LegendEntry
from netviz.ui.plots.overlay.overlay_metrics import METRICS, OverlayMetric
from netviz.ui.plots.overlay.overlay_plot import OverlayPlot

CE = ((0, "cross-entropy"),)
LOSSES = np.linspace(2, 0.5, 800).astype(np.float32)


def epoch(number: int, step: int, accuracy: float, loss: float = 0.5) -> Measurement:
    return Measurement(number, step, 0.4, 0.9, loss, accuracy, 2.0, 50.0)


FIRST = OverlaidRun(
    1,
    "Run 1",
    "branch_a",
    LOSSES,
    (epoch(0, 0, 0.1, 2.3), epoch(1, 400, 0.85), epoch(2, 800, 0.91)),
    CE,
    ((0, 10),),
    rates=np.full(800, 0.001),
    images=4_000,
)
SECOND = OverlaidRun(
    7,
    "lr 0.03",
    "branch_a",
    np.concatenate((LOSSES[:500], LOSSES[500:700] / 2)),
    (epoch(0, 0, 0.1, 2.3), epoch(1, 400, 0.85)),
    CE,
    ((0, 10), (500, 20)),
    rates=np.full(700, 0.03),
    begins=500,
    images=4_000,
    dash=1,
    is_at_hand=True,
)


@pytest.fixture
def plot(qtbot: QtBot, theme: Theme) -> OverlayPlot:
    """Run 1, and run 7 that parted from it at step 500."""
    plot = OverlayPlot(theme)
    qtbot.addWidget(plot)
    plot.resize(700, 340)
    plot.set_runs([FIRST, SECOND], 20)
    plot.show()
    qtbot.waitExposed(plot)
    return plot


def show(plot: OverlayPlot, key: str, *, in_epochs: bool = False, log_y: bool = False) -> None:
    plot.show_metric(metric(key), in_epochs=in_epochs, log_y=log_y)


def metric(key: str) -> OverlayMetric:
    return next(each for each in METRICS if each.key == key)


def smoothed(losses: np.ndarray) -> np.ndarray:
    smoother = Smoother(20)
    smoother.update(losses)
    return smoother.averages


def read(plot: OverlayPlot) -> list[list[str]]:
    """The lines of the box with the values; none where it is hidden."""
    if not plot.readout.isVisible():
        return []
    text = QTextEdit(plot.readout.text()).toPlainText().splitlines()[1:]
    return [text[line : line + 2] for line in range(0, len(text), 2)]


def hover(plot: OverlayPlot, place: float) -> None:
    canvas = plot.canvas
    at = QPointF(canvas.x_pixel(place), canvas.area.center().y()).toPoint()
    QTest.mouseMove(canvas.viewport(), at)
    QApplication.processEvents()


def test_each_step_is_drawn_once_smoothed_as_the_whole_run_is(plot: OverlayPlot) -> None:
    x, y = plot.curve(1)
    assert (x[0], x[-1]) == (1, 800)
    assert y == pytest.approx(smoothed(LOSSES)[x.astype(int) - 1])
    x, y = plot.curve(7)
    assert (x[0], x[-1]) == (500, 700)  # from the last step that both have in common
    assert y == pytest.approx(smoothed(SECOND.losses)[x.astype(int) - 1])
    assert plot.title.text() == "Batch loss, smoothed over the steps"


def test_two_runs_of_one_colour_have_other_lines_and_the_legend_has_them_too(
    plot: OverlayPlot,
) -> None:
    pens = [plot.canvas.curves[name].pen for name in ("1", "7")]
    assert pens[0].color() == pens[1].color()
    assert [pen.style() for pen in pens] == [Qt.PenStyle.SolidLine, Qt.PenStyle.DashLine]
    assert pens[1].widthF() > pens[0].widthF()  # the run at hand
    assert plot.legend.entries == (
        LegendEntry("Run 1", "branch_a"),
        LegendEntry("lr 0.03", "branch_a", 1, True),
    )


@pytest.mark.parametrize(
    ("key", "first", "second"),
    [
        ("test_accuracy", {400: 0.85, 800: 0.91}, {400: 0.85}),
        ("test_loss", {400: 0.5, 800: 0.5}, {400: 0.5}),
        ("learning_rate", {1: 0.001, 800: 0.001}, {500: 0.03, 700: 0.03}),
    ],
)
def test_any_metric_is_chosen(
    plot: OverlayPlot, key: str, first: dict[int, float], second: dict[int, float]
) -> None:
    show(plot, key)
    for line, wanted in ((1, first), (7, second)):
        x, y = plot.curve(line)
        drawn = dict(zip(x.tolist(), y.tolist(), strict=True))
        assert {step: drawn[step] for step in wanted} == wanted
    assert plot.canvas.message == ""


def test_over_epochs_runs_of_other_batch_sizes_are_compared_fairly(plot: OverlayPlot) -> None:
    assert plot.has_other_batch_sizes
    show(plot, "smoothed_loss", in_epochs=True)
    assert plot.curve(1)[0][-1] == 2
    x, _ = plot.curve(7)
    # 500 steps of 10 images, and 200 of 20: 400 of 4,000 images are an epoch.
    assert (x[0], x[-1]) == (1.25, 1.25 + 200 / 200)
    assert plot.title.text().endswith("over the epochs")


def test_the_mouse_reads_the_value_of_each_run(plot: OverlayPlot) -> None:
    show(plot, "test_accuracy")
    hover(plot, 390)
    assert read(plot) == [["step", "400"], ["Run 1", "85.0 %"], ["lr 0.03", "85.0 %"]]
    hover(plot, 780)
    assert read(plot) == [["step", "800"], ["Run 1", "91.0 %"]]  # the other has ended before
    show(plot, "learning_rate")
    hover(plot, 600)
    assert [row[0] for row in read(plot)] == ["step", "Run 1", "lr 0.03"]
    assert [row[1] for row in read(plot)][1:] == ["0.001", "0.03"]
    QTest.mouseMove(plot, plot.rect().topLeft())
    plot.canvas.left.emit()
    assert read(plot) == []


def test_a_metric_without_values_says_so(plot: OverlayPlot) -> None:
    new = OverlaidRun(3, "Run 3", "branch_c", LOSSES[:9], (), CE, ((0, 10),))
    plot.set_runs([new], 20)
    show(plot, "test_loss")
    assert plot.canvas.message == (
        "Test loss is measured after each epoch; none of these runs has ended one"
    )
    show(plot, "smoothed_loss")
    assert plot.canvas.message == ""
    show(plot, "learning_rate")
    assert plot.canvas.message == "None of these runs has been trained yet"


def test_a_run_that_gets_another_colour_or_is_left_is_drawn_so(plot: OverlayPlot) -> None:
    plot.set_runs([FIRST, replace(SECOND, token="branch_c", dash=0, is_at_hand=False)], 20)
    pens = [plot.canvas.curves[name].pen for name in ("1", "7")]
    assert pens[1].color().name().upper() == DARK.branch_c
    assert pens[1].style() == Qt.PenStyle.SolidLine
    assert pens[0].widthF() == pens[1].widthF()
    assert plot.legend.entries[1] == LegendEntry("lr 0.03", "branch_c")


def test_a_run_goes_on_growing(plot: OverlayPlot) -> None:
    grown = OverlaidRun(1, "Run 1", "branch_a", LOSSES[:400], (), CE, ((0, 10),))
    plot.set_runs([grown], 20)
    assert plot.curve(1)[0][-1] == 400
    plot.set_runs([FIRST], 20)
    x, y = plot.curve(1)
    assert x[-1] == 800
    assert y == pytest.approx(smoothed(LOSSES)[x.astype(int) - 1])


def test_a_run_that_diverged_leaves_the_plot_and_is_in_it_on_a_logarithmic_axis(
    plot: OverlayPlot,
) -> None:
    ruined = np.concatenate((LOSSES[:20], np.full(80, 1e6, np.float32)))
    bad = OverlaidRun(4, "lr 30", "branch_d", ruined, (), CE, ((0, 10),))
    plot.set_runs([FIRST, bad], 20)
    assert plot.canvas.y_range[1] < 10
    assert plot.canvas.note.startswith("↑ up to ")
    show(plot, "smoothed_loss", log_y=True)
    assert plot.canvas.y_range[1] >= 5
    assert plot.canvas.note == ""


def test_what_is_zoomed_in_stays_until_all_is_asked_for(plot: OverlayPlot) -> None:
    whole = plot.canvas.x_range
    plot.canvas.set_range((100, 200), plot.canvas.y_range)
    plot.canvas.zoomed.emit()
    plot.set_runs([FIRST, SECOND], 20)
    assert plot.canvas.x_range == (100, 200)
    x, _ = plot.curve(1)
    assert x[0] in (99, 100)
    assert 200 <= x[-1] <= 202
    plot.show_all()
    assert plot.canvas.x_range == whole


def test_it_is_saved_as_a_table_and_as_pictures(plot: OverlayPlot, tmp_path: Path) -> None:
    show(plot, "test_accuracy")
    plot.export(tmp_path / "runs.csv")
    with (tmp_path / "runs.csv").open() as file:
        assert [*csv.reader(file)] == [
            ["run", "step", "epoch", "test_accuracy"],
            ["Run 1", "400", "1", "0.85"],
            ["Run 1", "800", "2", "0.91"],
            ["lr 0.03", "400", "1", "0.85"],
        ]
    plot.export(tmp_path / "runs.png")
    assert QImage(str(tmp_path / "runs.png")).size() == 2 * plot.size()
    plot.export(tmp_path / "runs.svg")
    text = (tmp_path / "runs.svg").read_text()
    assert "Test accuracy over the steps" in text
