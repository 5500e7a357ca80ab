"""The frame in the loss plot: where it stands, what it points at, and that nothing moves for it."""

import numpy as np
import pytest
from PySide6.QtCore import QPoint, QRectF
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from netviz.engine.protocol.run_state import Measurement, State
from netviz.ui.shell.main_window import MainWindow
from tests.ui.conftest import OpenWindow, wait_for_state
from tests.ui.findings import callout, dead, overfitting, slow, tell, weak
from tests.ui.plots.using_plots import progress
from tests.ui.shell.test_nothing_moves import places


@pytest.fixture
def window(open_window: OpenWindow, qtbot: QtBot) -> MainWindow:
    """A window on a run of 80 steps."""
    window = open_window(epochs=2, batch_size=100)
    window.controller.start()
    wait_for_state(qtbot, window, State.FINISHED)
    window.loss_plot.refresh()
    return window


@pytest.mark.parametrize("size", [(1024, 700), (1280, 720), (1920, 1080)])
@pytest.mark.parametrize("step", [1, 20, 80])
def test_it_lies_inside_the_axes_and_not_on_the_point_that_it_is_about(
    window: MainWindow, size: tuple[int, int], step: int
) -> None:
    window.resize(*size)
    QApplication.processEvents()
    tell(window, overfitting(step))
    note, canvas = callout(window), window.loss_plot.canvas
    assert note.isVisible()
    assert canvas.area.adjusted(-1, -1, 1, 1).contains(QRectF(note.geometry()))
    x, y = canvas.curves["test"].points
    axes = canvas.axes
    assert not note.geometry().contains(
        QPoint(round(axes.x(step)), round(axes.y(np.interp(step, x, y))))
    )
    label_room = note.height_for(note.width())
    assert note.height() == label_room


def test_no_part_of_the_window_moves_for_it(window: MainWindow) -> None:
    for tab in ("Weights", "Mistakes", "Log"):
        window.views.show_named(tab)
        tell(window)
        before = places(window)
        bar = window.views.tabs.tabBar()
        tabs = [bar.tabRect(index) for index in range(bar.count())]
        tell(window, slow(), overfitting(), dead(), weak())
        assert places(window) == before
        assert [bar.tabRect(index) for index in range(bar.count())] == tabs


def test_the_picture_is_as_before_once_it_is_taken_away(window: MainWindow) -> None:
    window.loss_plot.reset_zoom()
    QApplication.processEvents()
    before = window.loss_plot.grab().toImage()
    tell(window, slow())
    assert window.loss_plot.grab().toImage() != before
    tell(window)
    assert window.loss_plot.grab().toImage() == before


def test_it_is_hidden_while_its_step_is_out_of_sight(window: MainWindow) -> None:
    tell(window, slow(20))
    canvas = window.loss_plot.canvas
    y = canvas.y_range
    canvas.set_range((50, 80), y)
    assert not callout(window).isVisible()
    canvas.set_range((0, 80), y)
    assert callout(window).isVisible()


def test_a_saved_picture_of_the_plot_is_without_it(window: MainWindow, tmp_path) -> None:
    plain, noted = tmp_path / "plain.png", tmp_path / "noted.png"
    window.loss_plot.export(plain)
    tell(window, slow())
    window.loss_plot.export(noted)
    assert noted.read_bytes() == plain.read_bytes()
    assert callout(window).isVisible()


def test_it_follows_the_theme(window: MainWindow) -> None:
    tell(window, slow())
    dark = callout(window).grab().toImage()
    window.theme.set_dark(False)
    assert callout(window).grab().toImage() != dark


def test_it_points_at_the_curve_also_where_the_curve_comes_after_it(window: MainWindow) -> None:
    """A run that went back or was opened tells what was noticed before its epochs."""
    plot = window.loss_plot
    plot.clear(10)
    plot.refresh()
    tell(window, overfitting(30))
    for epoch, loss in ((1, 0.2), (2, 0.3)):
        plot.add_progress(progress(40 * epoch - 39, [2.0] * 40, epoch=epoch))
        plot.add_measurement(Measurement(epoch, 40 * epoch, loss, 0.9, loss, 0.9, 1.0, 1e4))
        plot.refresh()
    shown = plot.grab().toImage()
    callout(window).place()
    assert plot.grab().toImage() == shown
