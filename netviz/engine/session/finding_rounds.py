"""When a run is looked at for what is worth pointing out, and what is told of it."""

from collections.abc import Callable
from dataclasses import replace
from functools import partial
from time import perf_counter

import torch
from torch import Tensor

from netviz.engine.findings.situation import ClassScore, Situation
from netviz.engine.options.training import chance_level
from netviz.engine.probes.layer_figures import look_at_layers
from netviz.engine.protocol import events
from netviz.engine.protocol.events import Event
from netviz.engine.protocol.mistakes import class_counts
from netviz.engine.protocol.run_names import NO_TRY
from netviz.engine.run.run import Run
from netviz.engine.session.rates_for_findings import RatesForFindings

IMAGES_BETWEEN = 20_000
"""Images trained between two looks at the layers, which cost about as much as training 43 images.
"""

STEPS_BETWEEN = 500
"""The same in steps: with small networks a step and a look both cost about as much as calling
torch does."""

FIRST_IMAGES, FIRST_STEPS = 2_000, 100
"""The same for the first look. The next ones follow when as much again was trained."""

ASKED_EVERY, FIRST_ASKED = 200, 10
"""Steps between two times that the rules are asked, at most and at first: very short epochs do not
each need an answer. Asking costs about as much as a step of a small network."""

MEASUREMENTS = 2_000
"""Epochs that the rules look back, at most."""


class FindingRounds:
    """Looks at a run after its epochs, and within long ones, and tells what the rules find.

    How often it looks is counted in steps and images, not in time, so that the same run is told
    the same where its epochs are short. A look takes well under a hundredth of the training, and
    leaves weights, gradients, modes and random state as they are. Where a network cannot be
    looked at, its run is judged by its losses alone.

    Parameters
    ----------
    emit
        Takes each `FindingsChanged`.
    """

    def __init__(self, emit: Callable[[Event], None]) -> None:
        self._emit = emit
        self._blind_run = 0
        self._rates = RatesForFindings()

    def after_epoch(self, run: Run, test_logits: Tensor) -> None:
        """Ask the rules if it is time: an epoch gave these logits, ``[N, classes]``."""
        if _is_due(run):
            self._look(run)
        if run.has_epochs_left and not _is_to_be_asked(run):
            return
        labels = run.trainer.data.test_labels
        run.findings.add_score(_score(run.trainer.step, test_logits, labels))
        self._ask(run)

    def within_epoch(self, run: Run) -> float:
        """Ask the rules if it is time and the epoch is long; return the seconds that it took."""
        began = perf_counter()
        is_long = len(run.trainer.data.train_labels) > IMAGES_BETWEEN
        is_time = is_long and not run.trainer.only_accumulated and _is_due(run)
        # Without a look there is nothing new to ask about before the epoch's end.
        if is_time and self._look(run):
            self._ask(run)
        return perf_counter() - began

    def tell(self, run: Run) -> None:
        """Tell everything that was found, and what of it holds."""
        found, holding = run.findings.found, run.findings.holding
        self._emit(events.FindingsChanged(run.number, found, holding))

    def _ask(self, run: Run) -> None:
        data = run.trainer.data
        counts = class_counts(data.source.train.labels.numpy(), len(data.classes))
        situation = situation_of(run, tuple(counts.tolist()))
        situation = replace(situation, look_ahead=partial(self._rates.look_ahead, run))
        if run.findings.ask(situation):
            self.tell(run)

    def _look(self, run: Run) -> bool:
        """Look at the layers; return whether that was possible."""
        if self._blind_run == run.number:
            return False
        trainer = run.trainer
        try:
            look = look_at_layers(
                trainer.model,
                trainer.data.train_images,
                step=trainer.step,
                trained=_images(run),
                clip_factor=trainer.clip_factor,
            )
        except Exception:  # noqa: BLE001 - what nobody asked for must not stop the training
            self._blind_run = run.number
            return False
        run.findings.add_look(look)
        return True


def situation_of(run: Run, train_counts: tuple[int, ...]) -> Situation:
    """Return what the rules may look at; `train_counts` are the training images of each class."""
    trainer = run.trainer
    config = trainer.config
    relevant = [entry for entry in run.ledger if entry.option not in NO_TRY]
    losses = [entry.step for entry in relevant if entry.option == "loss"]
    since = losses[-1] + 1 if losses else 0
    return Situation(
        trainer.step,
        run.current_epoch,
        config,
        trainer.data.classes,
        train_counts,
        chance_level(config.loss, len(trainer.data.classes)),
        [each for each in run.measurements[-MEASUREMENTS:] if each.step >= since],
        run.findings.looks,
        run.findings.scores,
        relevant[-1].step if relevant else 0,
        run.divergence is not None or run.is_in_doubt,
    )


def _is_due(run: Run) -> bool:
    """Whether enough was trained since the last look."""
    looks = run.findings.looks
    step, images = (looks[-1].step, looks[-1].images) if looks else (0, 0)
    steps_between = min(STEPS_BETWEEN, max(FIRST_STEPS, step))
    images_between = min(IMAGES_BETWEEN, max(FIRST_IMAGES, images))
    is_in_steps = run.trainer.step - step >= steps_between
    return is_in_steps and _images(run) - images >= images_between


def _is_to_be_asked(run: Run) -> bool:
    """Whether enough was trained since the rules were asked last."""
    step, asked = run.trainer.step, run.findings.asked_step
    return step - asked >= min(ASKED_EVERY, max(FIRST_ASKED, asked // 5))


def _images(run: Run) -> int:
    """Return how many images were trained."""
    trainer = run.trainer
    in_epoch = 0 if trainer.sampler.epoch_done else trainer.sampler.position
    return trainer.epoch * len(trainer.data.train_labels) + in_epoch


def _score(step: int, logits: Tensor, labels: Tensor) -> ClassScore:
    classes = logits.shape[1]
    right = labels[logits.argmax(dim=1) == labels]
    counts = torch.stack([torch.bincount(each, minlength=classes) for each in (right, labels)])
    correct, total = counts.cpu().numpy()
    return ClassScore(step, correct, total)
