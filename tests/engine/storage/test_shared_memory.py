"""A network whose tensors share memory is saved, opened and trained on like any other."""

from collections.abc import Callable
from pathlib import Path
from shutil import copytree
from tempfile import TemporaryDirectory
from unittest.mock import patch

import pytest
import torch
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from safetensors.torch import load_file
from torch import Tensor, nn

from netviz.engine.options.run_config import RunConfig
from netviz.engine.protocol import commands, events
from netviz.engine.protocol.commands import ExportKind
from netviz.engine.protocol.run_state import Measurement, State
from netviz.engine.run.run import Run
from netviz.engine.session import run_keeper
from netviz.engine.storage.run_folder import open_run, read_run, save_run
from netviz.engine.training.trainer import DeviceData, Trainer
from tests.engine.conftest import CPU, some_digits
from tests.support import Driven, losses, only, wait_for_autosave, when_step

UNTRAINED = Measurement(0, 0, 2.3, 0.1, 2.3, 0.1, 0.0, 0.0)
DEPTH = 4


class Shared(nn.Module):
    """Layers of one size, of which some share a weight, a bias, or all of themselves."""

    def __init__(self, ties: list[tuple[str, int, int]]) -> None:
        super().__init__()
        self.inputs = nn.Linear(784, 16)
        self.inner = nn.ModuleList(nn.Linear(16, 16) for _ in range(DEPTH))
        self.outputs = nn.Linear(16, 10)
        for index, (what, first, second) in enumerate(ties):
            SHARING[what](self, first, second, index)

    def forward(self, images: Tensor) -> Tensor:
        values = self.inputs(images.flatten(1))
        for layer in self.inner:
            values = layer(values).relu()
        return self.outputs(values)


def tie_weight(net: Shared, first: int, second: int, _: int) -> None:
    net.inner[first].weight = net.inner[second].weight


def tie_bias(net: Shared, first: int, second: int, _: int) -> None:
    net.inner[first].bias = net.inner[second].bias


def tie_layer(net: Shared, first: int, second: int, _: int) -> None:
    net.inner[first] = net.inner[second]


def watch_a_row(net: Shared, first: int, second: int, index: int) -> None:
    weight = net.inner[first].weight
    assert isinstance(weight, Tensor)
    net.register_buffer(f"row_{index}", weight.detach()[second])


SHARING: dict[str, Callable[[Shared, int, int, int], None]] = {
    "weight": tie_weight,
    "bias": tie_bias,
    "layer": tie_layer,
    "row": watch_a_row,
}

TIES = st.lists(
    st.tuples(st.sampled_from(sorted(SHARING)), st.integers(0, 3), st.integers(0, 3)), max_size=5
)
OPTIONS = st.fixed_dictionaries(
    {"optimizer": st.sampled_from(["adam", "sgd", "rmsprop"]), "accumulate": st.integers(1, 3)}
)


