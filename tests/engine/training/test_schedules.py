"""The schedules: each is torch's scheduler of that name, over whole runs and in the losses."""

import math
import warnings
from typing import Any

import numpy as np
import pytest
import torch
from torch import nn
from torch.optim import lr_scheduler as torchs
from torch.utils.data import DataLoader, TensorDataset

from netviz.engine.options.run_config import SCHEDULES, RunConfig
from netviz.engine.session.preparation import value_of
from netviz.engine.training.schedules import (
    Plateau,
    Position,
    factor_at,
    planned_rates,
    rate_factor,
)
from netviz.engine.training.trainer import DeviceData, Trainer

CPU = torch.device("cpu")
PER_EPOCH = ("step", "exponential")
BASE = 0.3
POINTS = ((0.3, 0.05), (1.0, 1.0), (1.7, 0.8), (2.5, 0.01))


def run_of(schedule: str, epochs: int, **values: Any) -> RunConfig:
    return RunConfig.parse(
        {"schedule": schedule, "epochs": epochs, "learning_rate": BASE, "optimizer": "sgd"}
        | {"points": POINTS}
        | values
    )


def torchs_own(config: RunConfig, optimizer: torch.optim.Optimizer, batches: int) -> Any:
    """Make the scheduler that a tutorial would, to be stepped as `PER_EPOCH` says."""
    total = config.epochs * batches
    match config.schedule:
        case "step":
            return torchs.StepLR(optimizer, config.step_epochs, config.gamma)
        case "exponential":
            return torchs.ExponentialLR(optimizer, config.gamma)
        case "cosine":
            return torchs.CosineAnnealingLR(optimizer, T_max=total)
        case "warmup":
            iterations = config.warmup_epochs * batches
            return torchs.LinearLR(optimizer, config.warmup_start, 1.0, iterations)
        case "one-cycle":
            return torchs.OneCycleLR(
                optimizer, config.learning_rate, total, cycle_momentum=False, three_phase=False
            )
        case "plateau":
            return torchs.ReduceLROnPlateau(
                optimizer, factor=config.gamma, patience=config.patience
            )
        case "custom":
            ends, factors = np.array(config.points).T
            return torchs.LambdaLR(
                optimizer, lambda step: np.exp(np.interp(step / batches, ends, np.log(factors)))
            )
    return torchs.ConstantLR(optimizer, 1.0)


def optimizer_of(config: RunConfig) -> torch.optim.Optimizer:
    return torch.optim.SGD([nn.Parameter(torch.zeros(1))], config.learning_rate)


def torchs_rates(config: RunConfig, batches: int) -> list[float]:
    optimizer = optimizer_of(config)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # that torch's optimizer makes no step here
        scheduler = torchs_own(config, optimizer, batches)
        rates = []
        for _ in range(config.epochs):
            for batch in range(batches):
                rates.append(optimizer.param_groups[0]["lr"])
                at_end = batch == batches - 1
                last = len(rates) == config.epochs * batches
                if not last and (config.schedule not in PER_EPOCH or at_end):
                    scheduler.step()
        return rates


def our_rates(config: RunConfig, batches: int) -> list[float]:
    positions = [Position(e, b, batches) for e in range(config.epochs) for b in range(batches)]
    return [config.learning_rate * rate_factor(config, p, Plateau()) for p in positions]


@pytest.mark.parametrize("batches", [1, 2, 7, 63])
@pytest.mark.parametrize("epochs", [1, 3, 10])
@pytest.mark.parametrize(
    "values",
    [
        {"schedule": "constant"},
        {"schedule": "step", "gamma": 0.1, "step_epochs": 1},
        {"schedule": "step", "gamma": 0.5, "step_epochs": 4},
        {"schedule": "exponential", "gamma": 0.9},
        {"schedule": "exponential", "gamma": 1.0},
        {"schedule": "cosine"},
        {"schedule": "warmup", "warmup_epochs": 1},
        {"schedule": "warmup", "warmup_epochs": 5, "warmup_start": 0.3},
        {"schedule": "one-cycle"},
        {"schedule": "custom"},
        {"schedule": "custom", "points": ((0.0, 2.0),)},
        {"schedule": "custom", "points": ((2.0, 1e-9), (2.001, 1e9), (5000.0, 1.0))},
    ],
    ids=lambda values: "-".join(map(str, values.values())),
)
def test_each_step_has_the_rate_of_torchs_scheduler(
    values: dict[str, Any], epochs: int, batches: int
) -> None:
    config = run_of(epochs=epochs, **values)
    expected = torchs_rates(config, batches)
    assert our_rates(config, batches) == pytest.approx(expected, rel=1e-9, abs=1e-12)


