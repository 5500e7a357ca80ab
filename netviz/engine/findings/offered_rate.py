"""Which learning rate a finding offers."""

from netviz.engine.findings.situation import Situation
from netviz.engine.options.rate_steps import rounded_rate


def lower_rate(situation: Situation) -> float:
    """Return a rate for a new try: a tenth of the present one, and no more than the usual one."""
    return rounded_rate(min(situation.config.learning_rate / 10, situation.usual_rate / 2))


def higher_rate(situation: Situation, factor: float) -> float:
    """Return a rate `factor` times as large, but no larger than half the usual one."""
    highest = situation.usual_rate / 2
    return rounded_rate(min(situation.config.learning_rate * factor, highest))
