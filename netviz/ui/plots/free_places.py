"""Where on a plot a label covers neither the curve that it is about nor another label."""

from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QRectF

_SAMPLE_PX = 3.0


class FreePlaces:
    """Chooses places for labels inside an area, one after the other.

    Parameters
    ----------
    area
        What no label may leave, in pixels.
    taken
        Boxes of the labels that are there.
    x, y
        Points of a curve, in pixels, ``[n]`` each, from the left.
    gap
        Pixels kept free around a label.
    """

    def __init__(
        self,
        area: QRectF,
        taken: Iterable[QRectF],
        x: NDArray[Any],
        y: NDArray[Any],
        gap: float,
    ) -> None:
        self._area = area
        self._taken = list(taken)
        finite = np.isfinite(y)
        self._x, self._y = x[finite], y[finite]
        self._gap = gap

    def choose(self, boxes: Sequence[QRectF]) -> QRectF | None:
        """Return the first of `boxes` that is free, moved into the area, and keep it taken.

        Where none is free of the curve it is the first that covers no label; None without.
        """
        inside = [self._moved_inside(box) for box in boxes]
        free = [box for box in inside if box is not None and not self._is_taken(box)]
        chosen = next((box for box in free if not self._is_crossed(box)), next(iter(free), None))
        if chosen is not None:
            self._taken.append(chosen)
        return chosen

    def _moved_inside(self, box: QRectF) -> QRectF | None:
        """Return a box moved along until it is inside the area; None where it is too high up."""
        area = self._area
        left = max(area.left(), min(box.left(), area.right() - box.width()))
        moved = QRectF(left, box.top(), box.width(), box.height())
        return moved if area.contains(moved) else None

    def _is_taken(self, box: QRectF) -> bool:
        gap = self._gap
        grown = box.adjusted(-gap, -gap, gap, gap)
        return any(grown.intersects(other) for other in self._taken)

    def _is_crossed(self, box: QRectF) -> bool:
        if len(self._x) == 0:
            return False
        x = np.arange(box.left() - self._gap, box.right() + self._gap + 1, _SAMPLE_PX)
        x = x[(x >= self._x[0]) & (x <= self._x[-1])]
        y = np.interp(x, self._x, self._y)
        is_inside = (y > box.top() - self._gap) & (y < box.bottom() + self._gap)
        return bool(is_inside.any())
