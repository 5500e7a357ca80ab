"""`netviz train` as a process of its own: the contract that scripts and benchmarks stand on."""

import contextlib
import csv
import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from safetensors.numpy import load_file
from torch import Tensor, nn
from torch.utils.data import DataLoader, TensorDataset

from netviz import paths
from netviz.engine.options.run_config import RunConfig
from tests.end_to_end.installed import installed_without

SHARED_DATA = Path(__file__).resolve().parents[3] / "shared" / "data"
TIMEOUT_S = 100
RUN_FILES = {
    "config.json",
    "metrics.csv",
    "epochs.csv",
    "ledger.json",
    "model.safetensors",
    "run.safetensors",
}
needs_mnist = pytest.mark.skipif(
    not (SHARED_DATA / "MNIST" / "raw").is_dir(), reason="MNIST is not beside the repository"
)


@contextlib.contextmanager
def started(*arguments: str) -> Iterator[subprocess.Popen[str]]:
    """A process that does not outlive its test."""
    command = [sys.executable, "-W", "error", "-m", "netviz", *arguments]
    with subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, encoding="utf-8"
    ) as process:
        try:
            yield process
        finally:
            process.kill()


@dataclass
class Ended:
    """A process that has ended."""

    status: int
    out: str
    err: str

    @property
    def lines(self) -> list[dict[str, Any]]:
        """Standard output as JSON lines; NaN and infinity are refused."""
        return [json.loads(line, parse_constant=refuse) for line in self.out.splitlines()]


def refuse(constant: str) -> None:
    raise AssertionError(f"{constant} is no JSON")


def read_until(process: subprocess.Popen[str], text: str) -> str:
    """Read the process's lines up to the one that holds `text`, and return that."""
    assert process.stdout is not None
    for line in process.stdout:
        if text in line:
            return line
    raise AssertionError(f"ended without {text}: {ended(process)}")


def ended(process: subprocess.Popen[str]) -> Ended:
    # Not `communicate`, which loses what was read ahead behind a line.
    assert process.stdout is not None
    assert process.stderr is not None
    out, err = process.stdout.read(), process.stderr.read()
    return Ended(process.wait(TIMEOUT_S), out, err)


def netviz(*arguments: str) -> Ended:
    with started(*arguments) as process:
        return ended(process)


def rows(path: Path) -> list[dict[str, str]]:
    with path.open(newline="") as file:
        return list(csv.DictReader(file))


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> tuple[Ended, Path]:
    """Two epochs of the contract's example on the bundled digits, and the folder of its files."""
    folder = tmp_path_factory.mktemp("runs") / "new" / "run"
    arguments = (
        "--dataset mnist-sample --model mlp --hidden 64,64,64 --loss cross-entropy "
        "--optimizer adam --lr 0.001 --batch-size 10 --epochs 2 --seed 0 --device cpu --threads 1 "
        "--json --json-batches"
    )
    return netviz("train", *arguments.split(), "--out", str(folder)), folder


def test_a_run_is_told_in_json_lines(run: tuple[Ended, Path]) -> None:
    process, _ = run
    assert process.status == 0
    assert process.err == ""
    first, *middle, last = process.lines
    config = RunConfig(device="cpu", threads=1, epochs=2).model_dump(mode="json")
    figures = {"device": "cpu", "threads": 1, "parameters": 59_210}
    assert first == {"event": "start", "config": config, **figures}
    assert last == {"event": "end", "state": "finished"}

    order = [(line["event"], line["step"]) for line in middle]
    batches = [("batch", step) for step in range(1, 801)]
    assert order == [*batches[:400], ("epoch", 400), *batches[400:], ("epoch", 800)]
    epochs = [line for line in middle if line["event"] == "epoch"]
    assert [line["epoch"] for line in epochs] == [1, 2]
    assert all(
        line["samples_per_second"] * line["seconds"] == pytest.approx(4000) for line in epochs
    )
    assert epochs[1]["test_accuracy"] > 0.85
    assert epochs[1]["train_loss"] < epochs[0]["train_loss"]
    assert {line["lr"] for line in middle if line["event"] == "batch"} == {0.001}


