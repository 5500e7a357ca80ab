"""The study of the zones counts what it should, and runs; what comes out of it is no test."""

import json
import math
import subprocess
import sys
from collections import Counter
from pathlib import Path

import pytest
import torch

from netviz.benchmarks.rate_finder_study import range_tested, suggestion_table
from netviz.benchmarks.rate_outcomes import Became, Outcomes, outcomes_of
from netviz.benchmarks.rate_situations import Situation, arrived, situations
from netviz.benchmarks.rate_tables import Judged, confusion, group_table, summary
from netviz.engine.datasets.load import load
from netviz.engine.protocol.rate_suggestions import RULES
from netviz.engine.protocol.rate_zones import Zone, ZoneKind
from netviz.engine.training.trainer import DeviceData

SITUATION = Situation(
    "MLP", "SGD", {"hidden": (16,), "optimizer": "sgd", "learning_rate": 0.03, "threads": 1}, 3, 0.1
)
ZONES = (
    Zone(ZoneKind.SLOW, 1e-3, 1e-2),
    Zone(ZoneKind.GOOD, 1e-2, 0.1),
    Zone(ZoneKind.UNSTABLE, 0.3, 1.0),
)


def judged(best: float = 0.2, steps: int = 3) -> Judged:
    """Rates of which the third is best, and what became of them."""
    rates, ends = (1e-3, 0.02, 0.1, 0.2, 1.0), (0.9, 0.3, best, 1.1, float("inf"))
    became = (Became.LESS, Became.FAR, Became.FAR, Became.WORSE, Became.DIVERGED)
    situation = Situation("MLP", "SGD", {"batch_size": 10}, steps, 0.1)
    return Judged(situation, ZONES, Outcomes(rates, 1.0, ends, became))


def test_situations_are_the_same_for_a_seed_and_balanced() -> None:
    chosen = situations(24, 5)
    assert chosen == situations(24, 5)
    assert chosen != situations(24, 6)
    assert set(Counter(each.network for each in chosen).values()) == {4}
    assert set(Counter(each.optimizer for each in chosen).values()) == {6}
    assert set(Counter(each.batch for each in chosen).values()) == {12}
    assert all(0 <= each.step < 1500 for each in chosen)


def test_what_was_said_is_counted_against_what_became_of_it() -> None:
    counts = confusion([judged(), judged()])
    assert counts == {
        ("too slow", Became.LESS): 2,
        ("good", Became.FAR): 4,
        ("no zone", Became.WORSE): 2,
        ("unstable", Became.DIVERGED): 2,
    }


def test_a_best_rate_that_is_not_called_good_is_a_miss() -> None:
    found = summary([judged(), judged(best=0.95)])
    assert (found["best"], found["best_in_good"]) == (2, 2)
    missed = judged()
    outcomes = Outcomes((0.2,), 1.0, (0.5,), (Became.FAR,))
    found = summary([missed, Judged(missed.situation, ZONES, outcomes)])
    assert (found["best"], found["best_in_good"], found["nearly_best_in_good"]) == (2, 1, 1)


def test_late_moments_have_a_line_of_their_own() -> None:
    lines = group_table([judged(), judged(steps=900)]).splitlines()
    assert [line.split("|")[1].strip() for line in lines[2:]] == [
        "all",
        "early",
        "late",
        "MLP",
        "SGD",
        "batch 10",
    ]


def test_outcomes_are_those_of_training_with_each_rate() -> None:
    torch.set_num_threads(1)
    data = DeviceData.of(load("mnist-sample", None), torch.device("cpu"))
    trainer = arrived(SITUATION, data)
    assert (trainer.step, trainer.config.learning_rate) == (3, 0.1)
    found = outcomes_of(trainer, trainer.snapshot(), (1e-5, 0.03, 1000.0), steps=60)
    assert found.became == (Became.LESS, Became.FAR, Became.DIVERGED)
    assert found.best == 1
    assert found.ends[1] < found.start


@pytest.mark.slow
def test_a_quick_study_prints_tables_and_writes_json(tmp_path: Path) -> None:
    file = tmp_path / "table.json"
    command = [sys.executable, "-m", "netviz.benchmarks.rate_study", "--quick", "--json", str(file)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=280, check=False)
    assert done.returncode == 0, done.stderr
    assert "| unstable |" in done.stdout
    table = json.loads(file.read_text(encoding="utf-8"))
    assert (table["dataset"], table["groups"]["all"]["situations"]) == ("mnist-sample", 4)
    assert all(len(row["said"]) == len(row["became"]) == 7 for row in table["rows"])


def test_rates_that_are_suggested_are_trained_with_and_compared_with_the_best_of_seven() -> None:
    torch.set_num_threads(1)
    data = DeviceData.of(load("mnist-sample", None), torch.device("cpu"))
    seven = {"rates": [0.001, 0.1], "ends": [2.3, None]}
    found = range_tested(SITUATION, seven, data, steps=40)
    assert all((rate is None) is (found.became[name] is None) for name, rate in found.rates.items())
    suggested = {name: rate for name, rate in found.rates.items() if rate is not None}
    assert suggested
    for name, rate in suggested.items():
        assert found.decades[name] == pytest.approx(math.log10(rate / 0.001))
    lines = suggestion_table([found]).splitlines()
    assert [line.split("|")[1].strip() for line in lines[2:]] == [rule.name for rule in RULES]
