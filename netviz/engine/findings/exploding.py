"""Gradients explode: on their way back through the layers, or all at once."""

from collections.abc import Iterator
from statistics import median

from netviz.engine.findings.rule import Rule
from netviz.engine.findings.situation import Situation
from netviz.engine.protocol.findings import (
    ActionKind,
    Finding,
    FindingAction,
    FindingKind,
    Where,
)
from netviz.number_text import norm_text

LARGE_RATIO = 1e3
"""Gradient of the first layer, as a multiple of the last one's, above which it explodes."""

GROWTH = 100.0
"""Norm of the whole gradient, as a multiple of the median before, that is an explosion."""

PATIENCE = 3
"""Looks of which each says so: the gradient of one batch is noisy."""

WORSE = 1.2
"""Train loss, as a multiple of the lowest before; a network that gets better needs no warning."""


def find(situation: Situation) -> Iterator[Finding]:
    """Find gradients that explode where the loss alone has not said so yet."""
    looks = situation.looks[-PATIENCE:]
    if len(looks) < PATIENCE or situation.is_in_doubt or looks[-1].has_dead_layer:
        return
    ratios = [look.gradient_ratio for look in looks]
    if all(each > LARGE_RATIO for each in ratios):
        first, last = looks[-1].ends
        times = float(f"{median(ratios):.1g}")
        sentence = f"The gradient of {first} is about {times:,.0f} times larger than of {last}."
    elif (usual := _usual(situation)) and all(
        look.gradient_norm > GROWTH * usual for look in looks
    ):
        sentence = (
            f"The gradient is {norm_text(looks[-1].gradient_norm)} long, where it used to be "
            f"{norm_text(usual)}, and the loss grows."
        )
    else:
        return
    clip = FindingAction(ActionKind.CHANGE, "Clip gradients at 1", {"clip_norm": 1.0})
    yield Finding(
        FindingKind.EXPLODING,
        situation.step,
        situation.epoch,
        "Exploding gradients",
        sentence,
        "A single step can then throw the weights far away. Clipping shortens such a gradient; a "
        "smaller rate shortens every step.",
        Where.GRADIENTS,
        () if situation.config.clip_norm else (clip,),
    )


def _usual(situation: Situation) -> float:
    """Return the usual norm before the last looks; 0 where it is not known or nothing is worse."""
    before = situation.looks[:-PATIENCE]
    losses = [item.train_loss for item in situation.measurements]
    if len(before) < PATIENCE or not losses or losses[-1] < WORSE * min(losses):
        return 0.0
    return median(look.gradient_norm for look in before)


RULE = Rule(
    find,
    'R. Pascanu, T. Mikolov, Y. Bengio, "On the difficulty of training recurrent neural networks", '
    "2013",
)
