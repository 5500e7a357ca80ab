"""Decides what is observed of a run, and when, without disturbing it."""

from collections.abc import Callable
from functools import partial

from torch import Tensor

from netviz.engine.errors import ConfigError
from netviz.engine.observatory.evaluator import Evaluator, Known
from netviz.engine.observatory.layer_recorder import LayerRecorder
from netviz.engine.observatory.looked_at import LookedAt
from netviz.engine.observatory.probe_runner import ProbeRunner
from netviz.engine.observatory.trial_runner import TrialRunner
from netviz.engine.probes.probe_spec import ProbeSpec, Subject, all_probes
from netviz.engine.protocol.commands import Predict
from netviz.engine.protocol.events import Event
from netviz.engine.protocol.layer_record import LayersRecorded
from netviz.engine.protocol.observations import Observation, TestPredictions
from netviz.engine.protocol.rates import Tried
from netviz.engine.rates.trial_spec import all_trials
from netviz.engine.run.run import Run


class _Watched:
    """A declared probe with its runner."""

    def __init__(self, spec: ProbeSpec, emit: Callable[[Event], None]) -> None:
        self.spec = spec
        self.runner = ProbeRunner(spec.subject, emit, rate_hz=spec.rate_hz)


class Observatory:
    """Watches a run from the training thread, between its batches.

    While training runs, each probe has its rate and its budget; while it does not, whatever
    has changed is observed at once. A drawing is predicted as soon as it comes, and again as
    the weights change.

    A probe that raises is told once as `Refused` and is off until its view is shown again; the
    run goes on.

    Parameters
    ----------
    emit
        Takes each observation; must be quick.
    records_layers
        Whether to record the layers while the run trains.

    Attributes
    ----------
    recorder
        Records the layers, whatever is watched.
    """

    def __init__(self, emit: Callable[[Event], None], *, records_layers: bool = True) -> None:
        self._emit = emit
        self._watched: frozenset[type[Observation]] = frozenset()
        self._probes = {spec.observation: _Watched(spec, emit) for spec in all_probes()}
        # What belongs to each single step comes first: somebody may be waiting for it.
        trials = sorted(all_trials(), key=lambda spec: not spec.each_step)
        self._trials = {spec.observation: TrialRunner(spec, emit) for spec in trials}
        self._drawing = ProbeRunner("The prediction for the drawing", emit, rate_hz=5)
        self._evaluator, self._past_evaluator = Evaluator(emit), Evaluator(emit)
        self._past: Run | None = None
        self.recorder = LayerRecorder(is_wanted=records_layers)
        self._watchers = (
            *(probe.runner for probe in self._probes.values()),
            *(trial.runner for trial in self._trials.values()),
            self._drawing,
            self._evaluator.runner,
            self._past_evaluator.runner,
        )
        self._looked_at = LookedAt()

    # -- what is wanted ----------------------------------------------------------------------

    def watch(self, observations: frozenset[type[Observation]]) -> None:
        """Compute these observations and no others; those that are new at once.

        Raises
        ------
        ConfigError
            When there is no probe for one of them; nothing is changed.
        """
        for observation in observations - {*self._probes, *self._trials, TestPredictions}:
            raise ConfigError(f"There is no probe for {observation.__name__}.")
        opened = observations - self._watched
        self._watched = observations
        if LayersRecorded in opened:
            self.recorder.try_again()
        for observation, probe in self._probes.items():
            probe.runner.switch(observation in observations)
        sharing = sum(kind in observations and kind.is_watched for kind in self._trials)
        for kind, trial in self._trials.items():
            trial.runner.switch(kind in observations)
            trial.sharing = sharing
        self._watch_test_images(opened=TestPredictions in opened)

    def _watch_test_images(self, *, opened: bool) -> None:
        """Let that evaluator tell, if any, which belongs to what is observed."""
        is_visible = TestPredictions in self._watched
        for evaluator in (self._evaluator, self._past_evaluator):
            is_seen = is_visible and evaluator is self._seen_evaluator
            evaluator.watch(visible=is_seen, opened=is_seen and opened)

    @property
    def _seen_evaluator(self) -> Evaluator:
        return self._evaluator if self._past is None else self._past_evaluator

    def look_at(self, test_index: int | None, run: Run | None) -> None:
        """Choose the image that probes look at; None for the drawing.

        Raises
        ------
        ConfigError
            When the run has no such test image.
        """
        self._looked_at.choose(test_index, run)
        for probe in self._probes.values():
            if probe.spec.needs_image:
                probe.runner.renew()

    def predict(self, command: Predict) -> None:
        """Predict the class of this drawing, from now on, in place of the one before."""
        self._looked_at.set_drawing(command)
        self._drawing.switch(True)
        self._drawing.hurry()

    @property
    def drawing(self) -> Predict | None:
        """What is on the pad; None for nothing."""
        return self._looked_at.drawing

    def refresh(self, observation: type[Tried], about: object = None) -> None:
        """Try this on a copy of the present weights as soon as possible, whatever it costs."""
        self._trials[observation].request(about)

    def stop_trying(self, observation: type[Tried]) -> None:
        """Try this no further; what was found until then is told."""
        self._trials[observation].stop()

    def measure_test(self) -> None:
        """Predict all test images as soon as possible."""
        self._seen_evaluator.request()

    # -- what happens ------------------------------------------------------------------------

    def begin(self, run: Run, test_logits: Tensor) -> None:
        """Turn to a new run; its first evaluation gave `test_logits`, ``[N, classes]``."""
        self._turn_to(run)
        self._evaluator.begin(run, test_logits)

    @property
    def known(self) -> Known:
        """What is known of the predictions for the test images, for `take_up`."""
        return self._evaluator.known

    def take_up(self, run: Run, known: Known) -> None:
        """Turn to a run that was observed before, or its past, when so much was `known`."""
        self._turn_to(run)
        self._evaluator.take_up(run, known)

    def _turn_to(self, run: Run) -> None:
        self._looked_at.begin(run)
        self.recorder.begin(run)
        for trial in self._trials.values():
            trial.begin()
        self._renew()

    def look_back(self, past: Run | None) -> None:
        """Observe a copy of the run as it was at an earlier step; None for the run itself.

        What is known of the run's own test images is kept meanwhile, and added to.
        """
        is_other = (self._past is None) != (past is None)
        self._past = past
        self._interrupt_evaluations()
        if past is not None:
            self._past_evaluator.take_up(past, self._evaluator.known)
        if is_other:
            self._watch_test_images(opened=True)
        self._renew()

    def _renew(self) -> None:
        for runner in self._watchers:
            runner.renew()

    def evaluated(self, run: Run, test_logits: Tensor) -> None:
        """Keep what an evaluation of all test images gave, ``[N, classes]``."""
        self._evaluator.add(run, test_logits)

    # -- observing ---------------------------------------------------------------------------

    @property
    def is_busy(self) -> bool:
        """Whether something is under way that takes longer; `advance` continues it."""
        return self._seen_evaluator.is_busy or any(each.is_busy for each in self._trials.values())

    def advance(self, run: Run) -> None:
        """Do a little of it: evaluate the next few test images, or try something on a copy."""
        if self._seen_evaluator.is_busy:
            self._seen_evaluator.advance(self._past or run)
            return
        busy = (trial for trial in self._trials.values() if trial.is_busy)
        # What somebody waits for comes before what only keeps the views fresh.
        first = max(busy, key=lambda trial: trial.is_requested, default=None)
        if first:
            first.advance(run)

    def interrupt(self) -> None:
        """Give up what is under way; an evaluation starts again where it is still wanted."""
        self._interrupt_evaluations()
        for trial in self._trials.values():
            trial.stop()

    def _interrupt_evaluations(self) -> None:
        for evaluator in (self._evaluator, self._past_evaluator):
            evaluator.interrupt()

    def take_spent(self) -> float:
        """Return the seconds that observing took since this was asked last."""
        runners = (*self._watchers, self.recorder.runner)
        return sum(runner.take_spent() for runner in runners)

    def observe(self, run: Run, *, training: bool, spare_s: float = 0.0) -> None:
        """Observe all that is wanted, has changed and, while `training`, is due.

        A look back waits for no turn: it has changed because somebody asked for it. What is tried
        on copies is tried from the present also then, and of each step if that takes less than
        `spare_s`, the time that a slow pace leaves until the next batch.
        """
        for trial in self._trials.values():
            spare_s = trial.update(run, training=training, spare_s=spare_s)
        if self._past is not None:
            run, training = self._past, False
        if self._drawing.is_on:
            moment = (run.trainer.step, self._looked_at.drawing)
            if not _run_if_due(self._drawing, run, training, moment, partial(self._predict, run)):
                self._looked_at.set_drawing(None)  # what fails here fails in the activations too
        for probe in self._probes.values():
            if probe.runner.is_on:
                self._observe_probe(probe, run, training)
        if LayersRecorded in self._watched and (failure := self.recorder.take_failure()):
            self._emit(failure)
        self._seen_evaluator.update(run, training=training)

    def _predict(self, run: Run) -> None:
        self._emit(self._looked_at.predict(run))

    def _observe_probe(self, probe: _Watched, run: Run, training: bool) -> None:
        spec = probe.spec
        moment: tuple[object, ...] = _moment(run)
        if spec.needs_image:
            if self._looked_at.image_key is None:
                return
            moment = (*moment, self._looked_at.image_key)
        _run_if_due(probe.runner, run, training, moment, partial(self._tell, spec, run))

    def _tell(self, spec: ProbeSpec, run: Run) -> None:
        self._emit(spec.observe(self._subject(run, spec)))

    def _subject(self, run: Run, spec: ProbeSpec) -> Subject:
        trainer = run.trainer
        image, source = self._looked_at.image(run) if spec.needs_image else (None, "")
        return Subject(
            run.number,
            trainer.step,
            trainer.model,
            trainer.data.train_images,
            run.initial_weights,
            run.layers,
            image,
            source,
        )


def _run_if_due(
    runner: ProbeRunner,
    run: Run,
    training: bool,
    moment: object,
    work: Callable[[], None],
) -> bool:
    """Do `work` if its moment is new and its turn has come; return False on an error."""
    if runner.moment == moment or (training and not runner.is_due()):
        return True
    succeeded = runner.attempt(run, work)
    runner.done(moment)
    return succeeded


def _moment(run: Run) -> tuple[int, int]:
    return run.number, run.trainer.step
