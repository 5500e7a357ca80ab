"""What is saved of a run that has failed is its last good state, which can be opened."""

from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np
import pytest
import torch
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from netviz.engine.options.run_config import RunConfig
from netviz.engine.protocol import commands, events
from netviz.engine.protocol.run_state import State
from netviz.engine.session import run_keeper
from netviz.engine.storage.run_file import unpack
from netviz.engine.storage.run_folder import save_run
from tests.engine.session.driving import fail_after, failed
from tests.support import Driven, Loss, losses, only, wait_for_autosave, when_step

pytestmark = pytest.mark.usefixtures("few_digits", "every_batch_told", "snapshots_at_every_batch")

DEEP = {"hidden": (64, 64, 64), "epochs": 2}
HARMS: dict[str, dict[str, Any]] = {
    "sgd": {"optimizer": "sgd", "learning_rate": 1000.0},
    "momentum": {"optimizer": "sgd", "momentum": 0.9, "learning_rate": 10000.0},
    "adam": {"optimizer": "adam", "learning_rate": 1e9, "loss": "mse"},
    "decay": {"optimizer": "sgd", "learning_rate": 1000.0, "weight_decay": 10.0},
}


def healthy(folder: Path, config: RunConfig, steps: int) -> None:
    driven = Driven(config)
    driven.do(commands.Start(), answer=when_step(steps, commands.Pause()))
    driven.do(commands.Save(folder))


@settings(max_examples=6, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    harm=st.sampled_from(sorted(HARMS)),
    at=st.integers(1, 30),
    optimizer=st.sampled_from(["adam", "rmsprop", "sgd"]),
    batch_size=st.sampled_from([10, 16]),
)
def test_a_run_that_failed_is_saved_where_it_was_good(
    config: RunConfig, harm: str, at: int, optimizer: str, batch_size: int
) -> None:
    config = config.with_changes({**DEEP, "optimizer": optimizer, "batch_size": batch_size})
    driven = Driven(config)
    driven.do(commands.Start(), answer=when_step(at, commands.Change(HARMS[harm])))
    with TemporaryDirectory() as folder:
        told = driven.do(commands.Save(Path(folder)))
        (saved,) = only(told, events.Saved)
        record = unpack(Path(folder))
        opened = Driven()
        opened.do(commands.Open(Path(folder)))
        if driven.state is not State.FAILED:
            assert saved.good_step is None
            return
        assert not only(opened.events, events.Refused)
        assert opened.state in (State.PAUSED, State.IDLE)
        assert saved.good_step == only(driven.events, events.Failed)[0].rewind_step
        assert opened.step == saved.good_step == record.snapshot.step == len(record.history)
        driven.do(commands.Rewind({"learning_rate": 0.0001}))
        opened.do(commands.Change({"learning_rate": 0.0001}))
        assert losses(opened.do(commands.Start())) == losses(driven.do(commands.Start()))


def test_a_diverged_run_does_not_overwrite_the_good_one_that_it_went_on_from(
    config: RunConfig, tmp_path: Path
) -> None:
    healthy(tmp_path, config.with_changes(DEEP), 25)
    before = unpack(tmp_path)
    driven = Driven()
    driven.do(commands.Open(tmp_path, changes=HARMS["sgd"]), commands.Start())
    assert driven.state is State.FAILED
    (saved,) = only(driven.do(commands.Save(tmp_path)), events.Saved)
    after = unpack(tmp_path)
    assert saved.good_step == after.snapshot.step >= before.snapshot.step
    assert all(weights.isfinite().all() for weights in after.snapshot.model.values())
    assert np.array_equal(after.history.losses[:25], before.history.losses)


def test_saving_beside_a_loss_that_was_not_yet_read_saves_the_good_state(
    config: RunConfig, loss: Loss, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    driven = Driven(config)
    driven.do(commands.Start(), answer=when_step(20, commands.Pause()))
    monkeypatch.setattr("netviz.engine.session.batch_meter.REPORT_INTERVAL_S", 1e9)
    run = driven.session.run
    assert run is not None

    def break_then_save() -> None:
        if run.trainer.step == 23:
            next(run.trainer.model.parameters()).data.fill_(torch.nan)
        if run.trainer.step == 25:
            driven.session.submit(commands.Save(tmp_path))

    loss.on_training = break_then_save
    driven.do(commands.Start())
    assert driven.state is State.FAILED
    (saved,) = only(driven.events, events.Saved)
    assert saved.good_step is not None
    assert saved.good_step <= 20
    assert unpack(tmp_path).snapshot.step == saved.good_step


def test_weights_that_broke_in_the_last_step_are_not_what_is_saved(
    config: RunConfig, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its loss was still a number: the next one would not be."""
    for name in ("AUTOSAVE_INTERVAL_S", "MAX_AUTOSAVE_INTERVAL_S"):
        monkeypatch.setattr(run_keeper, name, 0.0)
    driven = Driven(config, tmp_path / "autosave")
    driven.do(commands.Start(), answer=when_step(20, commands.Pause()))
    wait_for_autosave()
    run = driven.session.run
    assert run is not None
    with torch.no_grad():
        next(run.trainer.model.parameters())[0, 0] = torch.nan
    driven.do(commands.Save(tmp_path / "run"))
    (saved,) = only(driven.events, events.Saved)
    assert saved.good_step is not None
    assert unpack(tmp_path / "run").snapshot.step == saved.good_step
    run.trainer.step += 1
    driven.do(commands.Close())
    (kept,) = (tmp_path / "autosave").iterdir()
    assert unpack(kept).snapshot.step == 20


def test_a_step_that_raised_leaves_half_a_step_which_is_not_saved(
    config: RunConfig, loss: Loss, tmp_path: Path
) -> None:
    driven = failed(config, loss)
    (told,) = only(driven.events, events.Failed)
    driven.do(commands.Save(tmp_path))
    assert unpack(tmp_path).snapshot.step == told.rewind_step
    opened = Driven()
    again = losses(opened.do(commands.Open(tmp_path), commands.Start()))
    driven.do(commands.Rewind(), commands.Start())
    assert again == {s: v for s, v in losses(driven.events).items() if s > (told.rewind_step or 0)}


def test_a_run_that_failed_where_it_was_good_is_still_said_to_have_failed(
    config: RunConfig, loss: Loss, tmp_path: Path
) -> None:
    loss.fails_in_evaluation, loss.error = False, RuntimeError("no such luck")
    driven = Driven(config)
    driven.do(commands.Start())
    assert (driven.state, driven.step) == (State.FAILED, 0)
    told = driven.do(commands.Save(tmp_path))
    assert only(told, events.Saved) == [events.Saved(1, tmp_path, 0)]


def test_a_run_that_was_saved_broken_is_refused_and_why_is_said(
    config: RunConfig, tmp_path: Path
) -> None:
    """As older versions saved it."""
    driven = Driven(config)
    driven.do(commands.Start(), answer=fail_after(10**6, Loss()))
    run = driven.session.run
    assert run is not None
    record = run.sound_record()
    next(iter(record.snapshot.model.values()))[0, 0] = torch.inf
    save_run(record, tmp_path)
    (refused,) = only(Driven(config).do(commands.Open(tmp_path)), events.Refused)
    assert "saved after it had failed" in refused.message
    assert "step 60" in refused.message
