"""A curve that the learner draws before it is known; free of Qt.

How far off it was is said in `netviz.lessons.curves`.
"""

import math
from typing import Any

import numpy as np
from numpy.typing import NDArray

COLUMNS = 80
"""How many values a guess has at most: one every few pixels."""


class Guess:
    """One value for each of some columns to the right of a point, drawn from the left.

    It has no gaps: what lies between the last value and a stroke farther to the right is a straight
    line.

    Parameters
    ----------
    start
        The step from which on it is drawn.
    value
        The value there, in the metric's own unit.
    ahead
        How many steps it reaches, at least 1.
    columns
        How many values it has when it is whole.
    """

    def __init__(self, start: float, value: float, ahead: float, columns: int = COLUMNS) -> None:
        self.start, self.value, self.ahead = start, value, max(1.0, ahead)
        self._all_steps = start + self.ahead * np.arange(columns + 1) / columns
        self._values = np.full(columns + 1, math.nan)
        self._values[0] = value

    @property
    def end(self) -> float:
        """The last step that it can reach."""
        return self.start + self.ahead

    @property
    def is_empty(self) -> bool:
        """Whether nothing is drawn yet."""
        return not np.isfinite(self._values[1:]).any()

    @property
    def is_whole(self) -> bool:
        """Whether it reaches the end."""
        return bool(np.isfinite(self._values[-1]))

    @property
    def steps(self) -> NDArray[np.float64]:
        """The steps that have a value, beginning with the start, ``[n]``."""
        steps: NDArray[np.float64] = self._all_steps[np.isfinite(self._values)]
        return steps

    @property
    def values(self) -> NDArray[np.float64]:
        """The value at each of `steps`, ``[n]``."""
        values: NDArray[np.float64] = self._values[np.isfinite(self._values)]
        return values

    def clear(self) -> None:
        """Take back all that was drawn."""
        self._values[1:] = math.nan

    def draw(
        self, begin: tuple[float, float], end: tuple[float, float], *, logarithmic: bool = False
    ) -> None:
        """Draw a straight stroke; the columns that it passes take its values.

        Parameters
        ----------
        begin, end
            Step and value of both ends, in either order; what lies outside is cut off.
        logarithmic
            Whether the stroke is straight on a logarithmic axis; values are above zero then.
        """
        first, last = sorted((self._column(begin[0]), self._column(end[0])))
        (x0, y0), (x1, y1) = sorted((begin, end))
        columns = np.arange(max(1, first), max(1, last) + 1)
        heights = self._all_steps[columns]
        self._values[columns] = _between(heights, (x0, y0), (x1, y1), logarithmic=logarithmic)
        self._fill(int(columns[0]), logarithmic=logarithmic)

    def cut(self, step: float) -> None:
        """Take back what was drawn from a step on."""
        self._values[max(1, self._column(step)) :] = math.nan

    def value_at(self, step: float) -> float:
        """Return the value of the column nearest to a step; the last one that is drawn beyond."""
        known = np.flatnonzero(np.isfinite(self._values))
        return float(self._values[min(self._column(step), int(known[-1]))])

    @property
    def column_width(self) -> float:
        """How many steps lie between two values."""
        return float(self._all_steps[1] - self._all_steps[0])

    def _column(self, step: float) -> int:
        place = round((step - self.start) / self.ahead * (len(self._values) - 1))
        return min(max(0, place), len(self._values) - 1)

    def _fill(self, column: int, *, logarithmic: bool) -> None:
        """Close the gap before a column."""
        before = np.flatnonzero(np.isfinite(self._values[:column]))
        last = int(before[-1])
        if last + 1 < column:
            gap = np.arange(last + 1, column)
            steps, values = self._all_steps, self._values
            ends = (steps[last], values[last]), (steps[column], values[column])
            self._values[gap] = _between(steps[gap], *ends, logarithmic=logarithmic)


def _between(
    steps: NDArray[Any],
    begin: tuple[float, float],
    end: tuple[float, float],
    *,
    logarithmic: bool,
) -> NDArray[np.float64]:
    """Return the values at some steps of the straight line between two points."""
    (x0, y0), (x1, y1) = begin, end
    if logarithmic and min(y0, y1) > 0:
        return np.exp(_between(steps, (x0, math.log(y0)), (x1, math.log(y1)), logarithmic=False))
    if x1 <= x0:
        return np.full(len(steps), y1)
    found: NDArray[np.float64] = np.interp(steps, [x0, x1], [y0, y1])
    return found
