"""Steps, evaluations and losses that fail: what is reported, and how a run goes on."""

import re

import numpy as np
import pytest
import torch
import torch.nn.functional as F
from torch import Tensor

from netviz.engine.options.run_config import RunConfig
from netviz.engine.protocol import commands, events
from netviz.engine.protocol.commands import Command
from netviz.engine.protocol.events import Event
from netviz.engine.protocol.run_state import State
from netviz.engine.run.divergence import BLOCK
from netviz.engine.run.run import Run
from netviz.engine.training.losses import LOSSES
from tests.engine.session.driving import EPOCH, LAST, event_names, fail_after, reference
from tests.support import Driven, Loss, losses, only, when_step

pytestmark = pytest.mark.usefixtures("few_digits", "every_batch_told")


@pytest.mark.usefixtures("snapshots_at_every_batch")
def test_a_step_that_raises_fails_the_run_and_rewind_goes_on_exactly(
    config: RunConfig, loss: Loss
) -> None:
    driven = Driven(config)
    told = driven.do(commands.Start(), answer=fail_after(45, loss))
    (failed,) = only(told, events.Failed)
    assert failed.message == "Something unexpected went wrong: RuntimeError: no such luck."
    assert failed.hint
    assert "Traceback" in failed.details
    assert (failed.run, failed.step) == (1, 45)
    assert failed.rewind_step is not None
    # A state is good as soon as a whole block of good losses came after it.
    assert 45 - 2 * BLOCK <= failed.rewind_step < 45
    assert (driven.state, driven.step) == (State.FAILED, 45)

    loss.error = None
    told = driven.do(commands.Rewind())
    (back,) = only(told, events.Prepared)
    assert (back.step, back.config, back.origin.parent) == (failed.rewind_step, config, 1)
    assert [(each.steps, each.has_failed) for each in back.left] == [(45, True)]
    assert driven.state is State.PAUSED
    again = losses(driven.do(commands.Start()))
    assert min(again) == failed.rewind_step + 1
    assert losses(driven.events) == reference(config)


@pytest.mark.parametrize("run_before", ["fails at once", "fails later"])
def test_there_is_always_a_state_to_go_back_to(
    run_before: str, config: RunConfig, loss: Loss
) -> None:
    """Without any snapshot yet it is the untrained network."""
    driven = Driven(config)
    if run_before == "fails at once":
        loss.error = RuntimeError("no such luck")
    told = driven.do(commands.Start(), answer=fail_after(9, loss))
    assert only(told, events.Failed)[0].rewind_step == 0
    loss.error = None
    driven.do(commands.Rewind(), commands.Start())
    assert losses(driven.events) == reference(config)


@pytest.mark.parametrize("when", ["at the end of an epoch", "untrained"])
def test_an_evaluation_that_raises_is_recovered_from(
    when: str, config: RunConfig, loss: Loss
) -> None:
    loss.fails_in_training = False
    driven = Driven()
    if when == "untrained":
        loss.error = RuntimeError("no such luck")
        assert event_names(driven.do(commands.Prepare(config))) == ["Preparing", "Refused"]
        loss.error = None
        driven.do(commands.Reset())
    else:
        driven.do(commands.Prepare(config))
        told = driven.do(commands.Start(), answer=fail_after(EPOCH, loss))
        assert only(told, events.Failed)[0].step == EPOCH
        loss.error = None
        driven.do(commands.Rewind())
    driven.do(commands.Start())
    assert losses(driven.events) == reference(config)
    assert {e.measurement.step for e in only(driven.events, events.EpochFinished)} == {20, 40, 60}


@pytest.mark.parametrize("value", [float("nan"), float("inf")])
@pytest.mark.parametrize("bad", [1, 2, 3, 4], ids=["before train", "before test", "train", "test"])
def test_a_measured_loss_that_is_not_finite_is_no_measurement(
    config: RunConfig, monkeypatch: pytest.MonkeyPatch, bad: int, value: float
) -> None:
    """The first two evaluations are of the untrained network, the others of the first epoch."""
    evaluations: list[bool] = []

    def spoiled(logits: Tensor, labels: Tensor) -> Tensor:
        if torch.is_grad_enabled():
            return F.cross_entropy(logits, labels)
        evaluations.append(True)
        return F.cross_entropy(logits, labels) + (value if len(evaluations) == bad else 0)

    monkeypatch.setitem(LOSSES, "cross-entropy", spoiled)
    driven = Driven(config)
    if bad <= 2:
        (refused,) = only(driven.events, events.Refused)
        assert "at step 0" in refused.message
        assert not only(driven.events, events.Prepared)
    else:
        (failed,) = only(driven.do(commands.Start()), events.Failed)
        assert failed.message.startswith("The loss became ")
        assert failed.message.endswith(f" at step {EPOCH}.")
        assert not only(driven.events, events.EpochFinished)
        driven.do(commands.Rewind(), commands.Start())
        assert driven.state is State.FINISHED


