"""An array that grows at its end."""

from typing import Any, Generic, TypeVar

import numpy as np
from numpy.typing import DTypeLike, NDArray

_Scalar = TypeVar("_Scalar", bound=np.generic)

_FIRST_CAPACITY = 1024


class GrowingArray(Generic[_Scalar]):
    """An array that grows at its end in amortised constant time."""

    def __init__(self, dtype: DTypeLike) -> None:
        self._data: NDArray[_Scalar] = np.empty(_FIRST_CAPACITY, dtype)
        self._count = 0

    def __len__(self) -> int:
        return self._count

    @property
    def view(self) -> NDArray[_Scalar]:
        """The values so far, ``[n]``, read-only."""
        view = self._data[: self._count]
        view.flags.writeable = False
        return view

    def extend(self, values: NDArray[Any]) -> None:
        """Append values, ``[k]``."""
        end = self._count + len(values)
        if end > len(self._data):
            grown = np.empty(max(end, 2 * len(self._data)), self._data.dtype)
            grown[: self._count] = self.view
            self._data = grown
        self._data[self._count : end] = values
        self._count = end

    def clear(self) -> None:
        """Forget all values."""
        self._count = 0
