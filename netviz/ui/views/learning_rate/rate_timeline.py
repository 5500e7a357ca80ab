"""The rate as it was and as it is planned, over the epochs; free of Qt."""

import math

import numpy as np
from numpy.typing import NDArray

from netviz.engine.curves.ticks import Range
from netviz.engine.options.rate_points import RatePoints
from netviz.engine.options.run_config import RunConfig
from netviz.engine.run.history import StepHistory
from netviz.engine.training.schedules import Position, factor_at, rate_factor
from netviz.number_text import rate_text
from netviz.ui.plots.learning_rate_strip import RateSeries
from netviz.ui.plots.schedule_curve import SchedulePlan

_SAMPLES = 240
_MOST_DECADES = 4
_ROOM = 0.5
"""Decades above and below a line drawn by hand, to drag it into."""
_LOWEST, _HIGHEST = 1e-12, 1e3

Line = tuple[NDArray[np.float64], NDArray[np.float64]]


class RateTimeline:
    """What is drawn over the time of a run.

    Parameters
    ----------
    config
        The settings in force.
    """

    def __init__(self, config: RunConfig) -> None:
        self._plan = SchedulePlan(config)
        self._series: RateSeries | None = None
        self._last_step = 0
        self._ends = {0: 0}

    def begin(self, history: StepHistory, step: int, position: Position) -> None:
        """Turn to another run, which has come to a step."""
        self._series = RateSeries(history)
        self._plan.set_position(position)
        self._last_step, self._ends = step, {0: 0}

    def end_epoch(self, epoch: int, step: int) -> None:
        """Note after which step an epoch ended."""
        self._ends = {each: at for each, at in self._ends.items() if each < epoch and at < step}
        self._ends[epoch] = step

    def set_config(self, config: RunConfig) -> None:
        """Plan with other settings."""
        self._plan.set_config(config)

    def set_progress(self, step: int, position: Position, rate: float) -> None:
        """Note where the next step begins, and the rate that the last one used."""
        self._plan.set_position(position, rate)
        self._last_step = step

    # -- where the run is --------------------------------------------------------------------

    @property
    def config(self) -> RunConfig:
        """The settings in force."""
        return self._plan.config

    @property
    def now(self) -> float:
        """Epochs done."""
        return self._plan.position.epochs

    @property
    def last(self) -> float:
        """Epochs up to which the axis reaches."""
        return max(1.0, float(self.config.epochs), math.ceil(self.now))

    @property
    def is_over(self) -> bool:
        """Whether all epochs are trained, so that no plan is left."""
        return self.now >= self.config.epochs

    @property
    def is_custom(self) -> bool:
        """Whether the schedule is a line of points."""
        return self.config.schedule == "custom"

    def drawn_by_hand(self) -> RatePoints:
        """Return points that follow the plan."""
        return self._plan.drawn_by_hand()

    # -- what is drawn -----------------------------------------------------------------------

    def past(self, columns: int) -> Line:
        """Return epochs done and the rates of the steps so far, a few for each column."""
        if self._series is not None:
            self._series.update()
        if self._series is None or not self._series.count:
            return np.empty(0), np.empty(0)
        span = (0.0, float(self._series.last_step))
        steps, rates = self._series.points(span, self._series.count, columns)
        # The first step begins at 0 epochs, and the last one holds until now.
        return np.append(self.epochs_of(steps - 1), self.now), np.append(rates, rates[-1])

    def epochs_of(self, steps: NDArray[np.float64]) -> NDArray[np.float64]:
        """Return how many epochs were done after so many steps."""
        places = dict(sorted((at, float(epoch)) for epoch, at in self._ends.items()))
        places[self._last_step] = max(self.now, *places.values())
        return np.interp(steps, sorted(places), [places[at] for at in sorted(places)])

    def plan(self, points: RatePoints | None = None) -> Line:
        """Return epochs done and the planned rates from now on.

        Parameters
        ----------
        points
            Those of a line that is being drawn; None for the settings in force.
        """
        base, now = self.config.learning_rate, self.now
        if self.is_custom or points is not None:
            line = self.config.points if points is None else points
            corners = [now, *(epoch for epoch, _ in line if now < epoch < self.last), self.last]
            return np.array(corners), np.array([base * factor_at(line, each) for each in corners])
        batches = self._plan.position.batches
        first = round(now * batches)
        last = max(first, self.config.epochs * batches)
        steps = sorted({round(each) for each in np.linspace(first, last, _SAMPLES)})
        places = [Position(step // batches, step % batches, batches) for step in steps]
        plateau = self._plan.plateau
        rates = [base * rate_factor(self.config, place, plateau) for place in places]
        return np.array(steps) / batches, np.array(rates)

    def rate_at(self, epochs: float, points: RatePoints | None = None) -> float:
        """Return the rate that is planned after so many epochs."""
        ends, rates = self.plan(points)
        if not (rates > 0).all():
            return float(np.interp(epochs, ends, rates))
        return float(10 ** np.interp(epochs, ends, np.log10(rates)))

    def y_range(self, points: RatePoints | None = None) -> Range:
        """Return exponents of ten between which the rates lie, with some room around them."""
        known = [*self.plan(points)[1].tolist()]
        if self._series is not None and self._series.highest > 0:
            known += [self._series.lowest, self._series.highest]
        if self.is_custom or points is not None:
            line = self.config.points if points is None else points
            known += [self.config.learning_rate * factor for _, factor in line]
        known = [rate for rate in known if _LOWEST <= rate <= _HIGHEST]
        if not known:
            return (-4.0, -2.0)
        high = math.log10(max(known))
        low = max(math.log10(min(known)), high - _MOST_DECADES)
        if self.is_custom and high - low < 1:
            low -= 0.5
        return (low - _ROOM, high + _ROOM)

    @property
    def words(self) -> str:
        """What is planned, in a few words."""
        _, rates = self.plan()
        first, last = rate_text(float(rates[0])), rate_text(float(rates[-1]))
        return first if first == last else f"{first} → {last}"
