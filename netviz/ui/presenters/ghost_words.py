"""What is said of a run that was left, and what is drawn of it; free of Qt."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace

from netviz.bridge.race_lanes import LaneNow
from netviz.engine.options.run_config import RunConfig
from netviz.engine.protocol.ledger import differences
from netviz.engine.protocol.left_run import LeftRun, Origin
from netviz.engine.protocol.lineage import parting_step
from netviz.engine.protocol.run_names import NO_TRY
from netviz.ui.look.branch_colors import branch_token
from netviz.ui.plots.ghost import Ghost
from netviz.ui.plots.overlay.overlaid_run import Changes

MOST = 3
"""Runs that are drawn unless others are asked for: more of them would hide the run at hand."""

_NEVER_TOLD = frozenset({*NO_TRY, "device"})
"""What makes no other curve: where a run ends, and what computes it."""
_MOST_TOLD = 2


def shown_by_default(left: Sequence[LeftRun]) -> frozenset[int]:
    """Return the numbers of the runs that were left last, of those that were trained at all."""
    trained = [run for run in left if run.steps > run.origin.step]
    newest = sorted(trained, key=lambda run: run.newer)[:MOST]
    return frozenset(run.origin.line for run in newest)


def ghosts_of(
    left: Sequence[LeftRun],
    shown: Collection[int],
    origins: Mapping[int, Origin],
    at_hand: int,
    config: RunConfig,
) -> list[Ghost]:
    """Return what is drawn of runs that were left, each step once; the one left last is in front.

    Parameters
    ----------
    left
        The runs.
    shown
        Numbers of those that are drawn.
    origins
        Where each run of the session came from, by their numbers.
    at_hand
        Number of the run at hand.
    config
        Its settings.
    """
    wanted = [run for run in left if run.origin.line in shown]
    wanted.sort(key=lambda run: -run.newer)
    labels = labels_of(wanted, config)
    ghosts = []
    for index, run in enumerate(wanted):
        line = run.origin.line
        drawn = [parting_step(origins, line, other.origin.line) for other in wanted[:index]]
        begins = max([parting_step(origins, line, at_hand), *drawn])
        ghosts.append(
            Ghost(
                line,
                labels[index],
                name_of(line, labels[index]),
                begins,
                run.losses,
                run.measurements,
                changes_of(run, "loss"),
            )
        )
    return ghosts


def as_lane(ghost: Ghost, lane: LaneNow) -> Ghost:
    """Return a run as it is drawn in a race, in its own colour."""
    name, token = f"{lane.letter} {lane.name}", branch_token(lane.color)
    return replace(ghost, label=name, name=name, token=token, width=2, widens=True)


def labels_of(runs: Sequence[LeftRun], config: RunConfig) -> list[str]:
    """Return a label for each run: what differs from `config`, and its number where that is not
    enough to tell it from another."""
    found = [difference(run.config, config) for run in runs]
    numbers = [f"run {run.origin.line}" for run in runs]
    return [
        f"{text} ({number})" if text and found.count(text) > 1 else text or number
        for text, number in zip(found, numbers, strict=True)
    ]


def name_of(line: int, label: str) -> str:
    """Return what a menu calls a run."""
    number = f"run {line}"
    return number if label == number else f"{number} ({label.removesuffix(f' ({number})')})"


def difference(config: RunConfig, other: RunConfig) -> str:
    """Return the settings of `config` that are not those of `other`, in a few words."""
    entries = [each for each in differences(config, other) if each.option not in _NEVER_TOLD]
    more = len(entries) - _MOST_TOLD
    words = [entry.short_label for entry in entries[:_MOST_TOLD]]
    return ", ".join(words) + (f" and {more} more" if more > 0 else "")


def changes_of(run: LeftRun, option: str) -> Changes:
    """Return after which steps a run used which value of an option."""
    changes = [entry for entry in run.ledger if entry.option == option]
    first = changes[0].old if changes else getattr(run.config, option)
    return ((0, first), *((entry.step, entry.new) for entry in changes))
