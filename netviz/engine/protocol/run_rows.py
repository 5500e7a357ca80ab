"""What a table of runs says of each: on the screen, in files and in a report."""

import math
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, replace

from netviz.engine.options.option import format_value
from netviz.engine.options.run_config import OPTIONS, RunConfig
from netviz.engine.protocol.ledger import differences
from netviz.engine.protocol.left_run import LeftRun, Origin
from netviz.engine.protocol.lineage import (
    NO_JOINT,
    Joint,
    joints_of,
    origins_by_line,
    tree_order,
)
from netviz.engine.protocol.run_names import run_name
from netviz.engine.protocol.run_state import Measurement, State

AT_HAND = "at hand"
BASE = "base"
SAME = "the same settings"
FROM_DISK = "from disk"


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
        What differs from the base, which is the run at hand unless another one is pinned.
    steps
        Steps trained.
    train_loss, train_accuracy, test_loss, test_accuracy
        The lowest losses and the highest accuracies measured after an epoch; NaN without any.
    seconds
        Training time of its epochs.
    state
        What it is doing, or in which state it was left.
    config
        All of its settings.
    has_failed
        Whether it goes on from its last good state only.
    is_base
        Whether it is pinned as the one that the others are compared with.
    is_shown
        Whether the plots draw it.
    added_from
        The folder that it was added from; empty for a run of this session.
    joint
        Where it hangs on another run of the table.
    color
        Which of the colours of runs it has, as `Origin.color`.
    """

    line: int
    name: str
    is_at_hand: bool
    parted: str
    settings: str
    steps: int
    train_loss: float
    train_accuracy: float
    test_loss: float
    test_accuracy: float
    seconds: float
    state: str
    config: RunConfig
    has_failed: bool
    is_base: bool = False
    is_shown: bool = True
    added_from: str = ""
    joint: Joint = NO_JOINT
    color: int = 0

    def matches(self, words: Sequence[str]) -> bool:
        """Whether its name and its settings hold all of these words, given in small letters."""
        text = f"{self.name} {_all_settings(self.config)}".lower()
        return all(word in text for word in words)


def rows_of(
    at_hand: LeftRun,
    left: Sequence[LeftRun],
    state: State = State.PAUSED,
    base: int | None = None,
    origins: Mapping[int, Origin] | None = None,
    racing: Collection[int] = (),
) -> tuple[RunRow, ...]:
    """Return a row for each run, in the order of the tree; see `tree_order`.

    Parameters
    ----------
    state
        What the run at hand is doing.
    base
        Number of the run that is pinned as the base; None where none is.
    origins
        Where runs came from that are gone, by their numbers; others may have parted from them.
    racing
        Numbers of the runs that train when the run at hand does.
    """
    runs = {run.origin.line: run for run in (at_hand, *left)}
    names = {line: run_name(run.origin, run.config) for line, run in runs.items()}
    joints = joints_of(
        {**(origins or {}), **origins_by_line(run.origin for run in runs.values())}, runs
    )
    pinned = runs.get(base or 0)
    states = {at_hand.origin.line: state}
    if state is State.RUNNING:
        states |= {line: state for line in racing if line in runs and not runs[line].has_ended}
    rows = (
        _row(runs[line], at_hand, pinned, names, states.get(line)) for line in tree_order(joints)
    )
    return tuple(replace(row, joint=joints[row.line]) for row in rows)


def best_rows(rows: Sequence[RunRow], column: str) -> frozenset[int]:
    """Return the rows with the best loss or accuracy, the attribute `column`, of at least two.

    Of losses only those of one function are compared; none is the best where there are several.
    """
    found = [(getattr(row, column), index) for index, row in enumerate(rows)]
    finite = [pair for pair in found if math.isfinite(pair[0])]
    is_loss = column.endswith("loss")
    functions = {rows[index].config.loss for _, index in finite}
    if len(finite) < 2 or (is_loss and len(functions) > 1):
        return frozenset()
    best = (min if is_loss else max)(value for value, _ in finite)
    return frozenset(index for value, index in finite if value == best)


def _row(
    run: LeftRun,
    at_hand: LeftRun,
    pinned: LeftRun | None,
    names: Mapping[int, str],
    state: State | None,
) -> RunRow:
    trained = [each for each in run.measurements if each.epoch]
    is_at_hand = run is at_hand
    return RunRow(
        run.origin.line,
        names[run.origin.line],
        is_at_hand,
        _parted(run.origin, names),
        _settings(run, pinned or at_hand, BASE if pinned else AT_HAND),
        run.steps,
        _best(trained, lambda each: each.train_loss, min),
        _best(trained, lambda each: each.train_accuracy, max),
        _best(trained, lambda each: each.test_loss, min),
        _best(trained, lambda each: each.test_accuracy, max),
        sum(each.seconds for each in trained),
        _state_word(run, state),
        run.config,
        run.has_failed,
        run is pinned,
        added_from=run.origin.added_from,
        color=run.origin.color,
    )


def _settings(run: LeftRun, base: LeftRun, word: str) -> str:
    return word if run is base else _difference(run.config, base.config)


def _state_word(run: LeftRun, state: State | None) -> str:
    """Say what a run is doing; `state` is None for one that was left."""
    if run.has_failed or state is State.FAILED:
        return "failed"
    if run.has_diverged:
        return "diverged"
    if state is State.IDLE:
        return "ready"
    return state or ("finished" if run.has_ended else "paused")


def _parted(origin: Origin, names: Mapping[int, str]) -> str:
    if origin.added_from and origin.parent not in names:
        return FROM_DISK
    if not origin.parent:
        return "the beginning"
    return f"{names.get(origin.parent, f'Run {origin.parent}')}, step {origin.step:,}"


def _difference(config: RunConfig, other: RunConfig) -> str:
    return ", ".join(entry.short_label for entry in differences(config, other)) or SAME


def _all_settings(config: RunConfig) -> str:
    """Write all settings that have a meaning, by their labels and by their short names."""
    return ", ".join(
        f"{option.label} {option.short} {format_value(option, getattr(config, name))}"
        for name, option in OPTIONS.items()
        if config.is_relevant(name)
    )


def _best(
    measured: Sequence[Measurement],
    value: Callable[[Measurement], float],
    choose: Callable[[Sequence[float]], float],
) -> float:
    finite = [value(each) for each in measured if math.isfinite(value(each))]
    return choose(finite) if finite else math.nan
