"""How far the vertical axis of the loss reaches, and what is said of what lies beyond; no Qt."""

import math
from collections.abc import Callable
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from netviz.engine.curves.ticks import Range, linear_range, logarithmic_range
from netviz.engine.options.training import LOSSES, chance_level
from netviz.engine.protocol.run_state import Measurement
from netviz.engine.run.history import StepHistory
from netviz.number_text import loss_text
from netviz.ui.plots.loss_parts import Levels, LossPart, Reach, Reaches, loss_parts
from netviz.ui.plots.metric import View

_OUTLIER_FACTOR = 3
"""Losses above this many times the untrained one do not widen a linear axis."""
_ROOMY = 2
"""Times as high as needed that a range may be; a higher one is made anew."""
_BELOW = 3
"""Times below the lowest average that a logarithmic axis begins, for the batches around it."""
_SMALLEST = 1e-7
"""Losses below that are what single precision leaves of rounding, or an average fading out."""
_DECADE = 10


class LossRange:
    """The range of the loss: that of its smoothed and its test curve.

    Single batches that leave it do not widen a linear axis; on a logarithmic one, where they take
    little room, the highest of them do.

    Parameters
    ----------
    history
        Loss of every step.
    averages
        Returns the smoothed losses of the history, ``[n]``; None without smoothing.
    beside
        Returns how far the axis has to reach for the other runs that are drawn.
    """

    def __init__(
        self,
        history: StepHistory,
        averages: Callable[[View], NDArray[np.float32] | None],
        beside: Callable[[View], Reach],
    ) -> None:
        self._history = history
        self._averages = averages
        self._beside = beside
        self._batches = Reaches()
        self._smoothed = Levels()
        self._tests: dict[bool, tuple[Measurement | None, int, str, Reach]] = {}

    def forget(self) -> None:
        """Look at all losses again: those known have changed."""
        self._batches.forget()
        self._smoothed.forget()

    def fit(self, view: View, present: Range | None) -> Range:
        """Return `present` if the curves are inside it, otherwise a range with round ends."""
        return self._logarithmic(view, present) if view.log_y else self._linear(view, present)

    def _linear(self, view: View, present: Range | None) -> Range:
        parts = loss_parts(view, self._history)
        reach = self._curves(view, [part for part in parts if part.loss == parts[-1].loss])
        reach.add_reach(self._tested(view, alike=True))
        if any(ghost.ghost.widens for ghost in view.ghosts):
            reach.add_reach(self._beside(view))
        high = min(reach.highest, _highest_shown(view))
        low = min(reach.lowest, high)
        if not math.isfinite(low):
            return present or (0.0, 1.0)
        fitting = linear_range(low, high)
        fits = present and present[0] <= low and high <= present[1]
        if present and fits and present[1] - present[0] <= _ROOMY * (fitting[1] - fitting[0]):
            return present
        # What was high for the first steps only may have turned out to be a moment.
        return fitting

    def _logarithmic(self, view: View, present: Range | None) -> Range:
        low, high = self._positive(view)
        if not 0 < low <= high:
            return present or logarithmic_range(0.1, 1)
        if present and present[0] <= math.log10(low) and math.log10(high) <= present[1]:
            return present
        below = 1 if self._averages(view) is None else _BELOW
        return logarithmic_range(low / below, high)

    def log_refusal(self, view: View) -> str:
        """Return why a logarithmic axis would show no more than a linear one; empty if it would.

        It needs losses above zero that are spread over a factor of ten.
        """
        low, high = self._positive(view)
        if not 0 < low <= high:
            return "There is no loss above zero yet, which a logarithmic axis needs."
        if high < _DECADE * low:
            return "The losses lie within a factor of ten: a logarithmic axis would show no more."
        return ""

    def note(self, view: View, y_range: Range) -> str:
        """Return what is to be said of what lies above a linear axis; empty for nothing."""
        if view.log_y:
            return ""
        parts = loss_parts(view, self._history)
        losses = self._history.losses
        reach = Reach()
        for part in parts:
            if part.loss == parts[-1].loss:
                reach.add_reach(self._batches.of(part, losses))
        reach.add_reach(self._tested(view, alike=True))
        if reach.highest > _highest_shown(view):
            return f"↑ up to {loss_text(reach.highest)}{self._remedy(view)}"
        for part, after in reversed([*pairwise(parts)]):
            if self._batches.of(part, losses).highest > y_range[1] and part.loss != parts[-1].loss:
                until = int(self._history.steps[after.first - 1])
                name = LOSSES.get(part.loss, part.loss)
                return f"↑ {name} until step {until:,}{self._remedy(view)}"
        return ""

    def _remedy(self, view: View) -> str:
        return "" if self.log_refusal(view) else "; log y shows it"

    def _curves(self, view: View, parts: list[LossPart]) -> Reach:
        """Return how far the smoothed curve reaches, or that of the batches without smoothing."""
        averages, reach = self._averages(view), Reach()
        for part in parts:
            if averages is None:
                reach.add_reach(self._batches.of(part, self._history.losses))
            else:
                reach.add_reach(self._smoothed.of(part, averages, self._history.losses))
        return reach

    def _tested(self, view: View, *, alike: bool) -> Reach:
        """Return how far the test losses reach, or those by the loss function of now."""
        measured = view.measurements
        last = measured[-1] if measured else None
        loss = view.record.loss_at(view.last_step) if alike else ""
        known = self._tests.get(alike)
        if known is None or known[0] is not last or known[1:3] != (len(measured), loss):
            reach = Reach()
            alike_only = measured_alike(view) if alike else measured
            reach.add(np.array([item.test_loss for item in alike_only], np.float64))
            known = self._tests[alike] = (last, len(measured), loss, reach)
        return known[3]

    def _positive(self, view: View) -> Range:
        """Return the lowest and the highest loss that a logarithmic axis has to show."""
        parts = loss_parts(view, self._history)
        reach = self._curves(view, parts)
        reach.add_reach(self._tested(view, alike=False))
        for part in parts:
            reach.highest = max(reach.highest, self._batches.of(part, self._history.losses).highest)
        if view.ghosts:
            reach.add_reach(self._beside(view))
        return max(reach.lowest_positive, min(_SMALLEST, reach.highest)), reach.highest


def measured_alike(view: View, step: int | None = None) -> list[Measurement]:
    """Return what was measured by the loss function that `step`, or the last one, used."""
    loss_at = view.record.loss_at
    loss = loss_at(view.last_step if step is None else step)
    if not loss:
        return view.measurements
    return [item for item in view.measurements if loss_at(item.step) == loss]


def _highest_shown(view: View) -> float:
    """Return the loss above which the curve leaves a linear plot.

    A diverged batch would otherwise press all other losses flat against the lower edge.
    """
    untrained = [item.train_loss for item in measured_alike(view)[:1] if item.step == 0]
    if untrained:
        return _OUTLIER_FACTOR * untrained[0]
    loss, classes = view.record.loss_at(view.last_step), view.record.classes
    return _OUTLIER_FACTOR * chance_level(loss, classes) if loss and classes else math.inf
