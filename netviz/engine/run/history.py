"""What was recorded at each step of a run."""

import numpy as np
from numpy.typing import ArrayLike, NDArray

from netviz.engine.run.growing_array import GrowingArray


class StepHistory:
    """Loss and learning rate of every step, about 20 bytes a step.

    After `clear` the arrays that were returned before keep their length, but not
    their values.
    """

    def __init__(self) -> None:
        self._steps: GrowingArray[np.int64] = GrowingArray(np.int64)
        self._losses: GrowingArray[np.float32] = GrowingArray(np.float32)
        self._learning_rates: GrowingArray[np.float64] = GrowingArray(np.float64)

    def __len__(self) -> int:
        return len(self._steps)

    @property
    def steps(self) -> NDArray[np.int64]:
        """Numbers of the steps, increasing, ``[n]``, read-only."""
        return self._steps.view

    @property
    def losses(self) -> NDArray[np.float32]:
        """Loss of each step's batch, ``[n]``, read-only; may hold NaN and infinity."""
        return self._losses.view

    @property
    def learning_rates(self) -> NDArray[np.float64]:
        """Learning rate that each step used, ``[n]``, read-only."""
        return self._learning_rates.view

    @property
    def last_step(self) -> int:
        """Number of the last step, 0 before any."""
        return int(self.steps[-1]) if len(self) else 0

    def extend(self, steps: ArrayLike, losses: ArrayLike, learning_rates: ArrayLike) -> None:
        """Append steps.

        Parameters
        ----------
        steps
            Whole numbers that go on increasing from the last step, ``[k]``.
        losses, learning_rates
            What belongs to them, ``[k]``.

        Raises
        ------
        ValueError
            When the lengths differ or the steps do not increase; nothing is appended.
        """
        columns = [np.atleast_1d(values) for values in (steps, losses, learning_rates)]
        numbers = columns[0]
        if len({len(column) for column in columns}) > 1:
            raise ValueError("steps, losses and learning rates differ in length")
        if len(numbers) == 0:
            return
        if numbers[0] <= self.last_step or np.any(np.diff(numbers) <= 0):
            raise ValueError("steps have to increase")
        self._steps.extend(columns[0])
        self._losses.extend(columns[1])
        self._learning_rates.extend(columns[2])

    def count_until(self, step: int) -> int:
        """Return how many of the recorded steps come no later than `step`."""
        return int(np.searchsorted(self.steps, step, side="right"))

    def between(self, after: int, until: int) -> tuple[NDArray[np.int64], NDArray[np.float32]]:
        """Return the recorded steps after `after` up to `until`, and the loss of each."""
        first, stop = self.count_until(after), self.count_until(until)
        return self.steps[first:stop], self.losses[first:stop]

    def copy(self) -> "StepHistory":
        """Return a copy of everything."""
        return self.until(self.last_step)

    def until(self, step: int) -> "StepHistory":
        """Return a copy of everything up to `step`."""
        count, copied = self.count_until(step), StepHistory()
        columns = (self.steps, self.losses, self.learning_rates)
        copied.extend(*(column[:count] for column in columns))
        return copied

    def clear(self) -> None:
        """Forget everything."""
        for column in (self._steps, self._losses, self._learning_rates):
            column.clear()
