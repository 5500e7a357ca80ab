"""What is told of the next step is what the run then does; the arithmetic by hand is torch's."""

import os
from typing import Any

import numpy as np
import pytest
import torch
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from netviz.engine.loop.trace import trace_step
from netviz.engine.options.run_config import RunConfig
from netviz.engine.protocol.loop.loss_by_hand import loss_by_hand
from netviz.engine.protocol.loop.step_traced import StepTraced, WeightPlace
from netviz.engine.protocol.loop.update_by_hand import update_by_hand, why_not
from netviz.engine.rates.trial import Trial
from netviz.engine.session.preparation import value_of
from netviz.engine.training.trainer import DeviceData, Trainer
from tests.engine.rates.trainers import NETWORKS, SETTINGS, STEPS, trained

COUNT = int(os.environ.get("NETVIZ_RANDOM_RUNS", "20"))
OPTIMIZERS = st.fixed_dictionaries(
    {"optimizer": st.sampled_from(("sgd", "adam", "adamw", "rmsprop"))},
    optional={
        "momentum": st.sampled_from((0.0, 0.9)),
        "nesterov": st.booleans(),
        "dampening": st.sampled_from((0.0, 0.3)),
        "amsgrad": st.booleans(),
        "beta1": st.sampled_from((0.0, 0.8)),
        "eps": st.sampled_from((1e-8, 1e-3)),
        "weight_decay": st.sampled_from((0.0, 0.01)),
        "learning_rate": st.sampled_from((0.0003, 0.02)),
        "clip_norm": st.sampled_from((0.0, 0.1)),
        "accumulate": st.sampled_from((1, 3)),
    },
)


def traced(trainer: Trainer, place: WeightPlace | None = None) -> StepTraced:
    """Trace the next step to its end."""
    trial = Trial(trainer)
    trial.about = place
    return traced_on(trial)


def traced_on(trial: Trial) -> StepTraced:
    """Trace the step after the moment at which a copy stands."""
    return value_of(trace_step(trial, 1))


def parameters_of(trainer: Trainer) -> dict[str, torch.Tensor]:
    return {name: each.detach().clone() for name, each in trainer.model.named_parameters()}


