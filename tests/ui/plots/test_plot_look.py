"""The look of the plots and their controls."""

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QColor
from PySide6.QtWidgets import QAbstractButton
from pytestqt.qtbot import QtBot

from netviz.ui.look.theme import LIGHT, Theme
from netviz.ui.plots.accuracy_plot import AccuracyPlot
from netviz.ui.plots.loss_plot import LossPlot
from tests.ui.plots.using_plots import (
    click,
    progress,
    show,
    show_short_run,
)


def test_another_theme_restyles_everything(loss: LossPlot, theme: Theme) -> None:
    show_short_run(loss)
    height = loss.readings.sizeHint().height()
    theme.set_dark(False)
    theme.set_scale(2)
    assert loss.canvas.curves["smoothed"].pen.color() == QColor(LIGHT.train)
    assert loss.canvas.curves["smoothed"].pen.width() == 4
    assert loss.canvas.curves["batches"].pen.color().alphaF() == pytest.approx(1 / 3, abs=0.01)
    assert loss.readings.sizeHint().height() == 2 * height
    corner = loss.canvas.grab().toImage().pixelColor(1, 1)
    assert corner.name() == LIGHT.surface.lower()


def test_splits_differ_by_shape_and_not_by_colour_alone(accuracy: AccuracyPlot) -> None:
    shapes = {accuracy.canvas.curves[name].symbol for name in ("train", "test")}
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
    assert loss.header.log_button.isVisible()
    assert loss.smooth_button.isVisible()
    loss.resize(700, 260)
    labels = loss.canvas.tick_labels
    loss.resize(415, 120)
    assert loss.header.log_button.isHidden()
    assert loss.smooth_button.isHidden()
    assert loss.header.menu_button.isVisible()
    assert 2 <= len(loss.canvas.tick_labels) < len(labels)
    assert loss.width() == 415
    loss.menu.aboutToShow.emit()
    figures = loss.menu.actions()[0]
    assert figures.isVisible()
    assert figures.text().startswith(f"Loss: train {loss.readings.value('train')}, test")
    loss.resize(700, 190)
    loss.menu.aboutToShow.emit()
    assert not figures.isVisible()
    assert loss.header.log_button.isVisible()


def test_a_click_on_a_button_leaves_the_keyboard_where_it_was(qtbot: QtBot, loss: LossPlot) -> None:
    loss.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
    loss.setFocus()
    click(qtbot, loss.header.log_button)
    assert not loss.header.log_button.hasFocus()
