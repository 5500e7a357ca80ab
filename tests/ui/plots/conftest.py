"""The plots of a run, opened on their own."""

from typing import TypeVar

import pytest
from pytestqt.qtbot import QtBot

from netviz.ui.look.theme import Theme
from netviz.ui.plots.accuracy_plot import AccuracyPlot
from netviz.ui.plots.loss_plot import LossPlot
from netviz.ui.plots.metric_plot import MetricPlot

Plot = TypeVar("Plot", bound=MetricPlot)


@pytest.fixture
def loss(qtbot: QtBot, theme: Theme) -> LossPlot:
    return _opened(qtbot, LossPlot(theme))


@pytest.fixture
def accuracy(qtbot: QtBot, theme: Theme) -> AccuracyPlot:
    return _opened(qtbot, AccuracyPlot(theme))


def _opened(qtbot: QtBot, plot: Plot) -> Plot:
    """Return a plot once it is on the screen."""
    qtbot.addWidget(plot)
    plot.resize(700, 202)
    plot.show()
    qtbot.waitExposed(plot)
    return plot
