"""Runs that race have colours that differ, and a run that was given another one keeps it."""

from pathlib import Path

import pytest

from netviz.engine.options.run_config import RunConfig
from netviz.engine.protocol import commands, events
from netviz.engine.protocol.commands import MOST
from netviz.engine.protocol.left_run import Origin
from netviz.ui.look.branch_colors import TOKENS, branch_token
from tests.support import Driven, only

pytestmark = pytest.mark.usefixtures("few_digits", "every_batch_told")


def grown(config: RunConfig, count: int) -> Driven:
    """A session with runs 1 to `count`, of which the last is at hand."""
    driven = Driven(config)
    for _ in range(count - 1):
        driven.do(commands.Step(), commands.Reset())
    driven.do(commands.Step())
    return driven


def tokens(told: list[events.Event], at_hand: Origin) -> dict[int, str]:
    """The colour of each run of a race."""
    race = only(told, events.RaceChanged)[-1]
    origins = {run.origin.line: run.origin for run in race.left} | {at_hand.line: at_hand}
    return {line: branch_token(origins[line].color or line) for line in race.lanes}


def test_there_are_as_many_colours_as_runs_can_race() -> None:
    assert len(TOKENS) == MOST


def test_runs_of_one_colour_that_race_are_told_apart_for_good(
    config: RunConfig, tmp_path: Path
) -> None:
    driven = grown(config, 13)
    told = driven.do(commands.RaceRuns((1, 7, 2)))
    found = tokens(told, Origin(13))
    # The run at hand keeps its own, and so does each that comes before one of its colour.
    assert found == {13: "branch_a", 1: "branch_b", 7: "branch_c", 2: "branch_d"}
    driven.do(commands.Save(tmp_path / "run"))
    again = Driven(config)
    told = again.do(commands.Open(tmp_path / "run"))
    colors = {run.origin.line: run.origin.color for run in only(told, events.Prepared)[-1].left}
    assert {line: color for line, color in colors.items() if color} == {1: 2, 7: 3, 2: 4}
    # In another race they need no others.
    told = driven.do(commands.RaceRuns((7, 2)))
    assert tokens(told, Origin(13)) == {13: "branch_a", 7: "branch_c", 2: "branch_d"}


def test_one_that_joins_gets_a_colour_that_is_free(config: RunConfig) -> None:
    driven = Driven(config)
    rates = [{"learning_rate": rate} for rate in (0.01, 0.02, 0.03, 0.04, 0.05, 0.06)]
    driven.do(commands.Race(tuple(rates)))
    driven.do(commands.DropLane(4))
    told = driven.do(commands.AddLane({"learning_rate": 0.5}))
    found = tokens(told, Origin(1))
    assert len(set(found.values())) == len(found) == MOST
    assert found[7] == branch_token(4)
