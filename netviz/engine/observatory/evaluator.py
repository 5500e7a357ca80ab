"""Knows how the network answers the test images, for the mistakes and the confusion matrix."""

from collections.abc import Callable, Iterator

from torch import Tensor

from netviz.engine.observatory.probe import Probe
from netviz.engine.probes.predictions import TestLogits, describe_predictions
from netviz.engine.protocol.events import Event
from netviz.engine.run.run import Run


class Evaluator:
    """Tells how the test images are answered, and answers them where no evaluation did.

    The answers of every evaluation are kept, so that a view that is opened afterwards costs
    no second pass, and so that what was just learned or forgotten is known.

    Parameters
    ----------
    emit
        Takes each `TestPredictions`.
    """

    def __init__(self, emit: Callable[[Event], None]) -> None:
        self._emit = emit
        self.probe = Probe("How the test images are answered", emit)
        self._answers: TestLogits | None = None
        self._previous: TestLogits | None = None
        self._pass: Iterator[None] | None = None
        self._is_asked = False
        self._is_opened = False

    @property
    def is_busy(self) -> bool:
        """Whether a pass through the test images is under way; `advance` continues it."""
        return self._pass is not None

    def watch(self, *, visible: bool, opened: bool) -> None:
        """Say whether a view of the answers is visible, and whether it became so just now."""
        self.probe.switch(visible)
        self._is_opened = visible and (opened or self._is_opened)
        if opened:
            self.probe.renew()

    def ask(self) -> None:
        """Tell the answers of the present weights, whether watched or not."""
        self._is_asked = True
        self.probe.renew()

    def interrupt(self) -> None:
        """Give up a pass that is under way; it begins anew where it is still wanted."""
        self._pass = None

    def begin(self, run: Run, logits: Tensor) -> None:
        """Turn to a new run, whose first evaluation gave `logits`."""
        self._answers = None
        self.add(run, logits)

    def rewound(self, run: Run) -> None:
        """Forget what was answered after the step that `run` went back to."""
        step = run.trainer.step
        kept = [known for known in (self._previous, self._answers) if known and known.step <= step]
        self._answers = kept[-1] if kept else None
        self._previous = kept[0] if len(kept) > 1 else None
        self.interrupt()
        self.probe.renew()

    def add(self, run: Run, logits: Tensor) -> None:
        """Keep the answers of an evaluation of all test images, ``[N, classes]``, and tell."""
        self.interrupt()
        self.probe.attempt(run, lambda: self._keep(run, logits))

    def tend(self, run: Run, *, training: bool) -> None:
        """Tell the answers again where somebody waits for them, or begin a pass for them."""
        wanted = self._is_asked or self._is_opened
        if self._answers is not None and self._answers.step == run.trainer.step:
            if self.probe.moment is not self._answers and (wanted or self.probe.is_on):
                self.probe.attempt(run, lambda: self._tell(run))
        elif not wanted and (training or not self.probe.is_on):
            self.interrupt()
        elif not (training and run.is_measurement_due) and not self.is_busy:
            self._pass = self._examine(run)

    def advance(self, run: Run) -> None:
        """Answer the next few test images."""
        if not self.probe.attempt(run, self._continue):
            self._pass, self._is_asked, self._is_opened = None, False, False

    def _continue(self) -> None:
        if self._pass is not None:
            next(self._pass, None)

    def _examine(self, run: Run) -> Iterator[None]:
        data = run.trainer.data
        found = yield from run.trainer.evaluate(data.test_images, data.test_labels)
        self.interrupt()
        self._keep(run, found.logits)

    def _keep(self, run: Run, logits: Tensor) -> None:
        trainer = run.trainer
        if self._answers is None or self._answers.step != trainer.step:
            self._previous = self._answers
        self._answers = TestLogits(
            trainer.epoch, trainer.step, logits.cpu(), trainer.data.test_labels.cpu()
        )
        if self.probe.is_on or self._is_asked:
            self._tell(run)

    def _tell(self, run: Run) -> None:
        self._is_asked = self._is_opened = False
        self.probe.done(self._answers)
        if self._answers is not None:
            loss = run.trainer.config.loss
            self._emit(describe_predictions(run.number, self._answers, self._previous, loss))
