"""How the runs of the table hang together: their order as a tree, and its lines; free of Qt."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from enum import IntEnum

from netviz.engine.protocol.left_run import Origin
from netviz.engine.protocol.lineage import parting_step, path


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


class Stroke(IntEnum):
    """What is drawn of a line of the tree: nothing, a line, or one that leads to where one is."""

    NONE = 0
    LINE = 1
    MAIN = 2


@dataclass(frozen=True)
class TreeRow:
    """What is drawn of the tree in the row of a run.

    Level 0 is that of the runs that parted from none; each run stands one level farther right
    than the one that it parted from.

    Attributes
    ----------
    below
        The upright lines that go on into the next row, for each level up to that of the run itself.
    elbow
        The line from the row before to the run, from the level before its own.
    leads_to
        For each level before that of the run, the number of the run to which the line goes that
        passes there; 0 where none does.
    """

    below: tuple[Stroke, ...]
    elbow: Stroke
    leads_to: tuple[int, ...]

    @property
    def level(self) -> int:
        """Level of the run."""
        return len(self.leads_to)


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


def tree_rows(parents: Sequence[tuple[int, int]], at_hand: int) -> tuple[TreeRow, ...]:
    """Return what is drawn in each row.

    Parameters
    ----------
    parents
        The number of each run in `tree_order`, and that of the one that it parted from.
    at_hand
        Number of the run at hand, to which the lines lead that are marked.
    """
    places = {line: place for place, (line, _) in enumerate(parents)}
    parent_of = dict(parents)
    children: dict[int, list[int]] = {line: [] for line in parent_of}
    for line, parent in parents:
        if parent:
            children[parent].append(line)
    marked = set(_way_to(at_hand, parent_of))

    def stroke(line: int, after: int) -> Stroke:
        """Return what is drawn of the line from a run to its branches in the rows after one."""
        later = [child for child in children[line] if places[child] > after]
        if not later:
            return Stroke.NONE
        return Stroke.MAIN if marked.intersection(later) else Stroke.LINE

    rows = []
    for place, (line, parent) in enumerate(parents):
        *before, _ = way = _way_to(line, parent_of)
        rows.append(
            TreeRow(
                tuple(stroke(each, place) for each in way),
                Stroke.NONE if not parent else Stroke.MAIN if line in marked else Stroke.LINE,
                tuple(
                    next((child for child in children[each] if places[child] >= place), 0)
                    for each in before
                ),
            )
        )
    return tuple(rows)


def _way_to(line: int, parent_of: Mapping[int, int]) -> list[int]:
    """Return the runs from the top of the tree to one of them, which is the last."""
    way: list[int] = []
    while line:
        way.append(line)
        line = parent_of.get(line, 0)
    return way[::-1]
