"""Networks of the user's own, whatever their `forward` does: exact, and kept off the data."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from netviz.engine.datasets.load import load
from netviz.engine.options.run_config import RunConfig
from netviz.engine.protocol import commands, events
from netviz.engine.protocol.observations import Prediction
from tests.engine.conftest import some_digits
from tests.support import ALL_OBSERVATIONS, Driven, losses, only, when_step

pytestmark = pytest.mark.usefixtures("few_digits", "every_batch_told")

FRAME = """
import torch
from torch import nn
import torch.nn.functional as F

class Net(nn.Module):
    def __init__(self, classes):
        super().__init__()
        self.body = nn.Linear(784, 16)
        self.skipped = nn.Linear(16, 16)
        self.head = nn.Linear(16, classes)
        self.after_init()

    def after_init(self):
        {init}

    def forward(self, images):
        {before}
        x = F.relu(self.body(images.flatten(1)))
        {middle}
        return self.head(x)
"""

NETWORKS: dict[str, dict[str, str]] = {
    "changes its input": {"before": "images -= 0.5"},
    "changes its input past autograd": {"before": "images.data.mul_(-2).add_(1)"},
    "changes a view of its input": {"before": "images[:, :, ::2].fill_(1.0)"},
    "skips a layer at random": {
        "middle": "x = x + self.skipped(x) if not self.training or torch.rand(()) < 0.3 else x"
    },
    "shares a layer": {"middle": "x = self.skipped(torch.relu(self.skipped(x)))"},
    "never uses a layer": {},
    "counts in a buffer": {
        "init": "self.register_buffer('calls', torch.zeros(()))",
        "middle": "self.calls += self.training; x = x * (1 + self.calls / 100)",
    },
    "has a dropout that is always on": {"middle": "x = F.dropout(x, 0.4)"},
    "has a dropout of its own": {
        "middle": "x = x * (torch.rand_like(x) < 0.7) / 0.7 if self.training else x"
    },
    "adds in place": {"middle": "x = self.skipped(x); x += 1; x.mul_(0.5)"},
    "has a transposed weight": {
        "init": "self.body.weight = nn.Parameter(torch.randn(784, 16).mul(0.03).t())"
    },
    "has a weight with gaps": {
        "init": "self.body.weight = nn.Parameter(torch.randn(16, 1568).mul(0.03)[:, ::2])"
    },
    "is in channels_last": {
        "init": "self.conv = nn.Conv2d(1, 3, 3, padding=1).to(memory_format=torch.channels_last);"
        " self.more = nn.Conv2d(3, 4, 3, padding=1).to(memory_format=torch.channels_last)",
        "before": "images = self.more(self.conv(images)).mean(1)",
    },
    "has a weight that is computed": {
        "init": "nn.utils.parametrizations.weight_norm(self.skipped)",
        "middle": "x = self.skipped(x)",
    },
}
OPTIMIZERS: dict[str, dict[str, Any]] = {
    "momentum": {"optimizer": "sgd", "momentum": 0.9},
    "dampened": {"optimizer": "sgd", "momentum": 0.9, "dampening": 0.5, "accumulate": 3},
    "adam": {"optimizer": "adam", "normalise": True},
}


def written(folder: Path, parts: dict[str, str]) -> str:
    file = folder / "net.py"
    lines = {"init": "pass", "before": "pass", "middle": "pass"} | parts
    file.write_text(FRAME.format(**lines), encoding="utf-8")
    return f"{file}:Net"


def configured(config: RunConfig, folder: Path, network: str, **values: Any) -> RunConfig:
    model = written(folder, NETWORKS[network])
    return config.with_changes({"model": model, "learning_rate": 0.005, "epochs": 2, **values})


@pytest.mark.parametrize("optimizer", OPTIMIZERS)
@pytest.mark.parametrize("network", NETWORKS)
def test_it_is_trained_watched_saved_and_opened_bit_for_bit(
    config: RunConfig, tmp_path: Path, network: str, optimizer: str
) -> None:
    config = configured(config, tmp_path, network, **OPTIMIZERS[optimizer])
    whole = Driven(config)
    whole.do(commands.Start())
    assert len(losses(whole.events)) == 40
    watched = Driven()
    watched.do(commands.Watch(ALL_OBSERVATIONS), commands.LookAt(0), commands.Prepare(config))
    watched.do(commands.Start(), answer=when_step(25, commands.Pause()))
    watched.do(commands.Save(tmp_path / "run"))
    watched.do(commands.Start())
    assert not only(watched.events, events.Refused)
    assert losses(watched.events) == losses(whole.events)
    opened = Driven()
    told = opened.do(commands.Open(tmp_path / "run"), commands.Start())
    assert losses(told).items() <= losses(whole.events).items()
    last = [only(each, events.EpochFinished)[-1].measurement for each in (told, whole.events)]
    assert last[0].test_loss == last[1].test_loss


@pytest.mark.usefixtures("snapshots_at_every_batch")
@pytest.mark.parametrize("network", NETWORKS)
def test_what_follows_a_rewind_is_the_same(config: RunConfig, tmp_path: Path, network: str) -> None:
    config = configured(config, tmp_path, network, **OPTIMIZERS["momentum"])
    whole = Driven(config)
    whole.do(commands.Start())
    driven = Driven(config)
    driven.do(commands.Start(), answer=when_step(23, commands.Rewind()))
    driven.do(commands.Start())
    assert len(only(driven.events, events.Rewound)) == 1
    assert losses(driven.events) == losses(whole.events)


@pytest.mark.parametrize("network", [name for name in NETWORKS if name.startswith("changes")])
def test_no_network_reaches_the_data(config: RunConfig, tmp_path: Path, network: str) -> None:
    driven = Driven()
    drawing = load("mnist-sample").test.images[0, 0].numpy()
    config = configured(config, tmp_path, network)
    driven.do(commands.Watch(ALL_OBSERVATIONS), commands.Prepare(config))
    for _ in range(2):
        driven.do(commands.Predict(1, drawing, prepared=True))
        driven.do(commands.LookAt(0), commands.MeasureTest(), commands.LookAt(None))
    driven.do(commands.Start())
    assert not only(driven.events, events.Refused)
    run = driven.session.run
    assert run is not None
    data, digits = run.trainer.data, some_digits()
    assert np.array_equal(data.train_images, digits.train.images.numpy() / np.float32(255))
    assert np.array_equal(data.test_images, digits.test.images.numpy() / np.float32(255))
    for told in only(driven.events, Prediction):
        assert np.array_equal(told.seen[0], drawing / np.float32(255))
