"""Where the runs of a session part from each other."""

import math
from collections.abc import Iterable, Mapping

from netviz.engine.protocol.left_run import Origin


def origins_by_line(origins: Iterable[Origin]) -> dict[int, Origin]:
    """Return the origins by the numbers of their runs."""
    return {origin.line: origin for origin in origins}


def path(origins: Mapping[int, Origin], line: int) -> dict[int, float]:
    """Return which run each step of a run was trained in.

    Parameters
    ----------
    origins
        Those of the run and of all that it came from, by their numbers; one that is missing
        began with untrained weights.
    line
        Number of the run.

    Returns
    -------
    path
        For each run on the way, itself first: its number, and the last step that is of its
        path; for itself infinity.
    """
    found: dict[int, float] = {}
    until = math.inf
    while line and line not in found:
        found[line] = until
        origin = origins.get(line, Origin(line))
        line, until = origin.parent, min(until, origin.step)
    return found


def parting_step(origins: Mapping[int, Origin], one: int, other: int) -> float:
    """Return the last step that two runs have in common; see `path` for `origins`.

    0 where both began by themselves, infinity for one and the same run.
    """
    mine, theirs = path(origins, one), path(origins, other)
    common = (min(until, theirs[line]) for line, until in mine.items() if line in theirs)
    # The nearest that both came from: of what lies before it, they have no more in common.
    return next(common, 0)
