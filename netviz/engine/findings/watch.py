"""What was noticed in a run so far, and what of it still holds."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from functools import cache

from netviz.engine.findings.rule import Rule, all_rules
from netviz.engine.findings.situation import ClassScore, Situation
from netviz.engine.protocol.findings import Finding, FindingKind
from netviz.engine.protocol.layer_look import Look

KEPT = 32
"""Looks and scores that are remembered; no rule looks back further."""

AWAY = 3
"""Times in a row that a rule must not hold before the same can be found anew."""

Key = tuple[FindingKind, str]


@dataclass(frozen=True)
class _Held:
    """A finding that was made at a step, and at which steps its rule has said no since."""

    since_step: int
    missed: tuple[int, ...] = ()


@cache
def _rules() -> tuple[Rule, ...]:
    return all_rules()


class FindingWatch:
    """Asks the rules, and tells each finding once while it holds.

    A few numbers, however long the run. It can be taken back to an earlier step.

    Attributes
    ----------
    found
        Everything that was found, in order.
    looks, scores
        The last ones, oldest first.
    asked_step
        Step at which the rules were asked last.
    """

    def __init__(self, found: Iterable[Finding] = ()) -> None:
        self.found: tuple[Finding, ...] = tuple(found)
        self.looks: tuple[Look, ...] = ()
        self.scores: tuple[ClassScore, ...] = ()
        self.asked_step = 0
        # What a saved run was told of is not told again as soon as it goes on.
        self._held = {finding.key: _Held(finding.step) for finding in self.found}

    @property
    def holding(self) -> tuple[Finding, ...]:
        """The newest finding of each key whose rule has not said no since."""
        newest = {finding.key: finding for finding in self.found}
        return tuple(found for key, found in newest.items() if not self._held[key].missed)

    def add_look(self, look: Look) -> None:
        """Remember what was measured of the layers."""
        self.looks = (*self.looks, look)[-KEPT:]

    def add_score(self, score: ClassScore) -> None:
        """Remember how the classes were predicted."""
        self.scores = (*self.scores, score)[-KEPT:]

    def ask(self, situation: Situation) -> bool:
        """Ask all rules; return whether anything holds that did not, or the reverse."""
        now = {found.key: found for rule in _rules() for found in rule.find(situation)}
        self.asked_step, before = situation.step, self.holding
        for key, held in self._held.items():
            if key in now and len(held.missed) < AWAY:
                self._held[key] = replace(held, missed=())
            elif key not in now and key[0] is not FindingKind.DIVERGED:
                self._miss(key, situation.step)
        for key, finding in now.items():
            if key not in self._held or self._held[key].missed:
                self.note(finding)
        return self.holding != before

    def note(self, finding: Finding) -> None:
        """Take a finding, which may have been made elsewhere."""
        self.found = (*self.found, finding)
        self._held[finding.key] = _Held(finding.step)

    def end(self, kind: FindingKind, step: int) -> None:
        """Say that findings of a kind, which were noted, hold no longer."""
        for key, held in self._held.items():
            if key[0] is kind:
                self._held[key] = replace(held, missed=(step,) * AWAY)

    def truncate(self, step: int) -> None:
        """Forget everything after `step`: the run went back."""
        self.asked_step = min(self.asked_step, step)
        self.found = tuple(finding for finding in self.found if finding.step <= step)
        self.looks = tuple(look for look in self.looks if look.step <= step)
        self.scores = tuple(score for score in self.scores if score.step <= step)
        before, self._held = self._held, {}
        for finding in self.found:
            held = before[finding.key]
            if held.since_step != finding.step:  # it came again, which is forgotten
                held = _Held(finding.step)
            missed = tuple(when for when in held.missed if when <= step)
            self._held[finding.key] = replace(held, missed=missed)

    def _miss(self, key: Key, step: int) -> None:
        held = self._held[key]
        if len(held.missed) < AWAY:
            self._held[key] = replace(held, missed=(*held.missed, step))
