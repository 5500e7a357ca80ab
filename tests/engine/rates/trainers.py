"""Random trainers in the midst of their runs, for what is tried on copies of them."""

from typing import Any

import torch
from hypothesis import strategies as st

from netviz.engine.options.run_config import RunConfig
from netviz.engine.session.preparation import value_of
from netviz.engine.training.trainer import DeviceData, Snapshot, Trainer

NETWORKS: list[dict[str, Any]] = [
    {"hidden": (16,)},
    {"model": "layers", "layers": ("flatten", "linear 12", "batchnorm", "relu", "dropout 0.3")},
    {"model": "layers", "layers": ("dropout 0.2", "conv 3 3", "relu", "maxpool 4", "flatten")},
]

SETTINGS = st.fixed_dictionaries(
    {},
    optional={
        "learning_rate": st.sampled_from((1e-5, 0.0003, 0.003, 0.02, 10.0)),
        "optimizer": st.sampled_from(("sgd", "adam", "rmsprop", "adamw")),
        "momentum": st.sampled_from((0.0, 0.9)),
        "weight_decay": st.sampled_from((0.0, 0.01)),
        "schedule": st.sampled_from(
            ("constant", "warmup", "cosine", "step", "one-cycle", "custom")
        ),
        "points": st.sampled_from((((0.0, 1.0),), ((0.0, 1.0), (0.5, 0.1), (2.0, 3.0)))),
        "loss": st.sampled_from(("cross-entropy", "mse")),
        "batch_size": st.sampled_from((10, 20, 30)),
        "order": st.sampled_from((0, 1)),
        "accumulate": st.sampled_from((1, 3)),
        "clip_norm": st.sampled_from((0.0, 0.1)),
        "augment_noise": st.sampled_from((0.0, 0.1)),
        "augment_shift": st.sampled_from((0.0, 0.1)),
        "frozen": st.sampled_from(((), ("1",))),
    },
)
STEPS = st.integers(0, 45)


def trained(config: RunConfig, data: DeviceData, steps: int) -> Trainer:
    """Return a trainer that has trained so many steps."""
    trainer = Trainer(config, data, torch.device("cpu"))
    for _ in range(steps):
        trainer.train_batch()
    return trainer


def by_itself(moment: Snapshot, changes: dict[str, Any], data: DeviceData) -> Trainer:
    """Return another trainer that goes on from `moment` with these options changed."""
    other = Trainer(moment.config, data, torch.device("cpu"))
    other.restore(moment)
    other.apply(moment.config.with_changes(changes))
    return other


def loss_of(trainer: Trainer, images: torch.Tensor, labels: torch.Tensor) -> float:
    """Return the loss on some images in evaluation mode."""
    return value_of(trainer.evaluate(images, labels)).loss
