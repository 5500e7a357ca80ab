"""An exported script runs without NetViz and shows the losses that the run showed."""

from pathlib import Path
from typing import Any

import pytest
import torch
from safetensors.torch import save_file

from netviz.engine.network.build import build_model
from netviz.engine.options.run_config import RunConfig
from netviz.engine.protocol import commands, events
from netviz.engine.protocol.commands import ExportKind
from tests.engine.export.conftest import Runner
from tests.support import Driven, losses, only, when_step

pytestmark = pytest.mark.usefixtures("few_digits", "every_batch_told")

RUNS: dict[str, tuple[dict[str, Any], dict[str, Any]]] = {
    "cross-entropy and adam": ({}, {}),
    "nll, radam and a one-cycle": (
        {"loss": "nll", "optimizer": "radam", "schedule": "one-cycle", "learning_rate": 0.01},
        {},
    ),
    "mse, momentum and warm-up": (
        {"loss": "mse", "optimizer": "sgd", "momentum": 0.9, "nesterov": True}
        | {"schedule": "warmup", "learning_rate": 0.1},
        {},
    ),
    "step and weight decay": (
        {"schedule": "step", "step_epochs": 1, "optimizer": "adamw", "weight_decay": 0.1},
        {},
    ),
    "a schedule drawn by hand": (
        {"schedule": "custom", "points": ((0.1, 0.02), (1.0, 1.0), (1.5, 0.1))}
        | {"learning_rate": 0.05, "optimizer": "sgd"},
        {"points": ((0.1, 0.02), (1.0, 1.0), (1.2, 3.0), (2.0, 0.001))},
    ),
    "a schedule drawn by hand in mid-run": (
        {"schedule": "cosine"},
        {"schedule": "custom", "points": ((0.0, 1.0), (2.0, 0.01)), "batch_size": 7},
    ),
    "plateau": ({"schedule": "plateau", "patience": 0, "learning_rate": 0.05}, {}),
    "accumulation and clipping": ({"accumulate": 3, "clip_norm": 0.5}, {}),
    "frozen": ({"frozen": ("1",)}, {"frozen": ("3",), "optimizer": "nadam"}),
    "a frozen layer freed under momentum": (
        {"frozen": ("1",), "optimizer": "sgd", "momentum": 0.9, "learning_rate": 0.05},
        {"frozen": ()},
    ),
    "a frozen layer freed under dampened momentum": (
        {"frozen": ("1",), "optimizer": "sgd", "momentum": 0.9, "dampening": 0.3},
        {"frozen": ()},
    ),
    "a plateau at a rate too small to fall": (
        {"schedule": "plateau", "patience": 0, "gamma": 0.1, "learning_rate": 1e-9},
        {"learning_rate": 0.05},
    ),
    "a cnn": ({"model": "cnn", "batch_size": 20}, {}),
    "dropout and batch norm, frozen later": (
        {"model": "layers", "layers": ("flatten", "linear 16", "batchnorm", "relu", "dropout 0.3")},
        {"frozen": ("1", "2")},
    ),
    "augmented and normalised": (
        {"augment_shift": 0.1, "augment_rotate": 10.0, "augment_noise": 0.05, "normalise": True},
        {"augment_noise": 0.0, "augment_flip": True},
    ),
    "another number of threads": (
        {"model": "cnn", "batch_size": 20, "threads": 1},
        {"threads": 2},
    ),
    "normalised on two threads": ({"normalise": True, "threads": 2}, {}),
    "another rate, loss and amsgrad": (
        {},
        {"learning_rate": 0.01, "loss": "mse", "amsgrad": True, "beta1": 0.8},
    ),
    "another batch size and schedule": (
        {"accumulate": 2},
        {"batch_size": 7, "schedule": "cosine", "epochs": 4},
    ),
    "another order, then that of the seed": ({"order": 3}, {"order": 0}),
    "another order all along, and another batch size": ({"order": 3}, {"batch_size": 20}),
    "another order all along": ({"order": 3, "normalise": True, "accumulate": 3}, {}),
    "another order and batch size, scheduled": (
        {"schedule": "cosine", "accumulate": 3, "clip_norm": 0.5},
        {"order": 1, "batch_size": 7},
    ),
    "another optimizer": ({"optimizer": "rmsprop"}, {"momentum": 0.5, "centered": True}),
}


