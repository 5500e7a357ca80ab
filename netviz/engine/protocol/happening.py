"""What happened to a run beside its steps, measurements and changes."""

from dataclasses import dataclass
from enum import StrEnum


class What(StrEnum):
    """What sort of thing happened; the words are those of the run's file."""

    NOTICED = "noticed"
    RECOVERED = "recovered"
    FAILED = "failed"
    WENT_BACK = "went back"
    SAVED = "saved"


@dataclass(frozen=True)
class Happening:
    """Something that happened to a run, to be told in its log.

    Attributes
    ----------
    step, epoch
        Where the run was: steps trained, and the epoch under way, counted from 1.
    what
        What sort of thing it is.
    text
        The thing itself, as a sentence.
    """

    step: int
    epoch: int
    what: What
    text: str


def went_back(
    happenings: tuple[Happening, ...], step: int, epoch: int, from_step: int
) -> tuple[Happening, ...]:
    """Return what is left to be told of a run that goes back to `step`.

    What happened after that is of a future that is forgotten; what had been noticed there is
    the reason to go back, and told with it.
    """
    kept = tuple(each for each in happenings if each.step <= step)
    reasons = [
        each.text
        for each in happenings
        if each.step > step and each.what in (What.NOTICED, What.FAILED)
    ]
    text = f"Went back from step {from_step:,} to step {step:,}."
    if reasons:
        text += f" Before that: {reasons[-1]}"
    return (*kept, Happening(step, epoch, What.WENT_BACK, text))
