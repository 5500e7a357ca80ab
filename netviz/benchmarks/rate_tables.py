"""What came out of the study of the zones, counted, as tables and as plain values."""

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from netviz.benchmarks.rate_outcomes import Became, Outcomes
from netviz.benchmarks.rate_situations import Situation
from netviz.engine.protocol.rate_zones import Zone, ZoneKind, kind_at

NO_ZONE = "no zone"

NEARLY = 0.9
"""Share of the farthest fall that is nearly as good as the best."""


@dataclass(frozen=True)
class Judged:
    """What was said of the rates in one situation, and what became of them.

    Attributes
    ----------
    zones
        What was said.
    outcomes
        What became of each of the seven rates.
    """

    situation: Situation
    zones: tuple[Zone, ...]
    outcomes: Outcomes

    @property
    def said(self) -> tuple[str, ...]:
        """The zone of each of the seven rates."""
        kinds = [kind_at(self.zones, rate) for rate in self.outcomes.rates]
        return tuple(kind.value if kind else NO_ZONE for kind in kinds)

    @property
    def has_best_in_good(self) -> bool | None:
        """Whether the best of the seven is called good; None where none lowers the loss."""
        best = self.outcomes.best
        return None if best is None else self.said[best] == ZoneKind.GOOD.value

    @property
    def has_nearly_best_in_good(self) -> bool:
        """Whether a rate is called good that lowers the loss `NEARLY` as far as the best."""
        outcomes = self.outcomes
        enough = outcomes.start - NEARLY * (outcomes.start - min(outcomes.ends))
        said = zip(self.said, outcomes.ends, strict=True)
        return any(kind == ZoneKind.GOOD.value and end <= enough for kind, end in said)


SAID = (*(kind.value for kind in ZoneKind), NO_ZONE)


def confusion(judged: Sequence[Judged]) -> Counter[tuple[str, Became]]:
    """Count the rates by zone and by what became of them."""
    return Counter(
        pair for each in judged for pair in zip(each.said, each.outcomes.became, strict=True)
    )


def groups(judged: Sequence[Judged]) -> dict[str, list[Judged]]:
    """Return the situations all together, and by what they have in common."""

    def of(holds: Callable[[Situation], bool]) -> list[Judged]:
        return [each for each in judged if holds(each.situation)]

    found = {
        "all": list(judged),
        "untrained": of(lambda one: one.step == 0),
        "early": of(lambda one: one.step > 0 and not one.is_late),
        "late": of(lambda one: one.is_late),
    }
    for part in ("network", "optimizer", "batch"):
        for name in sorted({getattr(each.situation, part) for each in judged}):
            found[name] = [each for each in judged if getattr(each.situation, part) == name]
    return {name: those for name, those in found.items() if those}


def summary(judged: Sequence[Judged]) -> dict[str, Any]:
    """Return the figures by which the zones are judged."""
    counts = confusion(judged)
    with_best = [each for each in judged if each.outcomes.best is not None]
    bad = (Became.DIVERGED, Became.WORSE)
    return {
        "situations": len(judged),
        "good": _count(counts, "good", Became),
        "good_diverged": _count(counts, "good", [Became.DIVERGED]),
        "good_worse": _count(counts, "good", [Became.WORSE]),
        "good_far": _count(counts, "good", [Became.FAR]),
        "best": len(with_best),
        "best_in_good": sum(bool(each.has_best_in_good) for each in with_best),
        "nearly_best_in_good": sum(each.has_nearly_best_in_good for each in with_best),
        "unstable": _count(counts, "unstable", Became),
        "unstable_bad": _count(counts, "unstable", bad),
        "slow": _count(counts, "too slow", Became),
        "slow_far": _count(counts, "too slow", [Became.FAR]),
        "with_good": sum(any(z.kind is ZoneKind.GOOD for z in each.zones) for each in judged),
    }


def _count(
    counts: Counter[tuple[str, Became]], said: str, became: "Sequence[Became] | type[Became]"
) -> int:
    return sum(counts[said, each] for each in became)


def confusion_table(judged: Sequence[Judged]) -> str:
    """Return the rates by zone and outcome as a table in Markdown."""
    counts = confusion(judged)
    head = ["zone", "rates", *(each.value for each in Became)]
    rows = []
    for said in SAID:
        of_zone = [counts[said, each] for each in Became]
        shares = [f"{count} ({percent(count, sum(of_zone))})" for count in of_zone]
        rows.append([said, str(sum(of_zone)), *shares])
    whole = [sum(counts[said, each] for said in SAID) for each in Became]
    shares = [f"{count} ({percent(count, sum(whole))})" for count in whole]
    rows.append(["all", str(sum(whole)), *shares])
    return table(head, rows)


def group_table(judged: Sequence[Judged]) -> str:
    """Return the figures of each group as a table in Markdown."""
    head = ["situations", "", "good: diverged", "good: worse", "good: fell far"]
    head += [
        "best of seven in good",
        "or one nearly as good",
        "unstable: diverged or worse",
        "too slow: fell far",
    ]
    rows = []
    for name, those in groups(judged).items():
        found = summary(those)
        cells = [("good_diverged", "good"), ("good_worse", "good"), ("good_far", "good")]
        cells += [
            ("best_in_good", "best"),
            ("nearly_best_in_good", "best"),
            ("unstable_bad", "unstable"),
            ("slow_far", "slow"),
        ]
        shares = [f"{found[a]} of {found[b]} ({percent(found[a], found[b])})" for a, b in cells]
        rows.append([name, str(found["situations"]), *shares])
    return table(head, rows)


def table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """Return a table in Markdown."""
    lines = [head, ["---"] * len(head), *rows]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def percent(part: int, whole: int) -> str:
    """Return a share in words."""
    return f"{100 * part / whole:.0f} %" if whole else "none"
