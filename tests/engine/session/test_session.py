"""The session: every command in every state, live changes, failures, and exactness."""

import json
import re
import threading
from collections.abc import Callable
from pathlib import Path
from queue import SimpleQueue
from time import perf_counter
from typing import Any

import numpy as np
import pytest
import torch

from netviz.engine.options.run_config import RunConfig
from netviz.engine.protocol import commands, events
from netviz.engine.protocol.commands import Command
from netviz.engine.protocol.events import Event, State
from netviz.engine.session import session
from netviz.engine.session.session import TrainingSession
from tests.support import (
    ALL_OBSERVATIONS,
    Answer,
    Driven,
    Loss,
    learning_rates,
    losses,
    only,
    when_step,
)

pytestmark = pytest.mark.usefixtures("few_digits", "every_batch_told")

EPOCH, LAST = 20, 60
"""Steps of one epoch, and of the whole run, with the `config` of these tests."""


def reference(config: RunConfig) -> dict[int, float]:
    """The losses of an undisturbed run."""
    return losses(Driven(config).do(commands.Start()))


def kinds(told: list[Event]) -> list[str]:
    """The events' names, one for each row of progress."""
    names = [type(event).__name__ for event in told]
    return [
        name
        for name, before in zip(names, ["", *names], strict=False)
        if not name == before == "Progress"
    ]


def ledger(driven: Driven, folder: Path) -> list[tuple[int, str, Any, Any]]:
    """The ledger that the run is saved with."""
    driven.do(commands.Save(folder))
    entries = json.loads((folder / "ledger.json").read_text(encoding="utf-8"))
    return [(entry["step"], entry["option"], entry["old"], entry["new"]) for entry in entries]


def break_at(step: int, loss: Loss, error: Exception | None = None) -> Answer:
    """Let every step after `step` fail."""

    def answer(event: Event) -> None:
        if isinstance(event, events.Progress) and event.step >= step:
            loss.error = error or RuntimeError("no such luck")

    return answer


# -- a run from beginning to end -------------------------------------------------------------


def test_a_whole_run_is_told_in_order(config: RunConfig) -> None:
    driven = Driven(config)
    told = driven.do(commands.Start())
    assert kinds(driven.events) == [
        "Preparing",
        "Prepared",
        "StateChanged",
        "StateChanged",
        *["Progress", "EpochFinished"] * 3,
        "StateChanged",
    ]
    states = [event.state for event in only(driven.events, events.StateChanged)]
    assert states == [State.IDLE, State.RUNNING, State.FINISHED]
    assert {event.run for event in driven.events} == {1}
    steps = np.concatenate([progress.steps for progress in only(told, events.Progress)])
    assert steps.tolist() == list(range(1, LAST + 1))


def test_a_run_that_is_ready_says_what_it_consists_of(config: RunConfig) -> None:
    (prepared,) = only(Driven(config).events, events.Prepared)
    assert prepared.config == config
    assert (prepared.device, prepared.threads) == ("cpu", 1)
    assert (prepared.train_count, prepared.test_count) == (200, 40)
    assert prepared.parameters == 785 * 16 + 17 * 10
    assert prepared.image_shape == (1, 28, 28)
    assert len(prepared.layers) == 4
    assert prepared.images.train_images.shape == (200, 1, 28, 28)
    assert prepared.untrained.step == prepared.untrained.epoch == 0
    assert 2 < prepared.untrained.test_loss < 3