def test_a_runs_files_hold_what_was_told(run: tuple[Ended, Path]) -> None:
    process, folder = run
    assert {path.name for path in folder.iterdir()} == RUN_FILES
    assert RunConfig.from_json((folder / "config.json").read_text()).epochs == 2
    assert json.loads((folder / "ledger.json").read_text()) == []
    batches = [line for line in process.lines if line["event"] == "batch"]
    kept = rows(folder / "metrics.csv")
    assert [int(row["step"]) for row in kept] == list(range(1, 801))
    assert [float(row["loss"]) for row in kept] == [line["loss"] for line in batches]
    assert [int(row["epoch"]) for row in rows(folder / "epochs.csv")] == [0, 1, 2]
    weights = load_file(folder / "model.safetensors")
    assert [array.shape for array in weights.values()][:1] == [(64,)]
    assert sum(array.size for array in weights.values()) == 59_210


def test_a_resumed_run_goes_on_as_if_it_had_never_ended(
    run: tuple[Ended, Path], tmp_path: Path
) -> None:
    _, whole = run
    begun = netviz("train", "--epochs", "1", "--threads", "1", "--out", str(tmp_path))
    assert (begun.status, len(rows(tmp_path / "metrics.csv"))) == (0, 400)
    resumed = netviz("train", "--resume", str(tmp_path), "--epochs", "2", "--json")
    assert (resumed.status, resumed.err) == (0, "")
    assert [line["step"] for line in resumed.lines if line["event"] == "epoch"] == [800]
    assert rows(tmp_path / "metrics.csv") == rows(whole / "metrics.csv")
    weights, expected = (load_file(folder / "model.safetensors") for folder in (tmp_path, whole))
    assert all(np.array_equal(weights[name], expected[name]) for name in expected)
    (entry,) = json.loads((tmp_path / "ledger.json").read_text())
    assert (entry["option"], entry["old"], entry["new"], entry["step"]) == ("epochs", 1, 2, 400)


def test_nothing_to_resume_is_said_in_one_line(tmp_path: Path) -> None:
    process = netviz("train", "--resume", str(tmp_path))
    assert (process.status, process.out) == (1, "")
    assert process.err.startswith(f"netviz: There is no saved run in {tmp_path}.")


def test_a_plain_pytorch_loop_gives_the_same_losses(run: tuple[Ended, Path]) -> None:
    process, folder = run
    told = [line["loss"] for line in process.lines if line["event"] == "batch"]
    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    try:
        losses, model = plain_loop(seed=0, epochs=2)
    finally:
        torch.set_num_threads(threads)
    np.testing.assert_allclose(told, losses, rtol=0, atol=1e-6)
    saved = load_file(folder / "model.safetensors")
    for name, tensor in model.state_dict().items():
        np.testing.assert_allclose(saved[name], tensor.numpy(), rtol=0, atol=1e-6)


def plain_loop(seed: int, epochs: int) -> tuple[list[float], nn.Sequential]:
    """The tutorials' loop with nothing of NetViz in it but the file of the digits."""
    with np.load(paths.resource("digits", "mnist_sample.npz")) as arrays:
        images: Tensor = torch.from_numpy(arrays["train_images"]).float() / 255
        labels: Tensor = torch.from_numpy(arrays["train_labels"]).long()
    torch.manual_seed(seed)
    model = nn.Sequential(
        nn.Flatten(),
        nn.Linear(784, 64),
        nn.ReLU(),
        nn.Linear(64, 64),
        nn.ReLU(),
        nn.Linear(64, 64),
        nn.ReLU(),
        nn.Linear(64, 10),
    )
    loss_function = nn.CrossEntropyLoss()
    optimizer = torch.optim.Adam(model.parameters(), lr=0.001, fused=True)
    loader = DataLoader(
        TensorDataset(images, labels),
        batch_size=10,
        shuffle=True,
        generator=torch.Generator().manual_seed(seed),
    )
    losses = []
    for _ in range(epochs):
        for batch, answers in loader:
            optimizer.zero_grad()
            loss = loss_function(model(batch), answers)
            loss.backward()
            optimizer.step()
            losses.append(loss.item())
    return losses, model


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no SIGINT for one process")
def test_ctrl_c_stops_after_the_batch_and_saves(tmp_path: Path) -> None:
    arguments = ("--epochs", "100000", "--threads", "1", "--json", "--json-batches")
    with started("train", *arguments, "--out", str(tmp_path)) as process:
        read_until(process, '"event":"epoch"')
        process.send_signal(signal.SIGINT)
        rest = ended(process)
    assert rest.status == 130
    assert rest.err == ""
    *_, last_batch, end = [line for line in rest.lines if line["event"] != "epoch"]
    assert end == {"event": "end", "state": "interrupted"}
    assert {path.name for path in tmp_path.iterdir()} == RUN_FILES
    steps = [int(row["step"]) for row in rows(tmp_path / "metrics.csv")]
    assert steps == list(range(1, last_batch["step"] + 1))


