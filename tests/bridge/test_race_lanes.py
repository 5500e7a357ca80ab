"""What is known of the runs of a race."""

import math
from typing import Any

import numpy as np
import pytest

from netviz.bridge.race_lanes import RaceLanes
from netviz.engine.options.run_config import RunConfig
from netviz.engine.protocol import events
from netviz.engine.protocol.lanes import lane_names
from netviz.engine.protocol.left_run import LeftRun, Origin
from tests.bridge.test_mailbox import progress


def left(line: int, steps: int = 0, **changes: Any) -> LeftRun:
    return LeftRun(Origin(line), RunConfig.parse(changes), steps, ())


@pytest.fixture
def race() -> RaceLanes:
    """Runs 2, 3 and 4 from step 100, of which the first is shown."""
    race = RaceLanes()
    told = (left(3, 100, learning_rate=0.3), left(4, 100, learning_rate=1))
    race.set_shown(2, RunConfig(learning_rate=0.1), 100)
    race.set_lanes(events.RaceChanged(1, (2, 3, 4), told))
    return race


def test_runs_are_named_by_what_differs(race: RaceLanes) -> None:
    lanes = race.now()
    assert [(lane.letter, lane.name) for lane in lanes] == [
        ("A", "lr 0.1"),
        ("B", "lr 0.3"),
        ("C", "lr 1"),
    ]
    assert [lane.is_shown for lane in lanes] == [True, False, False]
    assert race.start_step == 100
    configs = {1: RunConfig(), 2: RunConfig(optimizer="sgd", learning_rate=0.1)}
    assert lane_names(configs) == {1: "lr 0.001, optimizer Adam", 2: "lr 0.1, optimizer SGD"}


def test_the_one_with_the_lowest_mean_loss_leads(race: RaceLanes) -> None:
    assert not any(lane.leads for lane in race.now())
    race.add_shown(progress(101, [1.0, 3.0]))
    race.add(3, progress(101, [1.5, 1.5]))
    assert [lane.leads for lane in race.now()] == [False, True, False]
    assert race.now()[0].loss == 2.0
    race.add(3, events.Diverging(1, "It broke.", "", 150, 120, 1.0, 0))
    assert race.now()[1].trouble == "diverged"
    assert race.now()[1].reason == "It broke."
    assert not race.now()[1].leads
    race.add(3, events.Recovered(1, 170))
    assert race.now()[1].leads


def test_a_loss_that_is_no_number_is_left_out(race: RaceLanes) -> None:
    race.add(4, progress(101, [2.0, np.nan, np.inf]))
    assert race.now()[2].loss == 2.0
    assert math.isnan(race.now()[1].loss)


def test_letters_stay_and_that_of_one_that_left_is_given_again(race: RaceLanes) -> None:
    told = (left(4, 120, learning_rate=1), left(5, 100, learning_rate=3))
    race.set_lanes(events.RaceChanged(1, (2, 4), told))
    assert [(lane.line, lane.letter) for lane in race.now()] == [(2, "A"), (4, "C")]
    race.set_lanes(events.RaceChanged(1, (2, 4, 5), told))
    assert [(lane.line, lane.letter) for lane in race.now()] == [(2, "A"), (5, "B"), (4, "C")]
    race.set_lanes(events.RaceChanged(1, (), told))
    assert not race


def test_what_all_of_them_take_on_is_no_difference(race: RaceLanes) -> None:
    race.set_config(RunConfig(learning_rate=0.1, epochs=500, threads=2))
    assert [lane.name for lane in race.now()] == ["lr 0.1", "lr 0.3", "lr 1"]


@pytest.mark.parametrize(
    ("values", "comparable", "same_batches"),
    [
        ({"learning_rate": 0.1}, True, True),
        ({"loss": "mse"}, False, True),
        ({"batch_size": 20}, False, False),
        ({"order": 1}, False, False),
    ],
)
def test_only_runs_on_the_same_batches_are_compared(
    values: dict[str, Any], comparable: bool, same_batches: bool
) -> None:
    race = RaceLanes()
    race.set_shown(1, RunConfig(), 0)
    race.set_lanes(events.RaceChanged(1, (1, 2), (left(2, **values),)))
    assert race.comparable_with(1) == ({1, 2} if comparable else {1})
    assert race.have_same_batches == same_batches


def test_runs_in_several_orders_are_named_by_them() -> None:
    configs = {number: RunConfig(order=number) for number in range(3)}
    assert lane_names(configs) == {0: "order 0", 1: "order 1", 2: "order 2"}


def test_losses_of_two_functions_have_no_leader() -> None:
    race = RaceLanes()
    race.set_shown(1, RunConfig(), 0)
    race.set_lanes(events.RaceChanged(1, (1, 2), (left(2, loss="mse"),)))
    race.add_shown(progress(1, [2.0]))
    race.add(2, progress(1, [0.1]))
    assert not any(lane.leads for lane in race.now())


def test_each_has_the_colour_of_its_number_or_the_one_that_it_was_given(race: RaceLanes) -> None:
    assert [lane.color for lane in race.now()] == [2, 3, 4]
    given = LeftRun(Origin(8, color=1), RunConfig(learning_rate=3), 100, ())
    race.set_lanes(events.RaceChanged(1, (2, 3, 8), (left(3, 100), given)))
    assert [lane.color for lane in race.now()] == [2, 3, 1]
    other = RaceLanes()
    other.set_shown(9, RunConfig(), 0, color=5)
    other.set_lanes(events.RaceChanged(1, (9, 2), (left(2),)))
    assert [lane.color for lane in other.now()] == [5, 2]
