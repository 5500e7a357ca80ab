"""What was recorded of the layers is cut where the run went back to."""

import numpy as np
import pytest

from netviz.engine.protocol.layer_record import LayerRecord, LayerRow, LayersRecorded, Spread


def recorded(*steps: int, gap: tuple[int, int]) -> LayersRecorded:
    spread = Spread(np.ones((1, 4), np.int32), np.array([[-1.0, 1.0]]))
    rows = tuple(LayerRow(step, spread, spread, None) for step in steps)
    return LayersRecorded(1, steps[-1], ("Linear 8 → 4",), LayerRecord(("1",), rows, (gap,)))


@pytest.mark.parametrize(
    ("step", "end", "rows", "gaps"),
    [
        (50, 40, [0, 10, 40], ((10, 30),)),
        (40, 40, [0, 10, 40], ((10, 30),)),
        (39, 39, [0, 10], ((10, 30),)),
        (20, 20, [0, 10], ((10, 20),)),
        (10, 10, [0, 10], ()),
        (0, 0, [0], ()),
    ],
)
def test_rows_gaps_and_the_step_are_those_until_then(
    step: int, end: int, rows: list[int], gaps: tuple[tuple[int, int], ...]
) -> None:
    whole = recorded(0, 10, 40, gap=(10, 30))
    cut = whole.until(step)
    assert cut.step == end
    assert [row.step for row in cut.record.rows] == rows
    assert cut.record.gaps == gaps
    assert (cut.run, cut.titles, cut.record.names) == (1, whole.titles, ("1",))
    assert whole.step == 40
