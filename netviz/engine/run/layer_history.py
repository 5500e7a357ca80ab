"""The record of a run's layers over its steps: how it grows, and is thinned out as it does.

The steps are divided into cells of equal width, and each cell keeps its first row. The width
depends on the number of steps alone and doubles with it. So a run has the same rows however it came
to where it is.
"""

from collections.abc import Iterable
from dataclasses import replace

from netviz.engine.protocol.layer_record import LayerRecord, LayerRow

MOST_ROWS = 512
"""More rows than a plot has room for."""

NEVER_ENDS = 2**53
"""Last step of a gap that is still open."""


def cell_width(step: int) -> int:
    """Return how many steps share one row in a run of `step` steps: a power of two."""
    return 1 << max(0, step.bit_length() - MOST_ROWS.bit_length() + 1)


def with_row(record: LayerRecord, row: LayerRow) -> LayerRecord:
    """Return `record` with a newer row.

    The newest row is kept whatever its step, so that a single step can be seen; it goes with the
    next one if its cell has a row already. A gap that is still open ends before it.
    """
    rows, width = record.rows, cell_width(row.step)
    if rows and cell_width(rows[-1].step) != width:
        rows = tuple(_first_of_cells(rows, width))
    elif len(rows) > 1 and rows[-1].step // width == rows[-2].step // width:
        rows = rows[:-1]
    gaps = tuple((after, min(last, row.step - 1)) for after, last in record.gaps)
    return replace(record, rows=(*rows, row), gaps=gaps)


def _first_of_cells(rows: Iterable[LayerRow], width: int) -> Iterable[LayerRow]:
    last = -1
    for row in rows:
        if row.step // width != last:
            last = row.step // width
            yield row


def with_gap(record: LayerRecord, last: int = NEVER_ENDS) -> LayerRecord:
    """Return `record` with nothing recorded from its newest row on, up to the step `last`."""
    after = record.rows[-1].step
    gaps = tuple(gap for gap in record.gaps if gap[0] < after)
    return replace(record, gaps=(*gaps, (after, last)) if after < last else gaps)
