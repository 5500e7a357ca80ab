"""How a picture that is computed on copies of a run is declared, and the collection of all."""

from collections.abc import Callable, Generator
from dataclasses import dataclass

from netviz.declared import declared
from netviz.engine.protocol.rates import Tried
from netviz.engine.rates.trial import Trial


@dataclass(frozen=True, eq=False)
class TrialSpec:
    """One picture: what it observes, and how it is computed on a copy.

    A module of `ROOMS` declares one as ``TRIAL``; it is then computed while a visible part of
    the window shows its observation.

    Attributes
    ----------
    observation
        What it returns.
    subject
        What it computes, as the beginning of a sentence: ``The next steps``.
    compute
        Takes a copy that stands at the present moment of the run, and the run's number; yields
        every few milliseconds, None or what was found so far, and returns the observation.
    is_on_request
        Whether it is computed only when somebody asks for it, watched or not.
    regardless_of
        Options that do not matter to it: what was computed still holds when only they change.
    each_step
        Whether it is computed of each step while a slow pace leaves the time for it.
    rests_at_full_speed
        Whether it is not computed at all while training goes on at full speed, unless somebody
        asks for it.
    """

    observation: type[Tried]
    subject: str
    compute: Callable[[Trial, int], Generator[Tried | None, None, Tried]]
    is_on_request: bool = False
    regardless_of: frozenset[str] = frozenset()
    each_step: bool = False
    rests_at_full_speed: bool = False


ROOMS = ("netviz.engine.rates", "netviz.engine.loop")
"""Where copies of a run are tried."""


def all_trials() -> list[TrialSpec]:
    """Find the ``TRIAL`` of every module of these rooms."""
    return [spec for room in ROOMS for spec in declared(room, "TRIAL")]
