"""A run and its record: what is summed, and which state is kept to go back to."""

from itertools import accumulate, pairwise

import numpy as np
import pytest
import torch
from torch import Tensor

from netviz.engine.options.run_config import RunConfig
from netviz.engine.protocol.run_state import Measurement
from netviz.engine.run.divergence import BLOCK
from netviz.engine.run.epoch_tally import EpochTally
from netviz.engine.run.run import STATE_INTERVAL_S, STATE_SHARE, Run
from netviz.engine.session.going_back import reach
from netviz.engine.session.preparation import value_of
from netviz.engine.training.trainer import DeviceData, Trainer
from tests.engine.conftest import CPU

UNTRAINED = Measurement(0, 0, 2.3, 0.1, 2.3, 0.1, 0.0, 0.0)
PER_INTERVAL = 20
"""Batches trained in the time between two states that are kept."""


@pytest.fixture
def once_an_interval(monkeypatch: pytest.MonkeyPatch) -> None:
    """Keep states as if that took no time, of a young run no more than of any other."""
    for name, value in {"STATE_INTERVAL_S": 1.0, "YOUNG_SHARE": 1.0, "STATE_SHARE": 1e9}.items():
        monkeypatch.setattr(f"netviz.engine.run.run.{name}", value)


@pytest.fixture
def run(config: RunConfig, digits: DeviceData) -> Run:
    return Run(1, Trainer(config, digits, CPU), UNTRAINED)


def train(run: Run, steps: int, loss: float) -> list[int]:
    """Train so many steps with such a loss; return which state was good after each."""
    kept = []
    for _ in range(steps):
        run.trainer.train_batch()
        run.watch_losses(np.array([loss], np.float32))
        run.keep_state(1 / PER_INTERVAL)
        kept.append(run.good_step)
    return kept


def back(run: Run) -> Run:
    """Go back to the last good state, as a run of its own."""
    reached = value_of(reach(run, run.good_step, lambda _: None))
    assert reached is not None
    return run.at(run.good_step, reached.trainer, reached.tally, run.number + 1)


def expected(step: int) -> int:
    """The last state that was kept and that a whole block of good losses came after.

    One is kept at an interval's end, or where there are twice as many steps as at the last one.
    """
    kept, since = [0], 0
    for present in range(1, step + 1):
        since += 1
        if since >= PER_INTERVAL or present >= max(BLOCK, 2 * kept[-1]):
            kept.append(present)
            since = 0
    return max(each for each in kept if each <= max(0, step // BLOCK - 1) * BLOCK)


@pytest.mark.usefixtures("once_an_interval")
def test_a_state_is_kept_once_an_interval_and_is_good_after_a_block_of_good_losses(
    run: Run,
) -> None:
    assert train(run, 130, 0.5) == [expected(step) for step in range(1, 131)]


@pytest.mark.usefixtures("once_an_interval")
def test_no_state_from_the_damage_on_is_good(run: Run) -> None:
    train(run, 100, 0.5)
    assert set(train(run, 100, 50.0)) == {expected(100)}
    assert run.divergence is not None
    run = back(run)
    assert run.trainer.step == run.good_step == expected(100)
    assert run.divergence is None
    assert train(run, 130, 0.5)[-1] > run.trainer.step - 3 * PER_INTERVAL


@pytest.mark.usefixtures("once_an_interval")
def test_what_is_kept_after_a_way_back_is_of_the_new_way(run: Run) -> None:
    train(run, 100, 0.5)
    train(run, 60, 50.0)  # a state that was kept just before them was never found good
    run = back(run)
    run.change(run.trainer.config.with_changes({"learning_rate": 0.02}))
    new: dict[int, Tensor] = {}
    for _ in range(60):
        train(run, 1, 0.5)
        new[run.trainer.step] = next(run.trainer.model.parameters()).detach().clone()
        good = run.good_record()
        if good.step in new:
            assert torch.equal(next(iter(good.snapshot.model.values())), new[good.step])
    assert run.good_step in new


@pytest.mark.usefixtures("once_an_interval")
def test_a_state_is_held_back_until_the_losses_after_it_are_known(run: Run) -> None:
    train(run, 5 * PER_INTERVAL, 0.5)
    before = run.good_step
    for _ in range(3 * PER_INTERVAL):
        run.trainer.train_batch()
        run.keep_state(1 / PER_INTERVAL)
    assert run.good_step == before


def test_a_tally_sums_what_was_read() -> None:
    tally = EpochTally()
    assert (tally.accuracy, tally.samples_per_second) == (0, 0)
    tally.add(10, 3, 0.5)
    tally.add(30, 27, 1.5)
    assert tally == EpochTally(40, 30, 2.0)
    assert (tally.accuracy, tally.samples_per_second) == (0.75, 20)


@pytest.mark.usefixtures("once_an_interval")
def test_one_can_go_back_to_the_same_state_again(run: Run) -> None:
    train(run, 100, 0.5)
    good = run.good_step
    for _ in range(3):
        train(run, 100, 50.0)
        assert run.divergence is not None
        run = back(run)
        assert run.divergence is None
        assert run.trainer.step == run.good_step == good


def test_the_states_of_a_young_run_lie_closer_together(
    run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    clock = iter(accumulate(each for _ in range(200) for each in (0.0, 1e-5)))
    monkeypatch.setattr("netviz.engine.run.run.perf_counter", lambda: next(clock))
    for _ in range(150):
        run.trainer.train_batch()
        run.keep_state(STATE_INTERVAL_S / 10)
    gaps = [after - before for before, after in pairwise(run.states.steps)]
    assert gaps == sorted(gaps)
    assert gaps[0] == 1
    assert 10 <= gaps[-1] <= 11  # as the fractions are rounded
    assert len(gaps) > 1.5 * 150 / 10


def test_one_slow_moment_does_not_keep_states_away_for_long(
    run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Such as one in which Python collects its garbage; else the way to a step would be long."""
    costs_s = iter([0.001, 0.2, *[0.001] * 200])
    clock = iter(accumulate(each for cost in costs_s for each in (0.0, cost)))
    monkeypatch.setattr("netviz.engine.run.run.perf_counter", lambda: next(clock))
    for _ in range(100):
        run.trainer.train_batch()
        run.keep_state(STATE_INTERVAL_S / 4)
    steps = run.states.steps
    assert len(steps) >= 23
    assert max(after - before for before, after in pairwise(steps)) <= 8


def test_costly_states_are_kept_as_rarely_as_their_share_asks(
    run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    cost_s, steps = 0.05, 1500  # a few more of a young run weigh little then
    clock = iter(accumulate(each for _ in range(200) for each in (0.0, cost_s)))
    monkeypatch.setattr("netviz.engine.run.run.perf_counter", lambda: next(clock))
    for _ in range(steps):
        run.trainer.train_batch()
        run.keep_state(0.1)
    kept = len(run.states.steps) - 1
    assert 0.5 * STATE_SHARE <= kept * cost_s / (steps * 0.1) <= 1.2 * STATE_SHARE
