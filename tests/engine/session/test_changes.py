"""Options that change during a run: from which batch, and what the ledger says."""

from pathlib import Path
from typing import Any

import pytest

from netviz.engine.options.run_config import RunConfig
from netviz.engine.protocol import commands, events
from netviz.engine.protocol.run_state import Place, State
from tests.engine.session.driving import LAST, reference, saved_ledger, started
from tests.support import Driven, learning_rates, losses, only, when_step

pytestmark = pytest.mark.usefixtures("few_digits", "every_batch_told")


FIRST_TO_DIFFER = [
    ({"learning_rate": 0.02}, 9),
    ({"optimizer": "adam"}, 9),
    ({"momentum": 0.9}, 9),
    ({"weight_decay": 0.5}, 9),
    ({"nesterov": True}, 9),
    ({"batch_size": 20}, 8),
    ({"loss": "mse"}, 8),
    ({"learning_rate": 0.02, "loss": "nll"}, 9),
]


@pytest.mark.parametrize(("changes", "first"), FIRST_TO_DIFFER)
def test_a_change_holds_from_the_very_next_batch(
    changes: dict[str, Any], first: int, config: RunConfig, tmp_path: Path
) -> None:
    """A batch's loss is measured before its step, so that most show one batch later."""
    config = config.with_changes({"optimizer": "sgd", "momentum": 0.5, "learning_rate": 0.01})
    driven = Driven(config)
    told = driven.do(commands.Start(), answer=when_step(7, commands.Change(changes)))
    undisturbed, found = reference(config), losses(told)
    differing = [step for step in found if found[step] != undisturbed.get(step)]
    assert differing[0] == first
    (changed,) = only(told, events.Changed)
    assert changed.config == config.with_changes(changes)
    expected = [(7, name, getattr(config, name), value) for name, value in changes.items()]
    assert [(e.step, e.option, e.old, e.new) for e in changed.entries] == expected
    assert {entry.epoch for entry in changed.entries} == {1}
    assert saved_ledger(driven, tmp_path) == expected


def test_the_learning_rate_is_another_at_exactly_one_step(config: RunConfig) -> None:
    told = Driven(config).do(
        commands.Start(), answer=when_step(31, commands.Change({"learning_rate": 0.05}))
    )
    rates = learning_rates(told)
    assert {rates[step] for step in range(1, 32)} == {0.001}
    assert {rates[step] for step in range(32, LAST + 1)} == {0.05}
    (changed,) = only(told, events.Changed)
    assert [(entry.step, entry.epoch) for entry in changed.entries] == [(31, 2)]


def test_several_changes_at_one_step_are_one_and_none_if_they_cancel_out(
    config: RunConfig, tmp_path: Path
) -> None:
    driven = started(config, commands.Pause())
    for rate in (0.1, 0.2, 0.3):
        driven.do(commands.Change({"learning_rate": rate, "batch_size": int(rate * 100)}))
    assert saved_ledger(driven, tmp_path) == [
        (5, "learning_rate", 0.001, 0.3),
        (5, "batch_size", 10, 30),
    ]
    driven.do(commands.Change({"learning_rate": 0.001}))
    assert saved_ledger(driven, tmp_path) == [(5, "batch_size", 10, 30)]


def test_a_change_before_the_first_step_is_the_runs_beginning(
    config: RunConfig, tmp_path: Path
) -> None:
    driven = Driven(config)
    changed = config.with_changes({"learning_rate": 0.02, "optimizer": "sgd"})
    told = driven.do(commands.Change(changed.changes_from(config)))
    (change,) = only(told, events.Changed)
    assert change == events.Changed(1, changed, (), (), place=Place(0, 0, 20), threads=1)
    driven.do(commands.Start())
    assert losses(driven.events) == reference(changed)
    assert saved_ledger(driven, tmp_path) == []


