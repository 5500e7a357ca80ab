"""Normalisation: the tutorials' `Normalize`, in training and wherever the network is asked."""

import numpy as np
import pytest
import torch
from torch import Tensor, nn

from netviz.engine.datasets.load import load
from netviz.engine.network.build import Normalise, build_model
from netviz.engine.options.run_config import RunConfig
from netviz.engine.protocol import commands, events
from netviz.engine.protocol.observations import ActivationsObserved, Prediction
from netviz.engine.training.sampler import Sampler
from netviz.engine.training.trainer import DeviceData, Trainer
from tests.support import Driven, losses, only

CPU = torch.device("cpu")


def normalize(images: Tensor, basis: Tensor) -> Tensor:
    """What ``transforms.Normalize(mean, std)`` does, for the figures of `basis`."""
    mean, std = basis.mean(dim=(0, 2, 3)), basis.std(dim=(0, 2, 3))
    return (images - mean[:, None, None]) / std[:, None, None]


def plain_model(config: RunConfig, images: Tensor) -> nn.Module:
    torch.manual_seed(config.seed)
    return build_model(config, tuple(images.shape[1:]), 10)


@pytest.mark.parametrize("model", ["mlp", "cnn"])
def test_losses_are_those_of_the_plain_loop(
    digits: DeviceData, config: RunConfig, model: str
) -> None:
    config = config.with_changes({"normalise": True, "model": model})
    trainer = Trainer(config, digits, CPU)
    plain = plain_model(config, digits.train_images)
    optimizer = torch.optim.Adam(plain.parameters(), config.learning_rate)
    order = Sampler(len(digits.train_labels), config.seed, CPU)
    inputs = normalize(digits.train_images, digits.train_images)
    for _ in range(40):
        indices = order.next_batch(config.batch_size)
        optimizer.zero_grad()
        loss = nn.functional.cross_entropy(plain(inputs[indices]), digits.train_labels[indices])
        loss.backward()
        optimizer.step()
        assert trainer.train_batch().loss.item() == pytest.approx(loss.item(), rel=1e-6)


def test_the_network_itself_sees_mean_0_and_deviation_1(
    digits: DeviceData, config: RunConfig
) -> None:
    trainer = Trainer(config.with_changes({"normalise": True}), digits, CPU)
    inputs = trainer.model.get_submodule("normalise")(digits.train_images)
    assert inputs.mean().item() == pytest.approx(0, abs=1e-4)
    assert inputs.std().item() == pytest.approx(1, abs=1e-4)


def test_a_channel_without_contrast_does_no_harm() -> None:
    flat = torch.full((3, 1, 4, 4), 0.5)
    assert torch.equal(Normalise(flat.mean(dim=(0, 2, 3)), torch.zeros(1))(flat), 0 * flat)


def test_the_weights_have_the_same_names_and_beginnings(
    digits: DeviceData, config: RunConfig
) -> None:
    plain, normal = (
        Trainer(config.with_changes({"normalise": on}), digits, CPU).model.state_dict()
        for on in (False, True)
    )
    assert list(plain) == list(normal)
    assert all(torch.equal(plain[name], normal[name]) for name in plain)


@pytest.mark.usefixtures("few_digits")
def test_the_pad_and_the_activations_see_the_normalised_image(config: RunConfig) -> None:
    config = config.with_changes({"normalise": True})
    driven = Driven(config)
    drawing = load("mnist-sample").test.images[0, 0].numpy()
    driven.do(
        commands.Watch(frozenset({ActivationsObserved})),
        commands.Predict(1, drawing, prepared=True),
    )
    train_images = torch.from_numpy(
        only(driven.events, events.Prepared)[0].images.train_images / np.float32(255)
    )
    seen = torch.from_numpy(drawing[None, None] / np.float32(255))
    inputs = normalize(seen, train_images)
    plain = plain_model(config, train_images)
    with torch.no_grad():
        wanted = torch.softmax(plain(inputs), dim=1)[0].numpy()
        hidden = next(m for m in plain.modules() if isinstance(m, nn.Linear))(inputs.flatten(1))
    prediction = only(driven.events, Prediction)[-1]
    assert np.allclose(prediction.probabilities, wanted, atol=1e-5)
    assert np.allclose(prediction.seen, seen[0].numpy())  # shown as it is, not normalised
    activations = only(driven.events, ActivationsObserved)[-1]
    assert np.allclose(activations.probabilities, wanted, atol=1e-5)
    first = activations.layers[0].values
    candidates = (hidden[0].numpy(), torch.relu(hidden[0]).numpy())
    assert any(np.allclose(first, each, atol=1e-4) for each in candidates)


@pytest.mark.usefixtures("few_digits")
def test_normalising_makes_another_run(config: RunConfig) -> None:
    runs = []
    for on in (False, True):
        driven = Driven(config.with_changes({"normalise": on, "epochs": 1}))
        driven.do(commands.Start())
        runs.append(losses(driven.events))
    assert runs[0] != runs[1]
    assert all(np.isfinite(list(run.values())).all() for run in runs)


@pytest.mark.parametrize("model", ["mlp", "resnet18"])
def test_the_threads_that_torch_had_before_decide_nothing(
    digits: DeviceData, config: RunConfig, model: str
) -> None:
    """More threads add the pixels up in another order."""
    config = config.with_changes({"normalise": True, "model": model})
    figures = []
    for threads in (1, 2, 3):
        torch.set_num_threads(threads)
        network = Trainer(config, digits, CPU).model
        assert torch.get_num_threads() == threads
        front = next(each for each in network.modules() if isinstance(each, Normalise))
        figures.append([each.flatten().tolist() for each in front.buffers()])
    assert figures[0] == figures[1] == figures[2]
