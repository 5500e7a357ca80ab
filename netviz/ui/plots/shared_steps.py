"""Plots of one run that stand one below the other show the same steps."""

from functools import partial

from netviz.engine.curves.ticks import Range
from netviz.ui.plots.metric_plot import MetricPlot


def share_steps(first: MetricPlot, second: MetricPlot) -> None:
    """Let two plots zoom, pan, reset and hold their steps together; heights stay their own."""
    for plot, other in ((first, second), (second, first)):
        plot.steps_chosen.connect(partial(_show_steps, other))
        plot.hold_action.toggled.connect(other.set_view_paused)


def _show_steps(plot: MetricPlot, steps: Range | None) -> None:
    if steps is None:
        plot.show_whole_run()
    else:
        plot.show_steps(steps)
