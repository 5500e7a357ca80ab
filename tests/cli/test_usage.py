"""What cannot be done is said in one sentence before it is begun, with the status it deserves."""

import json
from pathlib import Path

import pytest

from netviz.cli import app
from netviz.engine.storage.run_summary import FILES, summarise
from tests.engine.datasets.pictures import save_classes

FAST = "--hidden 8 --epochs 1 --batch-size 500 --threads 1 --device cpu"


def train(arguments: str) -> int:
    return app.run(["train", *arguments.split()])


@pytest.fixture
def saved(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The folder `run`, here, with a run of one epoch."""
    monkeypatch.chdir(tmp_path)
    assert train(f"{FAST} --out run") == 0
    assert {file.name for file in Path("run").iterdir()} == set(FILES)
    return tmp_path / "run"


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ("--device mps --json", '"message":"device: mps is not available on this machine.'),
        ("--layers foo", "layers: foo: foo is no layer."),
        ("--model layers --layers relu,linear", "layers: linear: linear is written with UNITS."),
        ("--model layers --layers linear_8", "layers"),
        ("--model layers --layers relu", ""),
        ("--frozen nope", "frozen: the network has no layer nope with weights."),
        ("--mirror nonsense", "mirror: 'nonsense' is not the address of a mirror."),
        ("--model nothere.py:X", "nothere.py. Write FILE.py:NAME."),
    ],
)
def test_wrong_usage_ends_with_2(
    arguments: str, said: str, capfd: pytest.CaptureFixture[str]
) -> None:
    assert train(f"{FAST} {arguments}") == (2 if said else 0)
    captured = capfd.readouterr()
    assert said in captured.out + captured.err


@pytest.mark.parametrize("option", ["--out", "--resume", "--data-dir"])
def test_an_empty_path_is_refused(option: str, capfd: pytest.CaptureFixture[str]) -> None:
    assert app.run(["train", *FAST.split(), option, ""]) == 2
    assert "An empty text names no file or folder." in capfd.readouterr().err


def test_a_resumed_run_counts_to_its_new_end(
    saved: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    assert train("--resume run --epochs 3") == 0
    out = capfd.readouterr().out
    assert "Epoch 2/3:" in out
    assert "Epoch 3/3:" in out


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ("--dataset mnist", "Data set cannot change in the run in run: it is MNIST sample."),
        ("--model cnn", "Network cannot change in the run in run: it is MLP (dense layers)."),
        ("--seed 5", "Seed cannot change in the run in run: it is 0."),
    ],
)
def test_a_resumed_run_keeps_what_only_a_new_one_can_change(
    saved: Path, capfd: pytest.CaptureFixture[str], change: str, said: str
) -> None:
    capfd.readouterr()
    assert train(f"--resume run {change}") == 2
    captured = capfd.readouterr()
    assert captured.out == ""
    assert captured.err.startswith(f"netviz: {said} Leave out {change.split()[0]}, or start")
    assert train("--resume run --seed 0 --dataset mnist-sample") == 0


def test_a_finished_run_is_not_trained_again_and_says_so(
    saved: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    before = {file: (saved / file).read_bytes() for file in FILES}
    assert train("--resume run") == 0
    last = capfd.readouterr().out.splitlines()[-1]
    assert last == (
        "Finished. All epochs are trained. To train on, add --epochs with a larger number."
    )
    assert {file: (saved / file).read_bytes() for file in FILES} == before
    assert train("--resume run --out copy --json") == 0
    assert summarise(Path("copy")) == summarise(saved)
    end = json.loads(capfd.readouterr().out.splitlines()[-1])
    assert (end["event"], end["state"]) == ("end", "finished")


def test_a_run_that_is_not_there_ends_the_json_lines_too(
    capfd: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    assert train(f"--resume {tmp_path} --json") == 1
    captured = capfd.readouterr()
    assert json.loads(captured.out)["event"] == "end"
    assert "There is no saved run" in json.loads(captured.out)["message"]
    assert captured.err == ""


@pytest.mark.parametrize("file", FILES)
def test_what_another_run_left_is_replaced_only_if_asked_for(
    tmp_path: Path, capfd: pytest.CaptureFixture[str], file: str
) -> None:
    (tmp_path / file).write_text("mine")
    assert train(f"{FAST} --out {tmp_path}") == 2
    captured = capfd.readouterr()
    assert captured.out == ""
    assert "which would be replaced" in captured.err
    assert (tmp_path / file).read_text() == "mine"


def test_overwrite_replaces_and_a_run_may_be_resumed_into_its_own_folder(saved: Path) -> None:
    assert train(f"{FAST} --out run --overwrite") == 0
    assert train("--resume run --epochs 2 --out ./run/../run") == 0
    assert train("--resume run/run.safetensors --epochs 3") == 0
    assert summarise(saved).epoch == 3


def test_relative_paths_are_kept_absolute(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    save_classes(tmp_path / "pets", cats=5, dogs=5)
    (tmp_path / "net.py").write_text(
        "from torch import nn\ndef Net(): return nn.Sequential(nn.Flatten(), nn.Linear(256, 2))\n"
    )
    monkeypatch.chdir(tmp_path)
    own = "--dataset folder:pets --image-size 16 --model net.py:Net"
    assert train(f"{FAST} {own} --out run") == 0
    config = summarise(tmp_path / "run").config
    assert config.dataset == f"folder:{tmp_path / 'pets'}"
    assert config.model == f"{tmp_path / 'net.py'}:Net"
    (tmp_path / "elsewhere").mkdir()
    monkeypatch.chdir(tmp_path / "elsewhere")
    assert train("--resume ../run --epochs 2") == 0


def test_a_python_file_that_has_changed_is_resumed_only_with_trust(
    tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    file, run = tmp_path / "net.py", tmp_path / "run"
    file.write_text("from torch import nn\nNet = nn.Sequential(nn.Flatten(), nn.Linear(784, 10))\n")
    assert train(f"{FAST} --model {file}:Net --out {run}") == 0
    assert train(f"--resume {run} --epochs 2") == 0
    file.write_text(file.read_text() + "print('run')\n")
    capfd.readouterr()
    assert train(f"--resume {run} --epochs 3") == 2
    captured = capfd.readouterr()
    assert captured.err.count("\n") == 1
    assert str(file) in captured.err
    assert "Add --trust-model to run it." in captured.err
    assert train(f"--resume {run} --epochs 3 --trust-model") == 0
    assert summarise(run).epoch == 3
