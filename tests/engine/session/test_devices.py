"""Everything that touches a device, on each that this machine has; the others are skipped."""

import math
from pathlib import Path

import numpy as np
import pytest
import torch

from netviz.engine.errors import ConfigError
from netviz.engine.options.run_config import RunConfig
from netviz.engine.protocol import commands, events, observations
from netviz.engine.protocol.layer_record import LayersRecorded
from netviz.engine.protocol.run_state import State
from netviz.engine.session import preparation
from netviz.engine.training.devices import choose_device
from tests.support import ALL_OBSERVATIONS, Driven, losses, only

pytestmark = pytest.mark.usefixtures("few_digits")

_THERE = {
    "cpu": True,
    "cuda": torch.cuda.is_available(),
    "mps": torch.backends.mps.is_available(),
}


@pytest.fixture(
    params=[
        pytest.param(name, marks=pytest.mark.skipif(not there, reason=f"no {name} here"))
        for name, there in _THERE.items()
    ]
)
def there(request: pytest.FixtureRequest) -> RunConfig:
    """A run of a convolutional network with all that draws random numbers, on one device."""
    return RunConfig.parse(
        {
            "device": request.param,
            "threads": 1,
            "model": "cnn",
            "epochs": 2,
            "batch_size": 20,
            "augment_shift": 0.1,
            "augment_noise": 0.05,
            "schedule": "cosine",
            "clip_norm": 1.0,
        }
    )


def test_it_trains_on_the_device_asked_for(there: RunConfig) -> None:
    run = Driven(there)
    (prepared,) = only(run.events, events.Prepared)
    assert prepared.device.split(":")[0] == there.device
    told = run.do(commands.Start())
    assert run.state is State.FINISHED
    assert all(map(math.isfinite, losses(told).values()))
    measured = [event.measurement for event in only(told, events.EpochFinished)]
    assert measured[-1].train_loss < prepared.untrained.train_loss


def test_the_losses_are_near_those_of_a_cpu(there: RunConfig) -> None:
    still = there.with_changes({"augment_shift": 0.0, "augment_noise": 0.0})
    here = losses(Driven(still).do(commands.RunEpoch()))
    on_cpu = losses(Driven(still.with_changes({"device": "cpu"})).do(commands.RunEpoch()))
    assert list(here.values()) == pytest.approx(list(on_cpu.values()), rel=0.02)


def test_a_run_goes_on_from_its_files_as_if_it_had_not_ended(
    there: RunConfig, tmp_path: Path
) -> None:
    first = Driven(there)
    first.do(commands.RunEpoch())
    first.do(commands.Save(tmp_path / "run"))
    expected = losses(first.do(commands.RunEpoch()))
    second = Driven()
    second.do(commands.Open(tmp_path / "run"))
    assert losses(second.do(commands.RunEpoch())) == pytest.approx(expected, rel=1e-4)


def test_every_view_sees_the_weights_of_the_device(there: RunConfig) -> None:
    run = Driven(there)
    run.do(commands.Watch(ALL_OBSERVATIONS), commands.MeasureTest())
    drawing = np.zeros((280, 280), np.uint8)
    drawing[40:240, 130:150] = 255
    told = run.do(commands.Predict(1, drawing, False), commands.Step())
    kinds = {type(event) for event in told + run.events}
    assert {
        observations.Prediction,
        observations.WeightsObserved,
        LayersRecorded,
        observations.ActivationsObserved,
        observations.TestPredictions,
    } <= kinds
    row = run.session.run.layers.rows[-1]
    assert row.step == 1
    assert np.isfinite(row.gradients.norms).all()
    answer = only(told, observations.Prediction)[-1]
    assert float(answer.probabilities.sum()) == pytest.approx(1, abs=1e-4)


def test_it_goes_back_and_takes_changes(there: RunConfig) -> None:
    run = Driven(there)
    run.do(commands.RunEpoch())
    run.do(commands.Change({"optimizer": "adamw", "learning_rate": 0.01}))
    run.do(commands.Rewind({"learning_rate": 0.003}))
    told = run.do(commands.Start())
    assert run.state is State.FINISHED
    assert all(map(math.isfinite, losses(told).values()))


def test_a_run_goes_on_where_its_device_is_missing(
    config: RunConfig, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    wanted = next(name for name, there in _THERE.items() if not there)
    with monkeypatch.context() as pretending:
        pretending.setattr(preparation, "choose_device", lambda _: torch.device("cpu"))
        run = Driven(config.with_changes({"device": wanted}))
        run.do(commands.RunEpoch())
        run.do(commands.Save(tmp_path / "run"))
        expected = losses(run.do(commands.RunEpoch()))
    elsewhere = Driven()
    told = elsewhere.do(commands.Open(tmp_path / "run"))
    assert only(told, events.Opened)[0].missing_device == wanted
    assert only(told, events.Prepared)[0].config.device == "auto"
    assert list(losses(elsewhere.do(commands.RunEpoch())).values()) == pytest.approx(
        list(expected.values()), rel=0.02
    )


@pytest.mark.parametrize("name", [name for name, there in _THERE.items() if not there])
def test_a_device_that_is_missing_is_refused_by_name(name: str) -> None:
    with pytest.raises(ConfigError, match=f"{name} is not available"):
        choose_device(name)


def test_auto_takes_what_is_fastest() -> None:
    there = [name for name in ("cuda", "mps", "cpu") if _THERE[name]]
    assert choose_device("auto").type == there[0]
