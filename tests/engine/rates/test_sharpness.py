"""The sharpness is the largest eigenvalue of the whole Hessian, scaled as the optimizer scales."""

import math
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from torch import Tensor
from torch.func import functional_call

from netviz.engine.errors import ModelError
from netviz.engine.options.run_config import RunConfig
from netviz.engine.protocol.sharpness import Sharpness, ceiling_of
from netviz.engine.rates.sharpness import measure_sharpness
from netviz.engine.rates.trial import Trial
from netviz.engine.session.preparation import value_of
from netviz.engine.training.losses import LOSSES
from netviz.engine.training.trainer import DeviceData, Trainer
from tests.engine.rates.trainers import by_itself, trained

SMALL: dict[str, Any] = {
    "model": "layers",
    "layers": ("maxpool 7", "flatten", "linear 6", "batchnorm", "tanh"),
    "batch_size": 20,
}


@pytest.fixture(autouse=True)
def one_thread() -> Iterator[None]:
    """Two for such small products only wait for each other where others work, too."""
    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(threads)


def measured(trial: Trial) -> Sharpness:
    found = value_of(measure_sharpness(trial, 1))
    assert isinstance(found, Sharpness)
    return found


def after_refreshes(trainer: Trainer, most: int = 150) -> Sharpness:
    """Measure the present moment until the figure no longer changes."""
    trial = Trial(trainer)
    before, found = math.nan, measured(trial)
    for _ in range(most):
        if math.isclose(found.values[-1], before, rel_tol=1e-6):
            break
        before = found.values[-1]
        trial.begin()
        found = measured(trial)
    return found


def whole_hessian(trainer: Trainer) -> Tensor:
    """Return the Hessian of the loss in evaluation mode over all weights, ``[n, n]``."""
    images, labels = Trial(trainer).sample(200)
    names = [name for name, _ in trainer.model.named_parameters()]
    weights = [weight.detach() for weight in trainer.model.parameters()]
    shapes, sizes = [w.shape for w in weights], [w.numel() for w in weights]

    def loss(flat: Tensor) -> Tensor:
        parts = [p.view(s) for p, s in zip(flat.split(sizes), shapes, strict=True)]
        logits = functional_call(trainer.model, dict(zip(names, parts, strict=True)), (images,))
        return LOSSES[trainer.config.loss](logits, labels)

    trainer.model.eval()
    try:
        found = torch.autograd.functional.hessian(
            loss, torch.cat([weight.reshape(-1) for weight in weights])
        )
    finally:
        trainer.model.train()
    assert isinstance(found, Tensor)
    return found.double()


def flat_state(trainer: Trainer, name: str) -> Tensor:
    state = trainer.optimizer.state
    return torch.cat([state[w][name].reshape(-1) for w in trainer.model.parameters()]).double()


def largest(matrix: Tensor) -> float:
    return float(torch.linalg.eigvals(matrix).real.max())


@pytest.mark.parametrize(("steps", "decay"), [(0, 0.3), (12, 0.0)])
def test_it_is_the_largest_eigenvalue_of_the_hessian(
    steps: int, decay: float, config: RunConfig, digits: DeviceData
) -> None:
    changes = {"optimizer": "sgd", "learning_rate": 0.1, "weight_decay": decay}
    trainer = trained(config.with_changes(SMALL | changes), digits, steps)
    found = after_refreshes(trainer)
    hessian = whole_hessian(trainer)
    expected = largest(hessian + decay * torch.eye(len(hessian)))
    assert found.values[-1] == pytest.approx(expected, rel=1e-3)
    assert found.ceilings[-1] == pytest.approx(2 / expected, rel=1e-3)
    assert found.rates[-1] == 0.1
    assert found.images == 200


@pytest.mark.parametrize(("optimizer", "steps"), [("adam", 0), ("adamw", 12), ("rmsprop", 12)])
def test_for_adam_it_is_that_of_the_scaled_hessian(
    steps: int, optimizer: str, config: RunConfig, digits: DeviceData
) -> None:
    changes = {"optimizer": optimizer, "learning_rate": 0.003, "eps": 1e-4}
    trainer = trained(config.with_changes(SMALL | changes), digits, steps)
    found = after_refreshes(trainer)
    hessian = whole_hessian(trainer)
    after = by_itself(trainer.snapshot(), {}, digits)  # the update to come decides the scale
    after.train_batch()
    if optimizer == "rmsprop":
        scale = flat_state(after, "square_avg").sqrt() + 1e-4
    else:
        mean_square = flat_state(after, "exp_avg_sq") / (1 - 0.999 ** (steps + 1))
        scale = (1 - 0.9 ** (steps + 1)) * (mean_square.sqrt() + 1e-4)
    expected = largest(hessian / scale[:, None])
    assert found.values[-1] == pytest.approx(expected, rel=1e-3)
    limit = 2 if optimizer == "rmsprop" else 38
    assert found.ceilings[-1] == pytest.approx(limit / expected, rel=1e-3)


