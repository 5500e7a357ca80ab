"""Random moments of random runs, at which something is said of learning rates."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch

from netviz.engine.options.optimizers import OPTIMIZERS
from netviz.engine.options.run_config import RunConfig
from netviz.engine.training.trainer import DeviceData, Trainer

LATE = 500
"""From this step on a moment counts as late."""

_LAST = 1500
"""Step of the latest moment."""

_NETWORKS: Mapping[str, Mapping[str, Any]] = {
    "MLP 64-64-64": {"hidden": (64, 64, 64)},
    "MLP 128": {"hidden": (128,)},
    "MLP 64-64, tanh": {
        "model": "layers",
        "layers": ("flatten", "linear 64", "tanh", "linear 64", "tanh"),
    },
    "CNN": {"model": "cnn"},
    "MLP, batch norm, dropout": {
        "model": "layers",
        "layers": ("flatten", "linear 64", "batchnorm", "relu", "dropout 0.3", "linear 64", "relu"),
    },
    "CNN, batch norm, dropout": {
        "model": "layers",
        "layers": ("conv 8 3", "batchnorm", "relu", "maxpool 2", "flatten", "dropout 0.3"),
    },
}
_OPTIMIZERS: Mapping[str, Mapping[str, Any]] = {
    "SGD": {"optimizer": "sgd"},
    "SGD with momentum": {"optimizer": "sgd", "momentum": 0.9},
    "Adam": {"optimizer": "adam"},
    "RMSprop": {"optimizer": "rmsprop"},
}
_BATCH_SIZES = (10, 64)
_PAST, _PRESENT = (-1.5, 0.0), (-1.5, 1.0)
"""Decades around the optimizer's usual rate between which the run's rates lie."""


@dataclass(frozen=True)
class Situation:
    """A run that has trained `step` batches, and now gets another rate.

    Attributes
    ----------
    network, optimizer
        What is trained, and with what, in words.
    values
        Settings of the run until now, as `RunConfig.parse` takes them.
    step
        The moment.
    rate
        The present learning rate; until now it was another one.
    """

    network: str
    optimizer: str
    values: Mapping[str, Any]
    step: int
    rate: float

    @property
    def name(self) -> str:
        """All of it in words."""
        return f"{self.network}, {self.optimizer}, {self.batch}, step {self.step}"

    @property
    def batch(self) -> str:
        """How large a batch is, in words."""
        return f"batch {self.values['batch_size']}"

    @property
    def is_late(self) -> bool:
        """Whether the run has trained for a while."""
        return self.step >= LATE


def situations(count: int, seed: int) -> list[Situation]:
    """Return random situations; each network, optimizer and batch size is in as many of them."""
    random = np.random.default_rng(seed)
    networks = _evenly(list(_NETWORKS), count, random)
    optimizers = _evenly(list(_OPTIMIZERS), count, random)
    batch_sizes = _evenly(list(_BATCH_SIZES), count, random)
    chosen = zip(networks, optimizers, batch_sizes, strict=True)
    return [_situation(*each, random) for each in chosen]


def _evenly(choices: list[Any], count: int, random: np.random.Generator) -> list[Any]:
    repeated = [choices[i % len(choices)] for i in range(count)]
    return [repeated[i] for i in random.permutation(count)]


def _situation(
    network: str, optimizer: str, batch_size: int, random: np.random.Generator
) -> Situation:
    values = {
        **_NETWORKS[network],
        **_OPTIMIZERS[optimizer],
        "batch_size": batch_size,
        "seed": int(random.integers(1_000_000)),
        "device": "cpu",
        "threads": 1,
        "epochs": 100_000,
    }
    usual = OPTIMIZERS[values["optimizer"]].usual_rate * (1 - values.get("momentum", 0.0))
    past, present = (usual * 10 ** random.uniform(*decades) for decades in (_PAST, _PRESENT))
    step = 0 if random.random() < 1 / 6 else int(random.integers(20, _LAST))
    return Situation(network, optimizer, {**values, "learning_rate": past}, step, present)


def arrived(situation: Situation, data: DeviceData) -> Trainer:
    """Train up to the moment and return the trainer, with its present rate."""
    trainer = Trainer(RunConfig.parse(dict(situation.values)), data, torch.device("cpu"))
    for _ in range(situation.step):
        trainer.train_batch()
    trainer.apply(trainer.config.with_changes({"learning_rate": situation.rate}))
    return trainer
