"""How an exported script replays what was changed while the run was under way."""

from collections.abc import Sequence

from netviz.engine.export.script_network import loss_name, optimizer_text
from netviz.engine.export.script_texts import AUGMENT_SETTINGS, FACTOR_NAMES, SCHEDULE_SETTINGS
from netviz.engine.options.run_config import RunConfig
from netviz.engine.training.optimizers import hyperparameters

Change = tuple[int, RunConfig, RunConfig]
"""Steps done before the change, and the settings before and after it."""

_VARIABLES = (
    *("learning_rate", "batch_size", "epochs", "accumulate", "clip_norm", "frozen"),
    *AUGMENT_SETTINGS,
    *dict.fromkeys(name for names in SCHEDULE_SETTINGS.values() for name in names),
)
_LATE_BUFFERS = (
    ("adam", "amsgrad", "max_exp_avg_sq"),
    ("adamw", "amsgrad", "max_exp_avg_sq"),
    ("rmsprop", "momentum", "momentum_buffer"),
    ("rmsprop", "centered", "grad_avg"),
)
"""What torch's optimizers make at the first step only, and so miss when it is switched on late."""


def change_lines(changes: Sequence[Change], *, scheduled: bool) -> list[str]:
    """Write a function that makes each of `changes` before its step."""
    body: list[str] = []
    assigned: list[str] = []
    for step, before, after in changes:
        values = _assignments(before, after, scheduled)
        assigned += values
        lines = [f"{name} = {value}" for name, value in values.items()]
        lines += _actions(before, after)
        body.append(f"    if step == {step}:")
        body += [f"        {line}" for line in lines or ["pass  # nothing that counts here"]]
    names = list(dict.fromkeys(assigned))
    return [
        "def make_changes(step):",
        '    """Change what was changed by hand after so many steps."""',
        *([f"    global {', '.join(names)}"] if names else []),
        *body,
    ]


def _assignments(before: RunConfig, after: RunConfig, scheduled: bool) -> dict[str, str]:
    """Return the script's variables that change, with their new values."""
    changed = after.changes_from(before)
    values = {name: repr(changed[name]) for name in _VARIABLES if name in changed}
    if "loss" in changed:
        values["loss_function"] = loss_name(after)
    if "optimizer" in changed:
        values["optimizer"] = optimizer_text(after)
    if scheduled and "schedule" in changed:
        values["rate_factor"] = FACTOR_NAMES[after.schedule]
        if after.schedule == "plateau":
            values |= {"plateau_factor": "1.0", "best_loss": "math.inf", "bad_epochs": "0"}
    return values


def _actions(before: RunConfig, after: RunConfig) -> list[str]:
    """Return what is to be done besides."""
    lines = []
    if after.frozen != before.frozen:
        lines += ["freeze(frozen)", "train_mode()"]
    if after.optimizer != before.optimizer:
        return lines
    old, new = hyperparameters(before), hyperparameters(after)
    changed = {name: value for name, value in new.items() if old[name] != value}
    if changed:
        texts = [
            "lr=learning_rate" if name == "lr" else f"{name}={value!r}"
            for name, value in changed.items()
        ]
        lines += ["for group in optimizer.param_groups:", f"    group.update({', '.join(texts)})"]
    for optimizer, option, buffer in _LATE_BUFFERS:
        if after.optimizer == optimizer and changed.get(option):
            lines += [
                "for parameter, state in optimizer.state.items():",
                f'    state.setdefault("{buffer}", torch.zeros_like(parameter))',
            ]
    return lines
