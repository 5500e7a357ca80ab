"""A run that diverges with finite losses: told once, with a way back that works."""

from pathlib import Path
from typing import Any

import pytest

from netviz.engine.options.run_config import RunConfig
from netviz.engine.protocol import commands, events
from netviz.engine.protocol.run_state import State
from netviz.engine.session import run_keeper
from netviz.engine.storage.run_file import unpack
from netviz.engine.storage.run_summary import DIVERGED_FILE, RUN_FILE
from tests.support import Driven, losses, only, wait_for_autosave, when_step

pytestmark = pytest.mark.usefixtures("few_digits", "every_batch_told", "snapshots_at_every_batch")

CHANGE = 200


def ruined(
    learning_rate: float = 10.0, autosaves: Path | None = None, **values: Any
) -> tuple[Driven, list[events.Event]]:
    """A run of Adam that learns, and is ruined from step `CHANGE` on."""
    config = {"epochs": 20, "device": "cpu", "threads": 1, "hidden": (16,), "learning_rate": 0.005}
    driven = Driven(RunConfig.parse({**config, **values}), autosaves)
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


def saved_steps(folder: Path) -> dict[str, int]:
    """The step of each state in a run's folder."""
    files = (folder / name for name in (RUN_FILE, DIVERGED_FILE))
    return {file.name: unpack(file).snapshot.step for file in files if file.exists()}


def test_what_is_saved_is_the_good_state_and_the_ruined_one_lies_beside_it(tmp_path: Path) -> None:
    driven, _ = ruined()
    (saved,) = only(driven.do(commands.Save(tmp_path)), events.Saved)
    assert saved.good_step is not None
    assert CHANGE - 40 <= saved.good_step <= CHANGE
    assert saved_steps(tmp_path) == {RUN_FILE: saved.good_step, DIVERGED_FILE: 400}
    opened = Driven()
    told = opened.do(commands.Open(tmp_path), commands.Start())
    assert not only(told, events.Diverging)
    opened.do(commands.Save(tmp_path))
    assert saved_steps(tmp_path) == {RUN_FILE: 400}


def test_a_run_that_never_learned_is_saved_as_it_is(tmp_path: Path) -> None:
    driven = Driven(RunConfig.parse({"learning_rate": 500.0, "epochs": 20, "hidden": (16,)}))
    (diverging,) = only(driven.do(commands.Start()), events.Diverging)
    assert diverging.rewind_step == 0
    (saved,) = only(driven.do(commands.Save(tmp_path)), events.Saved)
    assert saved.good_step is None
    assert saved_steps(tmp_path) == {RUN_FILE: 400}


@pytest.mark.parametrize("loss", ["cross-entropy", "mse"])
def test_the_autosave_keeps_the_good_state(
    loss: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("AUTOSAVE_INTERVAL_S", "MAX_AUTOSAVE_INTERVAL_S"):
        monkeypatch.setattr(run_keeper, name, 0.0)
    driven, told = ruined(autosaves=tmp_path, loss=loss)
    (diverging,) = only(told, events.Diverging)
    wait_for_autosave()
    (folder,) = tmp_path.iterdir()
    assert CHANGE - 40 <= unpack(folder).snapshot.step <= diverging.since_step
    driven.do(commands.Rewind(diverging.remedy))
    driven.do(commands.Start())
    wait_for_autosave()
    assert unpack(folder).snapshot.step == 400


@pytest.mark.usefixtures("snapshots_by_steps")
def test_a_young_run_has_a_good_state_before_a_second_is_over() -> None:
    _, told = ruined()
    (diverging,) = only(told, events.Diverging)
    assert CHANGE / 4 <= diverging.rewind_step <= CHANGE
