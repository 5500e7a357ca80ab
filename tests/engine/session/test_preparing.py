"""New runs and resets: commands that come meanwhile, and a run that cannot be prepared."""

from pathlib import Path

import pytest
import torch

from netviz.engine.options.run_config import RunConfig
from netviz.engine.protocol import commands, events
from netviz.engine.protocol.run_state import State
from tests.engine.session.driving import event_names, reference, started
from tests.support import Driven, Loss, learning_rates, losses, only, when_step

pytestmark = pytest.mark.usefixtures("few_digits", "every_batch_told")


def test_commands_during_a_preparation_are_handled_after_it_in_order(config: RunConfig) -> None:
    driven = Driven()
    told = driven.do(
        commands.Prepare(config), commands.Change({"learning_rate": 0.5}), commands.Step()
    )
    assert event_names(told) == [
        *("Preparing", "Prepared", "StateChanged", "Changed"),
        *("StateChanged", "Progress", "StateChanged"),
    ]
    assert learning_rates(told) == {1: 0.5}
    assert driven.state is State.PAUSED


@pytest.mark.parametrize("superseding", ["reset", "prepare"])
def test_a_later_preparation_takes_the_place_of_an_earlier(
    superseding: str, config: RunConfig
) -> None:
    later = config.with_changes({"hidden": (8,)})
    asked = commands.Reset({"hidden": (8,)}) if superseding == "reset" else commands.Prepare(later)
    driven = Driven()
    told = driven.do(commands.Prepare(config), asked, commands.Start())
    assert [event.config for event in only(told, events.Prepared)] == [later]
    assert losses(told) == reference(later)


def test_reset_gives_the_same_curve(config: RunConfig) -> None:
    driven = Driven(config)
    first = driven.do(commands.Start())
    told = driven.do(commands.Reset(), commands.Start())
    assert losses(told) == losses(first)
    assert {event.run for event in told} == {2}
    measured = [
        [(m.train_loss, m.test_accuracy) for m in (e.measurement for e in only(part, kind))]
        for part in (first, told)
        for kind in (events.EpochFinished,)
    ]
    assert measured[0] == measured[1]


def test_reset_with_a_seed_gives_that_seeds_curve(config: RunConfig) -> None:
    driven = started(config, commands.Pause())
    told = driven.do(commands.Reset({"seed": 5}), commands.Start())
    assert losses(told) == reference(config.with_changes({"seed": 5}))


def test_reset_keeps_what_was_changed_live_and_takes_what_waited(config: RunConfig) -> None:
    driven = started(config, commands.Change({"learning_rate": 0.02}))
    told = driven.do(commands.Reset({"hidden": (8, 8)}), commands.Start())
    expected = config.with_changes({"learning_rate": 0.02, "hidden": (8, 8)})
    assert only(told, events.Prepared)[0].config == expected
    assert losses(told) == reference(expected)


def missing(config: RunConfig, folder: Path) -> commands.Prepare:
    """A run that cannot be prepared: its data set is not there."""
    return commands.Prepare(config.with_changes({"dataset": "mnist", "seed": 77}), folder)


@pytest.mark.parametrize("state", ["idle", "running", "paused"])
def test_a_refused_preparation_leaves_the_run_before_it_as_it_was(
    state: str, config: RunConfig, tmp_path: Path
) -> None:
    bad = missing(config, tmp_path)
    driven = Driven(config)
    if state == "running":
        driven.do(commands.Start(), answer=when_step(7, bad))
    else:
        driven.do(*[commands.Step()] * (state == "paused"))
        driven.do(bad)
    (refused,) = only(driven.events, events.Refused)
    assert refused.run == 2
    assert "MNIST" in refused.message
    assert "download" in refused.hint
    told = driven.do(commands.Start())
    assert {event.run for event in told} == {1}
    assert losses(driven.events) == reference(config)
    driven.do(commands.Reset())
    assert driven.state is State.IDLE


def test_a_first_preparation_that_is_refused_can_be_corrected(
    config: RunConfig, tmp_path: Path
) -> None:
    driven = Driven()
    told = driven.do(missing(config, tmp_path), commands.Start())
    assert event_names(told) == ["Preparing", "Refused"]
    driven.do(commands.Reset({"dataset": "mnist-sample", "seed": 0}))
    assert (driven.state, driven.step) == (State.IDLE, 0)  # and the Start is not remembered
    assert losses(driven.do(commands.Start())) == reference(config)


@pytest.mark.parametrize("threads", [1, 2])
def test_a_run_computes_with_as_many_threads_as_it_says(config: RunConfig, threads: int) -> None:
    driven = Driven(config.with_changes({"threads": threads}))
    (prepared,) = only(driven.events, events.Prepared)
    assert torch.get_num_threads() == prepared.threads == threads


def test_a_refused_preparation_leaves_random_state_and_threads(
    config: RunConfig, loss: Loss
) -> None:
    """The network was built and even measured before it failed."""
    driven = started(config, commands.Pause())
    torch.manual_seed(4321)
    before = torch.get_rng_state()
    loss.error = RuntimeError("no such luck")
    told = driven.do(commands.Reset({"seed": 99, "threads": 2}))
    assert "no such luck" in only(told, events.Refused)[0].message
    assert torch.equal(torch.get_rng_state(), before)
    assert torch.get_num_threads() == 1


def test_a_preparation_superseded_by_one_that_is_refused_leaves_the_random_state(
    config: RunConfig, loss: Loss, tmp_path: Path
) -> None:
    driven = started(config, commands.Pause())
    torch.manual_seed(4321)
    before = torch.get_rng_state()
    bad = [missing(config, tmp_path)]
    loss.on_evaluation = lambda: driven.session.submit(bad.pop()) if bad else None
    told = driven.do(commands.Reset({"seed": 99}))
    assert event_names(told) == ["Preparing", "Preparing", "Refused"]
    assert torch.equal(torch.get_rng_state(), before)
