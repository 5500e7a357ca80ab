"""A small piece of the real digits, and torch on one thread."""

import math
from collections.abc import Callable, Iterator
from dataclasses import replace
from functools import cache
from typing import Any

import pytest
import torch

from netviz.engine.catalogue import CATALOGUE
from netviz.engine.datasets import load
from netviz.engine.datasets.dataset import Dataset, Split
from netviz.engine.observatory import layer_recorder
from netviz.engine.options.run_config import RunConfig
from netviz.engine.session import batch_meter
from netviz.engine.training.losses import LOSSES
from netviz.engine.training.trainer import DeviceData
from tests.support import Loss

CPU = torch.device("cpu")


@pytest.fixture(autouse=True)
def one_thread() -> Iterator[None]:
    """Compute on one thread with a known random state, and leave both as they were."""
    threads, state = torch.get_num_threads(), torch.get_rng_state()
    torch.set_num_threads(1)
    torch.manual_seed(1234)
    yield
    torch.set_num_threads(threads)
    torch.set_rng_state(state)


@cache
def some_digits(train: int = 200, test: int = 40) -> Dataset:
    """The first digits of the bundled sample."""
    whole = load.load("mnist-sample")
    splits = zip((whole.train, whole.test), (train, test), strict=True)
    cut = [Split(split.images[:count].clone(), split.labels[:count]) for split, count in splits]
    return Dataset(whole.name, whole.classes, *cut)


def replace_sample(set_item: Callable[[Any, Any, Any], object]) -> None:
    """Put `some_digits` in the place of the bundled sample, by calls of `set_item`."""
    digits = some_digits()
    counts = {"train_count": len(digits.train), "test_count": len(digits.test)}
    info = replace(CATALOGUE["mnist-sample"], **counts)
    splits = digits.train, digits.test
    arrays = tuple((split.images.numpy(), split.labels.numpy()) for split in splits)
    set_item(CATALOGUE, "mnist-sample", info)
    set_item(load.READERS, info.form, lambda *_: arrays)


@pytest.fixture
def digits() -> DeviceData:
    """200 digits to train on and 40 to test, on the CPU."""
    return DeviceData.of(some_digits(), CPU)


@pytest.fixture
def config() -> RunConfig:
    """A run of three epochs of 20 steps on `digits`."""
    return RunConfig(hidden=(16,), epochs=3, device="cpu", threads=1)


@pytest.fixture
def few_digits(monkeypatch: pytest.MonkeyPatch) -> None:
    """Put 200 digits in the place of the bundled sample."""
    replace_sample(monkeypatch.setitem)


@pytest.fixture
def every_batch_told(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let sessions report after each batch and not by the clock."""
    monkeypatch.setattr(batch_meter, "REPORT_INTERVAL_S", 0.0)


@pytest.fixture
def snapshots_at_every_batch(monkeypatch: pytest.MonkeyPatch) -> None:
    """Keep a state to go back to after every batch, and not by the clock."""
    monkeypatch.setattr("netviz.engine.run.run.STATE_INTERVAL_S", 0.0)
    monkeypatch.setattr("netviz.engine.run.run.STATE_SHARE", math.inf)


@pytest.fixture
def snapshots_by_steps(monkeypatch: pytest.MonkeyPatch) -> None:
    """Keep a state to go back to whenever the steps have doubled, and not by the clock."""
    for name in ("STATE_INTERVAL_S", "YOUNG_SHARE"):
        monkeypatch.setattr(f"netviz.engine.run.run.{name}", 1e9)
    monkeypatch.setattr("netviz.engine.run.run.STATE_SHARE", 1e-9)


@pytest.fixture
def layers_at_every_step(monkeypatch: pytest.MonkeyPatch) -> None:
    """Record the layers at every step, and not by what it costs."""
    monkeypatch.setattr(layer_recorder, "spacing_for", lambda cost_s, step_s: 1)


@pytest.fixture
def loss(monkeypatch: pytest.MonkeyPatch) -> Loss:
    """Cross-entropy that can be made to fail."""
    loss = Loss()
    monkeypatch.setitem(LOSSES, "cross-entropy", loss)
    return loss
