"""A saved state that a trainer could not go on from is refused before it is put there, and why."""

import copy
from collections.abc import Callable
from dataclasses import replace
from functools import cache
from typing import Any

import pytest
import torch

from netviz.engine.options.run_config import RunConfig
from netviz.engine.storage.state_check import check_types, check_weights, fitting_optimizer
from netviz.engine.training.trainer import DeviceData, Snapshot, Trainer
from tests.engine.conftest import CPU, some_digits

Harm = Callable[[Any], object]


def trainer_of(optimizer: str) -> Trainer:
    values = {"hidden": (8,), "optimizer": optimizer, "momentum": 0.5, "accumulate": 2}
    config = RunConfig.parse({"device": "cpu", "threads": 1, **values})
    return Trainer(config, DeviceData.of(some_digits(), CPU), CPU)


@cache
def trained(optimizer: str) -> tuple[Trainer, Snapshot]:
    """A trainer after three batches, of which the last only added to the gradient."""
    trainer = trainer_of(optimizer)
    for _ in range(3):
        trainer.train_batch()
    return trainer, trainer.snapshot()


def harmed(optimizer: str, harm: Harm) -> tuple[Trainer, Snapshot]:
    trainer, snapshot = trained(optimizer)
    state, weights, gradients = copy.deepcopy(
        (snapshot.optimizer, snapshot.model, snapshot.gradients)
    )
    snapshot = replace(snapshot, optimizer=state, model=weights, gradients=gradients)
    harm(snapshot)
    return trainer, snapshot


def remembers(name: str, value: Any) -> Harm:
    """Let the optimizer remember something else of the first weight."""
    return lambda snapshot: snapshot.optimizer["state"][0].update({name: value})


def forgets(name: str) -> Harm:
    return lambda snapshot: snapshot.optimizer["state"][0].pop(name)


def of_weight(index: Any) -> Harm:
    return lambda snapshot: snapshot.optimizer["state"].update({index: {}})


def grouped(**values: Any) -> Harm:
    return lambda snapshot: snapshot.optimizer["param_groups"][0].update(values)


def two_groups(snapshot: Snapshot) -> None:
    snapshot.optimizer["param_groups"] *= 2


UNFIT: dict[str, tuple[Harm, str]] = {
    "a weight too many": (of_weight(4), "the network has no weights 4"),
    "a weight before the first": (of_weight(-1), "the network has no weights -1"),
    "a weight by name": (of_weight("0"), "the network has no weights 0"),
    "no state": (lambda s: s.optimizer.pop("state"), "the optimizer's state is incomplete"),
    "more than state": (lambda s: s.optimizer.update(x=1), "the optimizer's state is incomplete"),
    "a state that is a list": (lambda s: s.optimizer.update(state=[]), "state is no dict"),
    "two groups": (two_groups, "the optimizer's groups are others"),
    "a group that is a list": (lambda s: s.optimizer.update(param_groups=[[]]), "are others"),
    "groups by name": (lambda s: s.optimizer.update(param_groups={}), "groups are others"),
    "fewer weights": (grouped(params=[0]), "the optimizer's groups are others"),
    "fused with a text": (grouped(fused="yes"), "the optimizer's fused is no switch"),
    "foreach with a number": (grouped(foreach=2), "the optimizer's foreach is no switch"),
    "fused and foreach": (grouped(fused=True, foreach=True), "the optimizer is two at once"),
    "no memory": (
        lambda s: s.optimizer["state"].update({0: [1]}),
        "what the optimizer remembers of a weight is no dict",
    ),
    "half a memory": (forgets("exp_avg"), "the optimizer remembers step, exp_avg_sq"),
    "a strange memory": (remembers("weather", torch.zeros(8, 784)), "weather"),
    "a memory of another shape": (remembers("exp_avg", torch.zeros(784, 8)), "exp_avg does not"),
    "a memory in whole numbers": (
        remembers("exp_avg", torch.zeros(8, 784, dtype=torch.int64)),
        "the optimizer's exp_avg does not fit its weight",
    ),
    "a memory that is a number": (remembers("exp_avg", 1.0), "exp_avg does not fit"),
    "a memory that is missing": (remembers("exp_avg", None), "exp_avg does not fit"),
    "several counts of steps": (remembers("step", torch.zeros(2)), "step does not fit"),
    "a count of steps that is a text": (remembers("step", "3"), "step does not fit"),
}


@pytest.mark.parametrize(("harm", "said"), UNFIT.values(), ids=UNFIT)
def test_what_an_optimizer_cannot_have_is_named(harm: Harm, said: str) -> None:
    trainer, snapshot = harmed("adam", harm)
    with pytest.raises(ValueError, match=said):
        fitting_optimizer(snapshot, trainer)


