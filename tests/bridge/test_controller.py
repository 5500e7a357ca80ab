"""The controller, as a window uses it: wishes in, signals out, on the thread of the window."""

import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from time import monotonic
from typing import Any

import numpy as np
import pytest
from PySide6.QtCore import QObject
from pytestqt.qtbot import QtBot

from netviz.bridge import live_change
from netviz.bridge.controller import Controller
from netviz.bridge.live_change import MERGE_S
from netviz.bridge.worker import TrainingThread
from netviz.engine.errors import ConfigError
from netviz.engine.options.run_config import RunConfig
from netviz.engine.protocol import commands, events
from netviz.engine.protocol.events import State
from netviz.engine.protocol.observations import Prediction
from tests.support import ALL_OBSERVATIONS, Driven, learning_rates, losses

CONFIG = RunConfig(hidden=(8,), epochs=10_000, batch_size=100, device="cpu", threads=1)
SIGNALS = (
    "preparing",
    "prepared",
    "state_changed",
    "progressed",
    "epoch_finished",
    "changed",
    "rewound",
    "refused",
    "failed",
    "saved",
    "observed",
)


def is_prediction(event: object) -> bool:
    return isinstance(event, Prediction)


class Window(QObject):
    """Stands for the window: keeps what it is told, and waits as a test does.

    Attributes
    ----------
    told
        All events in their order.
    threads
        Threads in which it was told.
    """

    def __init__(self, controller: Controller, qtbot: QtBot) -> None:
        super().__init__()
        self.controller = controller
        self.qtbot = qtbot
        self.told: list[Any] = []
        self.threads: set[threading.Thread] = set()
        for name in SIGNALS:
            getattr(controller, name).connect(self.take)

    def take(self, event: Any) -> None:
        self.told.append(event)
        self.threads.add(threading.current_thread())

    def expect(
        self, name: str, wish: Callable[[], object], check: Callable[[Any], bool] | None = None
    ) -> Any:
        """Wish for something, wait for the signal `name`, and return the event it carries."""
        signal = getattr(self.controller, name)
        with self.qtbot.waitSignal(signal, timeout=30_000, check_params_cb=check) as blocker:
            wish()
        return blocker.args[0]

    def expect_state(self, state: State, wish: Callable[[], object]) -> events.StateChanged:
        """Wish for something and wait for a state."""
        told = self.expect("state_changed", wish, lambda event: event.state is state)
        assert self.controller.state is state
        assert isinstance(told, events.StateChanged)
        return told

    def train(self) -> None:
        """Train until the first steps are told."""
        self.expect("progressed", self.controller.start)


@pytest.fixture
def open_window(qtbot: QtBot) -> Iterator[Callable[..., Window]]:
    windows: list[Window] = []

    def open_window(config: RunConfig = CONFIG, data_dir: Path | None = None) -> Window:
        windows.append(Window(Controller(config, data_dir), qtbot))
        return windows[-1]

    yield open_window
    for window in windows:
        assert window.controller.close()


@pytest.fixture
def window(open_window: Callable[..., Window]) -> Window:
    """A window whose first run is ready."""
    window = open_window()
    window.expect("prepared", window.controller.open)
    return window


@pytest.fixture
def controller(window: Window) -> Controller:
    return window.controller


@pytest.fixture
def paused(window: Window) -> Controller:
    """A controller of a run that was trained one step."""
    window.expect_state(State.PAUSED, window.controller.train_one_batch)
    return window.controller


# -- a run -----------------------------------------------------------------------------------


def test_it_opens_on_a_run_that_is_ready(open_window: Callable[..., Window]) -> None:
    window = open_window()
    controller = window.controller
    assert controller.is_preparing
    prepared = window.expect("prepared", controller.open)
    assert prepared.config == controller.config == CONFIG
    assert not controller.is_preparing
    assert controller.is_untouched
    assert (controller.state, controller.step) == (State.IDLE, 0)


def test_everything_is_told_on_the_thread_of_the_window(
    window: Window, controller: Controller
) -> None:
    window.train()
    window.expect("epoch_finished", lambda: None)
    window.expect_state(State.PAUSED, controller.pause)
    assert window.threads == {threading.main_thread()}


def test_the_losses_are_those_of_a_session_without_a_window(
    open_window: Callable[..., Window],
) -> None:
    config = CONFIG.with_changes({"epochs": 2, "batch_size": 10})
    window = open_window(config)
    window.expect("prepared", window.controller.open)
    window.controller.watch(ALL_OBSERVATIONS)
    finished = window.expect_state(State.FINISHED, window.controller.start)
    told = losses(event for event in window.told if isinstance(event, events.Progress))
    assert finished.step == window.controller.step == len(told) == 800
    assert told == losses(Driven(config).do(commands.Start()))


def test_toggle_trains_and_holds(window: Window, controller: Controller) -> None:
    window.expect_state(State.RUNNING, controller.toggle)
    paused = window.expect_state(State.PAUSED, controller.toggle)
    window.expect_state(State.RUNNING, controller.toggle)
    stopped = window.expect_state(State.FINISHED, controller.stop)
    assert stopped.stopped
    assert stopped.step >= paused.step


def test_single_batches_and_epochs(window: Window, controller: Controller) -> None:
    assert window.expect_state(State.PAUSED, controller.train_one_batch).step == 1
    assert not controller.is_untouched
    assert window.expect_state(State.PAUSED, controller.train_one_epoch).step == 40
    assert controller.step == 40


