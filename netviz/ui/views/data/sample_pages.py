"""Which samples of a split are listed, in which order, and which page of them is shown."""

import numpy as np
from numpy.typing import NDArray


class SamplePages:
    """The indices of the listed samples, shown page by page."""

    def __init__(self) -> None:
        self._indices = np.empty(0, np.int64)
        self._first = 0
        self._random = np.random.default_rng()

    def list_all(self, labels: NDArray[np.int64], only_class: int | None = None) -> None:
        """List the samples with these labels, or those of one class, and show the first page."""
        listed = np.ones(len(labels), np.bool_) if only_class is None else labels == only_class
        self._indices = np.flatnonzero(listed).astype(np.int64)
        self._first = 0

    def shuffle(self) -> None:
        """Put the samples in another random order and show the first page."""
        self._indices = self._random.permutation(self._indices)
        self._first = 0

    def turn(self, samples: int) -> None:
        """Show the page that many samples later, or earlier where it is below 0."""
        self._first = max(0, self._first + samples)

    def page(self, capacity: int) -> list[int]:
        """Return the indices of at most `capacity` samples, those of the page that is shown."""
        indices: list[int] = self._indices[self._first : self._first + capacity].tolist()
        return indices

    def has_previous(self) -> bool:
        """Whether there are samples before the page."""
        return self._first > 0

    def has_next(self, capacity: int) -> bool:
        """Whether there are samples after a page of this capacity."""
        return self._first + capacity < len(self._indices)

    def texts(self, capacity: int) -> tuple[str, str]:
        """Return the place of the page among all listed samples: ``11–20 of 100``, ``11–20``."""
        shown, total = len(self.page(capacity)), len(self._indices)
        place = f"{self._first + 1:,}–{self._first + shown:,}" if shown else "none"
        return f"{place} of {total:,}", place
