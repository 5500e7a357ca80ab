"""A guess that is drawn with the hand stays at its steps and values, whatever the plot shows."""

import numpy as np
import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from netviz.ui.lesson.guess_drawing import GuessDrawing
from netviz.ui.look.theme import Theme
from netviz.ui.plots.accuracy_plot import AccuracyPlot
from netviz.ui.plots.loss_plot import LossPlot
from tests.ui.painting import painted
from tests.ui.plots.using_plots import UNTRAINED, measured, progress, show, wheel

LEFT, KEYS = Qt.MouseButton.LeftButton, Qt.Key
START, AHEAD = 200, 200


@pytest.fixture
def loss(qtbot: QtBot, theme: Theme) -> LossPlot:
    """The loss of 200 steps, which is 2 all the time."""
    plot = LossPlot(theme)
    qtbot.addWidget(plot)
    plot.resize(700, 300)
    plot.show()
    qtbot.waitExposed(plot)
    show(plot, UNTRAINED, progress(1, [2.0] * START), measured(1, START))
    return plot


@pytest.fixture
def drawing(theme: Theme, loss: LossPlot) -> GuessDrawing:
    made = GuessDrawing(theme, loss)
    made.begin(START, None, AHEAD)
    QApplication.processEvents()
    return made


def place(plot: LossPlot, drawing: GuessDrawing, step: float, value: float) -> QPoint:
    """Return where a step and a value are on the pad that takes the strokes."""
    axes = plot.canvas.axes
    height = np.log10(value) if plot.log_y else value
    return QPoint(round(axes.x(step)), round(axes.y(height))) - drawing.pad.pos()


def stroke(plot: LossPlot, drawing: GuessDrawing, *points: tuple[float, float]) -> None:
    """Draw a stroke with the mouse through these steps and values."""
    places = [place(plot, drawing, *point) for point in points]
    QTest.mousePress(drawing.pad, LEFT, pos=places[0])
    for each in places[1:]:
        QTest.mouseMove(drawing.pad, each)
    QTest.mouseRelease(drawing.pad, LEFT, pos=places[-1])


def value_at(drawing: GuessDrawing, step: float) -> float:
    steps, values = drawing.curve
    return float(np.interp(step, steps, values))


def test_the_plot_reaches_as_far_as_the_guess_and_no_farther_afterwards(
    loss: LossPlot, theme: Theme
) -> None:
    before = loss.canvas.x_range
    drawing = GuessDrawing(theme, loss)
    drawing.begin(START, None, 1000)
    assert loss.canvas.x_range[1] >= START + 1000
    drawing.clear()
    assert loss.canvas.x_range == before
    assert not drawing.line.isVisible()


def test_it_starts_where_the_curve_ends(drawing: GuessDrawing, loss: LossPlot) -> None:
    steps, values = drawing.curve
    assert steps.tolist() == [START]
    assert values == pytest.approx([2.0])
    assert drawing.label.start is not None
    assert drawing.label.start.x() == pytest.approx(loss.canvas.axes.x(START))
    assert not drawing.is_drawn


def test_a_stroke_is_what_is_drawn(
    qtbot: QtBot, drawing: GuessDrawing, loss: LossPlot, theme: Theme
) -> None:
    with qtbot.waitSignal(drawing.drawn):
        stroke(loss, drawing, (210, 1.0), (300, 1.0), (399, 0.5))
    assert value_at(drawing, 260) == pytest.approx(1.0, abs=0.03)
    assert value_at(drawing, 350) == pytest.approx(0.75, abs=0.03)
    picture = painted(loss.canvas.viewport())
    dashed = picture.drawn(theme.colors.text.lower())
    axes = loss.canvas.axes
    place_of_300 = (pytest.approx(axes.x(300), abs=4), pytest.approx(axes.y(1.0), abs=4))
    assert any(point == place_of_300 for shape in dashed for point in shape.points)
    assert "your guess" in picture.words()


def test_a_second_stroke_replaces_the_columns_that_it_passes(
    drawing: GuessDrawing, loss: LossPlot
) -> None:
    stroke(loss, drawing, (205, 1.5), (395, 1.5))
    stroke(loss, drawing, (300, 0.5), (340, 0.5))
    assert value_at(drawing, 320) == pytest.approx(0.5, abs=0.03)
    assert value_at(drawing, 260) == pytest.approx(1.5, abs=0.03)
    assert value_at(drawing, 380) == pytest.approx(1.5, abs=0.03)