@settings(max_examples=15, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(ties=TIES, options=OPTIONS, steps=st.integers(1, 6))
def test_whatever_is_shared_the_run_goes_on_bit_for_bit(
    ties: list[tuple[str, int, int]], options: dict[str, object], steps: int
) -> None:
    digits = DeviceData.of(some_digits(), CPU)
    config = RunConfig.parse({"device": "cpu", "threads": 1, **options})
    with (
        TemporaryDirectory() as folder,
        patch("netviz.engine.training.trainer.build_model", lambda *_: Shared(ties)),
    ):
        run = Run(1, Trainer(config, digits, CPU), UNTRAINED)
        for _ in range(steps):
            run.trainer.train_batch()
        save_run(run.sound_record(), Path(folder))
        again = open_run(read_run(Path(folder)), 2, Trainer(config, digits, CPU))
        weights = load_file(Path(folder) / "model.safetensors")
    state = run.trainer.model.state_dict()
    assert weights.keys() == state.keys()
    assert all(torch.equal(weights[name], state[name]) for name in state)
    for _ in range(5):
        assert again.trainer.train_batch().loss == run.trainer.train_batch().loss


TIED = """
from torch import nn

class Net(nn.Sequential):
    def __init__(self):
        super().__init__(
            nn.Flatten(), nn.Linear(784, 16), nn.Linear(16, 16), nn.ReLU(), nn.Linear(16, 16),
            nn.ReLU(), nn.Linear(16, 10),
        )
        self[4].weight = self[2].weight
"""


def written(tmp_path: Path, text: str) -> str:
    (tmp_path / "net.py").write_text(text, encoding="utf-8")
    return f"{tmp_path / 'net.py'}:Net"


@pytest.mark.usefixtures("few_digits", "every_batch_told")
def test_tied_weights_are_kept_while_training_and_in_every_file(
    config: RunConfig, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(run_keeper, "AUTOSAVE_INTERVAL_S", 0.0)
    monkeypatch.setattr(run_keeper, "MAX_AUTOSAVE_INTERVAL_S", 0.0)
    config = config.with_changes({"model": written(tmp_path, TIED)})
    driven = Driven(config, tmp_path / "autosave")
    driven.do(commands.Start(), answer=when_step(33, commands.Pause()))
    driven.do(commands.Save(tmp_path / "run"))
    for name in ("w.safetensors", "w.pth"):
        driven.do(commands.Export(ExportKind.WEIGHTS, tmp_path / name))
    wait_for_autosave()
    (folder,) = (tmp_path / "autosave").iterdir()
    kept = copytree(folder, tmp_path / "kept")
    driven.do(commands.Start())
    driven.do(commands.LoadWeights(tmp_path / "w.safetensors"))
    assert not only(driven.events, events.Refused | events.AutosaveFailed)  # type: ignore[arg-type]
    told = losses(driven.events)
    for folder in (kept, tmp_path / "run"):
        other = Driven()
        told_again = other.do(commands.Open(folder), commands.Start())
        assert other.state is State.FINISHED
        assert losses(told_again) == {step: loss for step, loss in told.items() if step > 33}


UNSAVEABLE = """
import torch
from torch import nn

class Net(nn.Sequential):
    def __init__(self):
        super().__init__(nn.Flatten(), nn.Linear(784, 10))
        self.register_buffer("links", MADE)
"""


@pytest.mark.usefixtures("few_digits")
@pytest.mark.parametrize(
    ("made", "said"),
    [
        ("torch.eye(4).to_sparse()", "sparse_coo"),
        ("torch.eye(4, dtype=torch.complex128)", "complex128"),
        ("torch.ones(1, 1).expand(3, 3)", "repeats its numbers in memory"),
    ],
)
def test_a_network_that_no_file_can_hold_is_refused_before_it_is_trained(
    config: RunConfig, tmp_path: Path, made: str, said: str
) -> None:
    model = written(tmp_path, UNSAVEABLE.replace("MADE", made))
    told = Driven().do(commands.Prepare(config.with_changes({"model": model})))
    (refused,) = only(told, events.Refused)
    assert said in refused.message
    assert "links" in refused.message
    assert refused.hint


LATE = """
import torch
from torch import nn

class Net(nn.Sequential):
    def __init__(self):
        super().__init__(nn.Flatten(), nn.Linear(784, 10))
        self.register_buffer("batches", torch.zeros(()))

    def forward(self, images):
        self.batches += self.training
        if self.batches > 3:
            self._buffers["links"] = self[1].weight.detach().to_sparse()
        return super().forward(images)
"""


@pytest.mark.usefixtures("few_digits", "every_batch_told")
def test_what_cannot_be_saved_ends_no_training(config: RunConfig, tmp_path: Path) -> None:
    """A network may put into its state later what no file can hold."""
    config = config.with_changes({"model": written(tmp_path, LATE)})
    driven = Driven(config, tmp_path / "autosave")
    driven.do(commands.Start(), answer=when_step(5, commands.Pause()))
    driven.do(commands.Start())
    (failed,) = only(driven.events, events.AutosaveFailed)
    assert "cannot be written to a file" in failed.message
    assert (driven.state, driven.step) == (State.FINISHED, 60)
    (refused,) = driven.do(commands.Save(tmp_path / "run"))
    assert isinstance(refused, events.Refused)
    assert driven.state is State.FINISHED
