"""All units of a ReLU layer, or most of them, are 0 for every image."""

from collections.abc import Iterator, Sequence

from netviz.engine.findings.offered_rate import reset_lower
from netviz.engine.findings.rule import Rule
from netviz.engine.findings.situation import Situation
from netviz.engine.protocol.findings import Finding, FindingKind, Where
from netviz.engine.protocol.layer_look import LayerFigures, Look
from netviz.number_text import percent_text

LARGE_SHARE = 0.9
"""From this share of dead units on a layer is worth a word."""

PATIENCE = 2
"""Looks in a row for a layer that is dead altogether; twice as many for a large share of it.

A network can have nearly all units of a layer dead after a wild first step, and recover.
"""


def find(situation: Situation) -> Iterator[Finding]:
    """Find the first layer that is dead, or nearly so; one word about it is enough.

    Behind a dead layer nothing varies. Of a run that has diverged only a layer that is dead
    altogether is news.
    """
    looks = situation.looks
    latest = looks[-1].layers if looks else ()
    for index, layer in enumerate(latest):
        if _lasts(looks, index, 1.0, PATIENCE):
            yield _all_dead(situation, layer)
            return
    for index, layer in enumerate(latest):
        if not situation.is_in_doubt and _lasts(looks, index, LARGE_SHARE, 2 * PATIENCE):
            yield _most_dead(situation, layer)
            return


def _lasts(looks: Sequence[Look], index: int, share: float, patience: int) -> bool:
    shares = [look.layers[index].dead for look in looks[-patience:]]
    return len(shares) == patience and all(dead is not None and dead >= share for dead in shares)


def _all_dead(situation: Situation, layer: LayerFigures) -> Finding:
    return Finding(
        FindingKind.DEAD_LAYER,
        situation.step,
        situation.epoch,
        "Dead layer",
        f"All {layer.units} units of {layer.title} give 0 for every image tried.",
        "Nothing passes it, and no gradient comes back, whatever the rate is from now on. "
        "Too large a step has probably pushed them there.",
        Where.WEIGHTS,
        (reset_lower(situation),),
        layer.name,
    )


def _most_dead(situation: Situation, layer: LayerFigures) -> Finding:
    return Finding(
        FindingKind.DEAD_UNITS,
        situation.step,
        situation.epoch,
        "Dead units",
        f"{percent_text(layer.dead or 0.0, 0)} of the {layer.units} units of {layer.title} give 0 "
        "for every image tried.",
        "No gradient reaches them, so the network is smaller than it looks. A smaller rate from "
        "the start, or a leaky ReLU, keeps more of them alive.",
        Where.WEIGHTS,
        (reset_lower(situation),),
        layer.name,
    )


RULE = Rule(
    find,
    'L. Lu, Y. Shin, Y. Su, G. E. Karniadakis, "Dying ReLU and Initialization: Theory and '
    'Numerical Examples", 2020',
)
