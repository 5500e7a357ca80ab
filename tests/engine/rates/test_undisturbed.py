"""Whatever is tried on copies, the run goes on as if nobody had: the same losses, bit for bit."""

import os
from typing import Any

import pytest
import torch
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from netviz.engine.options.run_config import RunConfig
from netviz.engine.rates.trial import Trial
from netviz.engine.rates.trial_spec import TrialSpec, all_trials
from netviz.engine.training.trainer import DeviceData
from tests.engine.rates.trainers import NETWORKS, SETTINGS, STEPS, by_itself, trained

COUNT = int(os.environ.get("NETVIZ_RANDOM_RUNS", "10"))
TRIALS = all_trials()


@settings(max_examples=COUNT, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    network=st.sampled_from(NETWORKS),
    changes=SETTINGS,
    steps=STEPS,
    parts=st.lists(st.integers(0, 25), min_size=6, max_size=6),
)
@pytest.mark.parametrize("spec", TRIALS, ids=[spec.subject for spec in TRIALS])
def test_a_run_goes_on_as_if_nothing_had_been_tried(
    spec: TrialSpec,
    network: dict[str, Any],
    changes: dict[str, Any],
    steps: int,
    parts: list[int],
    config: RunConfig,
    digits: DeviceData,
) -> None:
    trainer = trained(config.with_changes(network | changes), digits, steps)
    moment = trainer.snapshot()
    work = spec.compute(Trial(trainer), 1)
    losses = []
    for part in parts:  # a little of it before each batch
        for _ in range(part):
            next(work, None)
        losses.append(float(trainer.train_batch().loss))
    torch.manual_seed(99)
    undisturbed = by_itself(moment, {}, digits)
    assert losses == [float(undisturbed.train_batch().loss) for _ in parts]
