"""The values under the mouse."""

import pytest
from PySide6.QtCore import QEvent, QPoint
from PySide6.QtGui import QCursor
from PySide6.QtWidgets import QApplication

from netviz.ui.plots.accuracy_plot import AccuracyPlot
from netviz.ui.plots.loss_plot import LossPlot
from tests.ui.plots.using_plots import (
    UNTRAINED,
    changed,
    hover,
    measured,
    progress,
    show,
)


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


@pytest.mark.parametrize("stays", [True, False], ids=["stays", "leaves"])
def test_the_values_go_where_the_mouse_leaves_below_the_menu(loss: LossPlot, stays: bool) -> None:
    show(loss, UNTRAINED, progress(1, [2.0] * 40))
    place = loss.canvas.mapToGlobal(loss.canvas.rect().center())
    loss.menu.popup(place)
    # A real screen does not say that the mouse left for the menu, Qt's own does.
    loss.canvas.hovered.emit(20.0)
    QCursor.setPos(place if stays else loss.header.mapToGlobal(QPoint(5, 5)))
    loss.menu.close()
    assert loss.readout.isVisible() == stays


def test_hovering_over_the_accuracy_tells_the_nearest_epoch(accuracy: AccuracyPlot) -> None:
    show(accuracy, progress(1, [1.0] * 80), measured(1, 40, 0.969, 0.931), measured(2, 80))
    hover(accuracy, 45)
    for told in ("after epoch", "96.9 %", "93.1 %", "3.8 points"):
        assert told in accuracy.readout.text()
    show(accuracy, progress(81, [1.0], epoch=3, correct=0.625))
    hover(accuracy, 81)
    assert "62.5 %" in accuracy.readout.text()


def test_hovering_over_an_empty_plot_tells_nothing(loss: LossPlot, accuracy: AccuracyPlot) -> None:
    for plot in (loss, accuracy):
        hover(plot, 50)
        assert plot.readout.isHidden()
