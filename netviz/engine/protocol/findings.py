"""What is noticed in a run and told to the user: plain values, usable without the network.

The rules that notice it are in `netviz.engine.findings`.
"""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from enum import StrEnum
from typing import Any

from pydantic import TypeAdapter, ValidationError


class FindingKind(StrEnum):
    """What was noticed."""

    NOT_LEARNING = "not learning"
    OVERFITTING = "overfitting"
    DEAD_LAYER = "dead layer"
    DEAD_UNITS = "dead units"
    VANISHING = "vanishing gradients"
    EXPLODING = "exploding gradients"
    WEAK_CLASS = "weak class"
    RATE_COULD_RISE = "rate could rise"
    RATE_TOO_HIGH = "rate too high"


class Where(StrEnum):
    """Where it is to be seen: in the loss plot, or on the tab of this title."""

    LOSS = "Loss"
    WEIGHTS = "Weights"
    GRADIENTS = "Gradients"
    MISTAKES = "Mistakes"


class ActionKind(StrEnum):
    """What a link does."""

    CHANGE = "change settings"
    RESET = "reset with other settings"
    SHOW = "show a tab"
    PAUSE = "pause"


@dataclass(frozen=True)
class FindingAction:
    """What can be done about it.

    Attributes
    ----------
    label
        What the link says: ``Set the rate to 0.003``.
    changes
        Options and their values, to change settings or to reset with.
    view
        Title of the tab to show.
    class_index
        The true class that the tab is to list; None for all.
    """

    kind: ActionKind
    label: str
    changes: Mapping[str, Any] = field(default_factory=dict)
    view: str = ""
    class_index: int | None = None


@dataclass(frozen=True)
class Finding:
    """Something that a knowledgeable person would point out.

    Attributes
    ----------
    step
        At which it was noticed.
    epoch
        Epoch under way at that step, counted from 1.
    title
        In a word or two: ``Overfitting``.
    sentence
        What was measured.
    hint
        What it means and what may help.
    actions
        What can be done, the most obvious first; may be empty.
    subject
        Layer or class that it is about, as the engine names it; empty for the whole run.
    """

    kind: FindingKind
    step: int
    epoch: int
    title: str
    sentence: str
    hint: str
    where: Where
    actions: tuple[FindingAction, ...] = ()
    subject: str = ""

    @property
    def key(self) -> tuple[FindingKind, str]:
        """What tells one finding of a run from another: each is told once."""
        return self.kind, self.subject

    @property
    def text(self) -> str:
        """Title and sentence, for a log."""
        return f"{self.title}: {self.sentence}"


_FINDING: TypeAdapter[Finding] = TypeAdapter(Finding)


def finding_records(findings: Sequence[Finding]) -> list[dict[str, Any]]:
    """Write findings as JSON can hold them."""
    return [asdict(finding) for finding in findings]


def read_findings(records: object, last_step: int) -> tuple[Finding, ...]:
    """Read what `finding_records` wrote; what cannot be read, as of a later version, is left out.

    Parameters
    ----------
    records
        As they stand in a file.
    last_step
        Of the run; nothing can have been noticed after it.
    """
    found = []
    for record in records if isinstance(records, list) else []:
        try:
            finding = _FINDING.validate_python(record)
        except ValidationError:
            continue
        if 0 <= finding.step <= last_step:
            found.append(finding)
    return tuple(found)
