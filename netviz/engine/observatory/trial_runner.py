"""Computes pictures on copies of a run, a few milliseconds at a time."""

import math
from collections import deque
from collections.abc import Callable, Generator

from netviz.engine.observatory.probe_runner import ProbeRunner
from netviz.engine.options.run_config import RunConfig
from netviz.engine.protocol.events import Event
from netviz.engine.protocol.rates import QUICK_S, Tried
from netviz.engine.rates.trial import Trial
from netviz.engine.rates.trial_spec import TrialSpec
from netviz.engine.run.run import Run
from netviz.engine.training.lone_image import refuse_lone_images

_ANY = RunConfig()
"""What stands in for settings that do not matter."""


REST_S = 20.0
"""What takes longer is computed on request only, also while nothing is trained."""


class TrialRunner:
    """Knows whether one picture is wanted, when it is due, and computes it.

    While nothing is trained it is computed of each new moment at once, unless it takes very long.
    While training goes on it is computed now and then, within the budget, if it is quick, and
    otherwise on request; of each step where a slow pace leaves the time for it. What is under way
    where training begins is given up unless it was requested. Some pictures are computed on
    request alone.

    Parameters
    ----------
    spec
        What to compute.
    emit
        Takes each observation.

    Attributes
    ----------
    runner
        Whether the picture is wanted, and what it costs.
    sharing
        How many pictures have one budget together.
    """

    def __init__(self, spec: TrialSpec, emit: Callable[[Event], None]) -> None:
        again = "ask for it once more" if spec.is_on_request else "hide the view and show it"
        self.runner = ProbeRunner(spec.subject, emit, again=again)
        self.sharing = 1
        self._spec, self._emit = spec, emit
        self._trial: Trial | None = None
        self._work: Generator[Tried | None, None, Tried] | None = None
        self._partial: Tried | None = None
        self._moment: object = None
        self._is_requested = False
        self._about: object = None
        self._limit_s, self._is_at_rest = math.inf, False
        self._rest_step: int | None = None
        self._is_slow = False
        self._spent_before_s = 0.0
        self._costs_s: deque[float] = deque(maxlen=3)
        self._seen: tuple[RunConfig, RunConfig] | None = None

    @property
    def is_busy(self) -> bool:
        """Whether it is being computed; `advance` continues it."""
        return self._work is not None

    @property
    def is_requested(self) -> bool:
        """Whether somebody asked for it and waits."""
        return self._is_requested

    def request(self, about: object = None) -> None:
        """Compute it of the present moment as soon as possible, whatever it costs.

        `about` is what of it is asked for in particular, from now on.
        """
        self._give_up()
        self._is_requested, self._about = True, about
        self.runner.renew()

    def stop(self) -> None:
        """Give up what was requested; what was told of it so far is told again as its end."""
        self._is_requested, partial = False, self._partial
        self._give_up()
        if partial is not None:
            self._emit(partial.stopped().after(self.runner.cost_s - self._spent_before_s))
            self.runner.done(self._moment, self.sharing)

    def begin(self) -> None:
        """Turn to another run; what was requested is of the one before."""
        self._give_up()
        self._is_requested = False
        self._trial, self._is_slow = None, False
        self._costs_s.clear()
        self.runner.renew()

    def update(self, run: Run, *, training: bool, spare_s: float = 0.0) -> float:
        """Begin to compute it where it is wanted, due, and may cost so much.

        Parameters
        ----------
        run
            The run.
        training
            Whether training goes on.
        spare_s
            Time until the next batch may begin; 0 at full speed.

        Returns
        -------
        float
            What is left of `spare_s`.
        """
        moment = run.number, run.trainer.step, self._what_matters(run.trainer.config)
        if not training:
            self._rest_step = run.trainer.step
        if training and self._fits(moment, spare_s):
            self._start(run, moment, limit_s=max(QUICK_S, spare_s))
            return spare_s - min(self._costs_s)
        rests = self._is_slow or (self._spec.rests_at_full_speed and not spare_s)
        may_run = self.runner.is_on and not (training and rests)
        if self._is_requested:
            if not self.is_busy:
                self._start(run, moment)
        elif self._spec.is_on_request:
            pass
        elif not may_run or (training and run.is_measurement_due):
            self._give_up()
        elif training:
            if self._is_at_rest:
                self._give_up()
            # Training that begins is not held up.
            may_run = run.trainer.step != self._rest_step and moment != self.runner.moment
            if not self.is_busy and may_run and self.runner.is_due():
                self._start(run, moment, limit_s=max(QUICK_S, spare_s))
        elif moment != (self._moment if self.is_busy else self.runner.moment):
            self._start(run, moment, limit_s=REST_S)
            self._is_at_rest = True
        return spare_s

    def _fits(self, moment: object, spare_s: float) -> bool:
        """Whether a slow pace leaves the time to compute it of this step."""
        if not self._spec.each_step or not self.runner.is_on or self.is_busy:
            return False
        # Once it may have been slow for another reason, such as a busy machine.
        is_quick = bool(self._costs_s) and min(self._costs_s) < spare_s
        return is_quick and moment != self.runner.moment

    def _what_matters(self, config: RunConfig) -> RunConfig:
        """Return the settings without those that do not matter to the picture."""
        if not self._spec.regardless_of:
            return config
        if self._seen is None or self._seen[0] is not config:
            same = {name: getattr(_ANY, name) for name in self._spec.regardless_of}
            self._seen = config, config.model_copy(update=same)
        return self._seen[1]

    def advance(self, run: Run) -> None:
        """Compute a little more."""
        if not self.runner.attempt(run, self._continue):
            self.stop()

    def _start(self, run: Run, moment: object, *, limit_s: float = math.inf) -> None:
        self._give_up()
        self._moment, self._limit_s, self._is_at_rest = moment, limit_s, False
        self._spent_before_s = self.runner.cost_s  # on what was given up
        if not self.runner.attempt(run, lambda: self._begin(run)):
            self._is_requested = False

    def _begin(self, run: Run) -> None:
        refuse_lone_images(run.trainer, run.trainer.config)
        if self._trial is None or self._trial.trainer is not run.trainer:
            self._trial = Trial(run.trainer)
        else:
            self._trial.begin()
        self._trial.about = self._about
        self._work = self._spec.compute(self._trial, run.number)

    def _continue(self) -> None:
        if self._work is None:
            return
        try:
            partial = next(self._work)
        except StopIteration as done:
            self._is_requested, self._work, self._partial = False, None, None
            self._note_cost()
            self._emit(done.value.after(self._costs_s[-1]))
            self.runner.done(self._moment, self.sharing)
        else:
            if partial is not None:
                self._partial = partial
                self._emit(partial)
            if self.runner.cost_s - self._spent_before_s > self._limit_s:
                self._note_cost()
                self._give_up()
                self.runner.done(self._moment, self.sharing)

    def _note_cost(self) -> None:
        self._costs_s.append(self.runner.cost_s - self._spent_before_s)
        self._is_slow = self._costs_s[-1] > QUICK_S

    def _give_up(self) -> None:
        if self._work is not None:
            self._work.close()
            self._work = self._partial = None
