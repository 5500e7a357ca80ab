"""Each run of a race is what it would be by itself, bit for bit.

A few random races are tried with the other tests; how to try more is said in docs/CONTRIBUTING.md.
"""

import os
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from hypothesis import HealthCheck, assume, example, given, settings
from hypothesis import strategies as st

from netviz.engine.options.run_config import RunConfig
from netviz.engine.protocol import commands, events
from netviz.engine.protocol.commands import Command
from netviz.engine.protocol.observations import Prediction
from netviz.engine.protocol.run_state import State
from netviz.engine.run.run import Run
from netviz.engine.run.states import BUDGET_BYTES
from tests.engine.session.first_runs import (
    Changes,
    assert_no_difference,
    changing,
    reached,
    run_of,
)
from tests.engine.session.test_going_back import _CHANGES, _SETTINGS, NETWORKS
from tests.support import Answer, Driven, Loss, losses, only

pytestmark = pytest.mark.usefixtures("few_digits", "every_batch_told")

COUNT = int(os.environ.get("NETVIZ_RANDOM_RUNS", "10"))

Lanes = Sequence[dict[str, Any]]

ORDERS: Lanes = ({}, {"order": 1}, {"order": 2, "batch_size": 20})
RATES: Lanes = ({"learning_rate": 0.01}, {"learning_rate": 0.1}, {"optimizer": "adam"})
SEVEN = np.zeros((28, 28), np.uint8)
SEVEN[4:6, 6:22] = 255


def trained_until(config: RunConfig, step: int, changes: Changes) -> Driven:
    """A run that is held at `step`, before what is changed there."""
    driven = Driven(config)
    change = changing({at: each for at, each in changes.items() if at < step})

    def answer(event: events.Event) -> Command | None:
        if isinstance(event, events.Progress) and event.step == step:
            return commands.Pause()
        return change(event)

    if step:
        driven.do(commands.Start(), answer=answer)
    return driven


def alone(config: RunConfig, step: int, changes: Changes, lane: dict[str, Any]) -> Run:
    """The run that a lane has to be."""
    driven = trained_until(config, step, changes)
    driven.do(commands.Change(lane), commands.Start())
    return run_of(driven)


def racing(driven: Driven, lanes: Lanes) -> list[int]:
    """Begin a race, and return the numbers of its runs."""
    told = driven.do(commands.Race(tuple(lanes)))
    assert not only(told, events.Refused), only(told, events.Refused)[0].details
    return list(only(told, events.RaceChanged)[-1].lanes)


def at_steps(wishes: dict[int, Command]) -> Answer:
    """Give each command when a run of the race has trained so many steps."""
    waiting = dict(wishes)

    def answer(event: events.Event) -> Command | None:
        told = event.event if isinstance(event, events.InLane) else event
        return waiting.pop(told.step, None) if isinstance(told, events.Progress) else None

    return answer


def assert_lanes(driven: Driven, wanted: dict[int, Run]) -> None:
    """Put each run in the place of the one at hand, and compare it."""
    for line, run in wanted.items():
        if driven_line(driven) != line:
            told = driven.do(commands.ShowLane(line))
            assert not only(told, events.Refused)
        assert_no_difference(reached(run_of(driven)), reached(run))


def driven_line(driven: Driven) -> int:
    """Number of the run at hand."""
    return only(driven.events, events.Prepared)[-1].origin.line


# -- exact ---------------------------------------------------------------------------------------