LOSSES_OF_EPOCHS = [
    [2.0, 1.0, 0.9, 0.9, 0.95, 0.91, 0.9, 0.5, 0.49999, 0.6, 0.7, 0.8, 0.9, 1.0],
    [1.0, math.nan, math.nan, math.inf, 0.5, 0.5, 0.5, 0.5],
    [0.0, 0.0, 0.0, 0.0],
    [math.inf, math.nan, 1.0, 1.0, 1.0],
    [1.0] * 200,  # until torch sees no difference any more
]


@pytest.mark.parametrize("losses", LOSSES_OF_EPOCHS)
@pytest.mark.parametrize("patience", [0, 1, 3])
@pytest.mark.parametrize("gamma", [0.1, 0.5])
def test_reduce_on_plateau_is_torchs_own(losses: list[float], patience: int, gamma: float) -> None:
    config = run_of("plateau", len(losses), patience=patience, gamma=gamma)
    optimizer = optimizer_of(config)
    scheduler = torchs_own(config, optimizer, 1)
    plateau = Plateau()
    for loss in losses:
        scheduler.step(loss)
        plateau = plateau.after(loss, config)
        rate = BASE * rate_factor(config, Position(0, 0, 1), plateau)
        assert rate == pytest.approx(optimizer.param_groups[0]["lr"], rel=1e-9)


@pytest.mark.parametrize("schedule", SCHEDULES)
def test_the_planned_curve_goes_through_what_will_be(schedule: str) -> None:
    config = run_of(schedule, 4)
    curve = planned_rates(config, 50, points=200)
    assert [rate for _, rate in curve] == our_rates(config, 50)
    assert curve[0][0] == 0
    assert curve[-1][0] == 4 - 1 / 50
    few = planned_rates(config, 50, points=7)
    assert len(few) == 7
    assert {*few} <= {*curve}
    assert planned_rates(run_of(schedule, 1), 1)[-1][0] == 0


# -- in the training -------------------------------------------------------------------------


def plain_losses(config: RunConfig, digits: DeviceData) -> list[float]:
    """Train as a tutorial does, with torch's scheduler."""
    torch.manual_seed(config.seed)
    model = nn.Sequential(nn.Flatten(), nn.Linear(784, 16), nn.ReLU(), nn.Linear(16, 10))
    optimizer = torch.optim.SGD(model.parameters(), config.learning_rate)
    loader = DataLoader(
        TensorDataset(digits.train_images, digits.train_labels),
        batch_size=config.batch_size,
        shuffle=True,
        generator=torch.Generator().manual_seed(config.seed),
    )
    scheduler = torchs_own(config, optimizer, len(loader))
    losses: list[float] = []
    criterion = nn.CrossEntropyLoss()
    for _ in range(config.epochs):
        for images, labels in loader:
            optimizer.zero_grad()
            loss = criterion(model(images), labels)
            loss.backward()
            optimizer.step()
            losses.append(loss.item())
            if config.schedule not in (*PER_EPOCH, "plateau") and (
                len(losses) < config.epochs * len(loader)
            ):
                scheduler.step()
        if config.schedule in PER_EPOCH:
            scheduler.step()
        elif config.schedule == "plateau":
            with torch.no_grad():
                scheduler.step(criterion(model(digits.test_images), digits.test_labels).item())
    return losses


def train_epochs(trainer: Trainer) -> list[float]:
    """Train to the end as a session does: each epoch ends with a test."""
    losses = []
    while trainer.epoch < trainer.config.epochs:
        before = trainer.epoch
        losses.append(trainer.train_batch().loss.item())
        if trainer.epoch > before:
            trainer.note_test_loss(measured(trainer))
    return losses


def measured(trainer: Trainer) -> float:
    return value_of(trainer.evaluate(trainer.data.test_images, trainer.data.test_labels)).loss


@pytest.mark.parametrize("batch_size", [16, 50])
@pytest.mark.parametrize("schedule", SCHEDULES)
def test_the_losses_are_those_of_a_plain_loop_with_torchs_scheduler(
    schedule: str, batch_size: int, config: RunConfig, digits: DeviceData
) -> None:
    config = run_of(
        schedule,
        6,
        hidden=(16,),
        batch_size=batch_size,
        learning_rate=0.5 if schedule == "plateau" else 0.1,
        step_epochs=2,
        patience=0,
    )
    trainer = Trainer(config, digits, CPU)
    losses = train_epochs(trainer)
    expected = plain_losses(config, digits)
    assert losses == pytest.approx(expected, rel=1e-3, abs=1e-5)
    assert losses[:15] == pytest.approx(expected[:15], abs=1e-6)
    if schedule == "plateau":
        assert trainer.snapshot().plateau.factor < 1, "the rate never fell: nothing was tested"


