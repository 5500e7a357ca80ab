"""Freezing: what is frozen does not move by a single bit, and what is free goes on."""

from typing import Any

import pytest
import torch
from torch import Tensor, nn

from netviz.engine.errors import ConfigError
from netviz.engine.network.build import build_model, parameter_count
from netviz.engine.network.describe import describe_network
from netviz.engine.network.freezing import freezable, freeze
from netviz.engine.options.run_config import OPTIMIZERS, RunConfig
from netviz.engine.protocol import commands, events
from netviz.engine.protocol.layer_facts import LayerFacts, all_but_last, trainable, with_toggled
from netviz.engine.training.trainer import DeviceData, Trainer
from tests.support import Driven, only

CPU = torch.device("cpu")
WITH_NORM = ("conv 4 3", "batchnorm", "relu", "maxpool 4", "flatten", "linear 8", "batchnorm")
HARD: dict[str, Any] = {"weight_decay": 0.1, "momentum": 0.9, "learning_rate": 0.05}


def weights(trainer: Trainer) -> dict[str, Tensor]:
    return {name: value.clone() for name, value in trainer.model.state_dict().items()}


def moved(trainer: Trainer, before: dict[str, Tensor]) -> set[str]:
    """Return the layers of which any number is another, were it by a bit."""
    now = trainer.model.state_dict()
    return {name.rsplit(".", 1)[0] for name in now if not torch.equal(now[name], before[name])}


@pytest.mark.parametrize("optimizer", OPTIMIZERS)
def test_frozen_weights_do_not_move_by_a_bit(
    optimizer: str, digits: DeviceData, config: RunConfig
) -> None:
    changes = {"model": "layers", "layers": WITH_NORM, "optimizer": optimizer, **HARD}
    trainer = Trainer(config.with_changes(changes), digits, CPU)
    for _ in range(3):  # so that momenta and second moments are there
        trainer.train_batch()
    before = weights(trainer)
    trainer.apply(trainer.config.with_changes({"frozen": ("0", "1", "6")}))
    for _ in range(5):
        trainer.train_batch()
    assert moved(trainer, before) == {"5", "7"}


@pytest.mark.parametrize("optimizer", OPTIMIZERS)
def test_unfrozen_layers_learn_on(optimizer: str, digits: DeviceData, config: RunConfig) -> None:
    changes = {"frozen": ("1",), "optimizer": optimizer, **HARD}
    trainer = Trainer(config.with_changes(changes), digits, CPU)
    before = weights(trainer)
    trainer.train_batch()
    assert moved(trainer, before) == {"3"}
    trainer.apply(trainer.config.with_changes({"frozen": ()}))
    trainer.train_batch()
    assert moved(trainer, before) == {"1", "3"}


@pytest.mark.parametrize("dampening", [0.0, 0.3])
def test_freezing_is_plain_pytorchs_requires_grad(
    dampening: float, digits: DeviceData, config: RunConfig
) -> None:
    changes = {"optimizer": "sgd", "frozen": ("1",), "dampening": dampening, **HARD}
    config = config.with_changes(changes)
    trainer = Trainer(config, digits, CPU)
    torch.manual_seed(config.seed)
    plain = build_model(config, digits.image_shape, 10)
    plain.get_submodule("1").requires_grad_(False)
    optimizer = torch.optim.SGD(
        plain.parameters(), lr=0.05, momentum=0.9, weight_decay=0.1, dampening=dampening
    )
    sampler = Trainer(config, digits, CPU).sampler
    for step in range(25):
        if step == 10:
            trainer.apply(config.with_changes({"frozen": ()}))
            plain.requires_grad_(True)
        batch = trainer.train_batch()
        indices = sampler.next_batch(config.batch_size)
        optimizer.zero_grad()
        logits = plain(digits.train_images[indices])
        loss = nn.functional.cross_entropy(logits, digits.train_labels[indices])
        loss.backward()
        optimizer.step()
        assert float(batch.loss) == pytest.approx(loss.item(), rel=1e-5)


def test_a_frozen_run_is_restored_frozen(digits: DeviceData, config: RunConfig) -> None:
    trainer = Trainer(config, digits, CPU)
    trainer.apply(config.with_changes({"frozen": ("1",)}))
    trainer.train_batch()
    snapshot = trainer.snapshot()
    expected = [float(trainer.train_batch().loss) for _ in range(4)]
    trainer.apply(config)
    trainer.train_batch()
    trainer.restore(snapshot)
    before = weights(trainer)
    assert [float(trainer.train_batch().loss) for _ in range(4)] == expected
    assert moved(trainer, before) == {"3"}


