"""Records a run's layers while it trains, whichever view is open, for a fraction of the time."""

import math
from collections import deque
from collections.abc import Callable

from torch import Tensor

from netviz.engine.observatory.probe_runner import ProbeRunner
from netviz.engine.probes.gradients import copy_weights
from netviz.engine.probes.layer_rows import layer_row
from netviz.engine.probes.layers import Layer, layers_of
from netviz.engine.protocol.events import Event
from netviz.engine.run.layer_history import cell_width, with_gap, with_row
from netviz.engine.run.run import Run

COST_FRACTION = 0.01
"""Fraction of the training time that recording may take once a run is no longer young."""

COLD_CACHES = 1.5
"""What a measurement costs, as a multiple of its own time: the step after it is slower."""

_LATEST_COSTS = 15
_LONGEST_SPACING = 2**40


def spacing_for(cost_s: float, step_s: float) -> int:
    """Return how many steps one measurement needs between it and the next: a power of two.

    Parameters
    ----------
    cost_s
        Seconds that a measurement takes.
    step_s
        Seconds that a step takes; 0 where that is not known yet.
    """
    if not step_s:
        return _LONGEST_SPACING
    steps = COLD_CACHES * cost_s / (COST_FRACTION * step_s)
    return 1 << math.ceil(math.log2(max(1.0, steps)))


def _early_spacing(step: int) -> int:
    """Return how many steps lie between two rows of a young run: two rows to each doubling.

    So the first steps, in which the most happens, are seen, at a cost that grows with the
    logarithm of their number only.
    """
    return 1 << max(0, step.bit_length() - 2)


class LayerRecorder:
    """Measures all layers now and then, and adds what it finds to the run's record.

    Which steps it measures depends on their numbers, and on what a measurement costs beside a
    step. Where there is time to spare, since batches are trained singly or slowly, it measures
    each.

    Where measuring fails the run goes on without it, until it goes back or a view asks again.

    Parameters
    ----------
    is_wanted
        Whether to record anything.

    Attributes
    ----------
    runner
        Knows what measuring has taken of the time.
    """

    def __init__(self, *, is_wanted: bool = True) -> None:
        self.runner = ProbeRunner("The history of the layers", self._note_failure)
        self._failure: Event | None = None
        self._is_wanted = is_wanted
        self._layers: tuple[Layer, ...] = ()
        self._before: tuple[Tensor, ...] | None = None
        self._costs_s: deque[float] = deque(maxlen=_LATEST_COSTS)
        self._step_s = 0.0

    def begin(self, run: Run) -> None:
        """Turn to a new run."""
        self._layers = layers_of(run.trainer.model)
        self._costs_s.clear()
        self._step_s = 0.0
        self._before = self._failure = None
        self.runner.switch(self._is_wanted)
        if not self._is_wanted:
            self._leave_a_gap(run)

    def try_again(self) -> None:
        """Record on where measuring has failed before."""
        self.runner.switch(self._is_wanted)

    def take_failure(self) -> Event | None:
        """Return what there is to tell of a failure, once; a run that nobody watches needs none."""
        failure, self._failure = self._failure, None
        return failure

    def note_speed(self, steps: int, seconds: float) -> None:
        """Take how long the last steps took."""
        latest_s = seconds / steps
        self._step_s = 0.8 * self._step_s + 0.2 * latest_s if self._step_s else latest_s

    # -- single steps ------------------------------------------------------------------------

    def note_if_due(self, run: Run, *, spare_s: float) -> bool:
        """Note what must be known before the next step, if that is to be measured.

        Parameters
        ----------
        run
            The run.
        spare_s
            Time from one batch to the next, if there is more than the step takes; else 0.

        Returns
        -------
        bool
            Whether to call `record` after the step.
        """
        if self._before is not None:
            return True
        if not self.runner.is_on:
            return False
        is_free = spare_s > self._step_s + self._cost_s
        if not is_free and run.trainer.step + 1 < self._due(run):
            return False
        return self._attempt(run, self._note)

    def last_step_before(self, run: Run) -> int:
        """Return the step after which `note_if_due` has to be called again."""
        return self._due(run) - 1 if self.runner.is_on else _LONGEST_SPACING

    def record(self, run: Run) -> None:
        """Measure the step that was trained last.

        A batch that only adds to the gradient is no step: what was noted still holds after it.
        """
        if self._before is None or run.trainer.only_accumulated:
            return
        before, self._before = self._before, None
        if self._attempt(run, lambda: self._measure(run, before)):
            self._costs_s.append(self.runner.cost_s)
        self.runner.done(run.trainer.step)

    @property
    def _cost_s(self) -> float:
        """Mean of the last costs: where others keep the processor busy, all of them count."""
        return sum(self._costs_s) / len(self._costs_s) if self._costs_s else 0.0

    def _due(self, run: Run) -> int:
        """Return the step that is to be measured next, not before the next one."""
        step = run.trainer.step + 1
        if not self._costs_s:  # what it takes has to be known first
            return step
        spacing = min(spacing_for(self._cost_s, self._step_s), _early_spacing(step))
        width = max(cell_width(step), spacing)
        return -(-step // width) * width

    def _note(self) -> None:
        self._before = copy_weights(self._layers)

    def _measure(self, run: Run, before: tuple[Tensor, ...]) -> None:
        trainer = run.trainer
        row = layer_row(self._layers, trainer.step, before, trainer.clip_factor)
        run.layers = with_row(run.layers, row)

    def _attempt(self, run: Run, work: Callable[[], None]) -> bool:
        succeeded = self.runner.attempt(run, work)
        if not succeeded:
            self._leave_a_gap(run)
        return succeeded

    def _note_failure(self, failure: Event) -> None:
        self._failure = failure

    def _leave_a_gap(self, run: Run) -> None:
        run.layers = with_gap(run.layers)
