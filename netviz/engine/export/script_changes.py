"""How an exported script replays what was changed while the run was under way."""

from collections.abc import Collection
from dataclasses import dataclass
from itertools import groupby, pairwise

from netviz.engine.export.script_parts import loss_name, optimizer_text, schedule_name
from netviz.engine.export.script_template import literal
from netviz.engine.options.optimizers import OPTIMIZERS
from netviz.engine.options.run_config import RunConfig
from netviz.engine.run.run import Run
from netviz.engine.training.optimizers import hyperparameters


@dataclass(frozen=True)
class Change:
    """What the script changes before a step.

    Attributes
    ----------
    step
        Steps done before the change.
    assignments
        The script's variables that change, with what they are set to.
    threads
        Processor cores used from here on; None where they stay.
    freezes
        Whether other layers are frozen from here on.
    reorders
        Whether the images come in another order from here on.
    hyperparameters
        Keyword arguments for the optimizer's parameter groups.
    late_buffers
        Buffers that the optimizer needs from here on, see `OptimizerKind.late_buffers`.
    """

    step: int
    assignments: dict[str, str]
    threads: int | None
    freezes: bool
    reorders: bool
    hyperparameters: list[str]
    late_buffers: list[str]

    def __bool__(self) -> bool:
        others = self.threads or self.freezes or self.hyperparameters
        return bool(self.assignments or others)


def configs_of(run: Run) -> list[RunConfig]:
    """Return the settings that the run was trained with, the first ones first."""
    return [config for _, config in _stages(run)]


def changes_of(run: Run, settings: Collection[str], *, scheduled: bool) -> list[Change]:
    """Return what the script has to change, and when.

    Parameters
    ----------
    run
        Its ledger tells what was changed.
    settings
        Options that are variables of the script.
    scheduled
        Whether the script has a learning-rate schedule.
    """
    changes = [
        _change(step, before, after, settings, scheduled, run.trainer.threads_of(after))
        for (_, before), (step, after) in pairwise(_stages(run))
    ]
    return [change for change in changes if change]


def _stages(run: Run) -> list[tuple[int, RunConfig]]:
    """Return the settings from each step on at which they were changed, up to the last step."""
    config, steps = run.initial_config, run.trainer.step
    stages = [(0, config)]
    ledger = [entry for entry in run.ledger if not steps or entry.step < steps]
    for step, entries in groupby(ledger, key=lambda entry: entry.step):
        config = config.with_changes({entry.option: entry.new for entry in entries})
        stages.append((step, config))
    return stages


def _change(
    step: int,
    before: RunConfig,
    after: RunConfig,
    settings: Collection[str],
    scheduled: bool,
    threads: int,
) -> Change:
    changed = after.changes_from(before)
    values = {name: literal(changed[name]) for name in settings if name in changed}
    if "loss" in changed:
        values["loss_function"] = loss_name(after)
    if "optimizer" in changed:
        values["optimizer"] = optimizer_text(after)
    if scheduled and "schedule" in changed:
        values["rate_factor"] = schedule_name(after)
        if after.schedule == "plateau":
            values |= {"plateau_factor": "1.0", "best_loss": "math.inf", "bad_epochs": "0"}
    new = {} if "optimizer" in changed else _changed_hyperparameters(before, after)
    arguments = [f"{name}={value!r}" for name, value in new.items()]
    if "learning_rate" in changed and "optimizer" not in changed and not scheduled:
        arguments.insert(0, "lr=learning_rate")
    buffers = OPTIMIZERS[after.optimizer].late_buffers
    late = [buffer for argument, buffer in buffers.items() if new.get(argument)]
    new_threads = threads if "threads" in changed else None
    freezes, reorders = "frozen" in changed, "order" in changed
    return Change(step, values, new_threads, freezes, reorders, arguments, late)


def _changed_hyperparameters(before: RunConfig, after: RunConfig) -> dict[str, object]:
    old, new = hyperparameters(before), hyperparameters(after)
    return {name: value for name, value in new.items() if old[name] != value}