def test_a_large_negative_eigenvalue_does_not_mislead_it(
    config: RunConfig, digits: DeviceData
) -> None:
    # Sure of one class for all images: where this loss saturates it curves down.
    changes = {"optimizer": "sgd", "learning_rate": 0.1, "loss": "mse"}
    trainer = trained(config.with_changes(SMALL | changes), digits, 3)
    with torch.no_grad():
        [*trainer.model.parameters()][-1][0] = 6
    hessian = whole_hessian(trainer)
    eigenvalues = torch.linalg.eigvalsh(hessian)
    assert -eigenvalues[0] > eigenvalues[-1] > 0
    found = after_refreshes(trainer)
    assert found.values[-1] == pytest.approx(float(eigenvalues[-1]), rel=1e-3)


def test_the_steps_along_the_way_are_kept_until_they_are_undone(
    config: RunConfig, digits: DeviceData
) -> None:
    trainer = trained(config.with_changes(SMALL | {"schedule": "exponential"}), digits, 0)
    trial, moment = Trial(trainer), trainer.snapshot()
    found = measured(trial)
    for _ in range(3):
        trainer.train_batch()
        trial.begin()
        found = measured(trial)
    assert found.steps.tolist() == [0, 1, 2, 3]
    assert np.isfinite(found.values).all()
    trainer.restore(moment)
    trainer.train_batch()
    trial.begin()
    assert measured(trial).steps.tolist() == [0, 1]


def test_with_a_schedule_the_rate_is_the_one_of_the_step(
    config: RunConfig, digits: DeviceData
) -> None:
    changes = {"schedule": "exponential", "gamma": 0.5, "learning_rate": 0.01}
    trainer = trained(config.with_changes(SMALL | changes), digits, 11)
    assert measured(Trial(trainer)).rates[-1] == pytest.approx(0.005)


def test_of_a_ruined_network_nothing_is_noted(config: RunConfig, digits: DeviceData) -> None:
    trainer = trained(config.with_changes(SMALL), digits, 2)
    trial = Trial(trainer)
    measured(trial)
    trainer.train_batch()
    with torch.no_grad():
        next(trainer.model.parameters()).fill_(math.nan)
    trial.begin()
    assert measured(trial).steps.tolist() == [2]


NOT_TWICE = """
import torch
from torch.autograd.function import once_differentiable

class Once(torch.autograd.Function):
    @staticmethod
    def forward(ctx, x):
        return 2 * x

    @staticmethod
    @once_differentiable
    def backward(ctx, gradient):
        return 2 * gradient

class Network(torch.nn.Module):
    def __init__(self):
        super().__init__()
        self.dense = torch.nn.Linear(784, 10)

    def forward(self, images):
        return Once.apply(self.dense(images.flatten(1)))
"""


def test_a_network_that_cannot_be_differentiated_twice_is_refused(
    tmp_path: Path, config: RunConfig, digits: DeviceData
) -> None:
    file = tmp_path / "once.py"
    file.write_text(NOT_TWICE)
    trainer = trained(config.with_changes({"model": f"{file}:Network"}), digits, 2)
    with pytest.raises(ModelError, match="cannot be differentiated twice"):
        measured(Trial(trainer))
    trainer.train_batch()


def test_ceilings_are_those_of_the_literature() -> None:
    def ceiling(sharpness: float = 10.0, **changes: Any) -> float:
        return ceiling_of(RunConfig(**changes), sharpness)

    assert ceiling(optimizer="sgd") == pytest.approx(0.2)
    assert ceiling(optimizer="sgd", momentum=0.9) == pytest.approx(0.38)
    assert ceiling(optimizer="sgd", momentum=0.9, nesterov=True) == pytest.approx(0.38 / 2.8)
    assert ceiling(optimizer="sgd", momentum=0.9, dampening=0.5) == pytest.approx(0.76)
    assert ceiling(optimizer="adam") == pytest.approx(3.8)
    assert ceiling(optimizer="adamw", beta1=0.5) == pytest.approx(0.6)
    assert ceiling(optimizer="rmsprop") == pytest.approx(0.2)
    assert math.isnan(ceiling(optimizer="radam"))
    assert math.isinf(ceiling(-3.0, optimizer="sgd"))
