"""The controller, as a window uses it: wishes in, signals out, on the thread of the window."""

import threading
from collections.abc import Callable
from pathlib import Path
from time import monotonic

import numpy as np
import pytest
from pytestqt.qtbot import QtBot

from netviz.bridge.controller import LOADING_TIMEOUT_MS, Controller
from netviz.bridge.worker import TrainingThread
from netviz.engine.protocol import commands, events
from netviz.engine.protocol.run_state import State
from tests.bridge.window import CONFIG, Window, is_prediction
from tests.support import ALL_OBSERVATIONS, Driven, losses

# -- a run -----------------------------------------------------------------------------------


def test_it_opens_on_a_run_that_is_ready(open_window: Callable[..., Window]) -> None:
    window = open_window()
    controller = window.controller
    assert controller.is_preparing
    assert controller.is_untouched
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


def test_a_run_trains_is_held_and_goes_on(window: Window, controller: Controller) -> None:
    window.expect_state(State.RUNNING, controller.start)
    paused = window.expect_state(State.PAUSED, controller.pause)
    window.expect_state(State.RUNNING, controller.start)
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


@pytest.mark.parametrize("dataset", ["mnist-sample", "mnist"], ids=["ready", "refused"])
def test_a_run_that_is_asked_for_before_the_first_is_opened_after_it(
    dataset: str,
    open_window: Callable[..., Window],
    window: Window,
    paused: Controller,
    tmp_path: Path,
) -> None:
    window.expect("saved", lambda: paused.save(tmp_path / "run"))
    other = open_window(CONFIG.with_changes({"dataset": dataset}), tmp_path / "empty")
    controller = other.controller
    controller.open_run(tmp_path / "run")
    opened = other.expect("opened", controller.open)
    assert opened.folder == tmp_path / "run"
    other.qtbot.waitUntil(lambda: controller.state is State.PAUSED, timeout=30_000)
    assert controller.step == 1
    assert controller.config == paused.config
    assert other.expect_state(State.PAUSED, controller.train_one_batch).step == 2


def test_an_opened_run_tells_what_was_changed_in_it(
    window: Window, paused: Controller, tmp_path: Path
) -> None:
    window.expect("changed", lambda: paused.change({"learning_rate": 0.5}))
    window.expect("saved", lambda: paused.save(tmp_path / "run"))
    changed = window.expect("changed", lambda: paused.open_run(tmp_path / "run"))
    assert changed.entries == ()
    (entry,) = changed.ledger
    assert (entry.option, entry.new) == ("learning_rate", 0.5)


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
    window.qtbot.waitUntil(lambda: controller.config.learning_rate < 1000)
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


@pytest.mark.parametrize("is_ready", [False, True])
def test_only_a_run_that_is_ready_is_waited_for_long(
    open_window: Callable[..., Window], monkeypatch: pytest.MonkeyPatch, is_ready: bool
) -> None:
    window = open_window()
    window.expect("prepared" if is_ready else "preparing", window.controller.open)
    thread = window.controller.findChild(TrainingThread)
    waited, close = [], thread.close
    monkeypatch.setattr(thread, "close", lambda ms: waited.append(ms) or close(60_000))
    assert window.controller.close(60_000)
    assert waited == [60_000 if is_ready else LOADING_TIMEOUT_MS]


def test_closing_in_the_middle_of_training_leaves_no_thread(
    window: Window, controller: Controller
) -> None:
    window.train()
    assert controller.close()
    assert controller.is_closed
    assert controller.close()


def test_closing_while_a_run_is_prepared_leaves_no_thread(
    open_window: Callable[..., Window], qtbot: QtBot
) -> None:
    window = open_window()
    window.expect("preparing", window.controller.open)
    # It waits for half a second at most, in which a busy machine has not loaded torch.
    window.controller.close()
    qtbot.waitUntil(lambda: window.controller.is_closed, timeout=60_000)
