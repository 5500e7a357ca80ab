"""The colours of the cells of a confusion matrix."""

import numpy as np
from numpy.typing import NDArray
from PySide6.QtGui import QColor

from netviz.ui.look.theme import Theme


def cell_levels(fractions: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return how strongly each cell is coloured, 0..1.

    A cell of the diagonal by its fraction; any other by the square root of its fraction over
    the largest one beside the diagonal, so that rare confusions can still be seen.

    Parameters
    ----------
    fractions
        Each cell as a fraction of its row, ``float64 [classes, classes]``.
    """
    levels = fractions.copy()
    off = ~np.eye(len(fractions), dtype=np.bool_)
    largest = fractions[off].max(initial=0.0)
    levels[off] = np.sqrt(fractions[off] / largest) if largest > 0 else 0.0
    return levels


def cell_color(theme: Theme, *, is_correct: bool, level: float) -> QColor:
    """Return the colour of a cell: of an empty one at level 0, the full colour at 1."""
    low, high = theme.color("raised"), theme.color("right" if is_correct else "wrong")
    parts = (
        round(getattr(low, name)() + level * (getattr(high, name)() - getattr(low, name)()))
        for name in ("red", "green", "blue")
    )
    return QColor(*parts)


def ink_on(color: QColor) -> QColor:
    """Return black or white, whichever is easier to read on `color`."""
    red, green, blue = (
        (part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4)
        for part in (color.redF(), color.greenF(), color.blueF())
    )
    luminance = 0.2126 * red + 0.7152 * green + 0.0722 * blue
    return QColor("#0B0F14" if luminance > 0.18 else "#FFFFFF")