@pytest.mark.parametrize(
    ("names", "message"),
    [(("9",), "no layer 9 with weights"), (("0",), "no layer 0"), (("1", "3"), "every layer")],
)
def test_what_cannot_be_frozen_is_refused_and_nothing_changes(
    names: tuple[str, ...], message: str, digits: DeviceData, config: RunConfig
) -> None:
    trainer = Trainer(config, digits, CPU)
    with pytest.raises(ConfigError, match=message):
        trainer.apply(config.with_changes({"frozen": names}))
    assert all(p.requires_grad for p in trainer.model.parameters())


@pytest.mark.usefixtures("few_digits")
def test_another_network_begins_with_nothing_frozen(config: RunConfig) -> None:
    driven = Driven(config)
    told = driven.do(commands.Change({"frozen": ("3",)}))
    assert only(told, events.Changed)[-1].config.frozen == ("3",)
    told = driven.do(commands.Reset({"seed": 3}))
    assert only(told, events.Prepared)[-1].config.frozen == ("3",)
    told = driven.do(commands.Reset({"hidden": (8,)}))
    assert only(told, events.Prepared)[-1].config.frozen == ()


@pytest.mark.parametrize("model", ["mlp", "cnn", "lenet5", "resnet18"])
def test_the_described_layers_are_the_freezable_ones(model: str) -> None:
    network = build_model(RunConfig(model=model), (1, 28, 28), 10)
    facts = describe_network(network, (1, 28, 28))
    names = [name for each in facts for name in each.names]
    assert sorted(names) == sorted(freezable(network))
    assert trainable(facts, ()) == parameter_count(network)
    freeze(network, all_but_last(facts))
    assert trainable(facts, all_but_last(facts)) == parameter_count(network)
    assert facts[-1].output == (10,)


def test_looking_at_a_network_leaves_it_as_it_was() -> None:
    network = build_model(RunConfig(model="layers", layers=WITH_NORM), (1, 28, 28), 10)
    before = {name: value.clone() for name, value in network.state_dict().items()}
    facts = describe_network(network, (1, 28, 28))
    assert [each.name for each in facts if each.has_modes] == ["1", "6"]
    assert all(torch.equal(value, before[name]) for name, value in network.state_dict().items())
    assert all(module.training for module in network.modules())
    assert not any(module._forward_hooks for module in network.modules())


def test_own_and_shared_weights_are_counted_once() -> None:
    class Odd(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.first = nn.Linear(4, 4)
            self.parts = nn.ModuleList([nn.Linear(4, 4), nn.Linear(4, 4)])
            self.parts[0].weight = self.first.weight
            self.unused = nn.Linear(2, 2)

        def forward(self, images: Tensor) -> Tensor:
            return self.parts[1](self.parts[0](self.first(images.flatten(1))))

    facts = describe_network(Odd(), (1, 2, 2))
    assert trainable(facts, ()) == parameter_count(Odd())
    assert [each.name for each in facts] == ["first", "parts.0", "parts.1", "unused"]


def test_a_block_is_frozen_and_freed_as_one() -> None:
    block = LayerFacts("b", "Block", "Block", (4,), (("b.0", 5), ("b.1", 7)), False)
    end = LayerFacts("end", "Linear", "Linear 4 → 2", (2,), (("end", 10),), False)
    assert with_toggled((block, end), ("b.0",), 0) == ("b.0", "b.1")
    assert with_toggled((block, end), ("b.0", "b.1", "end"), 0) == ("end",)
    assert block.is_frozen(("b.0", "b.1"))
    assert not block.is_frozen(("b.1",))


class Partly(nn.Module):
    """A network that does not train all of its weights."""

    def __init__(self) -> None:
        super().__init__()
        self.body = nn.Linear(784, 16).requires_grad_(False)
        self.head = nn.Linear(16, 10)
        self.head.bias.requires_grad_(False)

    def forward(self, images: Tensor) -> Tensor:
        return self.head(self.body(images.flatten(1)))


def test_what_a_network_does_not_train_itself_stays_as_it_is(
    config: RunConfig, digits: DeviceData, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("netviz.engine.training.trainer.build_model", lambda *_: Partly())
    trainer = Trainer(config, digits, CPU)
    before = {name: value.clone() for name, value in trainer.model.state_dict().items()}
    trainer.train_batch()
    trainer.apply(config.with_changes({"frozen": ("body",)}))
    trainer.train_batch()
    trainer.apply(config)
    snapshot = trainer.snapshot()
    trainer.train_batch()
    trainer.restore(snapshot)
    trainer.train_batch()
    moved = {n for n, value in trainer.model.state_dict().items() if not value.equal(before[n])}
    assert moved == {"head.weight"}
