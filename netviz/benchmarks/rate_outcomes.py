"""What becomes of a network that is really trained on with each of several learning rates."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum

import numpy as np
import torch

from netviz.engine.options.training import chance_level
from netviz.engine.session.preparation import value_of
from netviz.engine.training.trainer import DeviceData, Snapshot, Trainer

STEPS = 200
"""Batches that are trained with each rate."""

FAR = 0.8
"""Share of the farthest fall that is far."""

_JUDGED_BY = 2000
"""Training images by which is judged; the zones are made from others."""

_UNLEARNED, _PEAK = 0.9, 2.0
"""Of chance level: a loss from which on nothing is learned, and one that no start has."""


class Became(Enum):
    """What became of the network."""

    DIVERGED = "diverged"
    WORSE = "worse than its start"
    LESS = "fell less"
    FAR = "fell far"


@dataclass(frozen=True)
class Outcomes:
    """The losses after `STEPS` batches with each rate, and what that means.

    Attributes
    ----------
    rates
        What was tried.
    start
        Loss before.
    ends
        Loss after, with each of the rates; not finite where the network is ruined.
    became
        The same in words.
    """

    rates: tuple[float, ...]
    start: float
    ends: tuple[float, ...]
    became: tuple[Became, ...]

    @property
    def best(self) -> int | None:
        """Which of the rates lowers the loss most; None where none lowers it."""
        ends = [end if math.isfinite(end) else math.inf for end in self.ends]
        best = int(np.argmin(ends))
        return best if ends[best] < self.start else None


def outcomes_of(
    trainer: Trainer,
    moment: Snapshot,
    rates: Sequence[float],
    steps: int = STEPS,
    lowest: float = math.inf,
) -> Outcomes:
    """Train from `moment` with each of the rates; `trainer` is left elsewhere than it was.

    What is far is a matter of the best of them, or of `lowest`, the loss after another rate, if
    that is lower.
    """
    chance = chance_level(moment.config.loss, len(trainer.data.classes))
    trainer.restore(moment)
    start = loss_of(trainer)
    ends, peaks = [], []
    for rate in rates:
        trainer.restore(moment)
        trainer.apply(moment.config.with_changes({"learning_rate": rate}))
        losses = torch.stack([trainer.train_batch().loss for _ in range(steps)])
        peaks.append(float(losses.max()))
        ends.append(loss_of(trainer) if math.isfinite(peaks[-1]) else math.inf)
    enough = start - FAR * (start - min([*ends, lowest]))
    became = tuple(
        _became(start, end, peak, enough, chance) for end, peak in zip(ends, peaks, strict=True)
    )
    return Outcomes(tuple(rates), start, tuple(ends), became)


def _became(start: float, end: float, peak: float, enough: float, chance: float) -> Became:
    is_ruined = end > start + 0.01 * chance or peak > _PEAK * chance
    if not math.isfinite(end) or (end >= _UNLEARNED * chance and is_ruined):
        return Became.DIVERGED
    if end >= start:
        return Became.WORSE
    return Became.FAR if end <= enough else Became.LESS


def loss_of(trainer: Trainer) -> float:
    """Return the loss on the images by which is judged, in evaluation mode."""
    images, labels = judged_by(trainer.data)
    loss = value_of(trainer.evaluate(images, labels)).loss
    return loss if math.isfinite(loss) else math.inf


def judged_by(data: DeviceData) -> tuple[torch.Tensor, torch.Tensor]:
    """Return the training images by which is judged, and their labels: none of `Trial.sample`."""
    stride = max(2, len(data.train_labels) // _JUDGED_BY)
    images, labels = (
        data.train_images[stride // 2 :: stride],
        data.train_labels[stride // 2 :: stride],
    )
    return images[:_JUDGED_BY], labels[:_JUDGED_BY]
