"""What is known of a lesson's runs, in plain figures, from what the training tells."""

import math
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from netviz.engine.curves.smoothing import Smoother
from netviz.engine.options.run_config import RunConfig
from netviz.engine.protocol import events
from netviz.engine.protocol.left_run import LeftRun
from netviz.engine.protocol.run_state import Measurement, Place, State
from netviz.engine.run.growing_array import GrowingArray
from netviz.lessons.conditions import OWNERS

HALF_LIFE = 20
"""Steps after which a batch counts half in the loss: as the plot is smoothed at first."""

Curve = tuple[NDArray[np.float64], NDArray[np.float64]]
"""Steps and values."""


@dataclass
class _Track:
    """One run: its losses from step 1 on, what was measured, and how it stands."""

    config: RunConfig
    parameters: int = 0
    step: int = 0
    losses: GrowingArray[np.float32] = field(default_factory=lambda: GrowingArray(np.float32))
    smoother: Smoother = field(default_factory=lambda: Smoother(HALF_LIFE))
    measurements: list[Measurement] = field(default_factory=list)
    has_diverged: bool = False
    is_broken: bool = False

    @classmethod
    def of_left(cls, left: LeftRun, parameters: int) -> "_Track":
        """Return what is known of a run that was left."""
        track = cls(left.config, parameters, left.steps)
        track.losses.extend(left.losses)
        track.measurements = list(left.measurements)
        track.has_diverged = left.has_diverged or left.has_failed
        track.is_broken = left.has_failed
        return track

    def add(self, event: object) -> None:
        """Take in what happened to the run."""
        if isinstance(event, events.Progress):
            new = event.steps > len(self.losses)
            self.losses.extend(event.losses[new])
            self.step = event.step
        elif isinstance(event, events.EpochFinished):
            self.measurements.append(event.measurement)
            self.step = max(self.step, event.measurement.step)
        elif isinstance(event, events.Diverging):
            self.has_diverged = True
        elif isinstance(event, events.Recovered):
            self.has_diverged = False
        elif isinstance(event, events.Failed):
            self.is_broken = True
            # Nothing but a loss that is no number is mended by another rate.
            self.has_diverged = self.has_diverged or "learning_rate" in event.remedy

    @property
    def averages(self) -> NDArray[np.float32]:
        """The smoothed loss after each step, ``[n]``."""
        self.smoother.update(self.losses.view)
        return self.smoother.averages

    def figures(self) -> dict[str, float]:
        """Return its figures; what is not known yet is missing."""
        found: dict[str, float] = {
            "step": self.step,
            "learning_rate": self.config.learning_rate,
            "parameters": self.parameters,
            "diverged": float(self.has_diverged),
        }
        if len(self.losses):
            ends_well = not (self.is_broken and self.has_diverged)
            found["loss"] = float(self.averages[-1]) if ends_well else math.nan
            found["batch_loss"] = float(self.losses.view[-1]) if ends_well else math.nan
        if self.measurements:
            last = self.measurements[-1]
            found["epoch"] = last.epoch
            found["test_loss"], found["test_accuracy"] = last.test_loss, last.test_accuracy
            found["train_accuracy"] = last.train_accuracy
            found.setdefault("loss", last.train_loss)
        return found


class RunFigures:
    """Follows the runs of a lesson: the one at hand, the one before it, and those of a race.

    Attributes
    ----------
    state
        What the run at hand is doing.
    batches
        Batches that an epoch has at present.
    number
        Number of the run at hand, which another one has after each going back.
    """

    def __init__(self) -> None:
        self.state = State.IDLE
        self.batches = 1
        self.number = 0
        self._line = 0
        self._lanes: dict[int, _Track] = {}
        self._is_racing = False
        self._now = _Track(RunConfig())
        self._before: _Track | None = None

    @property
    def step(self) -> int:
        """Steps trained."""
        return self._now.step

    @property
    def epochs(self) -> int:
        """Epochs trained to their end, and measured."""
        return self._now.measurements[-1].epoch if self._now.measurements else 0

    @property
    def config(self) -> RunConfig:
        """The settings in force."""
        return self._now.config

    def take(self, event: events.Event) -> None:
        """Take in what happened."""
        if isinstance(event, events.Prepared):
            self._begin(event)
        elif isinstance(event, events.StateChanged):
            self._enter(event)
        elif isinstance(event, events.Opened):
            if event.progress is not None:
                self._now.add(event.progress)
            self._now.measurements[1:] = event.measurements[1:]
        elif isinstance(event, events.Changed):
            self._now.config = event.config
            self._place(event.place)
        elif isinstance(event, events.RaceChanged):
            self._race(event)
        elif isinstance(event, events.InLane):
            if event.line in self._lanes:
                self._lanes[event.line].add(event.event)
        else:
            if isinstance(event, events.Progress):
                self.batches = max(1, event.batches)
            self._now.add(event)

    def figures(self) -> dict[str, float]:
        """Return all figures by their names in conditions."""
        found = self._now.figures()
        if self._before:
            found |= {f"before.{name}": v for name, v in self._before.figures().items()}
        for letter, line in zip(OWNERS[1:], sorted(self._lanes), strict=False):
            found |= {f"{letter}.{name}": v for name, v in self._lanes[line].figures().items()}
        return found

    def curve(self, metric: str, since: int) -> Curve:
        """Return how a metric went from a step on: the smoothed loss, or the test accuracy.

        Where the loss ends in what is no number, its last value is infinite.
        """
        track = self._now
        if metric == "accuracy":
            kept = [each for each in track.measurements if each.step >= since]
            steps = np.array([each.step for each in kept], np.float64)
            return steps, np.array([each.test_accuracy for each in kept], np.float64)
        averages = track.averages.astype(np.float64)
        steps = np.arange(1, len(averages) + 1, dtype=np.float64)
        if track.is_broken and track.has_diverged:
            steps = np.append(steps, len(averages) + 1.0)
            averages = np.append(averages, np.inf)
        kept_steps = steps >= since
        return steps[kept_steps], averages[kept_steps]

    def race_is_done(self, goal: int) -> bool:
        """Whether each run of the race is at a step, or goes no further."""
        return all(
            each.step >= goal or each.has_diverged or each.is_broken
            for each in (*self._lanes.values(), self._now)
        )

    def _begin(self, event: events.Prepared) -> None:
        was_lane = self._is_racing and event.origin.line in self._lanes
        if self._now.step and not was_lane:
            self._before = self._now
        self.number, self._line = event.run, event.origin.line
        self.state = State.IDLE
        if was_lane:
            self._now = self._lanes[event.origin.line]
            return
        self._is_racing = False
        self._now = _Track(event.config, event.parameters, event.step)
        self._now.measurements = [event.untrained]
        self.batches = max(1, -(-event.train_count // event.config.batch_size))

    def _enter(self, event: events.StateChanged) -> None:
        self.state = event.state
        self._now.step = event.step
        self._place(event.place)

    def _place(self, place: Place | None) -> None:
        if place is not None:
            self.batches = max(1, place.batches)

    def _race(self, event: events.RaceChanged) -> None:
        """Follow other runs; those of a race that has ended stay known."""
        self._is_racing = bool(event.lanes)
        if not event.lanes or set(event.lanes) == set(self._lanes):
            return
        left = {each.origin.line: each for each in event.left}
        parameters = self._now.parameters
        self._lanes = {
            line: _Track.of_left(left[line], parameters)
            for line in event.lanes
            if line in left and line != self._line
        }
        self._lanes[self._line] = self._now