def test_the_keys_draw_too(drawing: GuessDrawing) -> None:
    for key in (KEYS.Key_Right, KEYS.Key_Right, KEYS.Key_Down, KEYS.Key_Right):
        QTest.keyClick(drawing.pad, key)
    steps, values = drawing.curve
    assert len(steps) == 4
    assert values[:2] == pytest.approx([2.0, 2.0], abs=0.02)
    assert values[3] == pytest.approx(values[2], abs=0.02)
    assert values[2] < 1.95
    QTest.keyClick(drawing.pad, KEYS.Key_Backspace)
    assert len(drawing.curve[0]) == 3
    QTest.keyClick(drawing.pad, KEYS.Key_Delete)
    assert not drawing.is_drawn


def test_it_stays_right_when_the_plot_is_resized_zoomed_or_logarithmic(
    drawing: GuessDrawing, loss: LossPlot, theme: Theme
) -> None:
    stroke(loss, drawing, (205, 1.0), (395, 1.0))
    before = drawing.curve[1].copy()

    def assert_in_place() -> None:
        QApplication.processEvents()
        x, y = drawing.line.points
        axes = loss.canvas.axes
        height = np.log10(before[-1]) if loss.log_y else before[-1]
        assert float(x[-1]) == pytest.approx(axes.x(drawing.curve[0][-1]))
        assert float(y[-1]) == pytest.approx(axes.y(height))

    assert_in_place()
    loss.resize(900, 400)
    assert_in_place()
    wheel(loss, 150, 2)
    assert_in_place()
    loss.reset_zoom()
    loss.set_log_y(True)
    assert_in_place()
    theme.set_dark(not theme.dark)
    theme.set_scale(1.5)
    assert_in_place()
    theme.set_scale(1.0)
    assert drawing.curve[1] == pytest.approx(before)


def test_on_a_logarithmic_axis_a_stroke_means_what_it_shows(
    drawing: GuessDrawing, loss: LossPlot
) -> None:
    show(loss, progress(START + 1, [0.1]))
    loss.set_log_y(True)
    QApplication.processEvents()
    stroke(loss, drawing, (210, 1.0), (395, 1.0))
    assert value_at(drawing, 300) == pytest.approx(1.0, rel=0.05)


def test_locked_it_cannot_be_moved_and_the_curve_is_drawn_over_it(
    drawing: GuessDrawing, loss: LossPlot
) -> None:
    stroke(loss, drawing, (205, 1.0), (395, 1.0))
    before = drawing.curve[1].copy()
    drawing.lock()
    assert drawing.pad.isHidden()
    stroke(loss, drawing, (205, 0.2), (395, 0.2))
    QTest.keyClick(drawing.pad, KEYS.Key_Down)
    assert drawing.curve[1] == pytest.approx(before)
    show(loss, progress(START + 1, [1.5] * 100))
    assert drawing.line.isVisible()
    assert len(loss.curve("smoothed")[0]) > 0
    assert loss.canvas.x_range[1] >= START + AHEAD
    drawing.draw_again()
    assert not drawing.is_drawn
    assert drawing.pad.isVisible()


def test_the_name_gives_way_to_the_real_curve(drawing: GuessDrawing, loss: LossPlot) -> None:
    stroke(loss, drawing, (205, 1.0), (395, 1.0))
    drawing.lock()
    before = drawing.label.box
    level = loss.canvas.axes.y_value(before.center().y())
    show(loss, progress(START + 1, [level] * AHEAD))
    assert not drawing.label.box.isEmpty()
    assert drawing.label.box != before


def test_the_accuracy_is_guessed_likewise(qtbot: QtBot, theme: Theme) -> None:
    plot = AccuracyPlot(theme)
    qtbot.addWidget(plot)
    plot.resize(700, 300)
    plot.show()
    qtbot.waitExposed(plot)
    show(plot, UNTRAINED, progress(1, [2.0] * 100), measured(1, 100, 0.9, 0.8))
    drawing = GuessDrawing(theme, plot)
    drawing.begin(100, None, 300)
    assert drawing.curve[1] == pytest.approx([0.8])
    QApplication.processEvents()
    axes = plot.canvas.axes
    for step in (150, 390):
        spot = QPoint(round(axes.x(step)), round(axes.y(0.95))) - drawing.pad.pos()
        QTest.mouseClick(drawing.pad, LEFT, pos=spot)
    assert value_at(drawing, 300) == pytest.approx(0.95, abs=0.02)
    drawing.clear()