def test_a_pace_holds_training_back(window: Window, controller: Controller) -> None:
    controller.set_pace(100)
    began = monotonic()
    window.expect("progressed", controller.start, lambda event: event.step >= 10)
    assert monotonic() - began > (controller.step - 1) / 100
    controller.set_pace(None)
    window.expect("epoch_finished", lambda: None, lambda event: event.measurement.epoch == 5)


def test_raised_epochs_go_on_after_the_end(window: Window, controller: Controller) -> None:
    controller.change({"epochs": 1})
    assert window.expect_state(State.FINISHED, controller.start).step == 40
    assert window.expect_state(State.FINISHED, lambda: controller.change({"epochs": 2})).step == 80


def test_reset_gives_the_same_run_and_a_seed_another(
    window: Window, controller: Controller
) -> None:
    controller.change({"epochs": 1})
    curves = []
    for reset in (controller.reset, lambda: controller.reset_with_seed(3), controller.reset):
        window.told.clear()
        window.expect_state(State.FINISHED, controller.start)
        curves.append(losses(window.told))
        window.expect("prepared", reset)
    assert curves[0] == curves[1] != curves[2]
    assert controller.config.seed == 3


def test_a_drawing_is_answered_while_training(window: Window, controller: Controller) -> None:
    window.train()
    drawing = np.zeros((280, 280), np.uint8)
    drawing[40:240, 130:150] = 255
    answer = window.expect("observed", lambda: controller.predict(drawing, False), is_prediction)
    assert answer.probabilities.sum() == pytest.approx(1, abs=1e-5)
    assert answer.seen.shape == (1, 28, 28)
    later = window.expect(
        "observed", lambda: None, lambda event: is_prediction(event) and event.step > answer.step
    )
    assert later.request == answer.request


def test_saving_names_the_folder(window: Window, paused: Controller, tmp_path: Path) -> None:
    saved = window.expect("saved", lambda: paused.save(tmp_path / "run"))
    assert saved.folder == tmp_path / "run"
    assert (saved.folder / "model.safetensors").is_file()


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
    monkeypatch.setattr(live_change, "monotonic", lambda: now[0])
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


def test_a_new_run_has_nothing_to_undo(window: Window, paused: Controller) -> None:
    paused.change({"learning_rate": 0.1})
    window.expect("prepared", paused.reset)
    assert not paused.undo_stack.canUndo()
    assert paused.config.learning_rate == 0.1


# -- what goes wrong -------------------------------------------------------------------------


def test_late_events_of_an_older_run_are_dropped(
    window: Window, paused: Controller, qtbot: QtBot
) -> None:
    old = [event for event in window.told if isinstance(event, events.Progress)][-1]
    window.expect_state(State.IDLE, paused.reset)
    thread = paused.findChild(TrainingThread)
    late = [old, events.StateChanged(1, State.FAILED, 9, 1), events.Refused(1, "", "")]
    with (
        qtbot.assertNotEmitted(paused.progressed),
        qtbot.assertNotEmitted(paused.state_changed),
        qtbot.assertNotEmitted(paused.refused),
    ):
        for event in late:
            thread.mailbox.put(event)
        thread.events_arrived.emit()
    assert (paused.state, paused.step) == (State.IDLE, 0)


def test_a_run_that_diverges_fails_and_goes_on_with_a_smaller_rate(
    window: Window, controller: Controller
) -> None:
    controller.change({"optimizer": "sgd", "learning_rate": 1000, "weight_decay": 10})
    failed = window.expect("failed", controller.start)
    assert "became" in failed.message
    smaller = {"learning_rate": controller.config.learning_rate / 3}
    window.expect_state(State.IDLE, lambda: controller.rewind_with(smaller))
    assert controller.config.learning_rate == pytest.approx(1000 / 3)
    assert controller.step == failed.rewind_step == 0
    controller.change({"learning_rate": 0.1, "weight_decay": 0})
    window.expect("epoch_finished", controller.start)


def test_a_missing_data_set_waits_and_is_refused_on_reset(
    open_window: Callable[..., Window], tmp_path: Path
) -> None:
    window = open_window(CONFIG, tmp_path)
    controller = window.controller
    window.expect("prepared", controller.open)
    controller.change({"dataset": "mnist"})
    assert controller.waiting == {"dataset": "mnist"}
    missing = controller.missing_dataset()
    assert missing is not None
    assert missing.name == "mnist"
    refused = window.expect("refused", controller.reset)
    assert "MNIST" in refused.message
    assert not controller.is_preparing
    assert controller.waiting == {"dataset": "mnist"}
    assert controller.config == CONFIG
    window.train()


def test_the_users_own_data_folder_can_be_returned_to(
    open_window: Callable[..., Window], tmp_path: Path
) -> None:
    window = open_window(CONFIG, tmp_path)
    window.expect("prepared", window.controller.open)
    window.controller.set_data_dir(None)
    window.controller.change({"dataset": "mnist"})
    refused = window.expect("refused", window.controller.reset)
    assert str(tmp_path) not in refused.hint


def test_closing_in_the_middle_of_training_leaves_no_thread(
    window: Window, controller: Controller
) -> None:
    window.train()
    assert controller.close()
    assert controller.is_closed
    assert controller.close()


def test_closing_while_a_run_is_prepared_leaves_no_thread(
    open_window: Callable[..., Window],
) -> None:
    window = open_window()
    window.expect("preparing", window.controller.open)
    assert window.controller.close()
    assert window.controller.is_closed
