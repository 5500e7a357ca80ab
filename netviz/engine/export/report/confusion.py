"""The confusion matrix of a report."""

from collections.abc import Sequence

import numpy as np
from markupsafe import Markup
from numpy.typing import NDArray

from netviz.engine.export.report.chart import WIDTH
from netviz.engine.export.report.drawing import Drawing
from netviz.engine.protocol.mistakes import cell_levels, recall, row_fractions
from netviz.number_text import percent_text

_MOST_CELL = 30
_LEAST_WITH_FIGURES = 17
"""Width of a cell that has room for its number."""
_RIGHT = 76
"""Room for how much of each class is found."""
_CHARACTER = 6.2
_LONGEST = 16
"""Letters of a class's name."""
_UPRIGHT = 3
"""Letters of a name that has room over a column; longer ones are turned."""


def confusion_svg(confusion: NDArray[np.int64], classes: Sequence[str]) -> Markup:
    """Draw the matrix: the true class from top to bottom, what the network says across.

    Parameters
    ----------
    confusion
        Images by true class (row) and predicted class (column), ``int64 [classes, classes]``.
    classes
        Their names.
    """
    count, names = len(classes), [_short(name) for name in classes]
    longest = max(map(len, names))
    is_turned = longest > _UPRIGHT
    left = 24 + _CHARACTER * longest
    top = 22 + (_CHARACTER * longest * 0.75 + 8 if is_turned else 14)
    cell = min(_MOST_CELL, (WIDTH - left - _RIGHT) / count)
    width, height = left + cell * count + _RIGHT, top + cell * count + 6
    title = "Confusion matrix: true class by predicted class"
    drawing = Drawing(width, height, title, "confusion")
    drawing.text(left + cell * count / 2, 12, "the network says", "caption", "middle")
    drawing.text(11, top + cell * count / 2, "it is", "caption", "middle", turn=-90)
    beside = left + cell * count + (22 if is_turned else 12)
    drawing.text(beside, top - 8, "found", "caption")
    found = recall(confusion)
    size = "small" if cell < 13 else ""
    for place, name in enumerate(names):
        middle = (place + 0.5) * cell
        drawing.text(left - 7, top + middle + 4, name, size, "end")
        if is_turned:
            drawing.text(left + middle + 4, top - 6, name, size, turn=-45)
        else:
            drawing.text(left + middle, top - 8, name, size, "middle")
        share = percent_text(float(found[place]))
        drawing.text(beside, top + middle + 4, share, f"figure {size}".strip())
    _draw_cells(drawing, confusion, (left, top), cell)
    return drawing.markup()


def _draw_cells(
    drawing: Drawing, confusion: NDArray[np.int64], origin: tuple[float, float], cell: float
) -> None:
    left, top = origin
    levels = cell_levels(np.nan_to_num(row_fractions(confusion)))
    for row, column in np.ndindex(*confusion.shape):
        x, y, level = left + column * cell, top + row * cell, float(levels[row, column])
        look, number = "right" if row == column else "wrong", int(confusion[row, column])
        drawing.box(x + 0.5, y + 0.5, cell - 1, cell - 1, "cell")
        if number:
            drawing.box(x + 0.5, y + 0.5, cell - 1, cell - 1, look, opacity=0.08 + 0.92 * level)
            if cell >= _LEAST_WITH_FIGURES:
                ink = "on-dark" if level > 0.55 else "on-light"
                small = " small" if len(str(number)) * _CHARACTER > cell - 3 else ""
                drawing.text(x + cell / 2, y + cell / 2 + 4, str(number), ink + small, "middle")


def _short(name: str) -> str:
    return name if len(name) <= _LONGEST else f"{name[: _LONGEST - 1]}…"