def test_another_loss_before_the_first_step_measures_the_network_anew(config: RunConfig) -> None:
    told = Driven(config).do(commands.Change({"loss": "mse"}))
    (prepared,) = only(told, events.Prepared)
    assert prepared.config.loss == "mse"
    assert prepared.untrained.test_loss < 0.2


def test_a_refused_change_changes_nothing_of_it(config: RunConfig, tmp_path: Path) -> None:
    driven = started(config, commands.Change({"learning_rate": 0.5, "hidden": (8,)}))
    (refused,) = only(driven.events, events.Refused)
    assert "cannot change during a run" in refused.message
    assert "Reset" in refused.hint
    assert losses(driven.events) == reference(config)
    assert saved_ledger(driven, tmp_path) == []


def test_the_answer_to_a_change_names_its_request_and_no_other_does(config: RunConfig) -> None:
    driven = Driven(config)
    (changed,) = driven.do(commands.Change({"learning_rate": 0.5}, request=3))
    assert isinstance(changed, events.Changed)
    assert changed.request == 3
    for changes in ({"hidden": (8,)}, {"epochs": 0}, {"nonsense": 1}):
        (refused,) = driven.do(commands.Change(changes, request=7))
        assert isinstance(refused, events.Refused)
        assert refused.request == 7
    (refused,) = driven.do(commands.Rewind({"hidden": (8,)}))
    assert isinstance(refused, events.Refused)
    assert refused.request == 0


@pytest.mark.parametrize("at", ["after the end", "while running", "while paused"])
def test_raised_epochs_go_on_as_if_they_had_been_asked_for_at_first(
    at: str, config: RunConfig
) -> None:
    more = commands.Change({"epochs": 5})
    driven = Driven(config)
    if at == "after the end":
        driven.do(commands.Start())
        told = driven.do(more)
        states = [(e.state, e.step) for e in only(told, events.StateChanged)]
        assert states == [(State.RUNNING, 60), (State.FINISHED, 100)]
    elif at == "while running":
        driven.do(commands.Start(), answer=when_step(7, more))
    else:
        driven.do(commands.Step())
        driven.do(more, commands.Start())
    assert losses(driven.events) == reference(config.with_changes({"epochs": 5}))


def test_raised_epochs_do_not_start_a_run_that_was_stopped(config: RunConfig) -> None:
    driven = started(config, commands.Stop())
    driven.do(commands.Change({"epochs": 5}))
    assert (driven.state, driven.step) == (State.FINISHED, 5)


def test_lowered_epochs_end_the_run_and_raised_ones_continue_it(config: RunConfig) -> None:
    driven = Driven(config)
    driven.do(commands.Start(), answer=when_step(27, commands.Change({"epochs": 1})))
    assert (driven.state, driven.step) == (State.FINISHED, 27)
    driven.do(commands.Change({"epochs": 3}))
    assert (driven.state, driven.step) == (State.FINISHED, LAST)
    assert losses(driven.events) == reference(config)


@pytest.mark.parametrize("first", [{"loss": "mse"}, {"loss": "mse", "learning_rate": 0.1}])
def test_another_loss_before_the_first_batch_keeps_weights_of_a_file(
    first: dict[str, Any], config: RunConfig, tmp_path: Path
) -> None:
    weights = tmp_path / "w.pth"
    driven = Driven(config)
    driven.do(commands.RunEpoch(), commands.Export(commands.ExportKind.WEIGHTS, weights))
    driven.do(commands.LoadWeights(weights))
    accuracy = only(driven.events, events.Prepared)[-1].untrained.test_accuracy
    told = driven.do(commands.Change(first))
    (prepared,) = only(told, events.Prepared)
    assert prepared.started_from == str(weights)
    assert prepared.untrained.test_accuracy == accuracy
    # As if the loss had been chosen first.
    other = Driven(config.with_changes(first))
    other.do(commands.LoadWeights(weights))
    assert losses(driven.do(commands.Start())) == losses(other.do(commands.Start()))
