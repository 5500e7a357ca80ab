"""A run that diverges with finite losses: told once, with a way back that works."""

from typing import Any

import pytest

from netviz.engine.options.run_config import RunConfig
from netviz.engine.protocol import commands, events
from netviz.engine.protocol.run_state import State
from tests.support import Driven, losses, only, when_step

pytestmark = pytest.mark.usefixtures("few_digits", "every_batch_told", "snapshots_at_every_batch")

CHANGE = 200


def ruined(learning_rate: float = 10.0, **values: Any) -> tuple[Driven, list[events.Event]]:
    """A run of Adam that learns, and is ruined from step `CHANGE` on."""
    config = {"epochs": 20, "device": "cpu", "threads": 1, "hidden": (16,), "learning_rate": 0.005}
    driven = Driven(RunConfig.parse({**config, **values}))
    change = commands.Change({"learning_rate": learning_rate})
    return driven, driven.do(commands.Start(), answer=when_step(CHANGE, change))


@pytest.mark.parametrize("loss", ["cross-entropy", "mse"])
def test_it_is_told_once_and_training_goes_on(loss: str) -> None:
    driven, told = ruined(loss=loss)
    (diverging,) = only(told, events.Diverging)
    assert not only(told, events.Failed)
    assert driven.state is State.FINISHED
    assert CHANGE < diverging.step <= CHANGE + 80
    assert CHANGE - 20 <= diverging.since_step <= CHANGE + 1
    assert diverging.learning_rate == 10
    assert "10" in diverging.hint
    assert f"{diverging.since_step:,}" in diverging.message


def test_the_way_back_leads_to_before_the_damage_with_a_rate_that_worked() -> None:
    driven, told = ruined()
    (diverging,) = only(told, events.Diverging)
    assert CHANGE - 40 <= diverging.rewind_step <= CHANGE
    assert diverging.remedy == {"learning_rate": 0.005}
    driven.do(commands.Rewind(diverging.remedy))
    told = driven.do(commands.Start())
    assert not only(told, events.Diverging)
    assert only(told, events.EpochFinished)[-1].measurement.train_accuracy > 0.8


def test_it_can_happen_again_after_going_back() -> None:
    driven, _ = ruined()
    driven.do(commands.Rewind({"learning_rate": 100.0}))
    assert len(only(driven.do(commands.Start()), events.Diverging)) == 1


def test_a_hopeless_rate_from_the_start_is_told_and_a_usual_one_is_offered() -> None:
    driven = Driven(RunConfig.parse({"learning_rate": 5.0, "epochs": 20, "hidden": (16,)}))
    (diverging,) = only(driven.do(commands.Start()), events.Diverging)
    assert diverging.rewind_step == 0
    assert diverging.remedy["learning_rate"] <= 0.002


def test_a_run_that_learns_is_left_alone_whatever_loss_it_changes_to() -> None:
    config = RunConfig.parse({"epochs": 20, "hidden": (16,), "learning_rate": 0.005})
    driven = Driven(config)
    told = driven.do(commands.Start(), answer=when_step(100, commands.Change({"loss": "mse"})))
    told += driven.do(commands.Change({"loss": "cross-entropy", "epochs": 30}))
    assert not only(told, events.Diverging)
    assert len(losses(told)) == 600


def test_it_is_told_when_the_loss_falls_again() -> None:
    """A single layer cannot die: it learns again by itself, however wild its first steps are."""
    values = {"hidden": (), "optimizer": "sgd", "learning_rate": 50.0, "epochs": 20}
    told = Driven(RunConfig.parse(values)).do(commands.Start())
    kinds = [type(event) for event in told if not isinstance(event, events.Progress)]
    assert kinds.count(events.Diverging) == kinds.count(events.Recovered) == 1
    assert kinds.index(events.Diverging) < kinds.index(events.Recovered)
