"""Batches of one image: what cannot be learnt from is refused before training, nothing else is."""

from pathlib import Path

import pytest
import torch
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from netviz.engine.datasets.dataset import Dataset, Split
from netviz.engine.errors import ConfigError
from netviz.engine.options.run_config import RunConfig
from netviz.engine.training.lone_image import refuse_lone_images
from netviz.engine.training.trainer import DeviceData, Trainer
from tests.engine.conftest import CPU, some_digits

SQUEEZING = """
from torch import nn

class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.out = nn.Linear(784, 10)

    def forward(self, images):
        return self.out(images.flatten(1)).squeeze()
"""
NETWORKS = (
    ("flatten", "linear 8", "batchnorm", "relu"),
    ("flatten", "linear 8", "relu", "dropout 0.5"),
    ("conv 2 3", "batchnorm", "maxpool 28", "flatten", "linear 4", "batchnorm"),
    ("conv 2 3", "batchnorm", "flatten"),
)


def of_digits(count: int) -> DeviceData:
    whole = some_digits()
    train = Split(whole.train.images[:count].clone(), whole.train.labels[:count])
    return DeviceData.of(Dataset(whole.name, whole.classes, train, whole.test), CPU)


def refusal(trainer: Trainer, config: RunConfig) -> ConfigError | None:
    try:
        refuse_lone_images(trainer, config)
    except ConfigError as error:
        return error
    return None


def trains_to_the_end(trainer: Trainer) -> bool:
    while trainer.epoch < trainer.config.epochs:
        try:
            trainer.train_batch()
        except ValueError:
            return False
    return True


@settings(max_examples=40, suppress_health_check=list(HealthCheck))
@given(
    layers=st.sampled_from(NETWORKS),
    images=st.integers(1, 25),
    before=st.integers(2, 9),
    steps=st.integers(0, 12),
    batch_size=st.integers(1, 30),
    epochs=st.integers(1, 3),
)
def test_what_would_fail_is_refused_and_the_remedy_trains_to_the_end(
    layers: tuple[str, ...], images: int, before: int, steps: int, batch_size: int, epochs: int
) -> None:
    base = {"model": "layers", "layers": layers, "device": "cpu"}
    config = RunConfig.parse({**base, "batch_size": before, "epochs": epochs})
    trainer = Trainer(config, of_digits(images), CPU)
    for _ in range(steps):
        if trainer.epoch == epochs or refusal(trainer, config):
            break
        trainer.train_batch()
    wished = config.with_changes({"batch_size": batch_size})
    state = trainer.snapshot()
    refused = refusal(trainer, wished)

    trainer.apply(wished)
    assert trains_to_the_end(trainer) is (refused is None)
    if refused and refused.remedy:
        trainer.restore(state)
        trainer.apply(wished.with_changes(refused.remedy))
        assert refusal(trainer, trainer.config) is None
        assert trains_to_the_end(trainer)
    elif refused:
        assert 1 in (images, images - state.sampler["position"])


@pytest.mark.parametrize("epochs", [1, 2])
def test_of_the_epoch_under_way_only_the_rest_counts(epochs: int) -> None:
    """Of 9 images 3 are trained: the other 6 make no lone image of a batch size of 4, 9 do."""
    layers = ("flatten", "linear 8", "batchnorm")
    base = {"model": "layers", "layers": layers, "device": "cpu"}
    config = RunConfig.parse({**base, "batch_size": 3, "epochs": epochs})
    trainer = Trainer(config, of_digits(9), CPU)
    trainer.train_batch()
    refused = refusal(trainer, config.with_changes({"batch_size": 4}))
    assert (refused is not None) == (epochs == 2)


def test_the_trial_leaves_the_network_and_the_random_state_as_they_were() -> None:
    layers = ("conv 2 3", "batchnorm", "dropout 0.5", "maxpool 28", "flatten", "batchnorm")
    config = RunConfig(model="layers", layers=layers, frozen=("1",), batch_size=1, device="cpu")
    trainer = Trainer(config, of_digits(5), CPU)
    modes = [module.training for module in trainer.model.modules()]
    weights = {name: value.clone() for name, value in trainer.model.state_dict().items()}
    drawn = torch.get_rng_state()
    assert refusal(trainer, config)
    assert [module.training for module in trainer.model.modules()] == modes
    assert torch.equal(torch.get_rng_state(), drawn)
    for name, value in trainer.model.state_dict().items():
        assert torch.equal(value, weights[name])


def test_a_frozen_batch_norm_takes_single_images() -> None:
    layers = ("flatten", "linear 8", "batchnorm")
    config = RunConfig(model="layers", layers=layers, batch_size=1, device="cpu")
    trainer = Trainer(config, of_digits(5), CPU)
    assert refusal(trainer, config)
    assert refusal(trainer, config.with_changes({"frozen": "2"})) is None


def test_a_network_of_ones_own_that_drops_the_batch_is_found_too(tmp_path: Path) -> None:
    file = tmp_path / "net.py"
    file.write_text(SQUEEZING)
    config = RunConfig(model=f"{file}:Net", batch_size=4, device="cpu")
    refused = refusal(Trainer(config, of_digits(9), CPU), config)
    assert refused is not None
    assert refused.message == (
        "With batch size 4 the last batch of 9 images has one image only, "
        "and this network cannot learn from a single one."
    )
    assert refused.hint == "Batch sizes that work here: 5, 3, 6."
    assert refused.remedy == {"batch_size": 5}


@pytest.mark.parametrize(("images", "batch_size"), [(200, 10), (200, 60_000), (7, 3)])
def test_a_network_without_batch_norm_is_never_refused(images: int, batch_size: int) -> None:
    config = RunConfig(hidden=(8,), batch_size=batch_size, device="cpu")
    assert refusal(Trainer(config, of_digits(images), CPU), config) is None
