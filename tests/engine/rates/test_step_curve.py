"""Each point of the step's curve is the loss that is really found after that step."""

import os
from typing import Any

import numpy as np
import pytest
import torch
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from torch import Tensor

from netviz.engine.options.run_config import RunConfig
from netviz.engine.protocol.step_curve import StepCurve
from netviz.engine.protocol.step_figures import crossing_of, lowest_of
from netviz.engine.rates.step_curve import try_step
from netviz.engine.rates.trial import Trial
from netviz.engine.session.preparation import value_of
from netviz.engine.training.augmentation import Augmenter, is_augmented
from netviz.engine.training.sampler import Sampler
from netviz.engine.training.trainer import DeviceData, Snapshot, Trainer
from tests.engine.rates.trainers import NETWORKS, SETTINGS, STEPS, by_itself, loss_of, trained

COUNT = int(os.environ.get("NETVIZ_RANDOM_RUNS", "10"))


def tried(trainer: Trainer) -> StepCurve:
    found = value_of(try_step(Trial(trainer), 1))
    assert isinstance(found, StepCurve)
    return found


def after_the_step(moment: Snapshot, rate: float, data: DeviceData) -> tuple[Trainer, int]:
    """Return another trainer after the next update, and of how many batches it was made."""
    other = by_itself(moment, {"learning_rate": rate}, data)
    batches = 0
    while not batches or other.only_accumulated:
        other.train_batch()
        batches += 1
    return other, batches


def next_batches(moment: Snapshot, count: int, data: DeviceData) -> tuple[Tensor, Tensor]:
    """Return the images and labels of the next batches, as the network will be given them."""
    config = moment.config
    torch.set_rng_state(moment.generators["cpu"])
    sampler = Sampler(len(data.train_labels), config.seed, torch.device("cpu"))
    sampler.load_state_dict(moment.sampler)
    if config.order != moment.config_in_effect.order:
        sampler.shuffle_rest(config.order)
    augmenter = Augmenter(config.seed)
    augmenter.generator.set_state(moment.generators["augmenter"])
    images, labels = [], []
    for _ in range(count):
        indices = sampler.next_batch(config.batch_size, config.order)
        batch = data.train_images[indices]
        images.append(augmenter(batch, config) if is_augmented(config) else batch)
        labels.append(data.train_labels[indices])
    return torch.cat(images), torch.cat(labels)


@settings(max_examples=COUNT, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    network=st.sampled_from(NETWORKS),
    changes=SETTINGS,
    steps=STEPS,
    picks=st.tuples(*[st.floats(0, 1)] * 3),
)
def test_the_curve_is_the_loss_really_found_after_the_step_bit_for_bit(
    network: dict[str, Any],
    changes: dict[str, Any],
    steps: int,
    picks: tuple[float, ...],
    config: RunConfig,
    digits: DeviceData,
) -> None:
    trainer = trained(config.with_changes(network | changes), digits, steps)
    moment = trainer.snapshot()
    curve = tried(trainer)
    assert trainer.config.learning_rate in curve.rates.tolist()
    sample = Trial(trainer).sample()
    rows = {round(pick * (len(curve.rates) - 1)) for pick in picks}
    expected = {float(curve.rates[row]): row for row in rows}
    for rate in (0.0, *expected):
        other, batches = after_the_step(moment, rate, digits)
        images, labels = next_batches(moment, batches, digits)
        found = loss_of(other, images, labels), loss_of(other, *sample)
        if rate:
            row = expected[rate]
            np.testing.assert_array_equal(
                (curve.batch_losses[row], curve.sample_losses[row]), found
            )
        else:
            assert (curve.batch_start, curve.sample_start) == found
            assert curve.images == len(labels)


def test_the_step_is_the_same_whatever_rate_is_set(config: RunConfig, digits: DeviceData) -> None:
    trainer = trained(config.with_changes({"optimizer": "adam"}), digits, 7)
    curve = tried(trainer)
    trainer.apply(trainer.config.with_changes({"learning_rate": 1.0}))
    other = tried(trainer)
    both = sorted({*curve.rates.tolist()} & {*other.rates.tolist()})
    assert len(both) > 20
    for rate in both:
        one, two = (each.batch_losses[each.rates.tolist().index(rate)] for each in (curve, other))
        np.testing.assert_array_equal(one, two)


def test_it_is_denser_at_the_lowest_point_and_where_the_loss_is_back_at_its_start(
    config: RunConfig, digits: DeviceData
) -> None:
    changes = {"optimizer": "sgd", "learning_rate": 0.05, "batch_size": 20}
    curve = tried(trained(config.with_changes(changes), digits, 10))
    assert (np.diff(curve.rates) > 0).all()
    apart = np.diff(np.log10(curve.rates))
    lowest = lowest_of(curve.rates, curve.batch_losses, curve.batch_start)
    above = crossing_of(curve.rates, curve.batch_losses, curve.batch_start)
    assert lowest is not None
    assert above is not None
    assert apart[lowest - 1 : lowest + 1].max() < 0.3 * apart.max()
    assert apart[above - 1] < 0.15 * apart.max()
    assert curve.batch_losses[above - 1] <= curve.batch_start < curve.batch_losses[above]


@pytest.mark.parametrize(("schedule", "factor"), [("constant", 1.0), ("step", 0.1)])
def test_it_tells_the_factor_of_the_schedule(
    schedule: str, factor: float, config: RunConfig, digits: DeviceData
) -> None:
    changes = {"schedule": schedule, "step_epochs": 1, "gamma": 0.1, "batch_size": 20}
    epoch = len(digits.train_labels) // 20
    curve = tried(trained(config.with_changes(changes), digits, epoch + 2))
    assert curve.factor == pytest.approx(factor)


def test_a_rate_that_ruins_the_network_has_no_finite_loss(
    config: RunConfig, digits: DeviceData
) -> None:
    changes = {"optimizer": "sgd", "weight_decay": 10.0, "hidden": (16,) * 30}
    curve = tried(trained(config.with_changes(changes), digits, 0))
    assert not np.isfinite(curve.batch_losses[-1])
    assert np.isfinite(curve.batch_start)
