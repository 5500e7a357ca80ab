"""An exported script carries every option of a run, as it began and as it was changed."""

import ast
from typing import Any

import pytest

from netviz.engine.export.script import write_script
from netviz.engine.options.option import Effect, Option
from netviz.engine.options.run_config import OPTIONS, RunConfig
from netviz.engine.protocol.run_state import Measurement
from netviz.engine.run.run import Run
from netviz.engine.training.trainer import DeviceData, Trainer
from tests.engine.conftest import CPU

NOT_IN_THE_SCRIPT = {
    "train_size": "the images lie beside the script as they were taken",
    "image_size": "the images lie beside the script as they were prepared",
    "colour": "the images lie beside the script as they were prepared",
    "test_share": "the images lie beside the script as they were split",
    "device": "the script is written for the device that the run was trained on",
}

BESIDE: dict[str, dict[str, Any]] = {"nesterov": {"momentum": 0.9}}
"""What an option needs beside it to have an effect, where `Option.only_with` does not say so."""

LIVE = [name for name, option in OPTIONS.items() if option.effect is not Effect.RESET]
STEPS = 3


def another_value(name: str, option: Option) -> Any:
    """Choose a value other than the default from the option's declaration."""
    usual = RunConfig.model_fields[name].default
    if isinstance(usual, bool):
        return not usual
    if name == "dataset":
        return "mnist"  # which the script fetches; what comes with NetViz lies beside it
    if option.choices:
        return next(choice for choice in option.choices if choice != usual)
    if name == "frozen":
        return ("1",)
    if name == "points":
        return ((0.0, 0.5), (1.0, 0.1))
    if name == "threads":
        return 2
    if isinstance(usual, tuple):
        return usual[1:]
    if option.logarithmic:
        return usual * 2
    assert option.maximum is not None
    return usual + option.step if usual + option.step <= option.maximum else usual - option.step


def config_with_room_for(name: str) -> RunConfig:
    """Return a run in which the option has a meaning, and still has its default."""
    values: dict[str, Any] = {"hidden": (16,), "device": "cpu", "threads": 1}
    if condition := OPTIONS[name].only_with:
        values[condition[0]] = condition[1][0]
    if name == "hidden":
        del values["hidden"]
    return RunConfig.parse(values | BESIDE.get(name, {}))


def script_of(
    config: RunConfig, digits: DeviceData, changes: dict[str, Any] | None = None
) -> list[str]:
    """Return the statements, without the docstring, of a short run's script.

    `changes` are made before the run's last step.
    """
    trainer = Trainer(config, digits, CPU)
    untrained = Measurement(0, 0, 2.3, 0.1, 2.3, 0.1, 0.0, 0.0)
    run = Run(1, trainer, untrained)
    for _ in range(STEPS):
        trainer.train_batch()
    run.change(config.with_changes(changes or {}))
    trainer.train_batch()
    statements = ast.parse(write_script(run)).body
    return [ast.dump(statement) for statement in statements[1:]]


def test_every_exception_is_an_option() -> None:
    assert NOT_IN_THE_SCRIPT.keys() <= OPTIONS.keys()
    assert not NOT_IN_THE_SCRIPT.keys() & set(LIVE), "a live option changes the training"


@pytest.mark.parametrize("name", [name for name in OPTIONS if name not in NOT_IN_THE_SCRIPT])
def test_the_script_begins_with_every_option(name: str, digits: DeviceData) -> None:
    base = config_with_room_for(name)
    other = base.with_changes({name: another_value(name, OPTIONS[name])})
    assert other != base
    assert script_of(other, digits) != script_of(base, digits)


@pytest.mark.parametrize("name", LIVE)
def test_the_script_replays_a_change_of_every_live_option(name: str, digits: DeviceData) -> None:
    base = config_with_room_for(name)
    changes = {name: another_value(name, OPTIONS[name])}
    changed = script_of(base, digits, changes)
    assert changed != script_of(base, digits)
    assert changed != script_of(base.with_changes(changes), digits)
    assert any("make_changes" in statement for statement in changed)


@pytest.mark.parametrize("name", ["momentum", "gamma", "warmup_start", "points"])
def test_a_change_without_effect_is_left_out(name: str, digits: DeviceData) -> None:
    base = RunConfig(hidden=(16,), device="cpu", threads=1)
    assert not base.is_relevant(name)
    changes = {name: another_value(name, OPTIONS[name])}
    assert script_of(base, digits, changes) == script_of(base, digits)
