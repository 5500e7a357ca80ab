"""The tables of a report, as rows of texts."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from netviz.engine.dataset_names import dataset_label
from netviz.engine.options.option import Section, format_value
from netviz.engine.options.run_config import OPTIONS, RunConfig
from netviz.engine.protocol.layer_facts import LayerFacts
from netviz.engine.protocol.layer_names import layer_words
from netviz.engine.protocol.overfitting import best_measurement
from netviz.engine.protocol.run_rows import RunRow, best_rows
from netviz.engine.protocol.run_state import Measurement
from netviz.engine.protocol.story import RunTold, network_name
from netviz.number_text import duration_text, loss_text, percent_text, round_stride

MOST_EPOCHS = 24
"""Rows of the table of epochs, about; of a longer run evenly spread ones are listed."""


@dataclass(frozen=True)
class SettingRow:
    """A setting: what it was at step 0, and what it is now; `is_changed` where these differ."""

    label: str
    first: str
    now: str

    @property
    def is_changed(self) -> bool:
        """Whether it is another now than at step 0."""
        return self.first != self.now


def settings(told: RunTold) -> Mapping[str, list[SettingRow]]:
    """Return the settings that had a meaning at step 0 or have one now, by their sections."""
    first, now = told.initial_config, told.config
    found: dict[str, list[SettingRow]] = {section.value: [] for section in Section}
    for name, option in OPTIONS.items():
        if first.is_relevant(name) or now.is_relevant(name):
            texts = (_setting(each, name, told.layers) for each in (first, now))
            found[option.section.value].append(SettingRow(option.label, *texts))
    return {section: rows for section, rows in found.items() if rows}


def _setting(config: RunConfig, name: str, layers: Sequence[LayerFacts]) -> str:
    if not config.is_relevant(name):
        return "–"
    value: Any = getattr(config, name)
    if name == "dataset":
        return dataset_label(value)
    if name == "model":
        return network_name(value)
    if name == "frozen":
        value = layer_words(layers, value)
    return format_value(OPTIONS[name], value)


@dataclass(frozen=True)
class EpochRow:
    """What was measured after an epoch; `is_best` where the test loss was lowest."""

    cells: tuple[str, ...]
    is_best: bool


def epochs(told: RunTold) -> list[EpochRow]:
    """Return a row for each epoch; of many every 2nd, 5th, 10th …, the best one and the last."""
    measured = [each for each in told.measurements if math.isfinite(each.test_loss)]
    best = best_measurement(told.measurements, told.ledger)
    stride = round_stride(len(measured) / MOST_EPOCHS)
    kept = [
        each
        for each in measured
        if each.epoch % stride == 0 or each is best or each is measured[-1]
    ]
    return [EpochRow(_epoch(each), each is best) for each in kept]


def _epoch(measured: Measurement) -> tuple[str, ...]:
    return (
        f"{measured.epoch:,}" if measured.epoch else "untrained",
        f"{measured.step:,}",
        loss_text(measured.train_loss),
        loss_text(measured.test_loss),
        percent_text(measured.train_accuracy),
        percent_text(measured.test_accuracy),
        f"{measured.seconds:.1f}" if measured.epoch else "–",
    )


@dataclass(frozen=True)
class TreeLine:
    """A run in the table of all runs; `level` is how far it stands to the right in the tree."""

    name: str
    level: int
    color: int
    began: str
    differs: str
    steps: str
    time: str
    loss: str
    accuracy: str
    state: str
    is_at_hand: bool
    has_best_loss: bool
    has_best_accuracy: bool


def branch_color(row: RunRow) -> int:
    """Return which of the six colours of runs a run has, from 1."""
    return ((row.color or row.line) - 1) % 6 + 1


def tree(rows: Sequence[RunRow]) -> list[TreeLine]:
    """Return a line for each run, in the order of `rows`: that of the tree."""
    levels: dict[int, int] = {}
    losses, accuracies = best_rows(rows, "test_loss"), best_rows(rows, "test_accuracy")
    lines = []
    for place, row in enumerate(rows):
        levels[row.line] = levels.get(row.joint.line, -1) + 1 if row.joint.line else 0
        lines.append(
            TreeLine(
                row.name,
                min(levels[row.line], 6),
                branch_color(row),
                row.parted,
                row.settings,
                f"{row.steps:,}",
                duration_text(row.seconds) if row.seconds else "–",
                loss_text(row.test_loss) if math.isfinite(row.test_loss) else "–",
                percent_text(row.test_accuracy),
                row.state,
                row.is_at_hand,
                place in losses,
                place in accuracies,
            )
        )
    return lines
