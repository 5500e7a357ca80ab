"""What is known of the runs of a race; free of Qt."""

import math
from collections import deque
from collections.abc import Iterable
from dataclasses import dataclass, field, replace

import numpy as np
from numpy.typing import NDArray

from netviz.engine.options.run_config import RunConfig
from netviz.engine.protocol import events
from netviz.engine.protocol.lanes import LETTERS, lane_names

AVERAGED = 60
"""Losses that the figure of a run is the mean of."""
_SAME_BATCHES = ("batch_size", "seed", "order", "dataset", "test_share")
"""What has to be equal for losses of the same step to be of the same images."""


@dataclass(frozen=True)
class LaneNow:
    """A run of a race as it is now.

    Attributes
    ----------
    line
        Number of the run within the session.
    letter
        What it is called in this race, A to F.
    name
        What differs from the others: ``lr 0.03``.
    steps
        Steps trained.
    loss
        Mean of its last losses; NaN before any.
    trouble
        ``diverged`` or ``failed``, and why in `reason`; empty while it is well.
    is_shown
        Whether it is the run at hand.
    leads
        Whether no other one has a lower loss.
    color
        Which of the colours of runs it has.
    """

    line: int
    letter: str
    name: str
    steps: int = 0
    loss: float = math.nan
    trouble: str = ""
    reason: str = ""
    is_shown: bool = False
    leads: bool = False
    color: int = 1


@dataclass
class _Known:
    letter: str
    config: RunConfig
    steps: int
    color: int
    losses: deque[float] = field(default_factory=lambda: deque(maxlen=AVERAGED))
    trouble: str = ""
    reason: str = ""


class RaceLanes:
    """Follows the runs of a race from what is told of them.

    Attributes
    ----------
    start_step
        The step from which they began, or the earliest one.
    """

    def __init__(self) -> None:
        self._known: dict[int, _Known] = {}
        self._shown = 0
        self._config = RunConfig()
        self._steps = 0
        self._color = 1
        self.start_step = 0

    def __bool__(self) -> bool:
        return bool(self._known)

    def now(self) -> tuple[LaneNow, ...]:
        """Return the runs in the order of their letters."""
        names = lane_names({line: known.config for line, known in self._known.items()})
        means = {line: _mean(known.losses) for line, known in self._known.items()}
        best = self._best(means)
        return tuple(
            LaneNow(
                line,
                known.letter,
                names[line],
                known.steps,
                means[line],
                known.trouble,
                known.reason,
                line == self._shown,
                line == best,
                known.color,
            )
            for line, known in sorted(self._known.items(), key=lambda each: each[1].letter)
        )

    def comparable_with(self, line: int) -> frozenset[int]:
        """Return the runs on the same batches with the same loss as a run, itself among them."""
        known = self._known.get(line)
        if known is None:
            return frozenset()
        names = (*_SAME_BATCHES, "loss")
        return frozenset(
            other
            for other, each in self._known.items()
            if all(getattr(each.config, name) == getattr(known.config, name) for name in names)
        )

    @property
    def have_same_batches(self) -> bool:
        """Whether the batches of a step are those of the same images in all runs."""
        configs = [known.config for known in self._known.values()]
        return all(len({getattr(c, name) for c in configs}) <= 1 for name in _SAME_BATCHES)

    @property
    def shown(self) -> LaneNow | None:
        """The run of the race that is at hand; None without a race."""
        return next((lane for lane in self.now() if lane.is_shown), None)

    def _best(self, means: dict[int, float]) -> int | None:
        """Return the run with the lowest loss; None where the losses are of several functions."""
        if len({known.config.loss for known in self._known.values()}) > 1:
            return None
        well = {line: means[line] for line, known in self._known.items() if not known.trouble}
        finite = {line: mean for line, mean in well.items() if math.isfinite(mean)}
        return min(finite, key=lambda line: finite[line]) if len(finite) > 1 else None

    # -- what is told ------------------------------------------------------------------------

    def set_shown(self, line: int, config: RunConfig, steps: int, color: int = 0) -> None:
        """Take the run at hand; where it takes no part there is no race any more."""
        self._shown, self._config, self._steps = line, config, steps
        self._color = color or line
        if line not in self._known:
            self._known = {}

    def set_lanes(self, event: events.RaceChanged) -> None:
        """Take which runs race; those that did before keep their letters."""
        configs = {
            run.origin.line: (run.config, run.steps, run.origin.color or run.origin.line)
            for run in event.left
        }
        configs[self._shown] = (self._config, self._steps, self._color)
        before, self._known = self._known, {}
        letters = [letter for letter in LETTERS if letter not in _letters(before, event.lanes)]
        for line in event.lanes:
            known = before.get(line)
            if known is None:
                known = _Known(letters.pop(0), *configs[line])
            self._known[line] = known
        if not before and event.lanes:
            self.start_step = min(known.steps for known in self._known.values())

    def add(self, line: int, event: events.LaneEvent) -> None:
        """Take what happened to one of them."""
        known = self._known.get(line)
        if known is None:
            return
        match event:
            case events.Progress():
                known.steps = event.step
                known.losses.extend(_finite(event.losses[-AVERAGED:]))
            case events.Diverging():
                known.trouble, known.reason = "diverged", event.message
            case events.Failed():
                known.trouble, known.reason = "failed", event.message
            case events.Recovered():
                known.trouble = known.reason = ""
            case _:
                pass

    def add_shown(self, event: events.LaneEvent) -> None:
        """Take what happened to the run at hand."""
        if isinstance(event, events.Progress):
            self._steps = event.step
        self.add(self._shown, event)

    def set_config(self, config: RunConfig) -> None:
        """Take the settings of the run at hand."""
        self._config = config
        if known := self._known.get(self._shown):
            known.config = config


def _letters(known: dict[int, _Known], lines: Iterable[int]) -> set[str]:
    return {known[line].letter for line in lines if line in known}


def _mean(losses: Iterable[float]) -> float:
    values = list(losses)
    return sum(values) / len(values) if values else math.nan


def _finite(losses: NDArray[np.float32]) -> list[float]:
    return [float(loss) for loss in losses[np.isfinite(losses)]]


def without_figures(lane: LaneNow) -> LaneNow:
    """Return a lane as far as it does not change with each step."""
    return replace(lane, steps=0, loss=math.nan, leads=False)
