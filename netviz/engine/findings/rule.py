"""How a rule is declared, and the collection of all rules."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cache

from netviz.declared import declared
from netviz.engine.findings.situation import Situation
from netviz.engine.protocol.findings import Finding


@dataclass(frozen=True)
class Rule:
    """One rule.

    A module of this room declares one as ``RULE``; it is then asked after every epoch and every
    look at the layers.

    Attributes
    ----------
    find
        Returns what holds at this moment; whether it was told before is not its business.
    source
        Where the rule comes from: author, title, year.
    """

    find: Callable[[Situation], Iterator[Finding]]
    source: str


@cache
def all_rules() -> tuple[Rule, ...]:
    """Find the ``RULE`` of every module of this room."""
    return tuple(declared(__package__, "RULE"))
