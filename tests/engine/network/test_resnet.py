"""ResNet-18: torchvision's own, for small images and with weights from a file."""

import hashlib
import io
from collections.abc import Iterator
from pathlib import Path

import pytest
import torch
from torch import nn
from torchvision.models import resnet18

from netviz.engine.datasets.dataset import Dataset, Split
from netviz.engine.errors import ModelError
from netviz.engine.network import resnet
from netviz.engine.network.build import build_model, parameter_count
from netviz.engine.network.freezing import freezable
from netviz.engine.options.run_config import RunConfig
from netviz.engine.training.trainer import DeviceData, Trainer

SMALL = RunConfig(model="resnet18")
PRETRAINED = RunConfig(model="resnet18-pretrained", batch_size=4)


@pytest.fixture
def published(monkeypatch: pytest.MonkeyPatch) -> Iterator[dict[str, torch.Tensor]]:
    """Put weights of the test's own in the place of ImageNet's."""
    state = resnet18(weights=None).state_dict()
    buffer = io.BytesIO()
    torch.save(state, buffer)
    content = buffer.getvalue()
    path = resnet.weights_path()
    path.parent.mkdir(parents=True)
    path.write_bytes(content)
    monkeypatch.setattr(resnet, "WEIGHTS_SHA256", hashlib.sha256(content).hexdigest()[:8])
    yield state
    path.unlink()


def tiny(channels: int, side: int) -> DeviceData:
    """Some noise to train on."""
    draw = torch.Generator().manual_seed(0)
    images = torch.randint(0, 256, (12, channels, side, side), generator=draw, dtype=torch.uint8)
    split = Split(images, torch.arange(12) % 3)
    return DeviceData.of(Dataset("tiny", ("a", "b", "c"), split, split), torch.device("cpu"))


@pytest.mark.parametrize("channels", [1, 3])
def test_small_images_keep_their_size_at_first(channels: int) -> None:
    model = build_model(SMALL, (channels, 12, 12), 5)
    seen = []
    model.get_submodule("layer1").register_forward_pre_hook(lambda _, inputs: seen.extend(inputs))
    assert model(torch.rand(2, channels, 12, 12)).shape == (2, 5)
    assert seen[0].shape == (2, 64, 12, 12)


def test_but_for_the_ends_it_is_torchvisions() -> None:
    own = build_model(SMALL, (3, 12, 12), 1000).state_dict()
    theirs = resnet18(weights=None).state_dict()
    differing = {n for n in own if own[n].shape != theirs[n].shape}
    assert own.keys() == theirs.keys()
    assert differing == {"conv1.weight"}


def test_it_trains_normalised_too() -> None:
    for normalise in (False, True):
        config = SMALL.with_changes({"normalise": normalise, "batch_size": 6})
        trainer = Trainer(config, tiny(1, 8), torch.device("cpu"))
        assert torch.isfinite(trainer.train_batch().loss)


def test_weights_that_are_not_there_are_named_with_their_place() -> None:
    with pytest.raises(ModelError) as raised:
        build_model(PRETRAINED, (1, 28, 28), 10)
    assert str(resnet.weights_path()) in raised.value.message
    assert "https://download.pytorch.org/models/resnet18-f37072fd.pth" in raised.value.hint


def test_another_file_in_their_place_is_refused() -> None:
    path: Path = resnet.weights_path()
    path.parent.mkdir(parents=True)
    path.write_bytes(b"no weights")
    with pytest.raises(ModelError, match="is not the file that PyTorch publishes"):
        build_model(PRETRAINED, (1, 28, 28), 10)


@pytest.mark.parametrize("shape", [(1, 28, 28), (3, 32, 32), (3, 96, 64), (1, 5, 9)])
def test_the_weights_are_the_files_but_for_the_last_layer(
    published: dict[str, torch.Tensor], shape: tuple[int, int, int]
) -> None:
    model = build_model(PRETRAINED, shape, 7)
    state = model.state_dict()
    assert state.keys() == published.keys()
    assert all(torch.equal(state[n], published[n]) for n in state if not n.startswith("fc."))
    assert model.eval()(torch.rand(2, *shape)).shape == (2, 7)


def test_a_colour_image_of_full_size_is_seen_as_torchvision_sees_it(
    published: dict[str, torch.Tensor],
) -> None:
    theirs = resnet18(weights=None)
    theirs.load_state_dict(published)
    theirs.fc = nn.Identity()
    model = build_model(PRETRAINED, (3, 64, 64), 7).eval()
    model.fc = nn.Identity()
    images = torch.rand(2, 3, 64, 64)
    mean = torch.tensor([0.485, 0.456, 0.406]).view(3, 1, 1)
    std = torch.tensor([0.229, 0.224, 0.225]).view(3, 1, 1)
    torch.testing.assert_close(model(images), theirs.eval()((images - mean) / std))


@pytest.mark.usefixtures("published")
def test_with_all_but_the_last_layer_frozen_only_that_one_learns() -> None:
    names = freezable(build_model(PRETRAINED, (1, 8, 8), 3))
    config = PRETRAINED.with_changes({"frozen": names[:-1]})
    trainer = Trainer(config, tiny(1, 8), torch.device("cpu"))
    assert parameter_count(trainer.model) == 512 * 3 + 3
    before = {name: value.clone() for name, value in trainer.model.state_dict().items()}
    for _ in range(3):
        trainer.train_batch()
    moved = {n for n, v in trainer.model.state_dict().items() if not torch.equal(v, before[n])}
    assert moved == {"fc.weight", "fc.bias"}
