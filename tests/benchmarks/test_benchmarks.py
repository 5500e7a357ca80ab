"""The benchmarks run and write what they measured; how fast things are is no test."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from netviz.benchmarks.divergence_trial import trials
from netviz.benchmarks.findings_runs import TrialRun
from netviz.benchmarks.findings_trial import try_run
from netviz.engine.datasets.load import load

pytestmark = pytest.mark.slow

ROW = {"what", "value", "low", "high", "unit", "target", "at_least", "note", "is_met"}


def run_benchmarks(*arguments: str) -> "subprocess.CompletedProcess[str]":
    return subprocess.run(
        [sys.executable, "-m", "netviz.benchmarks", *arguments],
        capture_output=True,
        text=True,
        timeout=400,  # only against a hang
        check=False,
    )


def test_a_quick_look_prints_a_table_and_writes_json(tmp_path: Path) -> None:
    file = tmp_path / "table.json"
    names = (
        "evaluation",
        "learning-rate",
        "histories",
        "going-back",
        "tree",
        "race",
        "playhead",
        "frames",
        "frame-everything",
        "frame-race",
        "rate-strip",
    )
    cases = [f"--only={name}" for name in names]

    done = run_benchmarks("--quick", *cases, "--json", str(file))

    assert done.returncode == 0, done.stderr
    assert "measured" in done.stdout
    table = json.loads(file.read_text(encoding="utf-8"))
    assert table["quick"]
    assert table["dataset"] == "mnist-sample"
    assert all(set(row) == ROW for row in table["rows"])
    assert len(table["rows"]) >= 25


def test_an_unknown_benchmark_is_refused() -> None:
    done = run_benchmarks("--only=everything")

    assert done.returncode == 2
    assert "everything" in done.stderr


def test_a_few_networks_show_no_divergence_that_is_missed_or_false() -> None:
    found = list(trials(networks=1, seed=3))
    assert {trial.became for trial in found} >= {"healthy", "ruined"}
    assert not [trial for trial in found if trial.became == "healthy" and trial.alarmed_after]
    assert all(trial.alarmed_after for trial in found if trial.became == "ruined")


def test_what_is_pointed_out_in_a_run_of_the_trial_is_true() -> None:
    changes = {"learning_rate": 0.0, "batch_size": 100, "epochs": 6, "hidden": (8,), "threads": 1}
    outcome = try_run(TrialRun("rate 0", changes), load("mnist-sample", None), None)
    assert [verdict.is_true for verdict in outcome.verdicts] == [True]
