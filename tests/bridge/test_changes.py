"""Changing settings: what holds at once, what waits, and what undo takes back."""

from typing import Any

import pytest
from pytestqt.qtbot import QtBot

from netviz.bridge import undo_commands
from netviz.bridge.controller import Controller
from netviz.bridge.undo_commands import MERGE_S
from netviz.engine.errors import ConfigError
from netviz.engine.protocol.run_state import State
from tests.bridge.window import CONFIG, Window
from tests.support import learning_rates

# -- changes ---------------------------------------------------------------------------------


def test_a_live_change_holds_from_the_step_that_the_ledger_says(
    window: Window, controller: Controller
) -> None:
    window.train()
    changed = window.expect("changed", lambda: controller.change({"learning_rate": 0.5}))
    window.expect("progressed", lambda: None)
    window.expect_state(State.PAUSED, controller.pause)
    (entry,) = changed.entries
    rates = learning_rates(window.told)
    assert (rates[entry.step], rates[entry.step + 1]) == (0.001, 0.5)
    assert controller.config.learning_rate == 0.5


def test_a_change_that_needs_a_reset_waits_for_it(
    window: Window, paused: Controller, qtbot: QtBot
) -> None:
    with qtbot.waitSignal(paused.settings_changed):
        paused.change({"hidden": (5, 4), "learning_rate": 0.5})
    assert paused.waiting == {"hidden": (5, 4)}
    assert paused.config == CONFIG.with_changes({"learning_rate": 0.5})
    with qtbot.waitSignal(paused.settings_changed):
        prepared = window.expect("prepared", paused.reset)
    assert prepared.config == CONFIG.with_changes({"hidden": (5, 4), "learning_rate": 0.5})
    assert paused.waiting == {}


def test_a_change_that_waits_can_be_dropped_or_taken_back(paused: Controller, qtbot: QtBot) -> None:
    paused.change({"hidden": (5,)})
    with qtbot.waitSignal(paused.settings_changed):
        paused.drop_waiting()
    assert paused.waiting == {}
    paused.change({"hidden": (5,), "seed": 4})
    paused.change({"hidden": CONFIG.hidden})
    assert paused.waiting == {"seed": 4}


def test_while_nothing_is_trained_a_change_needs_no_asking(
    window: Window, controller: Controller
) -> None:
    prepared = window.expect("prepared", lambda: controller.change({"hidden": (5,)}))
    assert prepared.config.hidden == controller.config.hidden == (5,)
    assert controller.waiting == {}


@pytest.mark.parametrize(
    "changes", [{"learning_rate": -1}, {"hidden": (0,)}, {"nonsense": 1}, {"epochs": 5, "seed": -1}]
)
def test_a_bad_value_changes_nothing(changes: dict[str, Any], paused: Controller) -> None:
    with pytest.raises(ConfigError):
        paused.change(changes)
    assert (paused.config, paused.waiting, paused.undo_stack.count()) == (CONFIG, {}, 0)


def test_a_change_to_the_same_value_is_none(paused: Controller) -> None:
    paused.change({"learning_rate": CONFIG.learning_rate, "hidden": CONFIG.hidden})
    assert (paused.waiting, paused.undo_stack.count()) == ({}, 0)


def test_what_is_changed_while_a_run_is_prepared_is_not_lost(
    window: Window, paused: Controller
) -> None:
    def reset_and_change() -> None:
        paused.reset()
        paused.change({"hidden": (5,)})

    window.expect("prepared", reset_and_change)
    assert paused.waiting == {"hidden": (5,)} or paused.config.hidden == (5,)


def test_a_confirmation_never_takes_back_a_newer_wish(window: Window, paused: Controller) -> None:
    seen: list[float] = []
    paused.changed.connect(lambda _: seen.append(paused.config.learning_rate))
    rates = (0.1, 0.2, 0.3)

    def drag() -> None:
        for rate in rates:
            paused.change({"learning_rate": rate})

    window.expect("changed", drag, lambda event: event.config.learning_rate == rates[-1])
    assert seen == [rates[-1]] * 3


# -- undo ------------------------------------------------------------------------------------


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """The time by which changes follow each other; the test sets it."""
    now = [0.0]
    monkeypatch.setattr(undo_commands, "monotonic", lambda: now[0])
    return now


def test_a_change_is_undone_and_redone_in_the_engine(
    window: Window, paused: Controller, clock: list[float]
) -> None:
    window.expect("changed", lambda: paused.change({"learning_rate": 0.1}))
    assert paused.undo_stack.undoText() == "Learning rate 0.001 → 0.1"
    undone = window.expect("changed", paused.undo_stack.undo)
    assert undone.config == paused.config == CONFIG
    redone = window.expect("changed", paused.undo_stack.redo)
    assert redone.config.learning_rate == paused.config.learning_rate == 0.1
    assert paused.undo_stack.count() == 1


def test_one_movement_of_the_hand_is_undone_as_one(
    window: Window, paused: Controller, clock: list[float]
) -> None:
    for rate in (0.1, 0.2, 0.3):
        clock[0] += MERGE_S
        paused.change({"learning_rate": rate})
    assert paused.undo_stack.count() == 1
    paused.undo_stack.undo()
    window.expect("changed", lambda: None, lambda event: event.config == CONFIG)


@pytest.mark.parametrize(
    ("pause_s", "second"), [(MERGE_S + 0.01, {"learning_rate": 0.2}), (0.0, {"momentum": 0.5})]
)
def test_what_is_no_single_movement_is_undone_apart(
    pause_s: float, second: dict[str, Any], paused: Controller, clock: list[float]
) -> None:
    paused.change({"learning_rate": 0.1})
    clock[0] += pause_s
    paused.change(second)
    assert paused.undo_stack.count() == 2
    paused.undo_stack.undo()
    assert paused.config == CONFIG.with_changes({"learning_rate": 0.1})


def test_a_merged_change_says_what_undoing_it_does(paused: Controller, clock: list[float]) -> None:
    for rate in (0.1, 0.2):
        paused.change({"learning_rate": rate})
    assert paused.undo_stack.undoText() == "Learning rate 0.001 → 0.2"


def test_of_a_new_run_only_the_replacement_can_be_undone(
    window: Window, paused: Controller
) -> None:
    step = paused.step
    paused.change({"learning_rate": 0.1})
    window.expect("prepared", paused.reset)
    assert paused.undo_stack.undoText() == f"leaving step {step:,}"
    window.expect("opened", paused.undo_stack.undo)
    assert (paused.step, paused.config.learning_rate) == (step, 0.1)
    assert paused.undo_stack.redoText() == f"leaving step {step:,}"
    window.expect("opened", paused.undo_stack.redo)
    assert paused.step == 0
    assert paused.config.learning_rate == 0.1


def test_going_back_leaves_nothing_to_undo_but_itself(window: Window, paused: Controller) -> None:
    """What was changed on the way that was given up would be changed on another one."""
    window.expect("changed", lambda: paused.change({"learning_rate": 0.1}))
    assert paused.undo_stack.canUndo()
    step = paused.step
    window.expect("prepared", lambda: paused.rewind_with({}))
    assert paused.undo_stack.undoText() == f"leaving step {step:,}"
    assert paused.undo_stack.count() == 1
    window.expect("prepared", paused.undo_stack.undo)
    assert (paused.step, paused.config.learning_rate) == (step, 0.1)