FIT: dict[str, tuple[str, Harm]] = {
    "a count of steps as a number": ("adam", remembers("step", 2)),
    "nothing of a weight yet": ("adam", lambda s: s.optimizer["state"].update({1: {}})),
    "nothing of any weight": ("adam", lambda s: s.optimizer["state"].clear()),
    "no momentum yet": ("sgd", remembers("momentum_buffer", None)),
    "a momentum of before": ("adam", remembers("momentum_buffer", torch.zeros(8, 784))),
    "plain steps": ("adam", grouped(fused=False, foreach=False)),
    "steps of torch's choice": ("sgd", grouped(fused=None, foreach=None)),
    "other settings": ("rmsprop", grouped(alpha=0.1, lr=5.0)),
}


@pytest.mark.parametrize(("optimizer", "harm"), FIT.values(), ids=FIT)
def test_what_an_optimizer_may_have_is_taken_with_the_settings_of_the_run(
    optimizer: str, harm: Harm
) -> None:
    trainer, snapshot = harmed(optimizer, harm)
    state = fitting_optimizer(snapshot, trainer)
    (group,), (wanted,) = state["param_groups"], trainer.optimizer.state_dict()["param_groups"]
    forms = {name: snapshot.optimizer["param_groups"][0][name] for name in ("foreach",)}
    assert group.items() >= forms.items()
    for name in group.keys() - {"fused", "foreach"}:
        assert group[name] == wanted[name], name
    other = trainer_of(optimizer)
    other.restore(replace(snapshot, optimizer=state))
    other.train_batch()


STRANGE_WEIGHTS: dict[str, tuple[Harm, str]] = {
    "missing": (lambda s: s.model.pop("1.bias"), "the weights are of another network: 1.bias"),
    "too many": (lambda s: s.model.update(x=torch.zeros(1)), "weights are of another network: x"),
    "another shape": (lambda s: s.model.update({"1.bias": torch.zeros(9)}), r"1\.bias is \(9,\)"),
    "another kind": (lambda s: s.model.update({"1.bias": torch.zeros(8).half()}), "float16, not"),
    "a gradient of nothing": (
        lambda s: s.gradients.update(x=torch.zeros(1)),
        "the gradients are of another network: x",
    ),
    "a gradient of another shape": (
        lambda s: s.gradients.update({"1.bias": torch.zeros(9)}),
        r"1\.bias is \(9,\)",
    ),
}


@pytest.mark.parametrize(("harm", "said"), STRANGE_WEIGHTS.values(), ids=STRANGE_WEIGHTS)
def test_weights_and_gradients_of_another_network_are_named(harm: Harm, said: str) -> None:
    trainer, snapshot = harmed("adam", harm)
    with pytest.raises(ValueError, match=said):
        check_weights(snapshot, trainer.model)


def test_a_gradient_may_be_missing() -> None:
    trainer, snapshot = harmed("adam", lambda s: s.gradients.pop("1.bias"))
    check_weights(snapshot, trainer.model)


def state_of(snapshot: Snapshot) -> dict[str, Any]:
    return {
        "model": dict(snapshot.model),
        "gradients": dict(snapshot.gradients),
        "generators": dict(snapshot.generators),
        "start": None,
        "sampler": dict(snapshot.sampler),
        "steps": torch.arange(3),
        "losses": torch.zeros(3),
        "learning_rates": torch.zeros(3, dtype=torch.float64),
    }


WRONG_TYPES: dict[str, tuple[Harm, str]] = {
    "weights": (lambda s: s["model"].update(x=1), "model holds something that is no tensor"),
    "weights by number": (lambda s: s["model"].update({1: torch.zeros(1)}), "model holds"),
    "no weights": (lambda s: s.update(model=[]), "model holds"),
    "a beginning": (lambda s: s.update(start={"x": 1}), "start holds"),
    "no generator": (lambda s: s["generators"].pop("augmenter"), "generators/augmenter is no"),
    "steps": (lambda s: s.update(steps=torch.zeros(3)), "steps is no list of int64"),
    "rates": (lambda s: s.update(learning_rates=torch.zeros(3)), "learning_rates is no list of f"),
    "losses": (lambda s: s.update(losses=torch.zeros(3, 1)), "losses is no list of float32"),
    "sampler": (lambda s: s.update(sampler=[]), "sampler is no dict"),
    "no sampler's generator": (lambda s: s["sampler"].pop("generator"), "sampler/generator is no"),
    "order": (lambda s: s["sampler"].update(order=torch.zeros(3)), "sampler/order is no list"),
    "position": (lambda s: s["sampler"].update(position=1.0), "sampler/position is no whole"),
    "switch": (lambda s: s["sampler"].update(position=True), "sampler/position is no whole"),
}


@pytest.mark.parametrize(("harm", "said"), WRONG_TYPES.values(), ids=WRONG_TYPES)
def test_a_part_of_another_type_is_named(harm: Harm, said: str) -> None:
    _, snapshot = trained("adam")
    state = state_of(snapshot)
    check_types(state)
    harm(state)
    with pytest.raises(ValueError, match=said):
        check_types(state)
