"""The predictions for all test images, for the mistakes and the confusion matrix."""

from collections.abc import Callable, Iterator

from torch import Tensor

from netviz.engine.observatory.probe_runner import ProbeRunner
from netviz.engine.probes.predictions import EvaluatedLogits, describe_predictions
from netviz.engine.protocol.events import Event
from netviz.engine.run.run import Run

Known = tuple[EvaluatedLogits | None, EvaluatedLogits | None]


class Evaluator:
    """Tells the predictions for the test images, and evaluates where the run did not.

    The logits of every evaluation are kept, so that a view that is opened afterwards costs no
    second pass, and so that what was just learned or forgotten is known.

    Parameters
    ----------
    emit
        Takes each `TestPredictions`.

    Attributes
    ----------
    runner
        Whether the predictions are wanted, and what they cost.
    """

    def __init__(self, emit: Callable[[Event], None]) -> None:
        self._emit = emit
        self.runner = ProbeRunner("The predictions for the test images", emit)
        self._latest: EvaluatedLogits | None = None
        self._previous: EvaluatedLogits | None = None
        self._pass: Iterator[None] | None = None
        self._is_requested = False
        self._is_opened = False

    @property
    def is_busy(self) -> bool:
        """Whether a pass through the test images is under way; `advance` continues it."""
        return self._pass is not None

    def watch(self, *, visible: bool, opened: bool) -> None:
        """Say whether a view of the predictions is visible, and whether it became so just now."""
        self.runner.switch(visible)
        self._is_opened = visible and (opened or self._is_opened)
        if opened:
            self.runner.renew()

    def request(self) -> None:
        """Tell the predictions of the present weights, whether watched or not."""
        self._is_requested = True
        self.runner.renew()

    def interrupt(self) -> None:
        """Give up a pass that is under way; it starts again where it is still wanted."""
        self._pass = None

    def begin(self, run: Run, logits: Tensor) -> None:
        """Turn to a new run, whose first evaluation gave `logits`."""
        self._latest = None
        self.add(run, logits)

    @property
    def known(self) -> Known:
        """What the last two evaluations gave, for `take_up`."""
        return self._previous, self._latest

    def take_up(self, run: Run, known: Known) -> None:
        """Turn to a run that was evaluated before, or its past, of which so much is `known`."""
        step = run.trainer.step
        # Of its past, what is known may be of later steps.
        kept = [each for each in known if each and each.step <= step]
        self._latest = kept[-1] if kept else None
        self._previous = kept[0] if len(kept) > 1 else None
        self.interrupt()
        self.runner.renew()

    def add(self, run: Run, logits: Tensor) -> None:
        """Keep the logits of an evaluation of all test images, ``[N, classes]``, and tell."""
        self.interrupt()
        self.runner.attempt(run, lambda: self._keep(run, logits))

    def update(self, run: Run, *, training: bool) -> None:
        """Tell the predictions again where they are waited for, or begin a pass for them."""
        wanted = self._is_requested or self._is_opened
        if self._latest is not None and self._latest.step == run.trainer.step:
            if self.runner.moment is not self._latest and (wanted or self.runner.is_on):
                self.runner.attempt(run, lambda: self._tell(run))
        elif not wanted and (training or not self.runner.is_on):
            self.interrupt()
            if self.runner.is_on and self._latest and self.runner.moment is not self._latest:
                self.runner.attempt(run, lambda: self._tell(run))  # it has to do until the next
        elif not (training and run.is_measurement_due) and not self.is_busy:
            self._pass = self._evaluate(run)

    def advance(self, run: Run) -> None:
        """Evaluate the next few test images."""
        if not self.runner.attempt(run, self._continue):
            self._pass, self._is_requested, self._is_opened = None, False, False

    def _continue(self) -> None:
        if self._pass is not None:
            next(self._pass, None)

    def _evaluate(self, run: Run) -> Iterator[None]:
        data = run.trainer.data
        found = yield from run.trainer.evaluate(data.test_images, data.test_labels)
        self.interrupt()
        self._keep(run, found.logits)

    def _keep(self, run: Run, logits: Tensor) -> None:
        trainer = run.trainer
        if self._latest is None or self._latest.step != trainer.step:
            self._previous = self._latest
        self._latest = EvaluatedLogits(
            trainer.epoch, trainer.step, logits.cpu(), trainer.data.test_labels.cpu()
        )
        if self.runner.is_on or self._is_requested:
            self._tell(run)

    def _tell(self, run: Run) -> None:
        self._is_requested = self._is_opened = False
        self.runner.done(self._latest)
        if self._latest is not None:
            loss = run.trainer.config.loss
            self._emit(describe_predictions(run.number, self._latest, self._previous, loss))
