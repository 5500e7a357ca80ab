"""Accumulation, clipping and the optimizers' hyperparameters: each as in plain torch."""

from collections.abc import Iterator
from typing import Any

import pytest
import torch
from torch import Tensor, nn
from torch.optim import Optimizer
from torch.utils.data import DataLoader, TensorDataset

from netviz.engine.options.option import Section
from netviz.engine.options.run_config import OPTIMIZERS, OPTIONS, RunConfig
from netviz.engine.training.trainer import DeviceData, Trainer

CPU = torch.device("cpu")
STEPS = 45
EPOCH = 13
"""Batches of an epoch of 200 digits at a batch size of 16, the last one of 8."""


@pytest.fixture
def config(config: RunConfig) -> RunConfig:
    return config.with_changes(
        {"optimizer": "sgd", "learning_rate": 0.2, "batch_size": 16, "momentum": 0.5}
    )


def train(trainer: Trainer, steps: int = STEPS) -> list[float]:
    return [trainer.train_batch().loss.item() for _ in range(steps)]


def weights(trainer: Trainer) -> Tensor:
    return nn.utils.parameters_to_vector(trainer.model.parameters()).detach().clone()


def network(config: RunConfig) -> nn.Sequential:
    torch.manual_seed(config.seed)
    return nn.Sequential(nn.Flatten(), nn.Linear(784, 16), nn.ReLU(), nn.Linear(16, 10))


def batches(config: RunConfig, digits: DeviceData) -> Iterator[tuple[int, bool, Any]]:
    """Yield the number in its epoch, whether it is the last one there, and the batch."""
    loader = DataLoader(
        TensorDataset(digits.train_images, digits.train_labels),
        batch_size=config.batch_size,
        shuffle=True,
        generator=torch.Generator().manual_seed(config.seed),
    )
    while True:
        for number, batch in enumerate(loader):
            yield number, number == len(loader) - 1, batch


def plain_losses(
    config: RunConfig, digits: DeviceData, *, k: int = 1, clip: float = 0, start: int = 0
) -> list[float]:
    """Train as the tutorials do; from step `start` on over `k` batches at a time."""
    model = network(config)
    optimizer = torch.optim.SGD(model.parameters(), config.learning_rate, config.momentum)
    losses: list[float] = []
    summed = 0
    for number, is_last, (images, labels) in batches(config, digits):
        if len(losses) == STEPS:
            return losses
        if summed == 0:
            # An epoch's last window is as long as there are batches left.
            size = min(k, EPOCH - number) if len(losses) >= start else 1
        loss = nn.functional.cross_entropy(model(images), labels)
        (loss / size).backward()
        summed += 1
        if summed == size or is_last:
            if clip:
                nn.utils.clip_grad_norm_(model.parameters(), clip)
            optimizer.step()
            optimizer.zero_grad()
            summed = 0
        losses.append(loss.item())
    raise AssertionError


def stepped(trainer: Trainer, images: Tensor, labels: Tensor) -> Tensor:
    """Return where one plain step along the mean gradient of `images` leads."""
    loss = nn.functional.cross_entropy(trainer.model(images), labels)
    gradients = torch.autograd.grad(loss, list(trainer.model.parameters()))
    step = trainer.config.learning_rate * nn.utils.parameters_to_vector(gradients)
    return weights(trainer) - step


def check(ours: list[float], theirs: list[float]) -> None:
    assert ours == pytest.approx(theirs, rel=1e-4, abs=1e-6)
    assert ours[:10] == pytest.approx(theirs[:10], abs=1e-6)


@pytest.mark.parametrize("k", [1, 2, 4, EPOCH, 100])
def test_accumulation_is_the_plain_loops(k: int, config: RunConfig, digits: DeviceData) -> None:
    trainer = Trainer(config.with_changes({"accumulate": k}), digits, CPU)
    check(train(trainer), plain_losses(config, digits, k=k))


def test_weights_move_only_at_the_end_of_each_window(config: RunConfig, digits: DeviceData) -> None:
    trainer = Trainer(config.with_changes({"accumulate": 5}), digits, CPU)
    moved = []
    for step in range(1, 2 * EPOCH + 1):
        before = weights(trainer)
        train(trainer, 1)
        if not torch.equal(before, weights(trainer)):
            moved.append(step)
    assert moved == [5, 10, EPOCH, EPOCH + 5, EPOCH + 10, 2 * EPOCH]