@pytest.mark.parametrize("schedule", SCHEDULES)
def test_the_base_rate_can_be_moved_live(
    schedule: str, config: RunConfig, digits: DeviceData
) -> None:
    """From the next batch on each rate is what it would have been, times the same factor."""
    config = config.with_changes({"schedule": schedule, "optimizer": "sgd", "learning_rate": 0.1})
    steady, moved = Trainer(config, digits, CPU), Trainer(config, digits, CPU)
    planned = [steady.train_batch().learning_rate for _ in range(60)]
    rates = [moved.train_batch().learning_rate for _ in range(25)]
    moved.apply(moved.config.with_changes({"learning_rate": 0.02}))
    rates += [moved.train_batch().learning_rate for _ in range(35)]
    assert rates[:25] == planned[:25]
    assert rates[25:] == pytest.approx([rate / 5 for rate in planned[25:]], rel=1e-12)
    assert moved.optimizer.param_groups[0]["lr"] == rates[-1]


@pytest.mark.parametrize("schedule", SCHEDULES)
def test_a_snapshot_holds_what_the_schedule_needs(schedule: str, digits: DeviceData) -> None:
    config = run_of(schedule, 6, hidden=(16,), patience=0, learning_rate=0.5)
    trainer = Trainer(config, digits, CPU)
    for _ in range(47):
        before = trainer.epoch
        trainer.train_batch()
        if trainer.epoch > before:
            trainer.note_test_loss(1.0)
    snapshot = trainer.snapshot()

    def future() -> list[tuple[float, float]]:
        batches = []
        for _ in range(60):
            batch = trainer.train_batch()
            batches.append((batch.loss.item(), batch.learning_rate))
            if trainer.sampler.epoch_done:
                trainer.note_test_loss(1.0)
        return batches

    first = future()
    trainer.restore(snapshot)
    assert future() == first
    other = Trainer(run_of("constant", 6, hidden=(16,), seed=5), digits, CPU)
    other.train_batch()
    other.restore(snapshot)
    trainer = other
    assert future() == first


@pytest.mark.parametrize("schedule", [name for name in SCHEDULES if name != "constant"])
def test_a_schedule_can_be_taken_up_and_given_up_in_mid_run(
    schedule: str, config: RunConfig, digits: DeviceData
) -> None:
    trainer = Trainer(config.with_changes({"learning_rate": 0.01}), digits, CPU)
    for _ in range(30):
        trainer.train_batch()
    trainer.apply(trainer.config.with_changes({"schedule": schedule, "step_epochs": 1}))
    factor = rate_factor(trainer.config, Position(1, 10, 20), Plateau())
    assert trainer.train_batch().learning_rate == 0.01 * factor
    trainer.apply(trainer.config.with_changes({"schedule": "constant"}))
    assert trainer.train_batch().learning_rate == 0.01
    assert trainer.optimizer.param_groups[0]["lr"] == 0.01


def test_a_line_of_points_goes_through_them_and_is_straight_on_a_logarithmic_axis() -> None:
    assert [factor_at(POINTS, epoch) for epoch, _ in POINTS] == [factor for _, factor in POINTS]
    assert factor_at(POINTS, 0) == 0.05
    assert factor_at(POINTS, 99) == 0.01
    assert factor_at(POINTS, 0.65) == pytest.approx(math.sqrt(0.05 * 1.0))
    assert factor_at(((1.0, 0.7), (2.0, 0.7)), 1.3) == 0.7


def test_more_epochs_stretch_a_schedule_and_the_end_stays_in_range(
    config: RunConfig, digits: DeviceData
) -> None:
    """A run that goes on after its end finds a schedule that is defined there."""
    for schedule in SCHEDULES:
        done = run_of(schedule, 2)
        for position in (Position(2, 0, 20), Position(5, 3, 20)):
            assert 0 <= rate_factor(done, position, Plateau()) <= 1
        longer = rate_factor(done.with_changes({"epochs": 8}), Position(2, 0, 20), Plateau())
        assert 0 <= longer <= 1
