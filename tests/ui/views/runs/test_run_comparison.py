"""The settings of several runs side by side."""

from netviz.engine.options.run_config import RunConfig
from netviz.engine.protocol.left_run import LeftRun, Origin
from netviz.engine.protocol.run_rows import RunRow, rows_of
from netviz.ui.views.runs.run_comparison import differing_settings


def rows(*changes: dict[str, object]) -> tuple[RunRow, ...]:
    runs = [
        LeftRun(Origin(line), RunConfig.parse(each), 10, ())
        for line, each in enumerate(changes, start=1)
    ]
    return rows_of(runs[0], runs[1:])


def test_only_what_differs_is_told_with_the_value_of_each_run() -> None:
    told = differing_settings(
        rows({"learning_rate": 0.1}, {"learning_rate": 0.03}, {"learning_rate": 0.1})
    )
    assert told == (("Learning rate", "0.1", "0.03", "0.1"),)


def test_what_has_no_meaning_beside_the_others_has_no_value() -> None:
    told = {
        label: values
        for label, *values in differing_settings(
            rows({"optimizer": "adam"}, {"optimizer": "sgd", "momentum": 0.9})
        )
    }
    assert told["Optimizer"] == ["Adam", "SGD"]
    assert told["Momentum"] == ["–", "0.9"]


def test_runs_with_the_same_settings_differ_in_none() -> None:
    assert differing_settings(rows({}, {})) == ()
