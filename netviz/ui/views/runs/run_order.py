"""The rows of the table of runs in the order, and as few, as the user wants to see them."""

import math
from collections.abc import Sequence

from PySide6.QtCore import QObject, QSortFilterProxyModel, Qt

from netviz.engine.protocol.run_rows import RunRow
from netviz.ui.views.row_table import AnyIndex
from netviz.ui.views.runs.run_model import SORT_ROLE, TREE_ROLE, RunModel


class RunOrder(QSortFilterProxyModel):
    """Sorts and searches the runs; unsorted, they stand as a tree.

    Parameters
    ----------
    runs
        All runs.
    """

    def __init__(self, runs: RunModel, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._runs = runs
        self._words: tuple[str, ...] = ()
        self.setSortRole(SORT_ROLE)
        self.setSourceModel(runs)

    @property
    def rows(self) -> Sequence[RunRow]:
        """The runs that are shown, from the top."""
        places = (self.mapToSource(self.index(row, 0)).row() for row in range(self.rowCount()))
        return tuple(self._runs.rows[place] for place in places)

    @property
    def is_searched(self) -> bool:
        """Whether only the runs that match are shown."""
        return bool(self._words)

    @property
    def is_tree(self) -> bool:
        """Whether the runs stand below those that they parted from, so that lines can join them."""
        return self.sortColumn() < 0 and not self.is_searched

    def data(self, index: AnyIndex, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        if role == TREE_ROLE and not self.is_tree:
            return None
        return super().data(index, role)

    def set_rows(self, rows: Sequence[RunRow]) -> None:
        """Show these runs."""
        self._runs.set_rows(rows)

    def search(self, text: str) -> None:
        """Show the runs only whose names or settings hold all words of a text."""
        self._words = tuple(text.lower().split())
        self.invalidate()

    def filterAcceptsRow(self, source_row: int, source_parent: AnyIndex) -> bool:
        return self._runs.rows[source_row].matches(self._words)

    def lessThan(self, source_left: AnyIndex, source_right: AnyIndex) -> bool:
        left, right = source_left.data(SORT_ROLE), source_right.data(SORT_ROLE)
        if isinstance(left, str) or isinstance(right, str):
            return str(left) < str(right)
        # What was not measured stands last, whichever way they are sorted.
        is_up = self.sortOrder() is Qt.SortOrder.AscendingOrder
        last = math.inf if is_up else -math.inf
        return bool(_known(left, last) < _known(right, last))


def _known(value: float, otherwise: float) -> float:
    return otherwise if math.isnan(value) else value
