"""What the table says of each run; free of Qt."""

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from netviz.engine.options.run_config import OPTIONS, RunConfig
from netviz.engine.protocol.ledger import LedgerEntry
from netviz.engine.protocol.left_run import LeftRun, Origin
from netviz.engine.protocol.run_names import run_name
from netviz.engine.protocol.run_state import Measurement

AT_HAND = "at hand"
SAME = "the same settings"


@dataclass(frozen=True)
class RunRow:
    """A run as a row of the table.

    Attributes
    ----------
    line
        Number of the run within the session.
    name
        What it is called.
    is_at_hand
        Whether it is the one that the window shows.
    parted
        Where it began.
    settings
        What differs from the run at hand.
    steps
        Steps trained.
    test_loss, test_accuracy
        The lowest loss and the highest accuracy measured after an epoch; NaN without any.
    loss
        The loss function in use: losses of two functions cannot be compared.
    has_failed
        Whether it goes on from its last good state only.
    """

    line: int
    name: str
    is_at_hand: bool
    parted: str
    settings: str
    steps: int
    test_loss: float
    test_accuracy: float
    loss: str
    has_failed: bool


def rows_of(at_hand: LeftRun, left: Sequence[LeftRun]) -> tuple[RunRow, ...]:
    """Return a row for each run, in the order in which they began."""
    runs = sorted((at_hand, *left), key=lambda run: run.origin.line)
    names = {run.origin.line: run_name(run.origin, run.config) for run in runs}
    return tuple(_row(run, at_hand, names) for run in runs)


def best_rows(rows: Sequence[RunRow], column: str) -> frozenset[int]:
    """Return the rows with the best ``test_loss`` or ``test_accuracy`` of at least two.

    Of losses only those of one function are compared; none is the best where there are several.
    """
    found = [(getattr(row, column), index) for index, row in enumerate(rows)]
    finite = [pair for pair in found if math.isfinite(pair[0])]
    is_loss = column == "test_loss"
    if len(finite) < 2 or (is_loss and len({rows[index].loss for _, index in finite}) > 1):
        return frozenset()
    best = (min if is_loss else max)(value for value, _ in finite)
    return frozenset(index for value, index in finite if value == best)


def _row(run: LeftRun, at_hand: LeftRun, names: Mapping[int, str]) -> RunRow:
    trained = [each for each in run.measurements if each.epoch]
    return RunRow(
        run.origin.line,
        names[run.origin.line],
        run is at_hand,
        _parted(run.origin, names),
        AT_HAND if run is at_hand else _difference(run.config, at_hand.config),
        run.steps,
        _best(trained, lambda each: each.test_loss, min),
        _best(trained, lambda each: each.test_accuracy, max),
        run.config.loss,
        run.has_failed,
    )


def _parted(origin: Origin, names: Mapping[int, str]) -> str:
    if not origin.parent:
        return "the beginning"
    return f"{names.get(origin.parent, f'Run {origin.parent}')}, step {origin.step:,}"


def _difference(config: RunConfig, other: RunConfig) -> str:
    pairs = [(name, getattr(other, name), getattr(config, name)) for name in OPTIONS]
    entries = [LedgerEntry(0, 0, name, old, new) for name, old, new in pairs if old != new]
    return ", ".join(entry.short_label for entry in entries) or SAME


def _best(
    measured: Sequence[Measurement],
    value: Callable[[Measurement], float],
    choose: Callable[[Sequence[float]], float],
) -> float:
    finite = [value(each) for each in measured if math.isfinite(value(each))]
    return choose(finite) if finite else math.nan
