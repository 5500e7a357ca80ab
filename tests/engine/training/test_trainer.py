"""The trainer: the tutorials' loop, exact snapshots, and measuring that disturbs nothing."""

from typing import Any

import pytest
import torch
from torch import Tensor, nn
from torch.utils.data import DataLoader, TensorDataset

from netviz.engine.options.run_config import LOSSES as LOSS_NAMES
from netviz.engine.options.run_config import OPTIMIZERS, RunConfig
from netviz.engine.session.preparation import value_of
from netviz.engine.training.losses import LOSSES
from netviz.engine.training.optimizers import build_optimizer
from netviz.engine.training.trainer import DeviceData, Trainer

CPU = torch.device("cpu")


def train(trainer: Trainer, steps: int) -> list[float]:
    return [trainer.train_batch().loss.item() for _ in range(steps)]


def weights(trainer: Trainer) -> Tensor:
    return nn.utils.parameters_to_vector(trainer.model.parameters()).detach().clone()


def with_dropout(config: RunConfig, data: DeviceData) -> Trainer:
    """A trainer whose network has dropout put in by hand: it draws from the global generator."""
    trainer = Trainer(config, data, CPU)
    trainer.model.insert(2, nn.Dropout(0.3))
    trainer.model.append(nn.BatchNorm1d(10))
    trainer.optimizer = build_optimizer(config, trainer.model.parameters())
    return trainer


# -- the step --------------------------------------------------------------------------------


PLAIN_OPTIMIZERS: dict[str, Any] = {
    "sgd": lambda p: torch.optim.SGD(p, 0.05, momentum=0.9, nesterov=True, weight_decay=0.01),
    "adam": lambda p: torch.optim.Adam(p, 0.05, weight_decay=0.01),
    "adamw": lambda p: torch.optim.AdamW(p, 0.05, weight_decay=0.01),
    "radam": lambda p: torch.optim.RAdam(p, 0.05, weight_decay=0.01),
    "nadam": lambda p: torch.optim.NAdam(p, 0.05, weight_decay=0.01),
    "rmsprop": lambda p: torch.optim.RMSprop(p, 0.05, momentum=0.9, weight_decay=0.01),
}


@pytest.mark.parametrize("loss", LOSS_NAMES)
@pytest.mark.parametrize("optimizer", OPTIMIZERS)
def test_the_losses_are_those_of_the_loop_written_out(
    optimizer: str, loss: str, config: RunConfig, digits: DeviceData
) -> None:
    config = config.with_changes(
        {
            "optimizer": optimizer,
            "loss": loss,
            "learning_rate": 0.05 if optimizer != "rmsprop" else 0.0005,
            "momentum": 0.9,
            "nesterov": True,
            "weight_decay": 0.01,
            "batch_size": 32,
            "seed": 3,
        }
    )
    ours = train(Trainer(config, digits, CPU), 30)

    torch.manual_seed(3)
    model = nn.Sequential(nn.Flatten(), nn.Linear(784, 16), nn.ReLU(), nn.Linear(16, 10))
    plain = PLAIN_OPTIMIZERS[optimizer](model.parameters())
    plain.param_groups[0]["lr"] = config.learning_rate
    criterion = {
        "cross-entropy": nn.CrossEntropyLoss(),
        "nll": lambda logits, y: nn.NLLLoss()(nn.LogSoftmax(dim=1)(logits), y),
        "mse": lambda logits, y: nn.MSELoss()(nn.Softmax(dim=1)(logits), torch.eye(10)[y]),
    }[loss]
    loader = DataLoader(
        TensorDataset(digits.train_images, digits.train_labels),
        batch_size=32,
        shuffle=True,
        generator=torch.Generator().manual_seed(3),
    )
    theirs: list[float] = []
    while len(theirs) < 30:
        for images, labels in loader:
            plain.zero_grad()
            batch_loss = criterion(model(images), labels)
            batch_loss.backward()
            plain.step()
            theirs.append(batch_loss.item())
    assert ours == pytest.approx(theirs[:30], rel=1e-4, abs=1e-6)
    assert ours[:10] == pytest.approx(theirs[:10], abs=1e-6)


def test_the_same_seed_gives_the_same_losses_and_another_does_not(
    config: RunConfig, digits: DeviceData
) -> None:
    def first(seed: int) -> list[float]:
        return train(Trainer(config.with_changes({"seed": seed}), digits, CPU), 25)

    assert first(1) == first(1)
    assert first(1) != first(2)


def test_steps_and_epochs_are_counted(config: RunConfig, digits: DeviceData) -> None:
    trainer = Trainer(config.with_changes({"batch_size": 30}), digits, CPU)
    assert trainer.batches_per_epoch() == 7
    counted = []
    for _ in range(15):
        batch = trainer.train_batch()
        counted.append((trainer.step, trainer.epoch, len(batch.labels)))
    assert counted[5:8] == [(6, 0, 30), (7, 1, 20), (8, 1, 30)]
    assert counted[-1] == (15, 2, 30)


