"""A run that was replaced is brought back.

That it goes on as if nothing had been between is held by `test_transitions`.
"""

from dataclasses import replace
from pathlib import Path

import pytest

from netviz.engine.options.run_config import RunConfig
from netviz.engine.protocol import commands, events
from netviz.engine.protocol.run_state import State
from netviz.engine.session import replaced_run
from tests.engine.datasets.pictures import save_classes
from tests.engine.session.driving import STATES
from tests.support import Driven, Loss, losses, only

pytestmark = pytest.mark.usefixtures("few_digits", "every_batch_told")


def test_its_whole_past_is_told_again(config: RunConfig) -> None:
    driven = Driven(config)
    past = driven.do(commands.Start())
    (prepared,) = only(driven.do(commands.Reset({"seed": 5})), events.Prepared)
    assert prepared.replaced_step == only(past, events.StateChanged)[-1].step
    told = driven.do(commands.BringBack())
    (back,) = only(told, events.Prepared)
    assert (back.is_back, back.config) == (True, config)
    (opened,) = only(told, events.Opened)
    assert opened.progress is not None
    assert losses([opened.progress]) == losses(past)
    assert opened.measurements[1:] == tuple(
        each.measurement for each in only(past, events.EpochFinished)
    )
    assert (driven.state, driven.step) == (State.FINISHED, back.step)


def test_twice_leads_back_to_the_newer_run(config: RunConfig) -> None:
    driven = Driven(config)
    driven.do(commands.Start())
    driven.do(commands.Reset({"seed": 5}))
    driven.do(commands.Step(), commands.Step())
    driven.do(commands.BringBack())
    (again,) = only(driven.do(commands.BringBack()), events.Prepared)
    assert (again.config.seed, again.step) == (5, 2)


def test_an_untrained_run_takes_no_place(config: RunConfig) -> None:
    driven = Driven(config)
    driven.do(commands.Start())
    for seed in (5, 6, 7):
        driven.do(commands.Reset({"seed": seed}))
    (back,) = only(driven.do(commands.BringBack()), events.Prepared)
    assert (back.config.seed, back.step > 0) == (config.seed, True)


def test_there_is_nothing_to_bring_back_at_first(config: RunConfig) -> None:
    driven = Driven(config)
    (refused,) = only(driven.do(commands.BringBack()), events.Refused)
    assert "no run to bring back" in refused.message


def test_a_run_that_failed_comes_back_as_it_was_before(config: RunConfig, loss: Loss) -> None:
    driven = STATES["failed"](config, loss)
    assert driven.session.run is not None
    (failed,) = only(driven.events, events.Failed)
    driven.do(commands.Reset({"learning_rate": 0.01}))
    told = driven.do(commands.BringBack())
    assert (driven.state, driven.step) == (State.FAILED, failed.step)
    assert only(told, events.Failed) == [replace(failed, run=driven.session.run.number)]


def test_large_data_are_not_kept_beside_others(
    config: RunConfig, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(replaced_run, "MOST_DATA_BYTES", 100)
    driven = Driven(config)
    driven.do(commands.Start())
    (same,) = only(driven.do(commands.Reset({"seed": 5})), events.Prepared)
    assert same.replaced_step
    save_classes(tmp_path, cats=6, dogs=6)
    (other,) = only(driven.do(commands.Reset({"dataset": f"folder:{tmp_path}"})), events.Prepared)
    assert not other.replaced_step
