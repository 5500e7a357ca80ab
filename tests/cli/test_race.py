"""`netviz train --race`: runs that are trained in turn, told apart by their names."""

import json
from pathlib import Path
from typing import Any

import pytest

from netviz.cli import app
from netviz.cli.race import race_argument
from netviz.engine.errors import ConfigError

FAST = "--hidden 8 --epochs 2 --batch-size 100 --threads 1 --device cpu --optimizer sgd"


def train(arguments: str) -> int:
    return app.run(["train", *FAST.split(), *arguments.split()])


def told(arguments: str, capfd: pytest.CaptureFixture[str]) -> list[dict[str, Any]]:
    """The JSON lines of a run that ends well."""
    assert train(f"--json-batches {arguments}") == 0
    return [json.loads(line) for line in capfd.readouterr().out.splitlines()]


def of(lines: list[dict[str, Any]], event: str, lane: str | None = None) -> list[dict[str, Any]]:
    """The lines of one kind, without the name of their run and without times."""
    left_out = {"lane", "seconds", "samples_per_second"}
    return [
        {name: value for name, value in line.items() if name not in left_out}
        for line in lines
        if line["event"] == event and line.get("lane") == lane
    ]


def test_each_run_is_told_as_it_is_by_itself(capfd: pytest.CaptureFixture[str]) -> None:
    race = told("--race lr=0.01,0.1", capfd)
    for value in ("0.01", "0.1"):
        alone = told(f"--lr {value}", capfd)
        for event in ("batch", "epoch"):
            assert of(race, event, f"lr={value}") == of(alone, event)
            assert of(alone, event)
    assert len(of(race, "start")) == 1
    assert race[-1] == {"event": "end", "state": "finished"}


def test_a_table_ends_the_race_the_best_first(capfd: pytest.CaptureFixture[str]) -> None:
    assert train("--race lr=0.001,0.1,0.01") == 0
    lines = capfd.readouterr().out.splitlines()
    assert "lr=0.1: Epoch 2/2:" in "\n".join(lines)
    heading = next(i for i, line in enumerate(lines) if line.startswith("Run"))
    rows = [line.split() for line in lines[heading + 1 : heading + 4]]
    assert [row[0] for row in rows] == ["lr=0.1", "lr=0.01", "lr=0.001"]
    assert [row[1] for row in rows] == ["80"] * 3
    losses = [float(row[3]) for row in rows]
    assert losses == sorted(losses)
    assert lines[-1] == "Finished."


def test_runs_with_other_losses_are_compared_by_their_accuracy(
    capfd: pytest.CaptureFixture[str],
) -> None:
    assert train("--lr 0.1 --race loss=mse,cross-entropy") == 0
    lines = capfd.readouterr().out.splitlines()
    heading = next(i for i, line in enumerate(lines) if line.startswith("Run"))
    accuracies = [float(line.split()[4]) for line in lines[heading + 1 : heading + 3]]
    assert accuracies[0] > accuracies[1]
    assert lines[heading + 1].startswith("loss=cross-entropy")  # its loss is the larger number


def test_a_run_that_diverges_is_told_and_the_others_finish(
    capfd: pytest.CaptureFixture[str],
) -> None:
    lines = told("--race lr=100,0.1", capfd)
    assert of(lines, "diverging", "lr=100") or of(lines, "failed", "lr=100")
    assert len(of(lines, "epoch", "lr=0.1")) == 2
    assert lines[-1]["state"] == "finished"


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("lr", "names no option with its values"),
        ("nope=1,2", "names no option with its values"),
        ("lr=0.1", "2 to 6 different values"),
        ("lr=0.1,0.1", "2 to 6 different values"),
        ("lr=1,2,3,4,5,6,7", "2 to 6 different values"),
        ("lr=0.1,fast", "learning_rate"),
        ("seed=1,2", "Seed cannot differ"),
        ("hidden=8,16", "cannot differ"),
    ],
)
def test_what_cannot_race_is_refused_at_once(text: str, said: str) -> None:
    with pytest.raises(ConfigError) as refused:
        race_argument(text)
    assert said in str(refused.value)
    assert train(f"--race {text}") == 2


def test_options_are_named_as_on_the_command_line() -> None:
    for name in ("batch", "batch-size", "batch_size"):
        assert [lane.changes for lane in race_argument(f"{name}=10,20")] == [
            {"batch_size": 10},
            {"batch_size": 20},
        ]


def test_runs_race_over_the_images_in_other_orders(capfd: pytest.CaptureFixture[str]) -> None:
    race = told("--race order=0,1,2", capfd)
    found = {value: of(race, "batch", f"order={value}") for value in "012"}
    assert found["0"] == of(told("", capfd), "batch")
    assert found["1"] == of(told("--order 1", capfd), "batch")
    assert found["0"] != found["1"] != found["2"] != found["0"]


def test_the_folder_holds_every_run_of_the_race(
    tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    assert train(f"--race lr=0.01,0.1,0.03 --out {tmp_path / 'race'}") == 0
    capfd.readouterr()
    assert app.run(["runs", "--json", str(tmp_path / "race")]) == 0
    rows = [json.loads(line) for line in capfd.readouterr().out.splitlines()]
    assert [row["config"]["learning_rate"] for row in rows] == [0.01, 0.1, 0.03]
    assert [row["steps"] for row in rows] == [80] * 3
