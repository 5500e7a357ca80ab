"""Gradients vanish on their way back through the layers."""

from collections.abc import Iterator
from statistics import median

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

SMALL_RATIO = 1e-3
"""Gradient of the first layer, as a multiple of the last one's, below which it has vanished."""

PATIENCE = 3
"""Looks of which each says so: the gradient of one batch is noisy."""

SATURATING = ("sigmoid", "tanh")
"""Layers whose slope is near zero for large values."""

LEARNING = ("linear", "conv")
"""Layers behind which batch norm belongs."""

LEARNED = 0.5
"""Train loss, as a fraction of chance, below which a network learns whatever its gradients are."""


def find(situation: Situation) -> Iterator[Finding]:
    """Find a first layer that hardly gets a gradient, in a network that has not learned."""
    looks = situation.looks_since_change()[-PATIENCE:]
    if len(looks) < PATIENCE or not situation.measurements or looks[-1].has_dead_layer:
        return
    has_learned = situation.measurements[-1].train_loss < LEARNED * situation.chance
    ratios = [look.gradient_ratio for look in looks]
    if has_learned or situation.is_in_doubt or not all(0 <= each < SMALL_RATIO for each in ratios):
        return
    first, last = looks[-1].ends
    size = median(ratios)
    times = f"about {float(f'{1 / size:.1g}'):,.0f} times" if size else "endlessly many times"
    yield Finding(
        FindingKind.VANISHING,
        situation.step,
        situation.epoch,
        "Vanishing gradients",
        f"The gradient of {first} is {times} smaller than that of {last}.",
        "The layers near the input hardly learn. Fewer layers, ReLU in place of sigmoid or tanh, "
        "or batch norm between them let more of it through.",
        Where.GRADIENTS,
        tuple(_new_try(situation.config)),
    )


def _new_try(config: RunConfig) -> Iterator[FindingAction]:
    """Offer batch norm behind each layer, and ReLU in place of what saturates.

    One of them alone does not help a deep network of sigmoids.
    """
    dense = [text for width in config.hidden for text in (f"linear {width}", "relu")]
    old = ("flatten", *dense) if config.model == "mlp" else config.layers
    if config.model not in ("mlp", "layers"):
        return
    parts = []
    layers = tuple("relu" if text in SATURATING else text for text in old)
    if layers != old:
        parts.append("ReLU")
    if "batchnorm" not in layers:
        layers = tuple(
            part
            for text in layers
            for part in ((text, "batchnorm") if text.split()[0] in LEARNING else (text,))
        )
        parts.append("batch norm")
    if parts:
        changes = {"model": "layers", "layers": layers}
        yield FindingAction(ActionKind.RESET, f"Reset with {' and '.join(parts)}", changes)


RULE = Rule(
    find,
    'X. Glorot, Y. Bengio, "Understanding the difficulty of training deep feedforward neural '
    'networks", 2010',
)
