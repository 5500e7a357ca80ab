"""Each probe equals a plain computation on the same tensors, and leaves no trace."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
import torch
import torch.nn.functional as F
from torch import nn

from netviz.engine.options.run_config import RunConfig
from netviz.engine.probes import weights
from netviz.engine.probes.activations import observe_activations
from netviz.engine.probes.gradients import copy_weights, gradient_norms, update_ratios
from netviz.engine.probes.initial_weights import histogram, initial_weights
from netviz.engine.probes.layer_rows import layer_row
from netviz.engine.probes.layers import flow, layers_of
from netviz.engine.probes.predictions import EvaluatedLogits, describe_predictions, sample_losses
from netviz.engine.probes.weights import layer_weights, probe_batch
from netviz.engine.training.losses import LOSSES
from netviz.engine.training.trainer import DeviceData, Trainer
from tests.support import cnn, mlp

CPU = torch.device("cpu")


def messy() -> nn.Sequential:
    """A network with everything that a probe could disturb."""
    return nn.Sequential(
        nn.Conv2d(1, 4, 3),
        nn.BatchNorm2d(4),
        nn.ReLU(inplace=True),
        nn.MaxPool2d(2),
        nn.Flatten(),
        nn.Dropout(0.5),
        nn.Linear(4 * 13 * 13, 12, bias=False),
        nn.Tanh(),
        nn.Linear(12, 10),
    )


@pytest.fixture(params=[lambda: mlp(784, (16, 8), 10), lambda: cnn((1, 28, 28), 10), messy])
def model(request: pytest.FixtureRequest) -> nn.Sequential:
    built: nn.Sequential = request.param()
    return built


@pytest.fixture
def images(digits: DeviceData) -> torch.Tensor:
    return digits.test_images


def traces(model: nn.Module) -> dict[str, Any]:
    """All that a probe must leave as it is."""
    gradients = {name: p.grad for name, p in model.named_parameters()}
    return {
        "state": {name: value.clone() for name, value in model.state_dict().items()},
        "gradients": {n: None if g is None else g.clone() for n, g in gradients.items()},
        "identities": {name: id(gradient) for name, gradient in gradients.items()},
        "modes": [module.training for module in model.modules()],
        "hooks": [len(module._forward_hooks) for module in model.modules()],
        "random": torch.get_rng_state(),
        "grad mode": torch.is_grad_enabled(),
    }


def is_same(first: Any, second: Any) -> bool:
    if isinstance(first, dict):
        return first.keys() == second.keys() and all(is_same(first[k], second[k]) for k in first)
    if isinstance(first, torch.Tensor):
        return torch.equal(first, second)
    return bool(first == second)


PROBES: dict[str, Callable[[nn.Sequential, torch.Tensor], Any]] = {
    "weights": lambda m, x: layer_weights(m, initial_weights(m), x),
    "gradients": lambda m, x: layer_row(layers_of(m), 1, copy_weights(layers_of(m))),
    "activations": lambda m, x: observe_activations(m, x[0], run=1, step=2, source="it"),
}


@pytest.mark.parametrize("probe", PROBES)
@pytest.mark.parametrize("has_gradients", [False, True])
def test_a_probe_leaves_no_trace(
    model: nn.Sequential, images: torch.Tensor, probe: str, has_gradients: bool
) -> None:
    if has_gradients:
        F.cross_entropy(model(images[:8]), torch.arange(8)).backward()
    model[1].eval()  # a mixed mode must come back mixed
    before = traces(model)
    PROBES[probe](model, images)
    assert is_same(traces(model), before)


def test_hooks_are_taken_off_when_the_network_fails(images: torch.Tensor) -> None:
    model = nn.Sequential(nn.Flatten(), nn.Linear(784, 5), nn.ReLU(), nn.Linear(6, 2))
    with pytest.raises(RuntimeError):
        flow(model, images)
    assert not any(module._forward_hooks for module in model.modules())


def test_layers_are_named_as_the_screen_shows_them() -> None:
    named = [(layer.name, layer.title) for layer in layers_of(messy())]
    assert named == [
        ("0", "Conv 1 → 4, 3×3"),
        ("6", "Linear 676 → 12"),
        ("8", "Linear 12 → 10"),
    ]


def test_a_module_that_stands_twice_is_heard_at_both_places(images: torch.Tensor) -> None:
    relu = nn.ReLU()
    model = nn.Sequential(nn.Flatten(), nn.Linear(784, 5), relu, nn.Linear(5, 5), relu)
    _, passed = flow(model, images)
    assert [found.has_relu for found in passed] == [True, True]
    assert torch.equal(passed[1].values, model(images))


def test_weights_are_described_as_numpy_describes_them(
    model: nn.Sequential, images: torch.Tensor
) -> None:
    initial = initial_weights(model)
    first = {layer.name: layer.module.weight.detach().clone() for layer in layers_of(model)}
    with torch.no_grad():
        for p in model.parameters():
            p.add_(torch.randn_like(p) * 0.01)
    for layer, told in zip(layers_of(model), layer_weights(model, initial, images), strict=True):
        values = layer.module.weight.detach().numpy()
        for array, counted in (
            (values, told.weights),
            (first[layer.name].numpy(), told.initial_weights),
        ):
            counts, edges = np.histogram(array, bins=64)
            assert np.allclose(counted.edges, edges, atol=1e-6)
            assert counted.counts.sum() == array.size
            # A value on the border of two bins may fall to either side.
            assert np.abs(counted.counts - counts).sum() <= 4
        assert told.mean == pytest.approx(values.mean(), abs=1e-7)
        assert told.std == pytest.approx(values.std(), rel=1e-5)
        threshold = 0.01 * first[layer.name].numpy().std()
        assert told.near_zero == pytest.approx((np.abs(values) < threshold).mean(), abs=1e-4)
        assert (told.biases is None) == (layer.module.bias is None)


def test_dead_units_are_those_that_answer_no_image(images: torch.Tensor) -> None:
    model = mlp(784, (16, 8), 10)
    with torch.no_grad():
        model[1].bias[:4] = -1e6
    told = layer_weights(model, initial_weights(model), images)
    hidden = F.relu(model[1](images.flatten(1)))
    assert told[0].dead_units == pytest.approx(float((hidden == 0).all(dim=0).float().mean()))
    assert told[0].dead_units >= 0.25
    assert told[2].dead_units is None


def test_a_map_is_dead_when_it_is_zero_everywhere(images: torch.Tensor) -> None:
    model = cnn((1, 28, 28), 10)
    with torch.no_grad():
        model[0].weight[:4], model[0].bias[:4] = 0, -1
    assert layer_weights(model, initial_weights(model), images)[0].dead_units >= 4 / 16


def test_the_probe_batch_is_spread_and_bounded() -> None:
    images = torch.arange(1000).reshape(-1, 1, 1, 1)
    chosen = probe_batch(images)
    assert len(chosen) == weights.PROBE_IMAGES
    assert chosen.max() > 700
    assert len(probe_batch(images[:40])) == 40


def test_diverged_weights_can_still_be_seen(images: torch.Tensor) -> None:
    model = mlp(784, (4,), 10)
    initial = initial_weights(model)
    with torch.no_grad():
        model[1].weight[0, :] = float("nan")
        model[3].weight[:] = float("inf")
    first, last = layer_weights(model, initial, images)
    assert first.weights.counts.sum() == 3 * 784
    assert np.isnan(first.mean)
    assert last.weights.counts.sum() == 0


@pytest.mark.parametrize("optimizer", ["sgd", "adam", "rmsprop", "radam"])
def test_gradients_and_updates_are_those_of_the_step(
    digits: DeviceData, config: RunConfig, optimizer: str
) -> None:
    config = config.with_changes({"optimizer": optimizer, "momentum": 0.5, "weight_decay": 0.01})
    trainer, plain = Trainer(config, digits, CPU), Trainer(config, digits, CPU)
    layers = layers_of(trainer.model)
    before = copy_weights(layers)
    trainer.train_batch()
    indices = plain.sampler.next_batch(config.batch_size)
    loss = F.cross_entropy(plain.model(digits.train_images[indices]), digits.train_labels[indices])
    gradients = torch.autograd.grad(loss, list(plain.model.parameters()))
    expected = [
        torch.cat([w.flatten(), b.flatten()]).norm().item()
        for w, b in zip(gradients[::2], gradients[1::2], strict=True)
    ]
    assert gradient_norms(layers) == pytest.approx(expected, rel=1e-5)
    moved = zip(layers, layers_of(plain.model), strict=True)
    ratios = [
        ((a.module.weight - b.module.weight).norm() / b.module.weight.norm()) for a, b in moved
    ]
    assert update_ratios(layers, before) == pytest.approx([r.item() for r in ratios])
    assert min(ratios) > 0


@pytest.mark.parametrize("clip", [0.0, 0.05, 1000.0])
def test_gradients_are_told_before_clipping_and_after(
    digits: DeviceData, config: RunConfig, clip: float
) -> None:
    trainer = Trainer(config.with_changes({"clip_norm": clip}), digits, CPU)
    plain = Trainer(config, digits, CPU)
    layers = layers_of(trainer.model)
    before = copy_weights(layers)
    for each in (trainer, plain):
        each.train_batch()
    told = layer_row(layers, 1, before, trainer.clip_factor).gradients
    assert told is not None
    unclipped = gradient_norms(layers_of(plain.model))
    assert told.unclipped_norms == pytest.approx(unclipped, rel=1e-4)
    length = np.hypot.reduce(told.norms)
    if clip == 0.05:
        assert length == pytest.approx(clip, rel=1e-3)
    else:
        assert length == np.hypot.reduce(told.unclipped_norms)


def test_a_row_has_the_histograms_of_weights_and_biases(model: nn.Sequential) -> None:
    before = traces(model)
    layers = layers_of(model)
    row = layer_row(layers, 0)
    assert (row.step, row.gradients) == (0, None)
    for index, layer in enumerate(layers):
        for spread, values in ((row.weights, layer.module.weight), (row.biases, layer.module.bias)):
            if values is None:
                assert not spread.counts[index].any()
                continue
            array = values.detach().numpy().astype(np.float64)
            counts, edges = np.histogram(array, bins=64)
            told = spread.histogram(index)
            assert told.edges == pytest.approx(edges, abs=1e-6)
            assert np.abs(told.counts - counts).sum() <= 4  # a value may lie on an edge
            assert told.counts.sum() == array.size
    assert is_same(traces(model), before)


def test_a_frozen_layer_has_no_gradient(images: torch.Tensor) -> None:
    model = mlp(784, (4,), 10)
    model[1].requires_grad_(False)
    F.cross_entropy(model(images[:8]), torch.arange(8)).backward()
    norms = gradient_norms(layers_of(model))
    assert norms[0] == 0
    assert norms[1] > 0


@pytest.mark.parametrize("name", LOSSES)
def test_losses_of_single_images_average_to_the_loss(name: str) -> None:
    logits, labels = torch.randn(50, 10) * 3, torch.randint(0, 10, (50,))
    each = sample_losses(logits, labels, name)
    alone = [LOSSES[name](logits[i : i + 1], labels[i : i + 1]) for i in range(50)]
    assert torch.allclose(each, torch.stack(alone))
    assert torch.allclose(each.mean(), LOSSES[name](logits, labels))


def test_answers_are_counted_and_compared_with_those_before() -> None:
    labels = torch.tensor([0, 1, 2, 2])
    before = EvaluatedLogits(0, 0, F.one_hot(torch.tensor([0, 2, 2, 1]), 3).float(), labels)
    logits = F.one_hot(torch.tensor([1, 1, 2, 0]), 3).float()
    told = describe_predictions(7, EvaluatedLogits(1, 20, logits, labels), before, "cross-entropy")
    assert (told.run, told.epoch, told.step) == (7, 1, 20)
    assert told.just_learned.tolist() == [False, True, False, False]
    assert told.just_forgotten.tolist() == [True, False, False, False]
    assert told.confusion.tolist() == [[0, 1, 0], [0, 1, 0], [1, 0, 1]]
    assert np.allclose(told.probabilities, torch.softmax(logits, 1))


def test_without_an_evaluation_before_nothing_is_new() -> None:
    answers = EvaluatedLogits(0, 0, torch.randn(9, 10), torch.arange(9))
    told = describe_predictions(1, answers, None, "nll")
    assert not told.just_learned.any()
    assert not told.just_forgotten.any()


def test_activations_are_those_of_the_layers(model: nn.Sequential, images: torch.Tensor) -> None:
    told = observe_activations(model, images[3], run=1, step=5, source="test image 3")
    model.eval()
    values, expected = images[3:4], []
    for module in model:
        values = module(values)
        if isinstance(module, nn.Linear | nn.Conv2d):
            expected.append(values)
        elif isinstance(module, nn.ReLU | nn.Tanh):
            expected[-1] = values
    for layer, value in zip(told.layers, expected, strict=True):
        assert np.allclose(layer.values, value[0].detach(), atol=1e-6)
    assert np.allclose(told.layers[-1].values, model(images[3:4])[0].detach(), atol=1e-6)
    assert np.allclose(told.probabilities, torch.softmax(values[0], 0).detach(), atol=1e-6)
    assert np.array_equal(told.seen, images[3])


def test_saliency_is_the_slope_of_the_winning_logit(images: torch.Tensor) -> None:
    model = cnn((1, 28, 28), 10)
    image = images[:1].clone().requires_grad_()
    model(image).max().backward()
    told = observe_activations(model, images[0], run=1, step=1, source="it")
    assert np.allclose(told.saliency, image.grad[0, 0], atol=1e-7)


def test_saliency_of_a_colour_image_is_its_strongest_channel() -> None:
    model = mlp(3 * 16, (), 10)
    with torch.no_grad():
        model[1].weight.zero_()
        model[1].weight[4] = torch.arange(48) - 20.0
        model[1].bias[4] = 1e3
    told = observe_activations(model, torch.rand(3, 4, 4), run=1, step=1, source="it")
    slope = (np.arange(48) - 20.0).reshape(3, 4, 4)
    strongest = np.take_along_axis(slope, np.abs(slope).argmax(axis=0)[None], axis=0)[0]
    assert np.array_equal(told.saliency, strongest)
    assert told.filters.shape == (10, 3, 4, 4)


def test_filters_are_the_first_layers_weights(images: torch.Tensor) -> None:
    def filters(model: nn.Sequential) -> np.ndarray:
        return observe_activations(model, images[0], run=1, step=1, source="it").filters

    dense, conv = mlp(784, (5,), 10), cnn((1, 28, 28), 10)
    assert np.array_equal(filters(dense), dense[1].weight.detach().reshape(5, 1, 28, 28))
    assert np.array_equal(filters(conv), conv[0].weight.detach())
    pooled = nn.Sequential(nn.AvgPool2d(2), nn.Flatten(), nn.Linear(196, 10))
    assert len(filters(pooled)) == 0


def test_what_is_told_is_a_copy(images: torch.Tensor) -> None:
    model = mlp(784, (5,), 10)
    told = observe_activations(model, images[0], run=1, step=1, source="it")
    kept = told.filters.copy(), told.seen.copy()
    with torch.no_grad():
        model[1].weight.zero_()
    images.zero_()
    assert np.array_equal(told.filters, kept[0])
    assert np.array_equal(told.seen, kept[1])


@pytest.mark.parametrize("value", [0.0, -3.0])
def test_equal_values_lie_in_the_middle_of_a_histogram_one_wide(value: float) -> None:
    told = histogram(torch.full((7,), value))
    assert (told.edges[0], told.edges[-1]) == (value - 0.5, value + 0.5)
    (place,) = np.flatnonzero(told.counts)
    assert told.counts[place] == 7
    assert told.edges[place] <= value <= told.edges[place + 1]
