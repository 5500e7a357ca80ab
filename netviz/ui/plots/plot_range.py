"""Which steps and values a plot shows: the whole run as it grows, or what the user chose."""

from collections.abc import Hashable

from netviz.engine.curves.ticks import Range, round_up
from netviz.ui.plots.metric import Metric, View
from netviz.ui.plots.plot_canvas import PlotCanvas

_FIRST_STEPS = 100
_MOST_AHEAD = 50
"""Times as many steps as the run at hand has that are shown of another run: it would be lost."""
_END = 1.015
"""The last step stays off the edge, where its dot would be cut."""
_LABELLED_END = 1.06
"""That of another run has a label."""


class PlotRange:
    """Moves the range of a canvas in jumps where the data have left it: axes are costly.

    Parameters
    ----------
    canvas
        What is moved.
    metric
        Knows the values that belong into the range.

    Attributes
    ----------
    scale
        What the range depends on beside the values, when it was last fitted.
    ahead
        A step that is in sight though the run has not come to it; 0 for none.
    """

    def __init__(self, canvas: PlotCanvas, metric: Metric) -> None:
        self._canvas = canvas
        self._metric = metric
        self._whole: tuple[Range, Range] | None = None
        self._steps: Range | None = None
        self._heights: Range | None = None
        self.scale: Hashable = None
        self.ahead = 0.0

    @property
    def is_chosen(self) -> bool:
        """Whether the user looks at a part of the run."""
        return self._steps is not None or self._heights is not None

    def forget(self) -> None:
        """Fit to the data anew: they have become fewer."""
        self._whole = None

    def follow(self) -> None:
        """Show the whole run again, and go on with it."""
        self._whole = self._steps = self._heights = None

    def take_chosen(self) -> None:
        """Keep what is in sight, since the user has chosen it; all values stay all of them."""
        canvas = self._canvas
        self._steps = canvas.x_range
        self._heights = None if canvas.has_all_values else canvas.y_range

    def keep_chosen(self) -> None:
        """Keep what is in sight where the user had chosen before: it may have been moved."""
        if self._whole is not None:
            self._steps = self._canvas.x_range if self._steps else None
            self._heights = self._canvas.y_range if self._heights else None

    def show_steps(self, steps: Range) -> None:
        """Show these steps, chosen in another plot of the run, from the next `fit` on."""
        self._steps, self._whole = steps, None

    def bring_into_sight(self, step: int) -> None:
        """Move the steps that the user chose so far that `step` is among them."""
        if self._steps and not self._steps[0] <= step <= self._steps[1]:
            width = self._steps[1] - self._steps[0]
            low = max(0.0, step - width / 2)
            self.show_steps((low, low + width))

    def fit(self, view: View) -> Range:
        """Move the range where that is due; return the values of the whole run."""
        scale = self._metric.scale(view)
        if scale != self.scale:
            self.scale = scale
            self._whole = None
        x, y = self._whole or ((0.0, 0.0), None)
        last = max(self._least, view.last_step * _END, _end_of_ghosts(view))
        whole = (x if last <= x[1] else (0.0, round_up(last)), self._metric.y_range(view, y))
        self._canvas.set_y_ticks(self._metric.y_ticks(view))
        if whole != self._whole:
            self._whole = whole
            farthest = max(whole[0][1], _LABELLED_END * _last_of_ghosts(view))
            self._canvas.set_limits((whole[0][0], farthest), whole[1])
            self._canvas.set_range(self._steps or whole[0], self._heights or whole[1])
        return whole[1]

    @property
    def _least(self) -> float:
        """How many steps are shown at least."""
        return max(_FIRST_STEPS, self.ahead * _END)


def _end_of_ghosts(view: View) -> float:
    """Return up to where other runs are shown: to their ends, but for those far ahead."""
    most = _MOST_AHEAD * max(_FIRST_STEPS, view.last_step)
    return min(_last_of_ghosts(view) * _LABELLED_END, most)


def _last_of_ghosts(view: View) -> int:
    return max((ghost.last_step for ghost in view.ghosts), default=0)