@pytest.mark.parametrize("k", [10, 30, 1024])
def test_a_window_longer_than_the_epoch_steps_along_the_epochs_mean_gradient(
    k: int, config: RunConfig, digits: DeviceData
) -> None:
    config = config.with_changes({"batch_size": 20, "accumulate": k})
    trainer = Trainer(config, digits, CPU)
    expected = stepped(trainer, digits.train_images, digits.train_labels)
    train(trainer, 10)
    torch.testing.assert_close(weights(trainer), expected, rtol=1e-4, atol=1e-6)


@pytest.mark.parametrize(("first", "then"), [(8, 2), (2, 8), (8, 1)])
def test_a_change_in_mid_window_leaves_a_mean_of_all_batches_in_it(
    first: int, then: int, config: RunConfig, digits: DeviceData
) -> None:
    config = config.with_changes({"accumulate": first})
    trainer, plain = Trainer(config, digits, CPU), Trainer(config, digits, CPU)
    train(trainer, 1)
    trainer.apply(trainer.config.with_changes({"accumulate": then}))
    count = max(2, then)
    train(trainer, count - 1)
    indices = torch.cat([plain.sampler.next_batch(config.batch_size) for _ in range(count)])
    expected = stepped(plain, digits.train_images[indices], digits.train_labels[indices])
    torch.testing.assert_close(weights(trainer), expected, rtol=1e-4, atol=1e-6)


@pytest.mark.parametrize("start", [7, EPOCH, EPOCH + 3])
def test_accumulation_can_be_switched_on_in_mid_epoch(
    start: int, config: RunConfig, digits: DeviceData
) -> None:
    trainer = Trainer(config, digits, CPU)
    losses = train(trainer, start)
    trainer.apply(trainer.config.with_changes({"accumulate": 4}))
    losses += train(trainer, STEPS - start)
    check(losses, plain_losses(config, digits, k=4, start=start))


def test_accumulation_switched_off_in_mid_window_steps_with_what_was_summed(
    config: RunConfig, digits: DeviceData
) -> None:
    trainer = Trainer(config.with_changes({"accumulate": 8}), digits, CPU)
    train(trainer, 3)
    before = weights(trainer)
    trainer.apply(trainer.config.with_changes({"accumulate": 1}))
    train(trainer, 1)
    assert not torch.equal(before, weights(trainer))
    assert trainer.snapshot().summed == 0


@pytest.mark.parametrize("steps", [1, 6, EPOCH, EPOCH + 2])
@pytest.mark.parametrize("optimizer", OPTIMIZERS)
def test_a_snapshot_in_mid_window_is_exact(
    optimizer: str, steps: int, config: RunConfig, digits: DeviceData
) -> None:
    changes = {"optimizer": optimizer, "accumulate": 4, "clip_norm": 0.5, "learning_rate": 0.01}
    trainer = Trainer(config.with_changes(changes), digits, CPU)
    train(trainer, steps)
    snapshot = trainer.snapshot()
    future = train(trainer, 20)
    trainer.restore(snapshot)
    assert train(trainer, 20) == future
    other = Trainer(config.with_changes({"seed": 4}), digits, CPU)
    train(other, 2)
    other.restore(snapshot)
    assert train(other, 20) == future


@pytest.mark.parametrize("k", [1, 3])
@pytest.mark.parametrize("clip", [0.01, 0.5, 1000])
def test_clipping_is_torchs_own(clip: float, k: int, config: RunConfig, digits: DeviceData) -> None:
    trainer = Trainer(config.with_changes({"clip_norm": clip, "accumulate": k}), digits, CPU)
    losses = train(trainer)
    check(losses, plain_losses(config, digits, k=k, clip=clip))
    unclipped = plain_losses(config, digits, k=k)
    assert (losses == pytest.approx(unclipped, rel=1e-3)) == (clip == 1000)


# -- hyperparameters -------------------------------------------------------------------------


HYPERPARAMETERS: dict[str, Any] = {
    "weight_decay": 0.1,
    "momentum": 0.8,
    "nesterov": True,
    "dampening": 0.4,
    "beta1": 0.5,
    "beta2": 0.9,
    "eps": 0.1,
    "amsgrad": True,
    "momentum_decay": 0.5,
    "decoupled_weight_decay": True,
    "alpha": 0.5,
    "centered": True,
}
TORCHS: dict[str, type[Optimizer]] = {
    "sgd": torch.optim.SGD,
    "adam": torch.optim.Adam,
    "adamw": torch.optim.AdamW,
    "radam": torch.optim.RAdam,
    "nadam": torch.optim.NAdam,
    "rmsprop": torch.optim.RMSprop,
}


