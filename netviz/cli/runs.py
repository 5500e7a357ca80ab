"""`netviz runs`: a table of the runs in folders, those that were left among them."""

import json
import math
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from netviz.cli.output import Output, print_error
from netviz.cli.table import aligned
from netviz.engine.errors import StorageError
from netviz.engine.protocol.ledger import differences
from netviz.engine.protocol.left_run import LeftRun
from netviz.engine.protocol.run_names import run_name
from netviz.engine.protocol.run_state import Measurement
from netviz.engine.session.saved_tree import read_saved_tree
from netviz.engine.storage.branch_files import read_left_run, read_tree
from netviz.engine.storage.run_summary import read_record, run_file
from netviz.number_text import loss_text, percent_text

_HEADER = (
    "Folder",
    "Run",
    "Name",
    "Began at",
    "What differs",
    "Steps",
    "Best test loss",
    "Best accuracy",
    "State",
)


@dataclass(frozen=True)
class _SavedRun:
    """A run and the folder that holds it; the one that opens with the folder is at hand."""

    folder: Path
    run: LeftRun
    is_at_hand: bool


def list_runs(folders: Sequence[Path], *, as_json: bool) -> int:
    """Print a row for each run; return the exit status: 1 where one cannot be read."""
    runs: list[_SavedRun] = []
    problems: list[str] = []
    for folder in folders:
        try:
            found, left_out = _read(folder)
        except StorageError as error:
            problems.append(str(error))
        else:
            runs += found
            problems += left_out
    output = Output()
    if as_json:
        lines: Iterable[str] = (json.dumps(each, allow_nan=False) for each in _records(runs))
    else:
        lines = _table(runs)
    output.write("".join(f"{line}\n" for line in lines))
    for problem in problems:
        print_error(problem)
    return int(bool(problems)) or output.status()


def _read(folder: Path) -> tuple[list[_SavedRun], tuple[str, ...]]:
    """Read the runs of a folder in the order of their numbers, and what is to be told of it."""
    file = run_file(folder)
    tree = read_tree(read_record(file))
    at_hand = read_left_run(file)
    saved = read_saved_tree(tree, folder)
    origins = {origin.line: origin for origin in tree.origins}
    runs = {line: each.left for line, each in saved.left.items()} | {tree.origin.line: at_hand}
    found = [
        _SavedRun(folder, replace(run, origin=origins.get(line, run.origin)), run is at_hand)
        for line, run in sorted(runs.items())
    ]
    return found, saved.left_out


def _table(runs: Sequence[_SavedRun]) -> list[str]:
    if not runs:
        return []
    base = _base(runs)
    rows = [_HEADER, *(_row(each, base) for each in runs)]
    if len({each.folder for each in runs}) == 1:
        rows = [row[1:] for row in rows]
    return aligned(rows)


def _base(runs: Sequence[_SavedRun]) -> LeftRun:
    """Return the run that the others are compared with: the first one that is at hand."""
    return next(each.run for each in runs if each.is_at_hand)


def _row(saved: _SavedRun, base: LeftRun) -> tuple[str, ...]:
    run, origin = saved.run, saved.run.origin
    loss, accuracy = _best(run)
    labels = ", ".join(entry.short_label for entry in differences(run.config, base.config))
    return (
        str(saved.folder),
        str(origin.line),
        run_name(origin, run.config),
        f"run {origin.parent}, step {origin.step:,}" if origin.parent else "the beginning",
        "–" if run is base else labels or "the same settings",
        f"{run.steps:,}",
        "–" if loss is None else loss_text(loss),
        "–" if accuracy is None else percent_text(accuracy),
        "at hand" if saved.is_at_hand else "failed" if run.has_failed else "left",
    )


def _records(runs: Sequence[_SavedRun]) -> Iterator[dict[str, Any]]:
    for saved in runs:
        run, origin = saved.run, saved.run.origin
        loss, accuracy = _best(run)
        differing = differences(run.config, _base(runs).config)
        yield {
            "folder": str(saved.folder),
            "line": origin.line,
            "name": run_name(origin, run.config),
            "parent": origin.parent,
            "parted_at": origin.step,
            "at_hand": saved.is_at_hand,
            "failed": run.has_failed,
            "steps": run.steps,
            "best_test_loss": loss,
            "best_test_accuracy": accuracy,
            "differs": {entry.option: entry.new for entry in differing},
            "config": run.config.model_dump(mode="json"),
        }


def _best(run: LeftRun) -> tuple[float | None, float | None]:
    """Return the lowest test loss and the highest accuracy after an epoch; None without any."""
    trained = [each for each in run.measurements if each.epoch]
    return _extreme(min, trained, "test_loss"), _extreme(max, trained, "test_accuracy")


def _extreme(
    choose: Callable[[list[float]], float], measured: Iterable[Measurement], name: str
) -> float | None:
    finite = [value for each in measured if math.isfinite(value := getattr(each, name))]
    return choose(finite) if finite else None