def test_a_batch_tells_what_it_was_trained_with(config: RunConfig, digits: DeviceData) -> None:
    trainer = Trainer(config, digits, CPU)
    before = trainer.model(digits.train_images)
    batch = trainer.train_batch()
    indices = [int((before == row).all(dim=1).nonzero()[0]) for row in batch.logits]
    assert torch.equal(digits.train_labels[indices], batch.labels)
    assert batch.learning_rate == config.learning_rate
    assert not batch.loss.requires_grad
    assert not batch.logits.requires_grad


# -- changes ---------------------------------------------------------------------------------


@pytest.mark.parametrize("after", OPTIMIZERS)
@pytest.mark.parametrize("before", OPTIMIZERS)
def test_switching_the_optimizer_keeps_the_weights(
    before: str, after: str, config: RunConfig, digits: DeviceData
) -> None:
    trainer = Trainer(config.with_changes({"optimizer": before}), digits, CPU)
    train(trainer, 5)
    kept = weights(trainer)
    trainer.apply(trainer.config.with_changes({"optimizer": after}))
    assert torch.equal(weights(trainer), kept)
    train(trainer, 1)
    assert not torch.equal(weights(trainer), kept)


@pytest.mark.parametrize(
    "changes",
    [{"optimizer": "sgd"}, {"schedule": "cosine"}, {"frozen": ("1",)}, {"amsgrad": True}],
    ids=lambda changes: next(iter(changes)),
)
def test_what_is_changed_back_before_the_next_batch_was_never_changed(
    changes: dict[str, Any], config: RunConfig, digits: DeviceData
) -> None:
    config = config.with_changes({"schedule": "plateau", "patience": 0, "accumulate": 4})
    changed, steady = (Trainer(config, digits, CPU) for _ in range(2))
    for trainer in (changed, steady):
        train(trainer, 20)
        for test_loss in (1.0, 2.0):
            trainer.note_test_loss(test_loss)
        train(trainer, 6)
    changed.apply(config.with_changes(changes))
    changed.restore(changed.snapshot())
    changed.apply(config)
    assert train(changed, 20) == train(steady, 20)


def test_an_epoch_is_measured_with_the_settings_that_it_was_trained_with(
    config: RunConfig, digits: DeviceData
) -> None:
    config = config.with_changes({"schedule": "plateau", "patience": 0})
    changed, steady = (Trainer(config, digits, CPU) for _ in range(2))
    measured = []
    for trainer in (changed, steady):
        train(trainer, 20)
        trainer.note_test_loss(1.0)
        train(trainer, 20)
        if trainer is changed:
            changed.apply(config.with_changes({"patience": 5, "loss": "mse"}))
        work = trainer.evaluate(digits.test_images, digits.test_labels)
        measured.append(value_of(work).loss)
        trainer.note_test_loss(2.0)
    assert measured[0] == measured[1]
    rates = [trainer.train_batch().learning_rate for trainer in (changed, steady)]
    assert rates[0] == rates[1] == config.learning_rate * config.gamma


@pytest.mark.parametrize("loss", LOSS_NAMES)
def test_another_loss_holds_from_the_next_batch(
    loss: str, config: RunConfig, digits: DeviceData
) -> None:
    trainer = Trainer(config, digits, CPU)
    train(trainer, 5)
    trainer.apply(trainer.config.with_changes({"loss": loss}))
    batch = trainer.train_batch()
    assert batch.loss == LOSSES[loss](batch.logits, batch.labels)


def test_a_learning_rate_of_nothing_moves_nothing(config: RunConfig, digits: DeviceData) -> None:
    trainer = Trainer(config, digits, CPU)
    train(trainer, 5)
    kept = weights(trainer)
    trainer.apply(trainer.config.with_changes({"learning_rate": 0}))
    train(trainer, 5)
    assert torch.equal(weights(trainer), kept)


# -- snapshots -------------------------------------------------------------------------------


@pytest.mark.parametrize("model", ["mlp", "cnn"])
@pytest.mark.parametrize("optimizer", OPTIMIZERS)
def test_what_follows_a_restore_is_the_same_bit_for_bit(
    optimizer: str, model: str, config: RunConfig, digits: DeviceData
) -> None:
    """From the middle of an epoch over its end, with everything changed in between."""
    values = {"optimizer": optimizer, "model": model, "momentum": 0.8, "weight_decay": 0.001}
    trainer = Trainer(config.with_changes(values), digits, CPU)
    train(trainer, 13)
    trainer.apply(trainer.config.with_changes({"batch_size": 7}))
    train(trainer, 2)
    snapshot = trainer.snapshot()
    kept = weights(trainer)

    def future() -> list[float]:
        losses = train(trainer, 25)
        changes = {"batch_size": 16, "learning_rate": 0.01, "loss": "mse", "momentum": 0.5}
        trainer.apply(trainer.config.with_changes(changes))
        return losses + train(trainer, 25)

    first, first_weights = future(), weights(trainer)
    trainer.apply(trainer.config.with_changes({"optimizer": "sgd", "learning_rate": 1}))
    train(trainer, 3)
    for _ in range(2):  # a snapshot stays good however often it is used
        trainer.restore(snapshot)
        assert (trainer.step, trainer.epoch, trainer.config) == (15, 0, snapshot.config)
        assert torch.equal(weights(trainer), kept)
        assert future() == first
        assert torch.equal(weights(trainer), first_weights)