def base_of(optimizer: str, option: str) -> RunConfig:
    """A run in which the option makes a difference."""
    values: dict[str, Any] = {"optimizer": optimizer, "learning_rate": 0.01, "hidden": (16,)}
    if option in ("nesterov", "dampening"):
        values["momentum"] = 0.5
    if option == "decoupled_weight_decay":
        values["weight_decay"] = 0.1
    return RunConfig.parse({**values, "batch_size": 16, "threads": 1})


MEANT = [
    (optimizer, option)
    for optimizer in OPTIMIZERS
    for option in HYPERPARAMETERS
    if base_of(optimizer, option).is_relevant(option)
]


def test_every_hyperparameter_is_proven_here() -> None:
    about_the_step = {"accumulate", "clip_norm"}
    declared = {name for name, option in OPTIONS.items() if option.section is Section.OPTIMIZER}
    assert declared - about_the_step <= {*HYPERPARAMETERS}
    assert len(MEANT) == 30


@pytest.mark.parametrize(("optimizer", "option"), MEANT)
def test_each_hyperparameter_is_torchs_own_and_makes_a_difference(
    optimizer: str, option: str, digits: DeviceData
) -> None:
    base = base_of(optimizer, option)
    config = base.with_changes({option: HYPERPARAMETERS[option]})
    ours = train(Trainer(config, digits, CPU), 20)
    if option != "amsgrad":  # which needs a gradient that shrinks
        assert ours != train(Trainer(base, digits, CPU), 20)

    keywords: dict[str, Any] = {"weight_decay": config.weight_decay}
    if option in ("beta1", "beta2"):
        keywords["betas"] = (config.beta1, config.beta2)
    else:
        keywords[option] = getattr(config, option)
    if optimizer == "sgd":
        keywords["momentum"] = config.momentum
    model = network(config)
    plain = TORCHS[optimizer](model.parameters(), lr=config.learning_rate, **keywords)
    theirs: list[float] = []
    for _, _, (images, labels) in batches(config, digits):
        plain.zero_grad()
        loss = nn.functional.cross_entropy(model(images), labels)
        loss.backward()
        plain.step()
        theirs.append(loss.item())
        if len(theirs) == 20:
            break
    assert ours == pytest.approx(theirs, rel=1e-3, abs=1e-5)
    assert ours[:8] == pytest.approx(theirs[:8], abs=1e-5)


def test_amsgrad_makes_a_difference(digits: DeviceData) -> None:
    base = base_of("adam", "amsgrad").with_changes({"beta2": 0.5, "learning_rate": 0.05})
    other = base.with_changes({"amsgrad": True})
    assert train(Trainer(base, digits, CPU)) != train(Trainer(other, digits, CPU))


@pytest.mark.parametrize(("optimizer", "option"), MEANT)
def test_each_hyperparameter_can_be_changed_live_and_back(
    optimizer: str, option: str, digits: DeviceData
) -> None:
    base = base_of(optimizer, option)
    changed = base.with_changes({option: HYPERPARAMETERS[option]})
    steady = train(Trainer(base, digits, CPU), 20)
    trainer = Trainer(base, digits, CPU)
    losses = train(trainer, 8)
    trainer.apply(changed)
    losses += train(trainer, 12)
    assert losses[:9] == steady[:9]  # a step shows in the loss of the next one
    assert losses[9:] != steady[9:] or option == "amsgrad"
    snapshot = trainer.snapshot()
    trainer.apply(base)
    assert all(map(torch.isfinite, map(torch.tensor, train(trainer, 5))))
    trainer.restore(snapshot)
    future = train(trainer, 10)
    trainer.restore(snapshot)
    assert train(trainer, 10) == future


@pytest.mark.parametrize("optimizer", ["adam", "adamw"])
def test_amsgrad_switched_on_before_the_first_step_or_after_it(
    optimizer: str, digits: DeviceData
) -> None:
    base = base_of(optimizer, "amsgrad")
    amsgrad = base.with_changes({"amsgrad": True})
    early = Trainer(base, digits, CPU)
    early.apply(amsgrad)
    assert train(early, 20) == train(Trainer(amsgrad, digits, CPU), 20)