@pytest.mark.skipif(sys.platform == "win32", reason="Windows ends a process at once")
def test_sigterm_while_the_run_is_prepared_ends_in_order(tmp_path: Path) -> None:
    with started("train", "--out", str(tmp_path)) as process:
        read_until(process, "Preparing ")
        process.send_signal(signal.SIGTERM)
        rest = ended(process)
    assert rest.status == 143
    assert rest.err == ""
    assert rest.out.endswith("Interrupted.\n")
    assert {path.name for path in tmp_path.iterdir()} == RUN_FILES


def test_a_reader_that_leaves_ends_the_run_quietly() -> None:
    with started("train", "--epochs", "100000", "--json", "--json-batches") as process:
        assert process.stdout is not None
        assert process.stderr is not None
        read_until(process, '"event":"start"')
        process.stdout.close()
        assert process.wait(TIMEOUT_S) == 141
        assert process.stderr.read() == ""


def test_a_loss_that_is_not_finite_fails_the_run_and_keeps_its_good_state(
    tmp_path: Path,
) -> None:
    arguments = ("--optimizer", "sgd", "--lr", "900", "--json", "--json-batches")
    process = netviz("train", *arguments, "--out", str(tmp_path))
    assert process.status == 1
    assert process.err == ""
    *_, batch, end = process.lines
    assert (end["event"], end["state"]) == ("end", "failed")
    assert "learning rate 900" in end["message"]
    assert {path.name for path in tmp_path.iterdir()} == RUN_FILES
    assert len(rows(tmp_path / "metrics.csv")) <= batch["step"]
    weights = load_file(tmp_path / "model.safetensors").values()
    assert all(np.isfinite(each).all() for each in weights)


def test_wrong_arguments_are_refused_before_anything_heavy_is_loaded() -> None:
    program = (
        "import sys; from netviz.cli.app import run; "
        "print([run(['--help']), run(['datasets']), run(['train', '--lr', 'abc'])]); "
        "print(sorted({'torch', 'torchvision', 'PySide6', 'pyqtgraph'} & sys.modules.keys()))"
    )
    process = subprocess.run(
        [sys.executable, "-W", "error", "-c", program],
        capture_output=True,
        text=True,
        timeout=TIMEOUT_S,
        env={**os.environ, "PYTHONIOENCODING": "utf-8"},
        encoding="utf-8",
        check=True,
    )
    assert process.stdout.splitlines()[-2:] == ["[0, 0, 2]", "[]"]
    assert process.stderr == "netviz: learning_rate: abc is not a number. Allowed: 0 to 1,000.\n"


def test_the_exit_status_and_message_reach_the_shell() -> None:
    process = netviz("train", "--epochs", "0")
    assert (process.status, process.out) == (2, "")
    assert process.err == "netviz: epochs: 0 is too small. Allowed: 1 to 100,000.\n"


@pytest.mark.parametrize("gone", ["resources", "resources/digits/mnist_sample.npz"])
def test_without_the_bundled_digits_an_error_line_says_what_to_do(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, gone: str
) -> None:
    monkeypatch.chdir(installed_without(gone, tmp_path))
    process = netviz("train", "--out", "run")
    assert process.status == 1
    assert process.err.startswith("netviz: MNIST sample cannot be read: ")
    assert process.err.endswith("Install NetViz again, or choose another data set.\n")
    assert process.err.count("\n") == 1
    assert list(Path("run").iterdir()) == []
    assert netviz("datasets").status == 0


@needs_mnist
@pytest.mark.slow
def test_mnist_in_torchvisions_folder_is_used_as_it_is() -> None:
    arguments = ("--dataset", "mnist", "--data-dir", str(SHARED_DATA), "--batch-size", "64")
    process = netviz("train", *arguments, "--epochs", "1", "--threads", "1", "--json")
    assert process.status == 0
    _, epoch, end = process.lines
    assert (epoch["step"], end["state"]) == (938, "finished")
    assert epoch["test_accuracy"] > 0.9
