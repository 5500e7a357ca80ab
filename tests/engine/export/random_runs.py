"""Random runs: a network, options, and what is done to it on the way, all drawn from a seed."""

import random
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from netviz.engine.network.build import build_model
from netviz.engine.network.freezing import freezable
from netviz.engine.options.run_config import RunConfig

NEVER_DRAWN = {
    "epochs": "drawn apart, so that a run stays short",
    "model": "drawn apart, since it shapes the network",
    "hidden": "drawn apart, since it shapes the network",
    "layers": "drawn apart, since it shapes the network",
    "frozen": "drawn from the names of the network's layers",
    "dataset": "the same images serve all",
    "train_size": "the images that it takes lie beside the script",
    "image_size": "for own pictures only",
    "colour": "for own pictures only",
    "test_share": "for own pictures only",
    "device": "bit-equal on the CPU",
    "threads": "one, the tests' own",
}
"""Options without values in `VALUES`, with the reason."""

VALUES: dict[str, tuple[Any, ...]] = {
    "learning_rate": (0.0, 1e-9, 0.0003, 0.003, 0.02),
    "optimizer": ("sgd", "sgd", "adam", "adamw", "radam", "nadam", "rmsprop"),
    "momentum": (0.0, 0.5, 0.9),
    "nesterov": (False, True),
    # Even, so that no batch of one image is left, which a batch norm cannot take.
    "batch_size": (8, 10, 20, 24, 50, 50, 200, 300),
    "order": (0, 0, 1, 2),
    "loss": ("cross-entropy", "nll", "mse"),
    "schedule": (
        "constant",
        "step",
        "exponential",
        "cosine",
        "warmup",
        "one-cycle",
        *["custom"] * 2,
        *["plateau"] * 3,
    ),
    "points": (
        ((0.0, 1.0),),
        ((0.0, 0.1), (0.25, 1.0), (1.7, 0.003)),
        ((0.3, 2.0), (1.0, 2.0), (1.05, 0.1), (50.0, 1e-6)),
    ),
    "gamma": (0.0, 0.1, 0.5, 1.0),
    "step_epochs": (1, 2, 5),
    "patience": (0, 1, 2),
    "warmup_epochs": (1, 2),
    "warmup_start": (0.0, 0.01, 0.5),
    "weight_decay": (0.0, 0.01, 0.1),
    "decoupled_weight_decay": (False, True),
    "beta1": (0.0, 0.5, 0.9),
    "beta2": (0.9, 0.999),
    "eps": (1e-8, 1e-3),
    "amsgrad": (False, True),
    "momentum_decay": (0.004, 0.1),
    "alpha": (0.5, 0.99),
    "centered": (False, True),
    "dampening": (0.0, 0.3),
    "accumulate": (1, 2, 3, 7, 1024),
    "clip_norm": (0.0, 0.05, 0.5),
    "augment_shift": (0.0, 0.1),
    "augment_rotate": (0.0, 10.0),
    "augment_scale": (0.0, 0.1),
    "augment_flip": (False, True),
    "augment_noise": (0.0, 0.1),
    "normalise": (False, True),
    "seed": (0, 1, 7),
}
"""Values that keep a run finite, with those at the edges."""

FIXED = ("seed", "normalise")
"""Drawn, but never changed while the run is under way."""


@dataclass(frozen=True)
class Train:
    """Go on by so many batches: singly, or running until a pause."""

    batches: int
    singly: bool


@dataclass(frozen=True)
class Change:
    """Change options where the run is."""

    changes: dict[str, Any]


@dataclass(frozen=True)
class Rewind:
    """Go back to the last good state, and change options there."""

    changes: dict[str, Any]


@dataclass(frozen=True)
class SaveAndOpen:
    """Save the run and open it in another session; the undisturbed run does nothing here."""


Act = Train | Change | Rewind | SaveAndOpen


@dataclass
class RandomRun:
    """A run drawn from a seed.

    Attributes
    ----------
    config
        Its settings at step 0.
    acts
        What is done, in order; then it is trained to its end unless it `stops`.
    """

    seed: int
    config: RunConfig = field(init=False)
    acts: list[Act] = field(init=False, default_factory=list)
    stops: bool = field(init=False)

    def __post_init__(self) -> None:
        self._rng = random.Random(self.seed)
        values = self._some_values(self._rng.randint(0, len(VALUES)))
        values |= self._network() | {"epochs": self._rng.randint(1, 3)}
        values |= {"device": "cpu", "threads": 1}
        self.config = RunConfig.parse(values)
        if self._rng.random() < 0.3:
            self.config = self.config.with_changes({"frozen": self._some_layers()})
        self._draw_acts()
        self.stops = self._rng.random() < 0.2

    def _draw_acts(self) -> None:
        for _ in range(self._rng.randint(0, 5)):
            batches = self._rng.choice((4, 10, 20, self._rng.randint(2, 25)))  # some end an epoch
            self.acts.append(Train(batches, self._rng.random() < 0.3))
            if self._rng.random() < 0.25:
                self.acts.append(Rewind(self._changes() if self._rng.random() < 0.5 else {}))
            elif self._rng.random() < 0.8:
                self._draw_changes()
            if self._rng.random() < 0.5:
                self.acts.append(SaveAndOpen())

    def _draw_changes(self) -> None:
        """Draw changes between two batches, some of which are changed again or back."""
        changes = self._changes()
        self.acts.append(Change(changes))
        if self._rng.random() < 0.2:
            self.acts.append(Change(self._changes()))
        if self._rng.random() < 0.2:
            self.acts.append(Change({name: getattr(self.config, name) for name in changes}))

    def _network(self) -> dict[str, Any]:
        rng = self._rng
        kind = rng.choice(("mlp", "mlp", "cnn", "lenet5", "layers", "layers"))
        if kind == "mlp":
            return {"hidden": tuple(rng.choice((4, 16)) for _ in range(rng.randint(0, 3)))}
        return {"model": kind} if kind != "layers" else {"model": kind, "layers": self._layers()}

    def _layers(self) -> tuple[str, ...]:
        rng = self._rng
        layers = []
        if rng.random() < 0.4:
            layers += ["conv 4 3", *rng.sample(("batchnorm", "relu", "dropout 0.2"), 2)]
            layers += ["maxpool 2"] * rng.randint(0, 1)
        layers.append("flatten")
        for _ in range(rng.randint(0, 2)):
            layers.append(f"linear {rng.choice((4, 12))}")
            layers += rng.sample(("batchnorm", "relu", "tanh", "dropout 0.3"), rng.randint(0, 3))
        return tuple(layers)

    def _some_values(self, count: int) -> dict[str, Any]:
        return {name: self._rng.choice(VALUES[name]) for name in self._rng.sample([*VALUES], count)}

    @cached_property
    def _names(self) -> tuple[str, ...]:
        return freezable(build_model(self.config, (1, 28, 28), 10))

    def _some_layers(self) -> tuple[str, ...]:
        """Draw layers to freeze, never all."""
        return tuple(self._rng.sample(self._names, self._rng.randint(0, len(self._names) - 1)))

    def _changes(self) -> dict[str, Any]:
        changes = self._some_values(self._rng.randint(1, 4))
        if self._rng.random() < 0.4:
            changes["frozen"] = self._some_layers()
        if self._rng.random() < 0.15:
            changes["epochs"] = self._rng.randint(1, 4)
        return {name: value for name, value in changes.items() if name not in FIXED}