DIVERGENT = {"optimizer": "sgd", "learning_rate": 1000.0, "weight_decay": 10.0}


@pytest.mark.usefixtures("snapshots_at_every_batch")
@pytest.mark.parametrize("name", ["cross-entropy", "nll", "mse"])
def test_a_loss_that_is_not_finite_stops_the_run_with_advice(name: str, config: RunConfig) -> None:
    driven = Driven(config.with_changes({"loss": name}))
    told = driven.do(commands.Start(), answer=when_step(25, commands.Change(DIVERGENT)))
    (failed,) = only(told, events.Failed)
    assert all(np.isfinite(list(losses(told).values())))
    what = r"The loss became (not a number \(NaN\)|infinite) at step (\d+)\."
    found = re.fullmatch(what, failed.message)
    assert found
    assert int(found[2]) == max(losses(told)) + 1
    assert "1000" in failed.hint
    assert "smaller" in failed.hint
    assert driven.state is State.FAILED

    gentler = {"learning_rate": 0.001, "weight_decay": 0.0}
    told = driven.do(commands.Rewind(gentler))
    (back,) = only(told, events.Prepared)
    assert back.step == failed.rewind_step
    assert driven.state is State.PAUSED
    told = driven.do(commands.Start())
    assert (driven.state, driven.step) == (State.FINISHED, LAST)
    assert all(np.isfinite(list(losses(told).values())))
    last = only(told, events.EpochFinished)[-1].measurement
    assert last.train_loss < only(driven.events, events.Prepared)[0].untrained.train_loss * 2


def test_a_failed_session_takes_commands_at_once(config: RunConfig, loss: Loss) -> None:
    """Those that were handed in while it failed are handled too."""

    def answer(event: Event) -> Command | None:
        if isinstance(event, events.Progress) and event.step == 5:
            loss.error = RuntimeError("no such luck")
        if isinstance(event, events.Failed):
            loss.error = None
            return commands.Rewind({"learning_rate": 0.01})
        return None

    driven = Driven(config)
    told = driven.do(commands.Start(), answer=answer)
    back = ["GoingBack", "GoingBack", "Prepared", "Opened", "FindingsChanged", "StateChanged"]
    assert event_names(told)[-8:] == ["StateChanged", *back, "Changed"]
    driven.do(commands.Start())
    assert losses(driven.events) == reference(config.with_changes({"learning_rate": 0.01}))


def test_steps_before_one_that_raises_are_reported(
    config: RunConfig, loss: Loss, monkeypatch: pytest.MonkeyPatch
) -> None:
    driven = Driven(config)
    monkeypatch.setattr("netviz.engine.session.batch_meter.REPORT_INTERVAL_S", 1e9)
    loss.on_training = [None, *range(6)].pop
    driven.do(commands.Start())
    (failed,) = only(driven.events, events.Failed)
    assert failed.step == 7
    assert list(losses(driven.events)) == [1, 2, 3, 4, 5, 6, 7]


def test_a_run_of_which_nothing_can_be_told_does_not_end_the_session(
    config: RunConfig, loss: Loss, monkeypatch: pytest.MonkeyPatch
) -> None:
    def untold(_: Run) -> int:
        raise TypeError("no number")

    driven = Driven(config)
    driven.do(commands.Step())
    with monkeypatch.context() as harm:
        harm.setattr(Run, "good_step", property(untold))
        loss.error = RuntimeError("no such luck")
        (failed,) = only(driven.do(commands.Start()), events.Failed)
        assert "no such luck" in failed.message
        assert (failed.step, failed.rewind_step) == (0, None)
    loss.error = None
    driven.do(commands.Prepare(config), commands.Start())
    assert (driven.state, driven.step) == (State.FINISHED, LAST)
