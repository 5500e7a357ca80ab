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
from tests.engine.session.own_networks import EXACT, written
from tests.support import ALL_OBSERVATIONS, Driven, losses, only, when_step

pytestmark = pytest.mark.usefixtures("few_digits", "every_batch_told")

OPTIMIZERS: dict[str, dict[str, Any]] = {
    "momentum": {"optimizer": "sgd", "momentum": 0.9},
    "dampened": {"optimizer": "sgd", "momentum": 0.9, "dampening": 0.5, "accumulate": 3},
    "adam": {"optimizer": "adam", "normalise": True},
}


def configured(config: RunConfig, folder: Path, network: str, **values: Any) -> RunConfig:
    model = written(folder, [network])
    return config.with_changes({"model": model, "learning_rate": 0.005, "epochs": 2, **values})


TRIED = {(name, [*OPTIMIZERS][index % 3]) for index, name in enumerate(EXACT)}
"""Each network with one of the optimizers; those that lie otherwise in memory with all."""

TRIED |= {(name, optimizer) for name in EXACT if "weight" in name for optimizer in OPTIMIZERS}
TRIED |= {("is in channels_last", optimizer) for optimizer in OPTIMIZERS}


@pytest.mark.parametrize(("network", "optimizer"), sorted(TRIED))
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
@pytest.mark.parametrize("network", EXACT)
def test_what_follows_a_rewind_is_the_same(config: RunConfig, tmp_path: Path, network: str) -> None:
    config = configured(config, tmp_path, network, **OPTIMIZERS["momentum"])
    whole = Driven(config)
    whole.do(commands.Start())
    driven = Driven(config)
    driven.do(commands.Start(), answer=when_step(23, commands.Rewind()))
    driven.do(commands.Start())
    assert len(only(driven.events, events.Prepared)) == 2
    assert losses(driven.events) == losses(whole.events)


@pytest.mark.parametrize("network", [name for name in EXACT if name.startswith("changes")])
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
