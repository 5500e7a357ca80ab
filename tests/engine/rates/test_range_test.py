"""The range test is a plain loop over rising rates, from the weights of the moment."""

import math
import os
from typing import Any

import numpy as np
import pytest
import torch
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from netviz.engine.options.run_config import RunConfig
from netviz.engine.protocol.range_test import Ended, RangeTest, smoothed_losses
from netviz.engine.rates import range_test
from netviz.engine.rates.range_test import BATCHES, TRIALS, find_rate, has_diverged
from netviz.engine.rates.trial import Trial
from netviz.engine.training.trainer import DeviceData, Snapshot, Trainer
from tests.engine.rates.trainers import NETWORKS, SETTINGS, by_itself, loss_of, trained
from tests.engine.rates.trainers import STEPS as TRAINED

COUNT = int(os.environ.get("NETVIZ_RANDOM_RUNS", "10"))


@pytest.fixture(autouse=True)
def short(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(range_test, "TRIALS", 2)
    monkeypatch.setattr(range_test, "BATCHES", 40)


def all_told(trainer: Trainer) -> list[RangeTest]:
    """Return all that is told, the end last."""
    told = []
    work = find_rate(Trial(trainer), 1)
    while True:
        try:
            partial = next(work)
            if partial is not None:
                told.append(partial)
        except StopIteration as done:
            return [*told, done.value]


def plain_loop(
    moment: Snapshot, rates: np.ndarray, skipped: int, start: float, data: DeviceData
) -> list[float]:
    """Train batch after batch, each with its rate; return the losses until they diverge."""
    other = by_itself(moment, {"schedule": "constant"}, data)
    for _ in range(skipped):
        other.sampler.next_batch(moment.config.batch_size, moment.config.order)
    losses: list[float] = []
    for rate in rates.tolist():
        other.apply(other.config.with_changes({"learning_rate": rate}))
        batch = other.train_batch()
        assert batch.learning_rate == rate
        if not math.isfinite(float(batch.loss)):
            break
        losses.append(float(batch.loss))
        chance = 0.09 if moment.config.loss == "mse" else math.log(10)
        if has_diverged(smoothed_losses(np.array(losses)), start, chance):
            break
    return losses


@settings(max_examples=COUNT, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(network=st.sampled_from(NETWORKS), changes=SETTINGS, steps=TRAINED)
def test_it_is_a_plain_loop_bit_for_bit(
    network: dict[str, Any],
    changes: dict[str, Any],
    steps: int,
    config: RunConfig,
    digits: DeviceData,
) -> None:
    trainer = trained(config.with_changes(network | changes), digits, steps)
    moment = trainer.snapshot()
    found = all_told(trainer)[-1]
    assert (found.step, found.config) == (steps, trainer.config)
    assert found.start == loss_of(by_itself(moment, {}, digits), *Trial(trainer).sample())
    for row, losses in enumerate(found.losses):
        expected = plain_loop(moment, found.rates, 40 * row, found.start, digits)
        count = len(expected)
        assert losses[:count].tolist() == expected
        assert np.isnan(losses[count:]).all()
        smoothed = smoothed_losses(np.array(expected))
        assert found.smoothed[row, :count].tolist() == smoothed.tolist()


def test_the_rates_rise_evenly_over_all_that_the_slider_has(
    config: RunConfig, digits: DeviceData
) -> None:
    rates = all_told(trained(config, digits, 0))[-1].rates
    assert (rates[0], rates[-1]) == (pytest.approx(1e-5), pytest.approx(10))
    np.testing.assert_allclose(np.diff(np.log10(rates)), 6 / 39, rtol=1e-9)


def test_it_is_told_as_it_grows(
    config: RunConfig, digits: DeviceData, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(range_test, "TELL_S", 0.0)
    *partial, last = all_told(trained(config, digits, 3))
    assert partial[0].reached == 0
    assert not any(each.is_finished for each in partial)
    counts = [int(np.isfinite(each.losses).sum()) for each in partial]
    assert counts == sorted(counts)
    assert {each.done for each in partial} == {0, 1}
    for each in partial:
        known = np.isfinite(each.losses)
        assert (each.losses[known] == last.losses[known]).all()
    assert (last.reached, last.done) == (1, 2)


def test_it_ends_where_the_loss_explodes(config: RunConfig, digits: DeviceData) -> None:
    changes = {"optimizer": "sgd", "momentum": 0.9, "weight_decay": 1.0}
    found = all_told(trained(config.with_changes(changes), digits, 30))[-1]
    assert found.ended is Ended.DIVERGED
    assert np.isnan(found.mean[-1])


def test_it_ends_at_the_highest_rate_where_nothing_explodes(
    config: RunConfig, digits: DeviceData, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(range_test, "RATE_MAX", 1e-4)
    found = all_told(trained(config, digits, 0))[-1]
    assert found.ended is Ended.HIGHEST
    np.testing.assert_allclose(found.mean, found.smoothed.mean(axis=0))


def test_six_trials_of_150_batches_are_made() -> None:
    assert (TRIALS, BATCHES) == (6, 150)


def test_noise_does_not_end_it_but_a_loss_beyond_chance_does() -> None:
    noisy = np.array([0.05] * 19 + [0.01, 0.12])
    assert not has_diverged(noisy, 0.05, 2.3)
    assert has_diverged(np.append(noisy, 0.21), 0.05, 2.3)
    assert not has_diverged(np.array([2.3] * 19 + [0.5, 2.2]), 2.3, 2.3)
    assert has_diverged(np.array([2.3] * 19 + [0.5, 2.4]), 2.3, 2.3)
    assert not has_diverged(np.array([0.1, 5.0]), 0.1, 2.3), "two batches tell nothing"


def test_of_a_ruined_network_no_loss_is_known(config: RunConfig, digits: DeviceData) -> None:
    trainer = trained(config, digits, 1)
    with torch.no_grad():
        for parameter in trainer.model.parameters():
            parameter.fill_(math.nan)
    found = all_told(trainer)[-1]
    assert math.isnan(found.start)
    assert np.isnan(found.losses).all()
    assert found.ended is Ended.DIVERGED