def exported(driven: Driven, folder: Path) -> Path:
    path = folder / "train.py"
    (told,) = driven.do(commands.Export(ExportKind.SCRIPT, path))
    assert isinstance(told, events.Exported)
    assert (told.kind, told.path) == (ExportKind.SCRIPT, path)
    return path


@pytest.mark.parametrize(("values", "changes"), RUNS.values(), ids=RUNS)
def test_the_script_shows_the_same_losses(
    config: RunConfig,
    tmp_path: Path,
    run_without_netviz: Runner,
    values: dict[str, Any],
    changes: dict[str, Any],
) -> None:
    driven = Driven(config.with_changes(values))
    answer = when_step(25, commands.Change(changes)) if changes else None
    driven.do(commands.Start(), answer=answer)
    shown, printed = run_without_netviz(exported(driven, tmp_path))
    assert shown == pytest.approx(list(losses(driven.events).values()), abs=1e-5)
    last = only(driven.events, events.EpochFinished)[-1].measurement
    assert f"test loss {last.test_loss:.4f}" in printed
    assert f"{len(shown)} steps, loss of the last batch {shown[-1]:.6f}" in printed


def test_a_run_that_was_stopped_and_rewound_ends_where_it_did(
    config: RunConfig, tmp_path: Path, run_without_netviz: Runner
) -> None:
    driven = Driven(config)
    driven.do(commands.Start(), answer=when_step(33, commands.Pause()))
    driven.do(commands.Rewind({"learning_rate": 0.0003}))
    start = driven.step
    driven.do(commands.Start(), answer=when_step(start + 8, commands.Stop()))
    shown, _ = run_without_netviz(exported(driven, tmp_path))
    expected = [loss for step, loss in losses(driven.events).items() if step <= driven.step]
    assert len(shown) == driven.step
    assert shown == pytest.approx(expected, abs=1e-5)


def test_a_run_on_loaded_weights_brings_them_along(
    config: RunConfig, tmp_path: Path, run_without_netviz: Runner
) -> None:
    torch.manual_seed(3)
    weights = build_model(config, (1, 28, 28), 10).state_dict()
    save_file(weights, tmp_path / "other.safetensors")
    driven = Driven(config)
    driven.do(commands.LoadWeights(tmp_path / "other.safetensors"))
    driven.do(commands.Start())
    driven.do(commands.Export(ExportKind.SCRIPT, tmp_path / "train.py"))
    shown, _ = run_without_netviz(tmp_path / "train.py")
    assert shown == pytest.approx(list(losses(driven.events).values()), abs=1e-5)


def test_an_untrained_run_is_exported_as_planned(
    config: RunConfig, tmp_path: Path, run_without_netviz: Runner
) -> None:
    driven = Driven(config)
    path = exported(driven, tmp_path)
    driven.do(commands.Start())
    shown, _ = run_without_netviz(path)
    assert shown == pytest.approx(list(losses(driven.events).values()), abs=1e-5)


def test_a_plain_run_is_a_plain_script(config: RunConfig, tmp_path: Path) -> None:
    text = exported(Driven(config), tmp_path).read_text(encoding="utf-8")
    assert "model = nn.Sequential(\n    nn.Flatten(),\n    nn.Linear(784, 16)," in text
    loop = [
        "optimizer.zero_grad()",
        "logits = model(images)",
        "loss = loss_function(logits, labels)",
        "loss.backward()",
        "optimizer.step()",
    ]
    assert "\n        ".join(loop) in text
    assert "make_changes" not in text
    assert "import math" not in text
    compile(text, "train.py", "exec")