def test_a_snapshot_fits_another_trainer(config: RunConfig, digits: DeviceData) -> None:
    trainer = Trainer(config, digits, CPU)
    train(trainer, 30)
    snapshot = trainer.snapshot()
    future = train(trainer, 30)
    other = Trainer(config.with_changes({"seed": 9, "optimizer": "sgd"}), digits, CPU)
    train(other, 4)
    other.restore(snapshot)
    assert train(other, 30) == future


def test_dropout_falls_the_same_way_after_a_restore(config: RunConfig, digits: DeviceData) -> None:
    trainer = with_dropout(config, digits)
    train(trainer, 10)
    snapshot = trainer.snapshot()
    future = train(trainer, 50)
    torch.manual_seed(99)
    trainer.restore(snapshot)
    assert train(trainer, 50) == future


def test_rmsprop_momentum_raised_in_mid_run_survives_a_snapshot(
    config: RunConfig, digits: DeviceData
) -> None:
    trainer = Trainer(config.with_changes({"optimizer": "rmsprop"}), digits, CPU)
    train(trainer, 5)
    trainer.apply(trainer.config.with_changes({"momentum": 0.9}))
    for _ in range(2):
        snapshot = trainer.snapshot()
        future = train(trainer, 10)
        trainer.restore(snapshot)
        assert train(trainer, 10) == future


# -- evaluation ------------------------------------------------------------------------------


@pytest.mark.parametrize("loss", LOSS_NAMES)
def test_evaluation_is_one_plain_pass(loss: str, config: RunConfig, digits: DeviceData) -> None:
    trainer = Trainer(config.with_changes({"loss": loss}), digits, CPU)
    train(trainer, 20)
    images = digits.train_images.repeat(6, 1, 1, 1)[:1117]  # three chunks, the last not full
    labels = digits.train_labels.repeat(6)[:1117]
    measured = value_of(trainer.evaluate(images, labels))
    with torch.no_grad():
        logits = trainer.model(images)
    accuracy = (logits.argmax(dim=1) == labels).double().mean().item()
    assert (measured.loss, measured.accuracy) == (
        pytest.approx(LOSSES[loss](logits, labels).item(), rel=1e-6),
        accuracy,
    )


def test_evaluation_leaves_everything_as_it_was(config: RunConfig, digits: DeviceData) -> None:
    trainer = with_dropout(config, digits)
    train(trainer, 10)
    trainer.model[0].eval()  # someone's own choice

    def everything() -> list[Any]:
        tensors = [*trainer.model.state_dict().values(), torch.get_rng_state()]
        tensors += [parameter.grad for parameter in trainer.model.parameters()]
        modes = [module.training for module in trainer.model.modules()]
        return [[tensor.clone() for tensor in tensors], modes, torch.is_grad_enabled()]

    before = everything()
    value_of(trainer.evaluate(digits.test_images, digits.test_labels))
    after = everything()
    assert all(map(torch.equal, before[0], after[0]))
    assert before[1:] == after[1:]


def test_between_two_chunks_nothing_is_out_of_its_place(
    config: RunConfig, digits: DeviceData
) -> None:
    """An evaluation may be given up at any chunk."""
    trainer = with_dropout(config, digits)
    work = trainer.evaluate(digits.train_images.repeat(6, 1, 1, 1), digits.train_labels.repeat(6))
    next(work)
    assert all(module.training for module in trainer.model.modules())
    assert torch.is_grad_enabled()
    assert not torch.is_inference_mode_enabled()


def test_measuring_now_and_then_changes_no_loss(config: RunConfig, digits: DeviceData) -> None:
    measured = with_dropout(config, digits)
    losses = []
    for _ in range(30):
        losses += train(measured, 1)
        value_of(measured.evaluate(digits.test_images, digits.test_labels))
        measured.snapshot()
    assert train(with_dropout(config, digits), 30) == losses


@pytest.mark.parametrize(("train_count", "expected"), [(200, 40), (30, 30)])
def test_train_accuracy_is_measured_on_as_many_images_as_there_are_to_test(
    train_count: int, expected: int, digits: DeviceData
) -> None:
    few = DeviceData(
        digits.train_images[:train_count],
        digits.train_labels[:train_count],
        digits.test_images,
        digits.test_labels,
        digits.source,
    )
    images, labels = few.train_sample()
    assert len(images) == len(labels) == expected
    assert torch.equal(images, few.train_images[:: train_count // expected][:expected])


def test_images_are_scaled_as_torchvision_does(digits: DeviceData) -> None:
    stored = digits.source.train.images
    assert torch.equal(digits.train_images, stored.float() / 255)
    assert digits.image_shape == (1, 28, 28)
    assert digits.classes == tuple("0123456789")
