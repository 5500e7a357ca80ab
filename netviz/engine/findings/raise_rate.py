"""The network learns steadily and slowly, at a rate that leaves much room above it."""

from collections.abc import Iterator
from itertools import pairwise

from netviz.engine.findings.offered_rate import (
    LITTLE,
    SEE,
    SMALL,
    good_zone,
    higher_rate,
    middle_of,
    proof,
    set_rate,
)
from netviz.engine.findings.rule import Rule
from netviz.engine.findings.situation import Situation
from netviz.engine.options.rate_steps import rounded_rate
from netviz.engine.protocol.findings import Finding, FindingKind, Where
from netviz.engine.protocol.rate_zones import ZoneKind, kind_at, zones_of
from netviz.number_text import loss_text, rate_text

EPOCHS = 4
"""So many epochs in a row under the same settings, each better than the one before."""

STEPS = 200

SLOW = 0.12
"""Fall of the train loss in an epoch, as a fraction of it, up to which learning is slow."""

LEARNED = 0.25
"""Train loss, as a fraction of chance, from which on slow is what one would expect."""

FACTOR = 10.0
"""How many times as large a rate is offered, up to half the usual one."""


def find(situation: Situation) -> Iterator[Finding]:
    """Find smooth, slow progress under a small and constant rate."""
    config, measured = situation.config, situation.since_change()[-EPOCHS - 1 :]
    is_small = 0 < config.learning_rate <= SMALL * situation.usual_rate
    if len(measured) <= EPOCHS or not is_small or config.schedule != "constant":
        return
    then, now = measured[0], measured[-1]
    if situation.is_in_doubt or now.step - then.step < STEPS:
        return
    fall = then.train_loss - now.train_loss
    is_slow = LITTLE * situation.chance < fall < EPOCHS * SLOW * now.train_loss
    if not is_slow or now.train_loss < LEARNED * situation.chance:
        return
    steps = [*pairwise(measured)]
    if not all(b.train_loss < a.train_loss and b.test_loss < a.test_loss for a, b in steps):
        return
    better, told = higher_rate(situation, FACTOR), ""
    if ahead := situation.look_ahead():
        good = good_zone(ahead)
        if good is None or kind_at(zones_of(ahead), config.learning_rate) is not ZoneKind.SLOW:
            return
        better = min(middle_of(good), rounded_rate(FACTOR * config.learning_rate))
        told = f" {proof(ahead, config.learning_rate, better)}"
    yield Finding(
        FindingKind.RATE_COULD_RISE,
        situation.step,
        situation.epoch,
        "The rate could be higher",
        f"Train and test loss fall smoothly and slowly: {loss_text(then.train_loss)} to "
        f"{loss_text(now.train_loss)} in {EPOCHS} epochs.{told}",
        f"With {rate_text(config.learning_rate)} each step is small; a larger one gets there "
        "sooner.",
        Where.LOSS,
        (set_rate(better), SEE),
    )


RULE = Rule(find, 'L. N. Smith, "Cyclical Learning Rates for Training Neural Networks", 2017')
