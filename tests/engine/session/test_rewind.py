"""Going back to the last good state."""

from pathlib import Path
from typing import Any

import pytest

from netviz.engine.options.run_config import RunConfig
from netviz.engine.protocol import commands, events
from netviz.engine.protocol.commands import ExportKind
from netviz.engine.protocol.run_state import State
from tests.engine.session.driving import STATES, UNDISTURBED, saved_ledger, started
from tests.support import Driven, Loss, only, when_step

pytestmark = pytest.mark.usefixtures("few_digits", "every_batch_told")


@pytest.mark.usefixtures("snapshots_at_every_batch")
def test_rewind_forgets_the_changes_that_came_after(config: RunConfig, tmp_path: Path) -> None:
    driven = started(config, commands.Change({"learning_rate": 0.02}))
    driven.do(commands.Change({"epochs": 4}))
    driven.do(commands.Change({"batch_size": 20}))
    told = driven.do(commands.Rewind())
    (back,), (past,) = only(told, events.Prepared), only(told, events.Opened)
    assert [(entry.step, entry.option) for entry in past.ledger] == [
        (5, "learning_rate"),
        (60, "epochs"),
    ]
    assert back.config == config.with_changes({"learning_rate": 0.02, "epochs": 4})
    assert [entry[:2] for entry in saved_ledger(driven, tmp_path)] == [
        (5, "learning_rate"),
        (60, "epochs"),
    ]


@pytest.mark.parametrize("changes", [{"learning_rate": -1}, {"hidden": (8,)}, {"nonsense": 1}])
@pytest.mark.parametrize("state", ["running", "paused", "failed"])
def test_a_rewind_with_bad_changes_is_refused_whole(
    state: str, changes: dict[str, Any], config: RunConfig, loss: Loss, tmp_path: Path
) -> None:
    driven = STATES[state](config, loss)
    bad = commands.Rewind(changes)
    if state == "running":
        told = driven.do(commands.Start(), answer=when_step(5, bad))
    else:
        told = driven.do(bad)
    assert len(only(told, events.Refused)) == 1
    assert not only(told, events.Prepared)
    assert (driven.state, driven.step) == UNDISTURBED[state]
    driven.do(commands.Export(ExportKind.METRICS, tmp_path / "metrics.csv"))
    steps = (tmp_path / "metrics.csv").read_text(encoding="utf-8").splitlines()[1:]
    assert len(steps) == driven.step


def test_a_run_that_is_rewound_to_its_end_is_finished(config: RunConfig, tmp_path: Path) -> None:
    driven = Driven(config.with_changes({"batch_size": 200}))
    driven.do(commands.Start())
    driven.do(commands.Save(tmp_path / "run"))
    driven.do(commands.Open(tmp_path / "run"))  # whose end is the state that it goes back to
    driven.do(commands.Change({"epochs": 4}))
    driven.do(commands.Rewind())
    assert (driven.state, driven.step) == (State.FINISHED, 3)
    driven.do(commands.Change({"epochs": 5}))
    assert (driven.state, driven.step) == (State.FINISHED, 5)


def test_going_back_to_the_start_with_another_loss_measures_anew(config: RunConfig) -> None:
    driven = started(config, commands.Pause())
    told = driven.do(commands.Rewind({"loss": "mse"}))
    (direct,) = only(Driven(config.with_changes({"loss": "mse"})).events, events.Prepared)
    assert {each.step for each in only(told, events.Prepared)} == {0}
    assert only(told, events.Prepared)[-1].untrained == direct.untrained
    assert (driven.state, driven.step) == (State.IDLE, 0)
