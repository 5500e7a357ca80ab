"""Runs are set aside, others are tried, and those that were there go on as if nothing had been."""

import pytest

from netviz.engine.options.run_config import RunConfig
from netviz.engine.protocol import commands, events
from netviz.engine.protocol.run_state import State
from tests.engine.session.driving import STATES
from tests.support import Driven, Loss, losses, only

pytestmark = pytest.mark.usefixtures("few_digits", "every_batch_told")

OTHER = RunConfig.parse({"hidden": (6,), "learning_rate": 0.1, "optimizer": "sgd"})


def taken_back(driven: Driven) -> events.Prepared:
    (back,) = only(driven.do(commands.TakeBack()), events.Prepared)
    return back


def tried(driven: Driven) -> None:
    """Do about all that one does with a run of one's own."""
    for wish in (
        commands.SetAside(OTHER),
        commands.TrainSteps(4),
        commands.Change({"learning_rate": 1.0}),
        commands.TrainSteps(2),
        commands.GoBack(3),
        commands.Race(({"learning_rate": 0.01}, {"learning_rate": 0.3})),
        commands.TrainSteps(2),
        commands.Prepare(OTHER, keeps_weights=True),
    ):
        assert not only(driven.do(wish), events.Refused)


@pytest.mark.parametrize("state", ["idle", "paused", "finished", "failed"])
def test_a_run_comes_back_as_it_was(config: RunConfig, state: str) -> None:
    driven = STATES[state](config, Loss())
    before = driven.state, driven.step
    tried(driven)
    back = taken_back(driven)
    assert (back.config, back.left, len(back.origins)) == (config, (), 1)
    assert (driven.state, driven.step) == before


def test_it_goes_on_to_the_same_losses(config: RunConfig) -> None:
    plain = losses(Driven(config).do(commands.Start()))
    driven = Driven(config)
    driven.do(commands.TrainSteps(7))
    tried(driven)
    taken_back(driven)
    assert losses(driven.do(commands.Start())) == {s: v for s, v in plain.items() if s > 7}


def test_what_was_left_before_is_not_told_of_meanwhile_and_is_there_again(
    config: RunConfig,
) -> None:
    driven = Driven(config)
    driven.do(commands.TrainSteps(5))
    driven.do(commands.GoBack(2))
    driven.do(commands.TrainSteps(1))
    (aside,) = only(driven.do(commands.SetAside(OTHER)), events.Prepared)
    assert (aside.left, aside.replaced_step) == ((), 0)
    (refused,) = only(driven.do(commands.GoOnWith(1)), events.Refused)
    assert refused.message == "Run 1 was set aside."
    driven.do(commands.TrainSteps(2))
    back = taken_back(driven)
    assert [(run.origin.line, run.steps) for run in back.left] == [(1, 5)]
    assert back.step == 3


def test_runs_that_are_tried_never_push_one_out_that_waits(config: RunConfig) -> None:
    driven = Driven(config)
    driven.do(commands.TrainSteps(1), commands.SetAside(OTHER))
    for seed in range(25):
        driven.do(commands.TrainSteps(1))
        driven.do(commands.Reset({"seed": seed}))
    back = taken_back(driven)
    assert (back.config, back.step) == (config, 1)


def test_without_one_set_aside_there_is_nothing_to_take_back(config: RunConfig) -> None:
    driven = Driven(config)
    (refused,) = only(driven.do(commands.TakeBack()), events.Refused)
    assert refused.message == "No run was set aside."


def test_it_trains_so_many_steps_and_holds(config: RunConfig) -> None:
    driven = Driven(config)
    driven.do(commands.TrainSteps(7))
    assert (driven.state, driven.step) == (State.PAUSED, 7)
    driven.do(commands.TrainSteps(20))
    assert (driven.state, driven.step) == (State.PAUSED, 27)
    driven.do(commands.TrainSteps(1000))
    assert driven.state is State.FINISHED


def test_each_run_of_a_race_trains_so_many_steps(config: RunConfig) -> None:
    driven = Driven(config)
    driven.do(commands.Race(({"learning_rate": 0.01}, {"learning_rate": 0.3})))
    told = driven.do(commands.TrainSteps(6))
    lanes = [lane.event for lane in only(told, events.InLane)]
    assert max(only(lanes, events.Progress), key=lambda event: event.step).step == 6
    assert driven.step == 6


def test_a_new_run_takes_over_the_weights_that_fit(config: RunConfig) -> None:
    driven = Driven(config)
    driven.do(commands.TrainSteps(15))
    trained = driven.session.run
    assert trained is not None
    kept = {n: v.clone() for n, v in trained.trainer.model.state_dict().items()}
    other = config.with_changes({"hidden": (*config.hidden, 4)})
    (prepared,) = only(driven.do(commands.Prepare(other, keeps_weights=True)), events.Prepared)
    assert (prepared.started_from, prepared.step) == ("the run before", 0)
    run = driven.session.run
    assert run is not None
    state = run.trainer.model.state_dict()
    same = [n for n, v in kept.items() if n in state and v.shape == state[n].shape]
    assert same
    assert all(bool((state[n] == kept[n]).all()) for n in same)