@settings(
    max_examples=COUNT,
    report_multiple_bugs=False,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@example(network=NETWORKS[1], first={}, changes={}, step=25, lanes=list(RATES), shown=[33, 41, 50])
@example(network=NETWORKS[1], first={}, changes={}, step=0, lanes=list(RATES), shown=[1])
@example(network=NETWORKS[0], first={}, changes={}, step=25, lanes=list(ORDERS), shown=[30])
@example(network=NETWORKS[0], first={"order": 3}, changes={}, step=0, lanes=list(ORDERS), shown=[])
@given(
    network=st.sampled_from(NETWORKS),
    first=_SETTINGS,
    changes=_CHANGES,
    step=st.integers(0, 40),
    lanes=st.lists(_SETTINGS, min_size=2, max_size=4),
    shown=st.lists(st.integers(1, 70), max_size=4),
)
def test_a_lane_is_the_run_by_itself(
    network: dict[str, Any],
    first: dict[str, Any],
    changes: Changes,
    step: int,
    lanes: list[dict[str, Any]],
    shown: list[int],
    config: RunConfig,
) -> None:
    config = config.with_changes(network | first)
    step = run_of(trained_until(config, step, changes)).trainer.step  # large batches end sooner
    driven = trained_until(config, step, changes)
    before = run_of(driven).trainer
    different = {before.config.with_changes(lane): lane for lane in lanes}
    assume(len(different) >= 2)
    lanes = list(different.values())
    lines = racing(driven, lanes)
    looks = {at: commands.ShowLane(lines[at % len(lines)]) for at in shown}
    driven.do(commands.Start(), answer=at_steps(looks))
    assert driven.state is State.FINISHED or run_of(driven).divergence
    wanted = {
        line: alone(config, step, changes, lane) for line, lane in zip(lines, lanes, strict=True)
    }
    assert_lanes(driven, {line: run for line, run in wanted.items() if not run.divergence})


def test_what_is_told_of_the_lanes_is_what_they_do(config: RunConfig) -> None:
    driven = trained_until(config, 12, {})
    lines = racing(driven, RATES)
    told = driven.do(commands.Start())
    for line, lane in zip(lines[1:], RATES[1:], strict=True):
        of_lane = [each.event for each in only(told, events.InLane) if each.line == line]
        run = alone(config, 12, {}, lane)
        after = dict(enumerate(run.history.losses[12:].tolist(), start=13))
        assert losses(only(of_lane, events.Progress)) == after
        measured = [each.measurement for each in only(of_lane, events.EpochFinished)]
        assert [each.test_loss for each in measured] == [
            each.test_loss for each in run.measurements if each.step > 12
        ]


@pytest.mark.parametrize("step", [0, 8, 20])
def test_runs_in_another_order_begin_with_the_same_weights_on_other_images(
    config: RunConfig, step: int
) -> None:
    driven = trained_until(config, step, {})
    weights = {
        name: value.clone() for name, value in run_of(driven).trainer.model.state_dict().items()
    }
    lines = racing(driven, [{}, {"order": 1}])
    for line in reversed(lines):
        driven.do(commands.ShowLane(line))
        found = run_of(driven).trainer.model.state_dict()
        assert all(torch.equal(found[name], value) for name, value in weights.items())
    told = driven.do(commands.Start(), answer=at_steps({60: commands.Pause()}))
    front = losses(only(told, events.Progress))
    other = losses(only([each.event for each in only(told, events.InLane)], events.Progress))
    assert len(front) == len(other) == 60 - step
    assert front[step + 1] != other[step + 1]


# -- by turns ------------------------------------------------------------------------------------


def test_the_runs_are_level_at_each_moment(config: RunConfig) -> None:
    driven = trained_until(config, 5, {})
    lines = racing(driven, RATES)
    told = driven.do(commands.Start(), answer=at_steps({30: commands.Pause()}))
    steps = dict.fromkeys(lines, 5)
    for event in told:
        if isinstance(event, events.Progress):
            steps[lines[0]] = event.step
        elif isinstance(event, events.InLane) and isinstance(event.event, events.Progress):
            steps[event.line] = event.event.step
        assert max(steps.values()) - min(steps.values()) <= 1
    assert (driven.state, driven.step) == (State.PAUSED, 30)


def test_a_step_is_one_of_each(config: RunConfig) -> None:
    driven = Driven(config)
    lines = racing(driven, RATES)
    told = driven.do(commands.Step())
    stepped = [each.line for each in only(told, events.InLane)]
    assert [each.step for each in only(told, events.Progress)] == [1]
    assert sorted(stepped) == lines[1:]
    assert driven.state is State.PAUSED


def test_an_epoch_is_one_of_each_whatever_its_length(config: RunConfig) -> None:
    driven = Driven(config)
    racing(driven, [{}, {"batch_size": 50}])
    told = driven.do(commands.RunEpoch())
    (lane,) = [
        each.event
        for each in only(told, events.InLane)
        if isinstance(each.event, events.EpochFinished)
    ]
    (front,) = only(told, events.EpochFinished)
    assert (front.measurement.step, lane.measurement.step) == (20, 4)


def test_a_run_that_joins_is_trained_until_it_is_level(config: RunConfig) -> None:
    driven = trained_until(config, 8, {})
    lines = racing(driven, RATES)
    driven.do(commands.Start(), answer=at_steps({20: commands.Pause()}))
    told = driven.do(commands.AddLane({"momentum": 0.9, "optimizer": "sgd"}))
    (joined,) = set(only(told, events.RaceChanged)[-1].lanes) - set(lines)
    told = driven.do(commands.Start())
    first = [each for each in told if isinstance(each, events.Progress | events.InLane)][:12]
    assert {each.line for each in only(first, events.InLane)} == {joined}
    assert len(only(first, events.InLane)) == 12
    lane = {"momentum": 0.9, "optimizer": "sgd"}
    assert_lanes(driven, {joined: alone(config, 8, {}, lane)})


def test_a_run_that_is_dropped_stays_where_it_was(config: RunConfig) -> None:
    driven = trained_until(config, 8, {})
    lines = racing(driven, RATES)
    drop = {15: commands.DropLane(lines[1])}
    told = driven.do(commands.Start(), answer=at_steps(drop))
    assert only(told, events.RaceChanged)[-1].lanes == (lines[0], lines[2])
    left = {each.origin.line: each for each in only(told, events.RaceChanged)[-1].left}
    assert left[lines[1]].steps == 15
    driven.do(commands.GoOnWith(lines[1]), commands.Start())
    assert_no_difference(reached(run_of(driven)), reached(alone(config, 8, {}, RATES[1])))


def test_the_memory_for_states_is_shared_while_they_race(config: RunConfig) -> None:
    driven = Driven(config)
    lines = racing(driven, RATES)
    front = run_of(driven)
    assert front.states.budget == BUDGET_BYTES // 3
    driven.do(commands.DropLane(lines[2]))
    assert front.states.budget == BUDGET_BYTES // 2
    driven.do(commands.GoOnWith(lines[1]))
    assert run_of(driven).states.budget == front.states.budget == BUDGET_BYTES


def test_another_race_gives_the_runs_of_the_first_their_memory_back(config: RunConfig) -> None:
    driven = trained_until(config, 5, {})
    lines = racing(driven, RATES)
    racing(driven, RATES[1:])
    driven.do(commands.GoOnWith(lines[2]))
    assert run_of(driven).states.budget == BUDGET_BYTES


def test_a_race_of_one_is_none(config: RunConfig) -> None:
    driven = Driven(config)
    lines = racing(driven, RATES[:2])
    told = driven.do(commands.DropLane(lines[1]))
    assert only(told, events.RaceChanged)[-1].lanes == ()
    (refused,) = only(driven.do(commands.AddLane(RATES[1])), events.Refused)
    assert refused.message == "There is no race."


def test_what_is_refused_does_not_hold_the_run(config: RunConfig) -> None:
    driven = Driven(config)
    same = commands.Race(({"learning_rate": 0.1}, {"learning_rate": 0.1}))
    told = driven.do(commands.Start(), answer=at_steps({20: same}))
    assert len(only(told, events.Refused)) == 1
    assert State.PAUSED not in [each.state for each in only(told, events.StateChanged)]
    assert driven.state is State.FINISHED


# -- ends ----------------------------------------------------------------------------------------


def test_going_on_with_one_leaves_the_others(config: RunConfig) -> None:
    driven = trained_until(config, 8, {})
    lines = racing(driven, RATES)
    driven.do(commands.Start(), answer=at_steps({20: commands.Pause()}))
    told = driven.do(commands.GoOnWith(lines[2]))
    (prepared,) = only(told, events.Prepared)
    assert {each.origin.line for each in prepared.left} == {1, *lines[:2]}
    assert {each.origin.parent for each in prepared.left if each.origin.line != 1} == {1}
    told = driven.do(commands.Start())
    assert not only(told, events.InLane)
    assert_no_difference(reached(run_of(driven)), reached(alone(config, 8, {}, RATES[2])))


def test_going_on_with_the_one_at_hand_ends_the_race_and_training_goes_on(
    config: RunConfig,
) -> None:
    driven = Driven(config)
    lines = racing(driven, RATES)
    end = {20: commands.GoOnWith(lines[0])}
    told = driven.do(commands.Start(), answer=at_steps(end))
    assert only(told, events.RaceChanged)[-1].lanes == ()
    assert not only(told, events.Prepared)
    assert (driven.state, driven.step) == (State.FINISHED, 60)
    assert (
        max(
            each.event.step
            for each in only(told, events.InLane)
            if isinstance(each.event, events.Progress)
        )
        == 20
    )


def test_going_back_in_a_run_ends_the_race(config: RunConfig) -> None:
    driven = Driven(config)
    lines = racing(driven, RATES)
    driven.do(commands.Start())
    told = driven.do(commands.GoBack(10))
    (prepared,) = only(told, events.Prepared)
    assert {each.origin.line for each in prepared.left} == set(lines)
    assert not only(told, events.RaceChanged)
    assert not only(driven.do(commands.Start()), events.InLane)


def test_going_on_with_another_run_tells_that_the_race_has_ended(config: RunConfig) -> None:
    driven = trained_until(config, 8, {})
    lines = racing(driven, RATES)
    told = driven.do(commands.GoOnWith(lines[1]))
    assert only(told, events.RaceChanged)[-1].lanes == ()


def test_an_untrained_run_that_is_measured_by_another_loss_races_on(config: RunConfig) -> None:
    driven = Driven(config)
    lines = racing(driven, RATES)
    driven.do(commands.Change({"loss": "mse", "epochs": 2}))
    told = driven.do(commands.Start())
    assert {each.line for each in only(told, events.InLane)} == set(lines[1:])
    assert (driven.state, driven.step) == (State.FINISHED, 40)
    lanes = [{**lane, "epochs": 2} for lane in RATES]
    lanes[0]["loss"] = "mse"
    assert_lanes(
        driven, {n: alone(config, 0, {}, lane) for n, lane in zip(lines, lanes, strict=True)}
    )


@pytest.mark.parametrize("opens", [False, True])
def test_a_run_in_the_place_of_an_untrained_one_does_not_race(
    config: RunConfig, tmp_path: Path, opens: bool
) -> None:
    Driven(config).do(commands.Step(), commands.Save(tmp_path))
    driven = Driven(config)
    lines = racing(driven, RATES)
    driven.do(commands.ShowLane(lines[2]))
    told = driven.do(commands.Open(tmp_path) if opens else commands.Reset({"seed": 3}))
    (prepared,) = only(told, events.Prepared)
    assert prepared.origin.line not in lines
    assert prepared.left == ()
    told = driven.do(commands.Start())
    assert not only(told, events.InLane)
    assert (driven.state, driven.step) == (State.FINISHED, 60)


def test_what_was_raced_is_brought_back_as_it_was(config: RunConfig) -> None:
    driven = trained_until(config, 8, {})
    before = reached(run_of(driven))
    racing(driven, RATES)
    driven.do(commands.Start(), answer=at_steps({20: commands.Pause()}))
    driven.do(commands.BringBack())
    assert_no_difference(reached(run_of(driven)), before)


# -- runs that were left -------------------------------------------------------------------------


def test_runs_that_were_left_race_from_where_they_are(config: RunConfig) -> None:
    driven = trained_until(config, 30, {})
    driven.do(commands.GoBack(10))
    driven.do(commands.Change({"learning_rate": 0.1}))
    told = driven.do(commands.RaceRuns((1,)))
    assert only(told, events.RaceChanged)[-1].lanes == (1, 2)
    driven.do(commands.Start())
    first, second = alone(config, 30, {}, {}), alone(config, 10, {}, {"learning_rate": 0.1})
    assert_lanes(driven, {1: first, 2: second})


# -- failures ------------------------------------------------------------------------------------


def test_a_lane_that_diverges_is_told_and_stopped_while_the_others_go_on(
    config: RunConfig,
) -> None:
    driven = Driven(config)
    lanes = ({}, {"optimizer": "sgd", "learning_rate": 1000.0})
    lines = racing(driven, lanes)
    told = driven.do(commands.Start())
    of_lane = [each.event for each in only(told, events.InLane) if each.line == lines[1]]
    assert only(of_lane, events.Diverging) or only(of_lane, events.Failed)
    assert (driven.state, driven.step) == (State.FINISHED, 60)
    assert_lanes(driven, {lines[0]: alone(config, 0, {}, {})})


def test_where_the_run_at_hand_fails_another_one_takes_its_place(
    config: RunConfig, loss: Loss
) -> None:
    driven = Driven(config)
    lines = racing(driven, RATES)
    seen = 0

    def fail_once() -> None:
        nonlocal seen
        seen += 1
        loss.error = RuntimeError("no such luck") if seen == 10 else None

    loss.on_training = fail_once  # the first of three runs at its fourth batch
    told = driven.do(commands.Start())
    failed = [each for each in only(told, events.InLane) if isinstance(each.event, events.Failed)]
    assert [(each.line, each.event.step) for each in failed] == [(lines[0], 3)]
    assert not only(told, events.Failed)
    assert (driven.state, driven_line(driven)) == (State.FINISHED, lines[1])
    left = {each.origin.line: each for each in only(told, events.Prepared)[-1].left}
    assert left[lines[0]].has_failed


@pytest.mark.parametrize(
    "lanes",
    [
        [{}],
        [{"learning_rate": 0.1 * i} for i in range(1, 8)],
        [{"learning_rate": 0.1}, {"learning_rate": 0.1}],
        [{}, {"seed": 3}],
        [{}, {"learning_rate": -1.0}],
    ],
)
def test_what_cannot_race_is_refused_and_nothing_changes(lanes: Lanes, config: RunConfig) -> None:
    driven = trained_until(config, 8, {})
    before = reached(run_of(driven))
    (refused,) = only(driven.do(commands.Race(tuple(lanes))), events.Refused)
    assert refused.message
    assert_no_difference(reached(run_of(driven)), before)
    driven.do(commands.Start())
    assert_no_difference(reached(run_of(driven)), reached(alone(config, 8, {}, {})))


def test_what_is_ruined_does_not_race(config: RunConfig) -> None:
    driven = Driven(config)
    lines = racing(driven, ({}, {"optimizer": "sgd", "learning_rate": 1000.0}))
    driven.do(commands.Start())
    told = driven.do(commands.GoOnWith(lines[0]), commands.RaceRuns((lines[1],)))
    (refused,) = only(told, events.Refused)
    assert refused.message.startswith(f"Run {lines[1]} has ")
    told = driven.do(commands.GoOnWith(lines[1]), commands.Race(RATES))
    (refused,) = only(told, events.Refused)
    assert refused.message.startswith("The run has ")
    driven.do(commands.Rewind())
    assert len(racing(driven, RATES)) == 3


def test_a_race_in_which_nothing_is_left_to_train_says_so(config: RunConfig) -> None:
    driven = Driven(config)
    racing(driven, ({"loss": "mse", "optimizer": "sgd", "learning_rate": 1000.0}, {}))
    driven.do(commands.Start())
    assert driven.state is not State.FAILED  # its loss is bad, and a number
    told = driven.do(commands.Start())
    assert len(only(told, events.Refused)) == 1
    assert not only(told, events.StateChanged)


def test_what_a_lane_waits_is_no_training_time(
    config: RunConfig, loss: Loss, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("netviz.engine.session.batch_meter.REPORT_INTERVAL_S", 1e9)
    driven = Driven(config)
    racing(driven, RATES)
    batches = 0

    def change_now_and_then() -> None:
        """All are kept as they are then, in the midst of what they have to report."""
        nonlocal batches
        batches += 1
        if batches in (20, 22, 35, 36):
            driven.session.submit(commands.Change({"learning_rate": 1 / batches}))

    loss.on_training = change_now_and_then
    told = driven.do(commands.Start())
    lanes = [each.event for each in only(told, events.InLane)]
    assert max(each.samples_per_second for each in only(lanes, events.Progress)) < 1e7


# -- the pad -------------------------------------------------------------------------------------


def test_each_run_answers_the_drawing(config: RunConfig) -> None:
    driven = trained_until(config, 8, {})
    lines = racing(driven, RATES)
    told = driven.do(commands.Predict(1, SEVEN))
    answered = {each.line: each.event for each in only(told, events.InLane)}
    assert set(answered) == set(lines[1:])
    (front,) = only(told, Prediction)
    for each in answered.values():
        assert isinstance(each, Prediction)
        assert np.array_equal(each.probabilities, front.probabilities)  # the same weights yet
    told = driven.do(commands.Start(), answer=at_steps({20: commands.Pause()}))
    told += driven.do(commands.Predict(2, SEVEN))
    by_line = {
        each.line: each.event.probabilities
        for each in only(told, events.InLane)
        if isinstance(each.event, Prediction)
    }
    assert not np.array_equal(by_line[lines[1]], by_line[lines[2]])


def test_a_look_at_an_earlier_step_changes_no_run_of_the_race(config: RunConfig) -> None:
    config = config.with_changes(NETWORKS[1])
    wanted = [alone(config, 25, {}, lane) for lane in RATES]
    driven = trained_until(config, 25, {})
    lines = racing(driven, RATES)
    number = run_of(driven).number
    looks: dict[int, Command] = {
        step: commands.LookBack(back, number) for step, back in ((30, 10), (41, 0), (50, None))
    }
    told = driven.do(commands.Start(), answer=at_steps(looks))
    assert not only(told, events.Refused)
    assert [each.step for each in only(told, events.LookedBack)][-1] is None
    assert_lanes(driven, dict(zip(lines, wanted, strict=True)))
