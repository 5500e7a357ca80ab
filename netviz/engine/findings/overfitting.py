"""Test loss has risen for some epochs while train loss fell."""

from collections.abc import Iterator
from typing import Any

from netviz.engine.findings.rule import Rule
from netviz.engine.findings.situation import Situation
from netviz.engine.options.run_config import RunConfig
from netviz.engine.protocol.findings import (
    ActionKind,
    Finding,
    FindingAction,
    FindingKind,
    Where,
)
from netviz.engine.protocol.overfitting import overfitting_of
from netviz.number_text import loss_text, rate_text

SHIFT = 0.08
"""Random shift that is offered, as a fraction of the width: two pixels of 28."""

DECAY = 0.001
"""Weight decay that is offered."""

_AUGMENTATIONS = ("augment_shift", "augment_rotate", "augment_scale", "augment_noise")


def find(situation: Situation) -> Iterator[Finding]:
    """Find overfitting as the shaded region of the loss plot does."""
    measurements = situation.measurements
    found = overfitting_of(measurements)
    if found is None or found.until < len(measurements) - 1 or situation.is_in_doubt:
        return
    best, now = measurements[found.best], measurements[-1]
    epochs = now.epoch - best.epoch
    yield Finding(
        FindingKind.OVERFITTING,
        situation.step,
        situation.epoch,
        "Overfitting",
        f"Test loss was best {epochs} epochs ago ({loss_text(best.test_loss)}, now "
        f"{loss_text(now.test_loss)}) while train loss still falls.",
        "The network learns the training images by heart. More varied images help, or a weight "
        "decay, or an end of the training.",
        Where.LOSS,
        (*_remedy(situation.config), FindingAction(ActionKind.PAUSE, "Pause here")),
    )


def _remedy(config: RunConfig) -> Iterator[FindingAction]:
    """Offer what is not in use yet: augmentation, else weight decay."""
    if not any(getattr(config, name) for name in _AUGMENTATIONS):
        changes: dict[str, Any] = {"augment_shift": SHIFT}
        yield FindingAction(ActionKind.CHANGE, "Shift images at random", changes)
    elif not config.weight_decay and config.is_relevant("weight_decay"):
        changes = {"weight_decay": DECAY}
        yield FindingAction(ActionKind.CHANGE, f"Set weight decay to {rate_text(DECAY)}", changes)


RULE = Rule(find, 'L. Prechelt, "Early Stopping - But When?", 1998')