def test_progress_says_where_the_run_is(config: RunConfig) -> None:
    told = only(Driven(config).do(commands.Start()), events.Progress)
    for progress in told:
        assert progress.batches == EPOCH
        assert progress.epoch == -(-progress.step // EPOCH)
        assert progress.batch == (progress.step - 1) % EPOCH + 1
        assert 0 <= progress.running_accuracy <= 1
        assert progress.samples_per_second > 0
    assert told[0].remaining_s > 0
    assert told[-1].remaining_s == 0


def test_each_epoch_is_measured_at_its_end(config: RunConfig) -> None:
    told = only(Driven(config).do(commands.Start()), events.EpochFinished)
    assert [(e.measurement.epoch, e.measurement.step) for e in told] == [(1, 20), (2, 40), (3, 60)]
    assert told[-1].measurement.train_loss < told[0].measurement.train_loss
    assert all(event.measurement.seconds > 0 for event in told)


def test_the_same_config_gives_the_same_events(config: RunConfig) -> None:
    assert reference(config) == reference(config)
    assert reference(config) != reference(config.with_changes({"seed": 1}))


# -- every command in every state ------------------------------------------------------------

REFUSED = "refused"


def failed_run(config: RunConfig, loss: Loss) -> Driven:
    driven = Driven(config)
    driven.do(commands.Start(), answer=break_at(5, loss))
    loss.error = None
    return driven


STATES: dict[str, Callable[[RunConfig, Loss], Driven]] = {
    "none": lambda config, loss: Driven(),
    "idle": lambda config, loss: Driven(config),
    "running": lambda config, loss: Driven(config),
    "paused": lambda config, loss: begun(config, commands.Pause()),
    "finished": lambda config, loss: begun(config),
    "stopped": lambda config, loss: begun(config, commands.Stop()),
    "failed": failed_run,
}


def begun(config: RunConfig, at_5: Command | None = None) -> Driven:
    driven = Driven(config)
    driven.do(commands.Start(), answer=when_step(5, at_5) if at_5 else None)
    return driven


KEEPS = {
    "none": None,
    "idle": (State.IDLE, 0),
    "running": (State.FINISHED, LAST),
    "paused": (State.PAUSED, 5),
    "finished": (State.FINISHED, LAST),
    "stopped": (State.FINISHED, 5),
    "failed": (State.FAILED, 5),
}
"""What becomes of each state if nothing happens."""

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

GOES_ON: dict[str, dict[str, Any]] = {
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
        "rewind": (State.IDLE, 0),
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
"""Where each command leads; it keeps the state where nothing is said."""


@pytest.mark.parametrize("name", COMMANDS)
@pytest.mark.parametrize("state", STATES)
def test_every_command_in_every_state(
    state: str, name: str, config: RunConfig, loss: Loss, tmp_path: Path
) -> None:
    command = commands.Save(tmp_path) if COMMANDS[name] is SAVE else COMMANDS[name]
    expected = GOES_ON[state].get(name, KEEPS[state])
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
        expected = KEEPS[state]
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
    stopped = only(begun(config, commands.Stop()).events, events.StateChanged)[-1]
    finished = only(begun(config).events, events.StateChanged)[-1]
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


def test_a_pause_in_the_middle_of_a_measurement_is_made_up_for(
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


def test_the_pace_holds_the_run_back(config: RunConfig) -> None:
    driven = Driven(config)
    began = perf_counter()
    driven.do(commands.SetPace(500), commands.RunEpoch())
    assert perf_counter() - began > (EPOCH - 1) / 500


def test_the_pace_holds_no_reset_back(config: RunConfig) -> None:
    driven = Driven(config)
    # Were it waited for, the next batch would be an hour away.
    driven.do(commands.SetPace(1 / 3600), commands.Start(), answer=when_step(1, commands.Reset()))
    assert (driven.state, driven.step) == (State.IDLE, 0)


class FakeClock:
    """Time that goes by only while somebody waits, and a thousandth of a second at each look."""

    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        self.now += 1e-3
        return self.now


class LateInbox(SimpleQueue):  # type: ignore[type-arg]
    """Hands out a command in the middle of the first wait for the pace."""

    def __init__(self, clock: FakeClock, late: Command) -> None:
        super().__init__()
        self.clock, self.late = clock, [late]

    def get(self, block: bool = True, timeout: float | None = None) -> Any:
        if timeout is None:
            return super().get() if not self.empty() else commands.Close()
        self.clock.now += timeout / 2
        if self.late:
            return self.late.pop()
        return super().get(block, timeout=1e-6)


@pytest.mark.parametrize(
    "command",
    [
        commands.Step(),
        commands.RunEpoch(),
        commands.Change({"learning_rate": 0.1}),
    ],
)
def test_the_speed_is_right_after_a_command_during_the_wait_for_the_pace(
    command: Command, config: RunConfig, monkeypatch: pytest.MonkeyPatch
) -> None:
    clock = FakeClock()
    monkeypatch.setattr(session, "perf_counter", clock)
    monkeypatch.setattr("netviz.engine.session.training_loop.perf_counter", clock)
    monkeypatch.setattr("netviz.engine.session.batch_meter.perf_counter", clock)
    told: list[Event] = []
    slow = TrainingSession(told.append, LateInbox(clock, command))
    for wish in (commands.Prepare(config), commands.SetPace(1), commands.Start()):
        slow.submit(wish)
    slow.serve()
    speeds = [progress.samples_per_second for progress in only(told, events.Progress)]
    assert len(speeds) > 1
    assert max(speeds) <= 10 / 1e-3


# -- changes ---------------------------------------------------------------------------------

FIRST_TO_DIFFER = [
    ({"learning_rate": 0.02}, 9),
    ({"optimizer": "adam"}, 9),
    ({"momentum": 0.9}, 9),
    ({"weight_decay": 0.5}, 9),
    ({"nesterov": True}, 9),
    ({"batch_size": 20}, 8),
    ({"loss": "mse"}, 8),
    ({"learning_rate": 0.02, "loss": "nll"}, 9),
]


@pytest.mark.parametrize(("changes", "first"), FIRST_TO_DIFFER)
def test_a_change_holds_from_the_very_next_batch(
    changes: dict[str, Any], first: int, config: RunConfig, tmp_path: Path
) -> None:
    """A batch's loss is measured before its step, so that most show one batch later."""
    config = config.with_changes({"optimizer": "sgd", "momentum": 0.5, "learning_rate": 0.01})
    driven = Driven(config)
    told = driven.do(commands.Start(), answer=when_step(7, commands.Change(changes)))
    undisturbed, found = reference(config), losses(told)
    differing = [step for step in found if found[step] != undisturbed.get(step)]
    assert differing[0] == first
    (changed,) = only(told, events.Changed)
    assert changed.config == config.with_changes(changes)
    expected = [(7, name, getattr(config, name), value) for name, value in changes.items()]
    assert [(e.step, e.option, e.old, e.new) for e in changed.entries] == expected
    assert {entry.epoch for entry in changed.entries} == {1}
    assert ledger(driven, tmp_path) == expected


def test_the_learning_rate_is_another_at_exactly_one_step(config: RunConfig) -> None:
    told = Driven(config).do(
        commands.Start(), answer=when_step(31, commands.Change({"learning_rate": 0.05}))
    )
    rates = learning_rates(told)
    assert {rates[step] for step in range(1, 32)} == {0.001}
    assert {rates[step] for step in range(32, LAST + 1)} == {0.05}
    (changed,) = only(told, events.Changed)
    assert [(entry.step, entry.epoch) for entry in changed.entries] == [(31, 2)]


def test_several_changes_at_one_step_are_one_and_none_if_they_cancel_out(
    config: RunConfig, tmp_path: Path
) -> None:
    driven = begun(config, commands.Pause())
    for rate in (0.1, 0.2, 0.3):
        driven.do(commands.Change({"learning_rate": rate, "batch_size": int(rate * 100)}))
    assert ledger(driven, tmp_path) == [
        (5, "learning_rate", 0.001, 0.3),
        (5, "batch_size", 10, 30),
    ]
    driven.do(commands.Change({"learning_rate": 0.001}))
    assert ledger(driven, tmp_path) == [(5, "batch_size", 10, 30)]


def test_a_change_before_the_first_step_is_the_runs_beginning(
    config: RunConfig, tmp_path: Path
) -> None:
    driven = Driven(config)
    changed = config.with_changes({"learning_rate": 0.02, "optimizer": "sgd"})
    told = driven.do(commands.Change(changed.changes_from(config)))
    assert only(told, events.Changed) == [events.Changed(1, changed, (), ())]
    driven.do(commands.Start())
    assert losses(driven.events) == reference(changed)
    assert ledger(driven, tmp_path) == []


def test_another_loss_before_the_first_step_measures_the_network_anew(config: RunConfig) -> None:
    told = Driven(config).do(commands.Change({"loss": "mse"}))
    (prepared,) = only(told, events.Prepared)
    assert prepared.config.loss == "mse"
    assert prepared.untrained.test_loss < 0.2


def test_a_refused_change_changes_nothing_of_it(config: RunConfig, tmp_path: Path) -> None:
    driven = begun(config, commands.Change({"learning_rate": 0.5, "hidden": (8,)}))
    (refused,) = only(driven.events, events.Refused)
    assert "cannot change during a run" in refused.message
    assert "Reset" in refused.hint
    assert losses(driven.events) == reference(config)
    assert ledger(driven, tmp_path) == []


@pytest.mark.parametrize("at", ["after the end", "while running", "while paused"])
def test_raised_epochs_go_on_as_if_they_had_been_asked_for_at_first(
    at: str, config: RunConfig
) -> None:
    more = commands.Change({"epochs": 5})
    driven = Driven(config)
    if at == "after the end":
        driven.do(commands.Start())
        told = driven.do(more)
        states = [(e.state, e.step) for e in only(told, events.StateChanged)]
        assert states == [(State.RUNNING, 60), (State.FINISHED, 100)]
    elif at == "while running":
        driven.do(commands.Start(), answer=when_step(7, more))
    else:
        driven.do(commands.Step())
        driven.do(more, commands.Start())
    assert losses(driven.events) == reference(config.with_changes({"epochs": 5}))


def test_raised_epochs_do_not_start_a_run_that_was_stopped(config: RunConfig) -> None:
    driven = begun(config, commands.Stop())
    driven.do(commands.Change({"epochs": 5}))
    assert (driven.state, driven.step) == (State.FINISHED, 5)


def test_lowered_epochs_end_the_run_and_raised_ones_continue_it(config: RunConfig) -> None:
    driven = Driven(config)
    driven.do(commands.Start(), answer=when_step(27, commands.Change({"epochs": 1})))
    assert (driven.state, driven.step) == (State.FINISHED, 27)
    driven.do(commands.Change({"epochs": 3}))
    assert (driven.state, driven.step) == (State.FINISHED, LAST)
    assert losses(driven.events) == reference(config)


# -- preparing and reset ---------------------------------------------------------------------


def test_what_comes_while_preparing_is_obeyed_after_it_in_order(config: RunConfig) -> None:
    driven = Driven()
    told = driven.do(
        commands.Prepare(config), commands.Change({"learning_rate": 0.5}), commands.Step()
    )
    assert kinds(told) == [
        *("Preparing", "Prepared", "StateChanged", "Changed"),
        *("StateChanged", "Progress", "StateChanged"),
    ]
    assert learning_rates(told) == {1: 0.5}
    assert driven.state is State.PAUSED


@pytest.mark.parametrize("superseding", ["reset", "prepare"])
def test_a_later_preparation_takes_the_place_of_an_earlier(
    superseding: str, config: RunConfig
) -> None:
    later = config.with_changes({"hidden": (8,)})
    asked = commands.Reset({"hidden": (8,)}) if superseding == "reset" else commands.Prepare(later)
    driven = Driven()
    told = driven.do(commands.Prepare(config), asked, commands.Start())
    assert [event.config for event in only(told, events.Prepared)] == [later]
    assert losses(told) == reference(later)


def test_reset_gives_the_same_curve(config: RunConfig) -> None:
    driven = Driven(config)
    first = driven.do(commands.Start())
    told = driven.do(commands.Reset(), commands.Start())
    assert losses(told) == losses(first)
    assert {event.run for event in told} == {2}
    measured = [
        [(m.train_loss, m.test_accuracy) for m in (e.measurement for e in only(part, kind))]
        for part in (first, told)
        for kind in (events.EpochFinished,)
    ]
    assert measured[0] == measured[1]


def test_reset_with_a_seed_gives_that_seeds_curve(config: RunConfig) -> None:
    driven = begun(config, commands.Pause())
    told = driven.do(commands.Reset({"seed": 5}), commands.Start())
    assert losses(told) == reference(config.with_changes({"seed": 5}))


def test_reset_keeps_what_was_changed_live_and_takes_what_waited(config: RunConfig) -> None:
    driven = begun(config, commands.Change({"learning_rate": 0.02}))
    told = driven.do(commands.Reset({"hidden": (8, 8)}), commands.Start())
    expected = config.with_changes({"learning_rate": 0.02, "hidden": (8, 8)})
    assert only(told, events.Prepared)[0].config == expected
    assert losses(told) == reference(expected)


def missing(config: RunConfig, folder: Path) -> commands.Prepare:
    """A run that cannot be prepared: its data set is not there."""
    return commands.Prepare(config.with_changes({"dataset": "mnist", "seed": 77}), folder)


@pytest.mark.parametrize("state", ["idle", "running", "paused"])
def test_a_refused_preparation_leaves_the_run_before_it_as_it_was(
    state: str, config: RunConfig, tmp_path: Path
) -> None:
    bad = missing(config, tmp_path)
    driven = Driven(config)
    if state == "running":
        driven.do(commands.Start(), answer=when_step(7, bad))
    else:
        driven.do(*[commands.Step()] * (state == "paused"))
        driven.do(bad)
    (refused,) = only(driven.events, events.Refused)
    assert refused.run == 2
    assert "MNIST" in refused.message
    assert "download" in refused.hint
    told = driven.do(commands.Start())
    assert {event.run for event in told} == {1}
    assert losses(driven.events) == reference(config)
    driven.do(commands.Reset())
    assert driven.state is State.IDLE


def test_a_first_preparation_that_is_refused_can_be_mended(
    config: RunConfig, tmp_path: Path
) -> None:
    driven = Driven()
    told = driven.do(missing(config, tmp_path), commands.Start())
    assert kinds(told) == ["Preparing", "Refused"]
    driven.do(commands.Reset({"dataset": "mnist-sample", "seed": 0}))
    assert (driven.state, driven.step) == (State.IDLE, 0)  # and the Start is not remembered
    assert losses(driven.do(commands.Start())) == reference(config)


def test_a_refused_preparation_leaves_random_state_and_threads(
    config: RunConfig, loss: Loss
) -> None:
    """The network was built and even measured before it failed."""
    driven = begun(config, commands.Pause())
    torch.manual_seed(4321)
    before = torch.get_rng_state()
    loss.error = RuntimeError("no such luck")
    told = driven.do(commands.Reset({"seed": 99, "threads": 2}))
    assert "no such luck" in only(told, events.Refused)[0].message
    assert torch.equal(torch.get_rng_state(), before)
    assert torch.get_num_threads() == 1


def test_a_preparation_given_up_for_one_that_is_refused_leaves_the_random_state(
    config: RunConfig, loss: Loss, tmp_path: Path
) -> None:
    driven = begun(config, commands.Pause())
    torch.manual_seed(4321)
    before = torch.get_rng_state()
    bad = [missing(config, tmp_path)]
    loss.on_evaluation = lambda: driven.session.submit(bad.pop()) if bad else None
    told = driven.do(commands.Reset({"seed": 99}))
    assert kinds(told) == ["Preparing", "Preparing", "Refused"]
    assert torch.equal(torch.get_rng_state(), before)


# -- failures --------------------------------------------------------------------------------


@pytest.fixture
def snapshots_at_every_batch(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("netviz.engine.run.run.SNAPSHOT_INTERVAL_S", 0.0)


@pytest.mark.usefixtures("snapshots_at_every_batch")
def test_a_step_that_raises_fails_the_run_and_rewind_goes_on_exactly(
    config: RunConfig, loss: Loss
) -> None:
    driven = Driven(config)
    told = driven.do(commands.Start(), answer=break_at(30, loss))
    (failed,) = only(told, events.Failed)
    assert failed.message == "Something unexpected went wrong: RuntimeError: no such luck."
    assert failed.hint
    assert "Traceback" in failed.details
    assert (failed.run, failed.step) == (1, 30)
    assert failed.rewind_step is not None
    assert 25 < failed.rewind_step < 30
    assert (driven.state, driven.step) == (State.FAILED, 30)

    loss.error = None
    told = driven.do(commands.Rewind())
    (rewound,) = only(told, events.Rewound)
    assert (rewound.step, rewound.epoch, rewound.config) == (failed.rewind_step, 2, config)
    assert driven.state is State.PAUSED
    again = losses(driven.do(commands.Start()))
    assert min(again) == failed.rewind_step + 1
    assert losses(driven.events) == reference(config)


@pytest.mark.parametrize("run_before", ["fails at once", "fails later"])
def test_there_is_always_a_state_to_go_back_to(
    run_before: str, config: RunConfig, loss: Loss
) -> None:
    """Without any snapshot yet it is the untrained network."""
    driven = Driven(config)
    if run_before == "fails at once":
        loss.error = RuntimeError("no such luck")
    told = driven.do(commands.Start(), answer=break_at(9, loss))
    assert only(told, events.Failed)[0].rewind_step == 0
    loss.error = None
    driven.do(commands.Rewind(), commands.Start())
    assert losses(driven.events) == reference(config)


@pytest.mark.parametrize("when", ["at the end of an epoch", "untrained"])
def test_an_evaluation_that_raises_can_be_made_good(
    when: str, config: RunConfig, loss: Loss
) -> None:
    loss.fails_in_training = False
    driven = Driven()
    if when == "untrained":
        loss.error = RuntimeError("no such luck")
        assert kinds(driven.do(commands.Prepare(config))) == ["Preparing", "Refused"]
        loss.error = None
        driven.do(commands.Reset())
    else:
        driven.do(commands.Prepare(config))
        told = driven.do(commands.Start(), answer=break_at(EPOCH, loss))
        assert only(told, events.Failed)[0].step == EPOCH
        loss.error = None
        driven.do(commands.Rewind())
    driven.do(commands.Start())
    assert losses(driven.events) == reference(config)
    assert {e.measurement.step for e in only(driven.events, events.EpochFinished)} == {20, 40, 60}


DIVERGENT = {"optimizer": "sgd", "learning_rate": 1000.0, "weight_decay": 10.0}


@pytest.mark.usefixtures("snapshots_at_every_batch")
@pytest.mark.parametrize("name", ["cross-entropy", "nll", "mse"])
def test_a_loss_that_is_not_finite_stops_the_run_with_advice(name: str, config: RunConfig) -> None:
    driven = Driven(config.with_changes({"loss": name}))
    told = driven.do(commands.Start(), answer=when_step(25, commands.Change(DIVERGENT)))
    (failed,) = only(told, events.Failed)
    assert all(np.isfinite(list(losses(told).values())))
    what = r"The loss became (not a number \(NaN\)|infinite) at step (\d+)\."
    found = re.fullmatch(what, failed.message)
    assert found
    assert int(found[2]) == max(losses(told)) + 1
    assert "1000" in failed.hint
    assert "smaller" in failed.hint
    assert driven.state is State.FAILED

    mended = {"learning_rate": 0.001, "weight_decay": 0.0}
    told = driven.do(commands.Rewind(mended))
    (rewound,) = only(told, events.Rewound)
    assert rewound.step == failed.rewind_step
    assert driven.state is State.PAUSED
    told = driven.do(commands.Start())
    assert (driven.state, driven.step) == (State.FINISHED, LAST)
    assert all(np.isfinite(list(losses(told).values())))
    last = only(told, events.EpochFinished)[-1].measurement
    assert last.train_loss < only(driven.events, events.Prepared)[0].untrained.train_loss * 2


def test_a_failed_session_takes_commands_at_once(config: RunConfig, loss: Loss) -> None:
    """Those that were handed in while it failed are answered too."""

    def answer(event: Event) -> Command | None:
        if isinstance(event, events.Progress) and event.step == 5:
            loss.error = RuntimeError("no such luck")
        if isinstance(event, events.Failed):
            loss.error = None
            return commands.Rewind({"learning_rate": 0.01})
        return None

    driven = Driven(config)
    told = driven.do(commands.Start(), answer=answer)
    assert kinds(told)[-4:] == ["StateChanged", "Rewound", "Changed", "StateChanged"]
    driven.do(commands.Start())
    assert losses(driven.events) == reference(config.with_changes({"learning_rate": 0.01}))


def test_steps_before_one_that_raises_are_told(
    config: RunConfig, loss: Loss, monkeypatch: pytest.MonkeyPatch
) -> None:
    driven = Driven(config)
    monkeypatch.setattr("netviz.engine.session.batch_meter.REPORT_INTERVAL_S", 1e9)
    loss.on_training = [None, *range(6)].pop
    driven.do(commands.Start())
    (failed,) = only(driven.events, events.Failed)
    assert failed.step == 7
    assert list(losses(driven.events)) == [1, 2, 3, 4, 5, 6, 7]


# -- rewind ----------------------------------------------------------------------------------


@pytest.mark.usefixtures("snapshots_at_every_batch")
def test_rewind_forgets_the_changes_that_came_after(config: RunConfig, tmp_path: Path) -> None:
    driven = begun(config, commands.Change({"learning_rate": 0.02}))
    driven.do(commands.Change({"epochs": 4}))
    driven.do(commands.Change({"batch_size": 20}))
    told = driven.do(commands.Rewind())
    (rewound,) = only(told, events.Rewound)
    assert [(entry.step, entry.option) for entry in rewound.ledger] == [
        (5, "learning_rate"),
        (60, "epochs"),
    ]
    assert rewound.config == config.with_changes({"learning_rate": 0.02, "epochs": 4})
    assert [entry[:2] for entry in ledger(driven, tmp_path)] == [
        (5, "learning_rate"),
        (60, "epochs"),
    ]


@pytest.mark.parametrize("changes", [{"learning_rate": -1}, {"hidden": (8,)}, {"nonsense": 1}])
@pytest.mark.parametrize("state", ["running", "paused", "failed"])
def test_a_rewind_with_bad_changes_is_refused_whole(
    state: str, changes: dict[str, Any], config: RunConfig, loss: Loss, tmp_path: Path
) -> None:
    driven = STATES[state](config, loss)
    bad = commands.Rewind(changes)
    if state == "running":
        told = driven.do(commands.Start(), answer=when_step(5, bad))
    else:
        told = driven.do(bad)
    assert len(only(told, events.Refused)) == 1
    assert not only(told, events.Rewound)
    assert (driven.state, driven.step) == KEEPS[state]
    driven.do(commands.Save(tmp_path))
    steps = (tmp_path / "metrics.csv").read_text(encoding="utf-8").splitlines()[1:]
    assert len(steps) == driven.step


# -- beside the training ---------------------------------------------------------------------


def test_it_serves_in_one_thread_what_others_ask_for(config: RunConfig) -> None:
    told: SimpleQueue[Event] = SimpleQueue()
    served = TrainingSession(told.put)
    thread = threading.Thread(target=served.serve)
    thread.start()

    def wait_for(kind: type[events.Progress | events.StateChanged], state: State | None) -> int:
        while True:
            event = told.get(timeout=30)
            if isinstance(event, kind) and getattr(event, "state", None) is state:
                return event.step

    try:
        served.submit(commands.Prepare(config.with_changes({"epochs": 100_000})))
        served.submit(commands.Start())
        step = wait_for(events.Progress, None)
        served.submit(commands.Pause())
        assert wait_for(events.StateChanged, State.PAUSED) >= step > 0
    finally:
        served.submit(commands.Close())
        thread.join(30)
    assert not thread.is_alive()
