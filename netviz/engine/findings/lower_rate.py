"""The network no longer learns, at a rate that throws it about."""

from collections.abc import Iterator

import numpy as np

from netviz.engine.findings.offered_rate import LITTLE, SEE, falls_of, proof, set_rate
from netviz.engine.findings.rule import Rule
from netviz.engine.findings.situation import Situation
from netviz.engine.options.rate_steps import rounded_rate
from netviz.engine.protocol.findings import Finding, FindingKind, Where
from netviz.engine.protocol.rates import StepsAhead
from netviz.number_text import loss_text, rate_text

EPOCHS = 3
"""So many epochs in a row under the same settings, without progress."""

STEPS = 100

LOWER, SHARE = 2.0, 2 / 3
"""The best rate must be lower by this factor, and the loss fall with the present one by no more
than this share of what it falls by with the best."""


def find(situation: Situation) -> Iterator[Finding]:
    """Find a loss that stays where it is although a lower rate would lower it at once."""
    config, measured = situation.config, situation.since_change()[-EPOCHS - 1 :]
    is_plain = config.schedule == "constant" and config.learning_rate > 0
    if len(measured) <= EPOCHS or situation.is_in_doubt or not is_plain:
        return
    then, now = measured[0], measured[-1]
    fall = then.train_loss - now.train_loss
    if now.step - then.step < STEPS or fall > LITTLE * situation.chance:
        return
    ahead = situation.look_ahead()
    better = ahead and _better(ahead, config.learning_rate, LITTLE * situation.chance)
    if ahead is None or not better:
        return
    yield Finding(
        FindingKind.RATE_TOO_HIGH,
        situation.step,
        situation.epoch,
        "The rate should be lower",
        f"In {EPOCHS} epochs the train loss went from {loss_text(then.train_loss)} to "
        f"{loss_text(now.train_loss)}. {proof(ahead, config.learning_rate, better)}",
        f"With {rate_text(config.learning_rate)} the steps are so large that they undo each other.",
        Where.LOSS,
        (set_rate(better), SEE),
    )


def _better(ahead: StepsAhead, present: float, least: float) -> float | None:
    """Return a lower rate that lowers the loss at once, by `least` or more; None without one."""
    falls = falls_of(ahead)
    best = int(falls.argmax())
    now = float(falls[np.abs(np.log(ahead.rates / present)).argmin()])
    rate, fall = float(ahead.rates[best]), float(falls[best])
    is_better = rate <= present / LOWER and fall >= least and now <= SHARE * fall
    return rounded_rate(rate) if is_better else None


RULE = Rule(find, 'L. N. Smith, "Cyclical Learning Rates for Training Neural Networks", 2017')
