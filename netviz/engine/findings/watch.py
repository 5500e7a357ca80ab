"""What was noticed in a run so far, and what of it still holds."""

from collections.abc import Iterable
from dataclasses import dataclass

from netviz.engine.findings.rule import all_rules
from netviz.engine.findings.situation import ClassScore, Situation
from netviz.engine.protocol.findings import Finding, FindingKind
from netviz.engine.protocol.layer_look import Look

KEPT = 32
"""Looks and scores that are remembered; no rule looks back further."""

AWAY = 3
"""Times in a row that a rule must not hold before the same can be found anew."""

Key = tuple[FindingKind, str]


@dataclass(frozen=True)
class _State:
    """How often in a row the rule of a finding has said no, from a step on."""

    step: int
    misses: int = 0


class FindingWatch:
    """Asks the rules, and tells each finding once while it holds.

    It can be taken back to an earlier step, and knows then what it knew there.

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
        self._states = {finding.key: [_State(finding.step)] for finding in self.found}

    @property
    def holding(self) -> tuple[Finding, ...]:
        """The newest finding of each key whose rule has not said no since."""
        newest = {finding.key: finding for finding in self.found}
        return tuple(found for key, found in newest.items() if not self._misses(key))

    def add_look(self, look: Look) -> None:
        """Remember what was measured of the layers."""
        self.looks = (*self.looks, look)[-KEPT:]

    def add_score(self, score: ClassScore) -> None:
        """Remember how the classes were predicted."""
        self.scores = (*self.scores, score)[-KEPT:]

    def ask(self, situation: Situation) -> bool:
        """Ask all rules; return whether anything holds that did not, or the reverse."""
        now = {found.key: found for rule in all_rules() for found in rule.find(situation)}
        self.asked_step, before = situation.step, self.holding
        for key in self._states:
            misses = self._misses(key)
            if key in now and misses < AWAY:
                self._set_misses(key, situation.step, 0)
            elif key not in now:
                self._set_misses(key, situation.step, min(misses + 1, AWAY))
        for key, finding in now.items():
            if key not in self._states or self._misses(key):
                self.found = (*self.found, finding)
                self._states.setdefault(key, []).append(_State(finding.step))
        return self.holding != before

    def truncate(self, step: int) -> None:
        """Forget everything after `step`: the run went back."""
        self.asked_step = min(self.asked_step, step)
        self.found = tuple(finding for finding in self.found if finding.step <= step)
        self.looks = tuple(look for look in self.looks if look.step <= step)
        self.scores = tuple(score for score in self.scores if score.step <= step)
        kept = {
            key: [state for state in states if state.step <= step]
            for key, states in self._states.items()
        }
        self._states = {key: states for key, states in kept.items() if states}

    def _misses(self, key: Key) -> int:
        return self._states[key][-1].misses

    def _set_misses(self, key: Key, step: int, misses: int) -> None:
        """Note what is so from now on; only changes take room."""
        if misses != self._misses(key):
            self._states[key].append(_State(step, misses))
