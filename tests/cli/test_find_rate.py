"""`netviz find-rate`: a table, JSON or a picture, of a new run or of a saved one."""

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from netviz.cli import app
from netviz.engine.rates import range_test

FAST = "--hidden 8 --batch-size 100 --threads 1 --device cpu --seed 3"


@pytest.fixture(autouse=True)
def short(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(range_test, "TRIALS", 2)
    monkeypatch.setattr(range_test, "BATCHES", 50)


def find(arguments: str) -> int:
    return app.run(["find-rate", *FAST.split(), *arguments.split()])


def found(arguments: str, capfd: pytest.CaptureFixture[str]) -> dict[str, Any]:
    """The JSON object of a test that ends well."""
    assert find(f"--json {arguments}") == 0
    (line,) = capfd.readouterr().out.splitlines()
    record: dict[str, Any] = json.loads(line)
    return record


def test_a_table_names_each_rule_with_its_source(capfd: pytest.CaptureFixture[str]) -> None:
    assert find("--optimizer adam") == 0
    lines = capfd.readouterr().out.splitlines()
    assert lines[0].startswith("Range test from step 0, loss 2.3")
    assert lines[1].split("  ")[0] == "Suggestion"
    for name in ("steepest", "a tenth of the lowest", "valley"):
        (row,) = (line for line in lines if line.startswith(name))
        assert "fastai" in row
    assert any(line.startswith("Sensible rates (Smith 2017): ") for line in lines)


def test_json_has_the_whole_curve(capfd: pytest.CaptureFixture[str]) -> None:
    record = found("--optimizer sgd --lr 0.3", capfd)
    assert record["step"] == 0
    assert record["config"]["optimizer"] == "sgd"
    assert len(record["rates"]) == 50
    assert [len(trial) for trial in record["losses"]] == [50, 50]
    assert record["rates"][0] == pytest.approx(1e-5)
    names = [each["name"] for each in record["suggestions"]]
    assert names == ["steepest", "a tenth of the lowest", "valley"]
    assert record["ended"] in ("diverged", "highest")


def test_the_same_settings_find_the_same(capfd: pytest.CaptureFixture[str]) -> None:
    first, second = found("", capfd), found("", capfd)
    assert first["losses"] == second["losses"]


def test_a_saved_run_and_so_many_steps_of_training_are_the_same_moment(
    tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    run = tmp_path / "run"
    assert app.run(["train", *FAST.split(), "--epochs", "1", "--out", str(run)]) == 0
    before = {path.name: path.read_bytes() for path in run.iterdir() if path.is_file()}
    capfd.readouterr()
    saved = app.run(["find-rate", "--from", str(run), "--json"])
    from_run = json.loads(capfd.readouterr().out)
    trained = found("--epochs 1 --after 40", capfd)
    assert saved == 0
    assert (from_run["step"], trained["step"]) == (40, 40)
    assert from_run["losses"] == trained["losses"]
    assert {path.name: path.read_bytes() for path in run.iterdir() if path.is_file()} == before


def test_another_optimizer_can_be_tried_on_a_saved_run_but_not_another_network(
    tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    run = tmp_path / "run"
    assert app.run(["train", *FAST.split(), "--epochs", "1", "--out", str(run)]) == 0
    capfd.readouterr()
    assert app.run(["find-rate", "--from", str(run), "--optimizer", "sgd", "--json"]) == 0
    assert json.loads(capfd.readouterr().out)["config"]["optimizer"] == "sgd"
    assert app.run(["find-rate", "--from", str(run), "--hidden", "9"]) == 2
    assert "--from" in capfd.readouterr().err


def test_a_run_that_has_no_steps_left_says_what_to_do(capfd: pytest.CaptureFixture[str]) -> None:
    assert find("--epochs 1 --after 41") == 2
    assert "Raise the number of epochs" in capfd.readouterr().err


def test_what_is_missing_is_said(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    assert app.run(["find-rate", "--from", str(tmp_path)]) == 1
    assert find("--picture curve.gif") == 2
    assert "FILE.png or FILE.svg" in capfd.readouterr().err
    assert find(f"--picture {tmp_path}/none/curve.png") == 2
    assert find(f"--dataset mnist --data-dir {tmp_path}") == 1
    assert "--download" in capfd.readouterr().err


@pytest.mark.parametrize(("ending", "start"), [("png", b"\x89PNG"), ("svg", b"<?xml")])
def test_a_picture_is_drawn_where_there_is_no_display(
    tmp_path: Path, ending: str, start: bytes
) -> None:
    path = tmp_path / f"curve.{ending}"
    unset = ("DISPLAY", "WAYLAND_DISPLAY", "QT_QPA_PLATFORM")
    environment = {name: value for name, value in os.environ.items() if name not in unset}
    command = [sys.executable, "-m", "netviz", "find-rate", *FAST.split(), "--picture", str(path)]
    ended = subprocess.run(
        command, env=environment, capture_output=True, text=True, check=False, timeout=100
    )
    assert (ended.returncode, ended.stderr) == (0, "")
    assert f"Saved {path}." in ended.stdout
    assert path.read_bytes().startswith(start)
