"""The record of the layers: bounded, even, and the same however a run came to where it is."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from netviz.engine.protocol.layer_record import LayerRecord, LayerRow, Spread
from netviz.engine.run.layer_history import MOST_ROWS, NEVER_ENDS, cell_width, with_gap, with_row

_SPREAD = Spread(np.zeros((0, 4), np.int32), np.zeros((0, 2)))
LENGTHS = st.one_of(st.integers(1, 40), st.integers(500, 1100), st.integers(4000, 4200))


def row(step: int) -> LayerRow:
    return LayerRow(step, _SPREAD, _SPREAD, None)


def steps(record: LayerRecord) -> list[int]:
    return [each.step for each in record.rows]


def trained(last: int, record: LayerRecord | None = None) -> LayerRecord:
    """Record every step up to `last`."""
    record = record or LayerRecord((), (row(0),))
    for step in range(record.rows[-1].step + 1, last + 1):
        record = with_row(record, row(step))
    return record


@given(LENGTHS)
def test_the_steps_that_are_kept_depend_on_their_number_alone(last: int) -> None:
    width = cell_width(last)
    wanted = sorted({*range(0, last + 1, width), last})
    assert steps(trained(last)) == wanted
    assert len(wanted) <= MOST_ROWS + 1


@given(LENGTHS, st.integers(0, 600))
def test_a_run_that_went_back_ends_with_as_many_rows(last: int, back: int) -> None:
    step = max(0, last - back)
    again = trained(last, trained(last).until(step))
    assert set(steps(again)) >= set(range(0, last + 1, cell_width(last)))
    assert len(again.rows) <= MOST_ROWS + 1


@given(st.lists(st.integers(1, 5000), max_size=200, unique=True).map(sorted))
def test_whatever_is_measured_the_first_and_the_newest_are_kept(measured: list[int]) -> None:
    record = LayerRecord((), (row(0),))
    for step in measured:
        record = with_row(record, row(step))
        assert steps(record)[0] == 0
        assert steps(record)[-1] == step
    cells = [step // cell_width(max(measured, default=0)) for step in steps(record)[:-1]]
    assert cells == sorted(set(cells))


def test_a_single_step_is_seen_until_the_next_one() -> None:
    record = trained(2000)
    assert steps(record)[-2:] == [1996, 2000]
    record = with_row(record, row(2001))
    assert steps(record)[-2:] == [2000, 2001]
    record = with_row(record, row(2002))
    assert steps(record)[-2:] == [2000, 2002]


@pytest.mark.parametrize("width", [1, 2, 4, 8, 16])
def test_the_width_doubles_with_the_steps(width: int) -> None:
    last = width * MOST_ROWS - 1
    assert (cell_width(last), cell_width(last + 1)) == (width, 2 * width)


def test_a_gap_lasts_from_the_newest_row_to_the_step_that_is_known() -> None:
    record = with_gap(trained(7))
    assert record.gaps == ((7, NEVER_ENDS),)
    assert record.until(20).gaps == ((7, 20),)
    assert record.until(7).gaps == ()
    assert steps(record.until(3)) == [0, 1, 2, 3]
    assert with_gap(record, 30).gaps == ((7, 30),)  # the same gap, now known to end
    later = with_gap(with_row(record.until(20), row(21)))
    assert later.gaps == ((7, 20), (21, NEVER_ENDS))


def test_a_gap_of_no_step_is_none() -> None:
    assert with_gap(trained(7), 7).gaps == ()
