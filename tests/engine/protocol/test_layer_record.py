"""What was recorded of the layers is cut where the run went back to."""

import numpy as np
import pytest

from netviz.engine.protocol.layer_record import LayerRecord, LayerRow, Spread


def recorded(*steps: int, gap: tuple[int, int]) -> LayerRecord:
    spread = Spread(np.ones((1, 4), np.int32), np.array([[-1.0, 1.0]]))
    rows = tuple(LayerRow(step, spread, spread, None) for step in steps)
    return LayerRecord(("1",), rows, (gap,))


@pytest.mark.parametrize(
    ("step", "rows", "gaps"),
    [
        (50, [0, 10, 40], ((10, 30),)),
        (40, [0, 10, 40], ((10, 30),)),
        (39, [0, 10], ((10, 30),)),
        (20, [0, 10], ((10, 20),)),
        (10, [0, 10], ()),
        (0, [0], ()),
    ],
)
def test_rows_and_gaps_are_those_until_then(
    step: int, rows: list[int], gaps: tuple[tuple[int, int], ...]
) -> None:
    whole = recorded(0, 10, 40, gap=(10, 30))
    cut = whole.until(step)
    assert [row.step for row in cut.rows] == rows
    assert cut.gaps == gaps
    assert cut.names == ("1",)
