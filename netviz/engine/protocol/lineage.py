"""Where the runs of a session part from each other, and how they hang together as a tree."""

import math
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass

from netviz.engine.protocol.left_run import Origin


@dataclass(frozen=True)
class Joint:
    """Where a run parted from another one of the table.

    Attributes
    ----------
    line
        Number of that other run; 0 where it parted from none.
    step
        The last step that both have in common.
    """

    line: int = 0
    step: int = 0


NO_JOINT = Joint()
"""That of a run that began by itself."""


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


def joints_of(origins: Mapping[int, Origin], lines: Collection[int]) -> dict[int, Joint]:
    """Return for each run of the table which one of the others it parted from.

    Parameters
    ----------
    origins
        Where each run of the session came from, by their numbers, also of those that are gone.
    lines
        Numbers of the runs of the table. A run that is gone is passed over: its branches hang on
        the one that it parted from itself.
    """
    found = {}
    for line in lines:
        others = (other for other in path(origins, line) if other != line and other in lines)
        parent = next(others, 0)
        step = int(parting_step(origins, line, parent)) if parent else 0
        found[line] = Joint(parent, step)
    return found


def tree_order(joints: Mapping[int, Joint]) -> list[int]:
    """Return the numbers of the runs from the top of the tree to its foot.

    Each is followed by those that parted from it, in the order of the steps at which they did.
    """
    below: dict[int, list[int]] = {}
    for line in sorted(joints, key=lambda line: (joints[line].step, line)):
        below.setdefault(joints[line].line, []).append(line)
    order: list[int] = []
    waiting = below.get(0, [])[::-1]
    while waiting:
        order.append(waiting.pop())
        waiting += below.get(order[-1], [])[::-1]
    return order
