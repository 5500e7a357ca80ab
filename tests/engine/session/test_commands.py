"""Every command in every state, and interruptions, which change no loss."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from netviz.engine.options.run_config import RunConfig
from netviz.engine.protocol import commands, events
from netviz.engine.protocol.commands import Command
from netviz.engine.protocol.events import Event
from netviz.engine.protocol.run_state import State
from tests.engine.session.driving import EPOCH, LAST, STATES, UNDISTURBED, reference, started
from tests.support import ALL_OBSERVATIONS, Driven, Loss, losses, only, when_step

pytestmark = pytest.mark.usefixtures("few_digits", "every_batch_told", "snapshots_by_steps")


REFUSED = "refused"
SAVE = "save"
COMMANDS: dict[str, Any] = {
    "start": commands.Start(),
    "pause": commands.Pause(),
    "step": commands.Step(),
    "run epoch": commands.RunEpoch(),
    "stop": commands.Stop(),
    "reset": commands.Reset(),
    "change": commands.Change({"learning_rate": 0.1}),
    "more epochs": commands.Change({"epochs": 4}),
    "change late": commands.Change({"hidden": (8,)}),
    "change badly": commands.Change({"epochs": 0}),
    "rewind": commands.Rewind(),
    "set pace": commands.SetPace(1e6),
    "save": SAVE,
    "prepare": commands.Prepare(RunConfig(hidden=(4,), device="cpu", threads=1)),
}

LEADS_TO: dict[str, dict[str, Any]] = {
    "none": {
        **dict.fromkeys(COMMANDS, REFUSED),
        "pause": None,
        "stop": None,
        "set pace": None,
        "prepare": (State.IDLE, 0),
    },
    "idle": {
        "start": (State.FINISHED, LAST),
        "step": (State.PAUSED, 1),
        "run epoch": (State.PAUSED, EPOCH),
    },
    "running": {
        "pause": (State.PAUSED, 5),
        "step": (State.PAUSED, 6),
        "run epoch": (State.PAUSED, EPOCH),
        "stop": (State.FINISHED, 5),
        "more epochs": (State.FINISHED, LAST + EPOCH),
        "reset": (State.IDLE, 0),
        "rewind": (State.IDLE, 0),
        "prepare": (State.IDLE, 0),
    },
    "paused": {
        "start": (State.FINISHED, LAST),
        "step": (State.PAUSED, 6),
        "run epoch": (State.PAUSED, EPOCH),
        "stop": (State.FINISHED, 5),
        "reset": (State.IDLE, 0),
        "rewind": (State.IDLE, 0),
        "prepare": (State.IDLE, 0),
    },
    "finished": {
        "start": REFUSED,
        "step": REFUSED,
        "run epoch": REFUSED,
        "more epochs": (State.FINISHED, LAST + EPOCH),
        "reset": (State.IDLE, 0),
        "rewind": (State.PAUSED, 32),
        "prepare": (State.IDLE, 0),
    },
    "stopped": {
        "start": (State.FINISHED, LAST),
        "step": (State.PAUSED, 6),
        "run epoch": (State.PAUSED, EPOCH),
        "reset": (State.IDLE, 0),
        "rewind": (State.IDLE, 0),
        "prepare": (State.IDLE, 0),
    },
    "failed": {
        "start": REFUSED,
        "step": REFUSED,
        "run epoch": REFUSED,
        "reset": (State.IDLE, 0),
        "rewind": (State.IDLE, 0),
        "prepare": (State.IDLE, 0),
    },
}
"""State and step after each command in each state; `UNDISTURBED` where it is not listed."""


@pytest.mark.parametrize("name", COMMANDS)
@pytest.mark.parametrize("state", STATES)
def test_every_command_in_every_state(
    state: str, name: str, config: RunConfig, loss: Loss, tmp_path: Path
) -> None:
    command = commands.Save(tmp_path) if COMMANDS[name] is SAVE else COMMANDS[name]
    expected = LEADS_TO[state].get(name, UNDISTURBED[state])
    if name in ("change late", "change badly"):
        expected = REFUSED
    driven = STATES[state](config, loss)
    if state == "running":
        told = driven.do(commands.Start(), answer=when_step(5, command))
    else:
        told = driven.do(command)
    assert not only(told, events.Failed)
    assert len(only(told, events.Refused)) == (expected == REFUSED)
    if expected == REFUSED:
        expected = UNDISTURBED[state]
    if expected is None:
        assert not only(driven.events, events.StateChanged)
    else:
        assert (driven.state, driven.step) == expected
    assert len(only(told, events.Saved)) == (name == "save" and state != "none")


@pytest.mark.parametrize("state", STATES)
def test_close_ends_the_session_in_every_state(state: str, config: RunConfig, loss: Loss) -> None:
    driven = STATES[state](config, loss)
    if state == "running":
        told = driven.do(commands.Start(), answer=when_step(5, commands.Close()))
        assert max(losses(told)) == 5
    else:
        driven.do(commands.Close())
    assert driven.do(commands.Prepare(config), commands.Start()) == []


@pytest.mark.parametrize("goal", [commands.Step(), commands.RunEpoch()])
def test_start_trains_on_beyond_the_batch_or_epoch_under_way(
    goal: Command, config: RunConfig
) -> None:
    driven = Driven(config)
    driven.do(goal, commands.Start())
    assert (driven.state, driven.step) == (State.FINISHED, LAST)


def test_stop_says_that_it_was_before_the_end(config: RunConfig) -> None:
    stopped = only(started(config, commands.Stop()).events, events.StateChanged)[-1]
    finished = only(started(config).events, events.StateChanged)[-1]
    assert (stopped.stopped, finished.stopped) == (True, False)


INTERRUPTIONS: list[list[Command]] = [
    [commands.Pause(), commands.Start()],
    [commands.Stop(), commands.Start()],
    [commands.Step(), commands.Step(), commands.Start()],
    [commands.RunEpoch(), commands.RunEpoch(), commands.Start()],
    [commands.SetPace(2000), commands.Start(), commands.SetPace(None)],
    [
        commands.Pause(),
        commands.Change({"learning_rate": 0.5}),
        commands.Change({"learning_rate": 0.001}),
    ],
    [commands.Change({"hidden": (8,)}), commands.Change({"epochs": 0})],
    [commands.Watch(ALL_OBSERVATIONS), commands.MeasureTest(), commands.LookAt(3)],
    [commands.Predict(1, np.full((50, 40), 255, np.uint8)), commands.Watch(ALL_OBSERVATIONS)],
]


@pytest.mark.parametrize("interruption", INTERRUPTIONS)
@pytest.mark.parametrize("step", [7, EPOCH, EPOCH + 1])
def test_interruptions_change_no_loss(
    step: int, interruption: list[Command], config: RunConfig
) -> None:
    driven = Driven(config)
    driven.do(commands.Start(), answer=when_step(step, interruption[0]))
    for command in interruption[1:]:
        driven.do(command)
    driven.do(commands.Start())
    assert losses(driven.events) == reference(config)
    assert [e.measurement.step for e in only(driven.events, events.EpochFinished)] == [20, 40, 60]


def test_a_measurement_that_a_pause_interrupts_is_made_when_training_goes_on(
    config: RunConfig, loss: Loss
) -> None:
    driven = Driven(config)

    def answer(event: Event) -> None:
        if isinstance(event, events.Progress) and event.step == EPOCH:
            loss.on_evaluation = lambda: driven.session.submit(commands.Pause())

    told = driven.do(commands.Start(), answer=answer)
    loss.on_evaluation = lambda: None
    assert (driven.state, driven.step) == (State.PAUSED, EPOCH)
    assert not only(told, events.EpochFinished)
    told = driven.do(commands.Step())
    assert [event.measurement.step for event in only(told, events.EpochFinished)] == [EPOCH]
    driven.do(commands.Start())
    assert losses(driven.events) == reference(config)
