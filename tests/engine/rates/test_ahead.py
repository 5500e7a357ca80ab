"""The next steps with nine rates are nine runs of their own, and disturb none."""

import math
import os
from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from netviz.engine.options.rate_steps import RATE_MAX, RATE_MIN
from netviz.engine.options.run_config import RunConfig
from netviz.engine.protocol.rates import StepsAhead
from netviz.engine.rates.ahead import (
    DECADES,
    MOMENTS,
    RATES,
    STEPS,
    look_ahead,
    rates_around,
)
from netviz.engine.rates.trial import Trial
from netviz.engine.session.preparation import value_of
from netviz.engine.training.trainer import DeviceData, Trainer
from tests.engine.rates.trainers import (
    NETWORKS,
    SETTINGS,
    by_itself,
    loss_of,
    trained,
)
from tests.engine.rates.trainers import STEPS as TRAINED

COUNT = int(os.environ.get("NETVIZ_RANDOM_RUNS", "10"))


def looked_ahead(trainer: Trainer) -> StepsAhead:
    found = value_of(look_ahead(Trial(trainer), 1))
    assert isinstance(found, StepsAhead)
    return found


@settings(max_examples=COUNT, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(network=st.sampled_from(NETWORKS), changes=SETTINGS, steps=TRAINED)
def test_each_rate_is_a_run_of_its_own_bit_for_bit(
    network: dict[str, Any],
    changes: dict[str, Any],
    steps: int,
    config: RunConfig,
    digits: DeviceData,
) -> None:
    trainer = trained(config.with_changes(network | changes), digits, steps)
    moment = trainer.snapshot()
    ahead = looked_ahead(trainer)
    images, labels = Trial(trainer).sample()
    for row, rate in enumerate(ahead.rates.tolist()):
        other = by_itself(moment, {"learning_rate": rate}, digits)
        expected = np.full(STEPS, np.nan, np.float32)
        measured = dict.fromkeys(MOMENTS, math.nan)
        measured[0] = loss_of(other, images, labels)
        for done in range(1, STEPS + 1):
            loss = float(other.train_batch().loss)
            if not math.isfinite(loss):
                break
            expected[done - 1] = loss
            if done in MOMENTS:
                measured[done] = loss_of(other, images, labels)
        np.testing.assert_array_equal(ahead.batch_losses[row], expected)
        np.testing.assert_array_equal(ahead.losses[row], [*measured.values()])


@pytest.mark.parametrize("present", [0.0, 1e-7, 1e-5, 3e-5, 0.001, 0.03, 1.0, 7.0, 10.0, 50.0])
def test_the_rates_lie_around_the_present_one_within_the_slider(present: float) -> None:
    rates = rates_around(RunConfig(learning_rate=present))
    assert len(rates) == RATES
    assert rates[0] >= (1 - 1e-9) * RATE_MIN
    assert rates[-1] <= (1 + 1e-9) * RATE_MAX
    np.testing.assert_allclose(np.diff(np.log10(rates)), DECADES / (RATES - 1), rtol=1e-9)
    if RATE_MIN <= present <= RATE_MAX:
        assert present in rates.tolist()


def test_a_rate_that_ruins_the_network_has_no_losses_from_there(
    config: RunConfig, digits: DeviceData
) -> None:
    changes = {"optimizer": "sgd", "learning_rate": 10.0, "weight_decay": 1.0}
    ahead = looked_ahead(trained(config.with_changes(changes), digits, 0))
    assert np.isfinite(ahead.losses[0]).all()
    assert not np.isfinite(ahead.losses[-1, -1])
    assert np.isnan(ahead.batch_losses[-1, -1])
