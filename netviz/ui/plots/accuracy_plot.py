"""The plot of the accuracy."""

from PySide6.QtWidgets import QWidget

from netviz.ui.look.theme import Theme
from netviz.ui.plots.accuracy import Accuracy
from netviz.ui.plots.metric_plot import MetricPlot


class AccuracyPlot(MetricPlot):
    """Train and test accuracy of each epoch, their gap, and the current epoch so far."""

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(theme, Accuracy(), parent)
