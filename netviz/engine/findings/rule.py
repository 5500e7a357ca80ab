"""How a rule is declared, and the collection of all rules."""

import pkgutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from importlib import import_module

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


def all_rules() -> tuple[Rule, ...]:
    """Find the ``RULE`` of every module of this room."""
    package = import_module(__package__)
    modules = [
        import_module(module.name)
        for module in pkgutil.iter_modules(package.__path__, f"{__package__}.")
    ]
    return tuple(module.RULE for module in modules if hasattr(module, "RULE"))
