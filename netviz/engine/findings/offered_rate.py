"""When a learning rate is taken for too small, and which one a finding offers."""

from netviz.engine.findings.situation import Situation
from netviz.engine.options.rate_steps import rounded_rate
from netviz.engine.protocol.findings import ActionKind, FindingAction
from netviz.number_text import rate_text

LITTLE = 0.02
"""Fall of the train loss in some epochs, as a fraction of chance, that is no learning."""

SMALL = 1 / 10
"""Rate, as a fraction of the usual one, up to which it is small: there is room above it."""


def reset_lower(situation: Situation) -> FindingAction:
    """Offer a new try with a tenth of the present rate, and no more than half the usual one."""
    rate = rounded_rate(min(situation.config.learning_rate / 10, situation.usual_rate / 2))
    label = f"Reset with rate {rate_text(rate)}"
    return FindingAction(ActionKind.RESET, label, {"learning_rate": rate})


def set_rate(rate: float) -> FindingAction:
    """Offer to go on with this rate."""
    changes = {"learning_rate": rate}
    return FindingAction(ActionKind.CHANGE, f"Set the rate to {rate_text(rate)}", changes)


def higher_rate(situation: Situation, factor: float) -> float:
    """Return a rate `factor` times as large, but no larger than half the usual one."""
    highest = situation.usual_rate / 2
    return rounded_rate(min(situation.config.learning_rate * factor, highest))
