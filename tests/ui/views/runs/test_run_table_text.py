"""The table of runs in a file."""

import csv
from io import StringIO

from netviz.engine.options.run_config import RunConfig
from netviz.engine.protocol.left_run import LeftRun, Origin
from netviz.engine.protocol.run_rows import RunRow, rows_of
from netviz.engine.protocol.run_state import Measurement
from netviz.ui.views.runs.run_table_text import runs_csv, runs_markdown


def measured(epoch: int, loss: float) -> Measurement:
    return Measurement(epoch, 400 * epoch, loss + 0.1, 0.75, loss, 0.875, 2.5, 1.0)


def three_runs() -> tuple[RunRow, ...]:
    first = RunConfig.parse({"learning_rate": 0.001})
    second = RunConfig.parse({"learning_rate": 0.03})
    at_hand = LeftRun(Origin(1), first, 800, (measured(0, 2.3), measured(1, 0.123456789)))
    named = LeftRun(Origin(2, 1, 400, 'a, "b" | *c*'), second, 500, (measured(1, 0.5),))
    new = LeftRun(Origin(3), first, 7, ())
    return rows_of(at_hand, [named, new])


def test_a_sheet_has_the_figures_in_full_and_the_settings_that_differ() -> None:
    first, second, third = csv.DictReader(StringIO(runs_csv(three_runs())))
    assert first["test_loss"] == "0.123456789"
    assert (first["run"], first["steps"], first["seconds"]) == ("1", "800", "2.5")
    assert (second["name"], second["began_at"]) == ('a, "b" | *c*', "Run 1, step 400")
    assert [each["Learning rate"] for each in (first, second, third)] == ["0.001", "0.03", "0.001"]
    assert "Optimizer" not in first
    assert (third["test_loss"], third["test_accuracy"], third["state"]) == ("", "", "paused")


def test_a_report_has_the_table_as_it_is_shown() -> None:
    heading, rule, first, second, _ = runs_markdown(three_runs()).splitlines()
    assert heading.startswith("| Run | Began at | What differs | Steps |")
    assert rule.count("---") == heading.count("|") - 1
    assert first.startswith("| **Run 1** | the beginning | at hand | 800 | 0:02 |")
    assert second.startswith('| a, "b" \\| \\*c\\* | Run 1, step 400 | lr 0.03 | 500 |')
