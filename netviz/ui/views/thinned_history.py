"""A history over the steps of a run that is thinned out evenly when it is full."""

from typing import Generic, TypeVar

Row = TypeVar("Row")


class ThinnedHistory(Generic[Row]):
    """Rows ordered by step, at most `most`; the first and the newest are always among them.

    Attributes
    ----------
    steps, rows
        What is kept, and its steps.
    """

    def __init__(self, most: int) -> None:
        self._most = most
        self.steps: list[int] = []
        self.rows: list[Row] = []

    def __len__(self) -> int:
        return len(self.steps)

    def append(self, step: int, row: Row) -> None:
        """Add a row; rows of this step or later are removed, since the run went back."""
        self.truncate(step - 1)
        self.steps.append(step)
        self.rows.append(row)
        if len(self.steps) > self._most:
            # Dropping the row whose neighbours are closest to each other keeps the gaps even.
            neighbours = zip(self.steps, self.steps[2:], strict=False)
            gaps = [after - before for before, after in neighbours]
            self._drop(gaps.index(min(gaps)) + 1)

    def truncate(self, step: int) -> None:
        """Remove all rows after `step`."""
        while self.steps and self.steps[-1] > step:
            self._drop(len(self.steps) - 1)

    def _drop(self, index: int) -> None:
        del self.steps[index], self.rows[index]
