"""Where runs part from each other, over random trees of them."""

import math
from itertools import combinations, takewhile

from hypothesis import given
from hypothesis import strategies as st

from netviz.engine.protocol.left_run import Origin
from netviz.engine.protocol.lineage import origins_by_line, parting_step, path
from netviz.engine.session.left_runs import LeftRuns

Batch = tuple[int, int]


@st.composite
def families(draw: st.DrawFn) -> dict[int, tuple[int, int, list[Batch]]]:
    """Draw runs: the one each was branched from, at which step, and all its batches.

    A batch is the number of the run that trained it, and its step.
    """
    runs: dict[int, tuple[int, int, list[Batch]]] = {}
    for line in range(1, draw(st.integers(1, 8)) + 1):
        parent = draw(st.sampled_from([0, *runs]))
        step = draw(st.integers(0, len(runs[parent][2]))) if parent else 0
        past = runs[parent][2][:step] if parent else []
        more = [(line, step + nth) for nth in range(1, draw(st.integers(1, 5)) + 1)]
        runs[line] = parent, step, [*past, *more]
    return runs


def in_common(one: list[Batch], other: list[Batch]) -> int:
    pairs = zip(one, other, strict=False)
    return len([*takewhile(lambda pair: pair[0] == pair[1], pairs)])


@given(families())
def test_two_runs_part_where_their_batches_do(
    runs: dict[int, tuple[int, int, list[Batch]]],
) -> None:
    told = [Origin(line, parent, step) for line, (parent, step, _) in runs.items()]
    kept = LeftRuns()
    for line, (parent, step, _) in runs.items():
        known = origins_by_line(kept.origins)
        assert kept.new_origin(known.get(parent), step).line == line
    # As a run was branched, and as the session writes it: from the one that trained the step.
    for origins in (origins_by_line(told), origins_by_line(kept.origins)):
        for one, other in combinations(runs, 2):
            expected = in_common(runs[one][2], runs[other][2])
            assert parting_step(origins, one, other) == expected
            assert parting_step(origins, other, one) == expected
        for line, (_, _, batches) in runs.items():
            assert parting_step(origins, line, line) == math.inf
            ends = [*path(origins, line).items()][::-1]  # from the first ancestor on
            for step, (trained_in, _) in enumerate(batches, 1):
                assert trained_in == next(each for each, until in ends if step <= until)


def test_a_run_of_which_nothing_is_known_began_by_itself() -> None:
    origins = origins_by_line([Origin(3, 2, 500), Origin(4, 3, 900)])
    assert parting_step(origins, 3, 4) == 900
    assert parting_step(origins, 2, 4) == 500
    assert parting_step(origins, 7, 4) == 0
