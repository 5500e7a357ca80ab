"""No learning for some epochs, at a learning rate that is small for the optimizer."""

from collections.abc import Iterator

from netviz.engine.findings import vanishing
from netviz.engine.findings.offered_rate import LITTLE, SMALL, higher_rate, set_rate
from netviz.engine.findings.rule import Rule
from netviz.engine.findings.situation import Situation
from netviz.engine.protocol.findings import Finding, FindingKind, Where
from netviz.number_text import loss_text, rate_text

EPOCHS = 3
"""So many epochs under the same settings, and at least `STEPS` steps, without learning."""

STEPS = 100

UNLEARNED = 0.8
"""Train loss, as a fraction of chance, above which there is still much to learn."""


def find(situation: Situation) -> Iterator[Finding]:
    """Find a loss that stays where it is since the steps are too small."""
    measured = situation.since_change()
    rate = situation.config.learning_rate
    if len(measured) <= EPOCHS or situation.is_in_doubt or not _is_small(situation):
        return
    then, now = measured[-1 - EPOCHS], measured[-1]
    has_learned = then.train_loss - now.train_loss > LITTLE * situation.chance
    is_soon = now.step - then.step < STEPS
    if has_learned or is_soon or now.train_loss < UNLEARNED * situation.chance:
        return
    better = higher_rate(situation, 100) if rate else situation.usual_rate / 2
    yield Finding(
        FindingKind.NOT_LEARNING,
        situation.step,
        situation.epoch,
        "No learning",
        f"In {EPOCHS} epochs the train loss went from {loss_text(then.train_loss)} to "
        f"{loss_text(now.train_loss)}; guessing gives {loss_text(situation.chance)}.",
        f"The learning rate {rate_text(rate)} is probably too small.",
        Where.LOSS,
        (set_rate(better),),
    )


def _is_small(situation: Situation) -> bool:
    """Whether the rate is the likely reason, and not layers through which nothing passes."""
    if situation.looks and situation.looks[-1].has_dead_layer:
        return False
    if any(vanishing.find(situation)):
        return False
    return situation.config.learning_rate <= SMALL * situation.usual_rate


RULE = Rule(find, 'L. N. Smith, "Cyclical Learning Rates for Training Neural Networks", 2017')