@settings(max_examples=COUNT, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(network=st.sampled_from(NETWORKS), changes=SETTINGS, later=SETTINGS, steps=STEPS)
def test_what_is_told_of_a_step_is_what_the_run_then_does(
    network: dict[str, Any],
    changes: dict[str, Any],
    later: dict[str, Any],
    steps: int,
    config: RunConfig,
    digits: DeviceData,
) -> None:
    trainer = trained(config.with_changes(network | changes), digits, steps)
    later.pop("batch_size", None)
    trainer.apply(trainer.config.with_changes(later))  # the optimizer may become another one
    told = traced(trainer)
    before = parameters_of(trainer)
    batch = trainer.train_batch()
    assert told.step == steps
    assert told.loss == float(batch.loss)
    assert told.learning_rate == batch.learning_rate
    assert told.correct == int((batch.logits.argmax(dim=1) == batch.labels).sum())
    assert np.array_equal(told.logits, batch.logits[:8].numpy())
    assert told.labels.tolist() == batch.labels[:8].tolist()
    assert told.updates is not trainer.only_accumulated
    while trainer.only_accumulated:
        batch = trainer.train_batch()
    after = parameters_of(trainer)
    update = told.update
    assert update.step == trainer.step
    moved = {name: (after[name] - before[name]).abs().max() for name in after}
    assert update.largest_change == float(max(moved.values()))
    place = update.changed
    change = after[place.parameter][place.index] - before[place.parameter][place.index]
    assert abs(float(change)) == update.largest_change
    weight = update.weight
    assert weight.value == float(before[weight.place.parameter][weight.place.index])
    assert weight.new_value == float(after[weight.place.parameter][weight.place.index])


@settings(max_examples=3 * COUNT, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(changes=OPTIMIZERS, steps=st.integers(0, 8), data=st.data())
def test_the_update_by_hand_is_that_of_the_optimizer(
    changes: dict[str, Any],
    steps: int,
    data: st.DataObject,
    config: RunConfig,
    digits: DeviceData,
) -> None:
    trainer = trained(config.with_changes(changes), digits, steps)
    name = data.draw(st.sampled_from(sorted(dict(trainer.model.named_parameters()))))
    shape = dict(trainer.model.named_parameters())[name].shape
    index = tuple(data.draw(st.integers(0, size - 1)) for size in shape)
    told = traced(trainer, WeightPlace(name, index))
    assert told.update.weight.place == WeightPlace(name, index)
    lines = update_by_hand(told.update)
    assert [line.name for line in lines].count("new w") == 1
    assert lines[-1].name == "new w"
    assert lines[-1].result == pytest.approx(told.update.weight.new_value, abs=1e-6)
    assert [line.name for line in lines if not line.agrees] == []


@settings(max_examples=COUNT, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    loss=st.sampled_from(("cross-entropy", "nll", "mse")),
    rate=st.sampled_from((0.001, 10.0)),
    steps=STEPS,
)
def test_the_loss_by_hand_is_that_of_the_step(
    loss: str, rate: float, steps: int, config: RunConfig, digits: DeviceData
) -> None:
    changes = {"loss": loss, "learning_rate": rate, "batch_size": 20}
    told = traced(trained(config.with_changes(changes), digits, steps))
    by_hand = loss_by_hand(told)
    assert by_hand.mean.agrees
    assert by_hand.mean.result == pytest.approx(told.loss, rel=1e-6, abs=1e-6)
    for number, image in enumerate(by_hand.images):
        logits = torch.tensor(told.logits[number : number + 1])
        assert image.probabilities == pytest.approx(torch.softmax(logits, 1)[0].numpy(), abs=1e-6)
        target = torch.tensor([image.label])
        if loss != "mse":
            by_torch = float(torch.nn.functional.cross_entropy(logits, target))
            assert image.lines[-1].result == pytest.approx(by_torch, rel=1e-6, abs=1e-6)


def test_the_gradient_norms_are_those_after_backward_and_before_clipping(
    config: RunConfig, digits: DeviceData
) -> None:
    free = traced(trained(config, digits, 4))
    clipped = traced(trained(config.with_changes({"clip_norm": 0.01}), digits, 0))
    unclipped = traced(trained(config, digits, 0))
    assert [layer.title for layer in free.layers] == ["Linear 784 → 16", "Linear 16 → 10"]
    parts = [layer.gradient_norm or 0.0 for layer in free.layers]
    assert np.linalg.norm(parts) == pytest.approx(free.gradient_norm)
    assert clipped.gradient_norm == unclipped.gradient_norm
    assert clipped.update.clip_factor == pytest.approx(0.01 / clipped.gradient_norm, rel=1e-4)


def test_a_frozen_layer_has_no_gradient_and_its_weight_says_why(
    config: RunConfig, digits: DeviceData
) -> None:
    trainer = trained(config.with_changes({"frozen": ("1",)}), digits, 2)
    told = traced(trainer, WeightPlace("1.weight", (0, 5)))
    assert told.layers[0].gradient_norm is None
    assert update_by_hand(told.update) == ()
    assert "frozen" in why_not(told.update)


def test_an_optimizer_without_arithmetic_says_so(config: RunConfig, digits: DeviceData) -> None:
    told = traced(trained(config.with_changes({"optimizer": "nadam"}), digits, 2))
    assert "NAdam" in why_not(told.update)


def test_a_weight_that_is_not_there_is_replaced_by_one_that_is(
    config: RunConfig, digits: DeviceData
) -> None:
    told = traced(trained(config, digits, 1), WeightPlace("9.weight", (1, 2, 3)))
    assert told.update.weight.place.parameter == "3.weight"


def test_the_weight_that_was_chosen_is_followed_from_step_to_step(
    config: RunConfig, digits: DeviceData
) -> None:
    trainer = trained(config, digits, 1)
    trial = Trial(trainer)
    followed = []
    for _ in range(2):
        followed.append(traced_on(trial).update.weight)
        trainer.train_batch()
        trial.begin()
    assert followed[0].place == followed[1].place
    assert followed[0].new_value == followed[1].value
