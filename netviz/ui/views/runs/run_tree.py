"""The lines between the runs of the table, which hang together as a tree; free of Qt."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import IntEnum


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


def tree_rows(parents: Sequence[tuple[int, int]], at_hand: int) -> tuple[TreeRow, ...]:
    """Return what is drawn in each row.

    Parameters
    ----------
    parents
        The number of each run, in the order of `lineage.tree_order`, and that of the one that it
        parted from.
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
