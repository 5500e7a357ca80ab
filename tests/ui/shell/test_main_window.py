"""The window as a person uses it: clicks, keys and the wheel."""

import json
import subprocess
import sys
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PySide6.QtCore import QByteArray, QPoint, QPointF, Qt
from PySide6.QtGui import QWheelEvent
from PySide6.QtWidgets import QApplication, QPushButton, QWidget
from pytestqt.qtbot import QtBot

from netviz.engine.options.run_config import RunConfig
from netviz.engine.protocol import events
from netviz.engine.protocol.run_state import State
from netviz.launch import WindowOptions
from netviz.ui.app import build_window
from netviz.ui.controls.learning_rate_control import LearningRateControl
from netviz.ui.shell.main_window import MainWindow
from netviz.ui.shell.settings import Settings
from netviz.ui.views.ledger_view import LedgerView
from tests.ui.conftest import wait_for_state

LEFT = Qt.MouseButton.LeftButton


class Recorder:
    """Keeps the events that a controller tells."""

    def __init__(self, window: MainWindow) -> None:
        self.progress: list[events.Progress] = []
        self.changed: list[events.Changed] = []
        self.measured: list[events.EpochFinished] = []
        window.controller.progressed.connect(self.progress.append)
        window.controller.changed.connect(self.changed.append)
        window.controller.epoch_finished.connect(self.measured.append)

    def clear(self) -> None:
        self.progress.clear()
        self.changed.clear()
        self.measured.clear()

    @property
    def losses(self) -> np.ndarray:
        return np.concatenate([p.losses for p in self.progress])

    def rate_at(self, step: int) -> float:
        for p in self.progress:
            if p.steps[0] <= step <= p.steps[-1]:
                return float(p.learning_rates[list(p.steps).index(step)])
        raise AssertionError(f"step {step} was not reported")


def click(qtbot: QtBot, widget: QWidget) -> None:
    qtbot.mouseClick(widget, LEFT)


def turn_wheel(widget: QWidget, notches: int) -> None:
    centre = QPointF(widget.rect().center())
    event = QWheelEvent(
        centre,
        widget.mapToGlobal(centre),
        QPoint(),
        QPoint(0, 120 * notches),
        Qt.MouseButton.NoButton,
        Qt.KeyboardModifier.NoModifier,
        Qt.ScrollPhase.NoScrollPhase,
        False,
    )
    QApplication.sendEvent(widget, event)


def editor(window: MainWindow, option: str) -> Any:
    return window.panel.row(option).editor


def choose(qtbot: QtBot, window: MainWindow, option: str, text: str) -> None:
    """Choose from a combo box by typing the beginning of a name, as a hand does."""
    field = editor(window, option).field
    field.setFocus()
    qtbot.keyClicks(field, text)
    qtbot.keyClick(field, Qt.Key.Key_Return)


def type_number(qtbot: QtBot, window: MainWindow, option: str, text: str) -> None:
    field = editor(window, option).field
    field.setFocus()
    field.selectAll()
    qtbot.keyClicks(field, text)
    qtbot.keyClick(field, Qt.Key.Key_Return)


def ledger_of(window: MainWindow) -> list[str]:
    """Return what the log says."""
    return [entry.text for entry in window.views.view(LedgerView).entries]


def test_the_window_opens_on_an_untrained_network_with_its_real_figures(
    open_window: Callable[..., MainWindow],
) -> None:
    window = open_window()
    assert window.controller.state is State.IDLE
    window.accuracy_plot.refresh()
    assert window.accuracy_plot.readings.value("test").endswith("%")
    assert window.top_bar.train_button.isEnabled()
    assert window.top_bar.train_button.text() == "Train"


def test_a_click_on_train_trains_to_the_end(
    open_window: Callable[..., MainWindow], qtbot: QtBot
) -> None:
    window = open_window()
    told = Recorder(window)
    click(qtbot, window.top_bar.train_button)
    wait_for_state(qtbot, window, State.FINISHED)
    assert len(told.losses) == 800
    assert told.measured[-1].measurement.test_accuracy > 0.8
    assert window.top_bar.train_button.text() == "Train 2 more"


def test_a_rate_that_is_moved_after_the_end_offers_to_train_on(
    open_window: Callable[..., MainWindow], qtbot: QtBot
) -> None:
    window = open_window(epochs=1)
    qtbot.keyClick(window, Qt.Key.Key_Space)
    wait_for_state(qtbot, window, State.FINISHED)
    window.controller.change({"learning_rate": 0.01})
    qtbot.waitUntil(window.message_bar.isVisible)
    assert "lr 0.001 → 0.01: all epochs are trained" in window.message_bar.text
    buttons = window.message_bar.findChildren(QPushButton)
    (offer,) = [each for each in buttons if each.text().startswith("Train")]
    assert offer.text() == "Train 1 more"
    click(qtbot, offer)
    wait_for_state(qtbot, window, State.FINISHED)
    qtbot.waitUntil(lambda: window.controller.step == 800)
    assert not window.message_bar.isVisible()


def test_what_reset_replaces_is_brought_back_by_a_key(
    open_window: Callable[..., MainWindow], qtbot: QtBot
) -> None:
    window = open_window(epochs=1)
    qtbot.keyClick(window, Qt.Key.Key_Space)
    wait_for_state(qtbot, window, State.FINISHED)
    losses = window.loss_plot.history.losses.copy()
    window.actions_by_key["reset"].trigger()
    qtbot.waitUntil(lambda: "Ctrl+Z brings back the run at step 400." in window.status)
    assert not len(window.loss_plot.history.losses)
    qtbot.keyClick(window, Qt.Key.Key_Z, Qt.KeyboardModifier.ControlModifier)
    qtbot.waitUntil(lambda: window.controller.step == 400)
    assert window.loss_plot.history.losses.tolist() == losses.tolist()
    assert window.status.startswith("Finished at step 400.")
    window.actions_by_key["redo"].trigger()
    qtbot.waitUntil(lambda: window.controller.step == 0)


def test_ctrl_z_takes_back_what_was_done_last_also_after_drawing(
    open_window: Callable[..., MainWindow], qtbot: QtBot
) -> None:
    window = open_window()
    window.controller.train_one_batch()
    qtbot.waitUntil(lambda: window.controller.step == 1)
    pad, keys = window.pad.pad, Qt.KeyboardModifier.ControlModifier
    window.activateWindow()
    pad.setFocus()
    qtbot.mouseClick(pad, Qt.MouseButton.LeftButton)
    assert not pad.canvas.is_empty
    qtbot.mouseClick(window.top_bar.reset_button, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: "Ctrl+Z brings back the run at step 1." in window.status)
    qtbot.keyClick(QApplication.focusWidget(), Qt.Key.Key_Z, keys)
    qtbot.waitUntil(lambda: window.controller.step == 1)
    assert not pad.canvas.is_empty
    qtbot.mouseClick(pad, Qt.MouseButton.LeftButton)
    pad.setFocus()
    qtbot.keyClick(pad, Qt.Key.Key_Z, keys)
    qtbot.keyClick(pad, Qt.Key.Key_Z, keys)
    assert pad.canvas.is_empty
    assert window.controller.step == 1


def test_space_trains_as_many_epochs_again_where_all_are_trained(
    open_window: Callable[..., MainWindow], qtbot: QtBot
) -> None:
    window = open_window(epochs=1)
    for epochs in (1, 2, 3):
        assert window.controller.config.epochs == max(1, epochs - 1)
        qtbot.keyClick(window, Qt.Key.Key_Space)
        qtbot.waitUntil(lambda epochs=epochs: window.controller.step == 400 * epochs)
        wait_for_state(qtbot, window, State.FINISHED)
    while window.controller.undo_stack.canUndo():  # one step or two, as fast as the presses were
        window.controller.undo_stack.undo()
    qtbot.waitUntil(lambda: "1 wanted" in window.status)
    assert window.top_bar.train_button.text() == "Train 1 more"


def test_space_trains_and_holds_and_goes_on(
    open_window: Callable[..., MainWindow], qtbot: QtBot
) -> None:
    window = open_window(epochs=1000)
    qtbot.keyClick(window, Qt.Key.Key_Space)
    wait_for_state(qtbot, window, State.RUNNING)
    qtbot.waitUntil(lambda: window.controller.step > 0)
    qtbot.keyClick(window, Qt.Key.Key_Space)
    wait_for_state(qtbot, window, State.PAUSED)
    held = window.controller.step
    qtbot.keyClick(window, Qt.Key.Key_Space)
    qtbot.waitUntil(lambda: window.controller.step > held)


def test_a_full_stop_trains_a_single_batch(
    open_window: Callable[..., MainWindow], qtbot: QtBot
) -> None:
    window = open_window()
    for step in (1, 2, 3):
        qtbot.keyClick(window, Qt.Key.Key_Period)
        qtbot.waitUntil(lambda step=step: window.controller.step == step)
        wait_for_state(qtbot, window, State.PAUSED)


def test_the_wheel_on_the_learning_rate_holds_from_the_next_batch(
    open_window: Callable[..., MainWindow], qtbot: QtBot
) -> None:
    window = open_window(epochs=1000)
    told = Recorder(window)
    click(qtbot, window.top_bar.train_button)
    qtbot.waitUntil(lambda: window.controller.step > 100)
    turn_wheel(window.panel.findChild(LearningRateControl).slider, 1)
    qtbot.waitUntil(lambda: len(told.changed) == 1)
    entry = told.changed[0].entries[0]
    assert (entry.option, entry.old) == ("learning_rate", 0.001)
    assert entry.new > entry.old
    qtbot.waitUntil(lambda: window.controller.step > entry.step + 1)
    assert told.rate_at(entry.step) == entry.old
    assert told.rate_at(entry.step + 1) == entry.new
    assert entry.label in ledger_of(window)


def test_another_optimizer_in_mid_run_is_in_the_ledger_and_in_force(
    open_window: Callable[..., MainWindow], qtbot: QtBot
) -> None:
    window = open_window(epochs=1000)
    told = Recorder(window)
    click(qtbot, window.top_bar.train_button)
    qtbot.waitUntil(lambda: window.controller.step > 50)
    choose(qtbot, window, "optimizer", "S")
    qtbot.waitUntil(lambda: bool(told.changed))
    assert told.changed[0].config.optimizer == "sgd"
    assert told.changed[0].entries[0].label == "optimizer Adam → SGD"
    assert editor(window, "momentum").isVisible()


def test_more_epochs_after_the_end_go_on_from_there(
    open_window: Callable[..., MainWindow], qtbot: QtBot
) -> None:
    window = open_window(epochs=1)
    click(qtbot, window.top_bar.train_button)
    wait_for_state(qtbot, window, State.FINISHED)
    type_number(qtbot, window, "epochs", "2")
    qtbot.waitUntil(lambda: window.controller.step == 800, timeout=10_000)
    wait_for_state(qtbot, window, State.FINISHED)


def test_reset_gives_the_same_curve(open_window: Callable[..., MainWindow], qtbot: QtBot) -> None:
    window = open_window(epochs=1)
    told = Recorder(window)
    click(qtbot, window.top_bar.train_button)
    wait_for_state(qtbot, window, State.FINISHED)
    first = told.losses
    told.clear()
    with qtbot.waitSignal(window.controller.prepared):
        click(qtbot, window.top_bar.reset_button)
    assert window.controller.step == 0
    wait_for_state(qtbot, window, State.IDLE)
    click(qtbot, window.top_bar.train_button)
    wait_for_state(qtbot, window, State.FINISHED)
    assert np.array_equal(told.losses, first)


def test_with_every_view_open_the_losses_are_those_without_a_window(
    open_window: Callable[..., MainWindow], qtbot: QtBot
) -> None:
    window = open_window(epochs=16)
    told = Recorder(window)
    pages = window.views.tabs
    window.pad.show_example(np.full((1, 28, 28), 200, np.uint8), "a grey square")
    click(qtbot, window.top_bar.train_button)
    seen = 0
    while window.controller.state is not State.FINISHED:
        pages.setCurrentIndex(seen % pages.count())
        seen += 1
        reached = window.controller.step + 40
        qtbot.waitUntil(
            lambda reached=reached: (
                window.controller.step >= reached or window.controller.state is State.FINISHED
            ),
            timeout=20_000,
        )
    assert seen >= pages.count()
    assert told.losses.tolist() == losses_of_the_command_line("--epochs", "16", "--threads", "1")


def losses_of_the_command_line(*arguments: str) -> list[float]:
    """Return the loss of each step of ``netviz train``."""
    done = subprocess.run(
        [sys.executable, "-m", "netviz", "train", "--json", "--json-batches", *arguments],
        capture_output=True,
        text=True,
        timeout=60,
        check=True,
    )
    told = [json.loads(line) for line in done.stdout.splitlines()]
    return [float(np.float32(line["loss"])) for line in told if line["event"] == "batch"]


def test_a_change_that_waits_for_reset_can_be_applied(
    open_window: Callable[..., MainWindow], qtbot: QtBot
) -> None:
    window = open_window(epochs=1)
    click(qtbot, window.top_bar.train_button)
    wait_for_state(qtbot, window, State.FINISHED)
    choose(qtbot, window, "model", "C")
    assert window.controller.waiting == {"model": "cnn"}
    assert window.controller.step == 400
    with qtbot.waitSignal(window.controller.prepared, timeout=20_000) as prepared:
        window.panel.apply_requested.emit()
    assert prepared.args[0].config.model == "cnn"
    assert window.controller.waiting == {}


def test_before_the_first_step_a_new_network_is_there_at_once(
    open_window: Callable[..., MainWindow], qtbot: QtBot
) -> None:
    window = open_window()
    with qtbot.waitSignal(window.controller.prepared, timeout=20_000) as prepared:
        choose(qtbot, window, "model", "C")
    assert prepared.args[0].config.model == "cnn"


def test_undo_takes_the_change_of_a_running_run_back(
    open_window: Callable[..., MainWindow], qtbot: QtBot
) -> None:
    window = open_window(epochs=1000)
    told = Recorder(window)
    click(qtbot, window.top_bar.train_button)
    qtbot.waitUntil(lambda: window.controller.step > 10)
    qtbot.keyClick(window, Qt.Key.Key_Up, Qt.KeyboardModifier.ControlModifier)
    qtbot.waitUntil(lambda: len(told.changed) == 1)
    qtbot.keyClick(window, Qt.Key.Key_Z, Qt.KeyboardModifier.ControlModifier)
    qtbot.waitUntil(lambda: len(told.changed) == 2)
    assert told.changed[1].config.learning_rate == 0.001


def test_a_diverged_run_says_why_and_one_click_goes_back(
    open_window: Callable[..., MainWindow], qtbot: QtBot
) -> None:
    window = open_window(optimizer="sgd", loss="mse", learning_rate=0.1, epochs=1000)
    click(qtbot, window.top_bar.train_button)
    qtbot.waitUntil(lambda: window.controller.step > 20)
    # Together these multiply every weight by ten thousand at each step.
    window.controller.change({"weight_decay": 10.0, "learning_rate": 1000.0})
    wait_for_state(qtbot, window, State.FAILED)
    assert "step" in window.message_bar.text
    buttons = [b for b in window.message_bar.findChildren(QWidget) if hasattr(b, "text")]
    back = next(b for b in buttons if str(b.text()).startswith("Back to step"))
    click(qtbot, back)
    qtbot.waitUntil(lambda: window.controller.state in (State.PAUSED, State.IDLE))
    assert window.controller.config.learning_rate < 1000
    assert not window.message_bar.isVisible()


def test_a_network_that_a_rate_has_killed_is_told_while_training_goes_on(
    open_window: Callable[..., MainWindow], qtbot: QtBot
) -> None:
    window = open_window(epochs=1000)
    click(qtbot, window.top_bar.train_button)
    qtbot.waitUntil(lambda: window.controller.step > 200, timeout=30_000)
    with qtbot.waitSignal(window.controller.diverging, timeout=30_000) as told:
        window.controller.change({"learning_rate": 10.0})
    event: events.Diverging = told.args[0]
    assert window.controller.state is State.RUNNING
    assert window.message_bar.text == f"{event.message} {event.hint}"
    assert event.message in ledger_of(window)
    label = f"Back to step {event.rewind_step:,} with lr 0.001"
    buttons = window.message_bar.findChildren(QPushButton)
    back = next(button for button in buttons if button.text() == label)
    with qtbot.waitSignal(window.controller.prepared, timeout=30_000):
        click(qtbot, back)
    assert not window.message_bar.isVisible()
    qtbot.waitUntil(lambda: window.controller.config.learning_rate == 0.001)


@pytest.mark.parametrize("way_out", ["back", "reset", "recovered"])
def test_the_warning_of_a_divergence_goes_when_it_is_no_longer_so(
    open_window: Callable[..., MainWindow], qtbot: QtBot, way_out: str
) -> None:
    window = open_window()
    run = window.controller
    event = events.Diverging(1, "It has diverged.", "The rate is too large.", 90, 50, 10.0, 0)
    run.diverging.emit(event)
    assert window.message_bar.isVisible()
    if way_out == "recovered":
        run.recovered.emit(events.Recovered(1, 200))
    else:
        act = run.reset if way_out == "reset" else partial(run.rewind_with, {})
        with qtbot.waitSignal(run.prepared, timeout=30_000):
            act()
    assert not window.message_bar.isVisible()
    window.message_bar.show_message("warning", "Something else.")
    run.recovered.emit(events.Recovered(1, 300))
    assert window.message_bar.text == "Something else."


@pytest.mark.parametrize("moment", ["preparing", "running", "finished"])
def test_closing_at_any_moment_ends_the_thread(
    open_window: Callable[..., MainWindow], qtbot: QtBot, moment: str
) -> None:
    window = open_window(epochs=1 if moment == "finished" else 1000)
    if moment == "preparing":
        window.controller.reset()
    else:
        click(qtbot, window.top_bar.train_button)
        wait = State.FINISHED if moment == "finished" else State.RUNNING
        wait_for_state(qtbot, window, wait)
    window.close()
    assert window.controller.is_closed


def test_theme_and_stage_restyle_a_training_window(
    open_window: Callable[..., MainWindow], qtbot: QtBot
) -> None:
    window = open_window(epochs=1000)
    click(qtbot, window.top_bar.train_button)
    was_dark = window.theme.dark
    click(qtbot, window.top_bar.theme_button)
    assert window.theme.dark is not was_dark
    qtbot.keyClick(window, Qt.Key.Key_F5)
    assert window.theme.scale > 1
    reached = window.controller.step
    qtbot.waitUntil(lambda: window.controller.step > reached)
    qtbot.keyClick(window, Qt.Key.Key_F5)
    assert window.theme.scale == 1


def test_the_layout_is_remembered_and_can_be_put_back(
    open_window: Callable[..., MainWindow], qtbot: QtBot
) -> None:
    window = open_window()
    window.views.tabs.setCurrentIndex(3)
    window.panel.set_section_states({"Data": False})
    window.close()
    again = open_window()
    assert again.views.tabs.currentIndex() == 3
    assert again.panel.section_states()["Data"] is False
    again.actions_by_key["settings"].trigger()
    again.actions_by_key["fold"].trigger()
    assert not again.panel.isVisible()
    assert again.views.is_folded
    again.close()
    third = open_window()
    assert not third.panel.isVisible()
    assert third.views.is_folded
    third.actions_by_key["restore"].trigger()
    assert third.panel.isVisible()
    assert not third.views.is_folded


def test_what_the_command_line_asks_for_holds_for_that_process(
    qtbot: QtBot, qapp: QApplication, tmp_path: Path
) -> None:
    def opened(**given: Any) -> MainWindow:
        options = WindowOptions(RunConfig(threads=1), tmp_path / "data", **given)
        window, _ = build_window(qapp, options, Settings(tmp_path / "window.ini"))
        window.show()
        qtbot.waitExposed(window)
        return window

    def look(window: MainWindow) -> tuple[bool, int]:
        found = window.theme.dark, window.views.tabs.currentIndex()
        window.close()
        window.deleteLater()
        return found

    def kept() -> list[QByteArray]:
        settings = Settings(tmp_path / "window.ini")
        return [settings.bytes(key) for key in ("geometry", "layout", "plots")]

    usual, sizes = look(opened()), kept()
    asked = look(opened(dark=False, view="log", size=(1100, 640)))
    assert [one != other for one, other in zip(usual, asked, strict=True)] == [True] * 2
    assert kept() == sizes
    assert look(opened()) == usual
    by_hand = opened(dark=False, view="log")
    by_hand.views.show_named("data")
    by_hand.actions_by_key["theme"].trigger()
    by_hand.actions_by_key["theme"].trigger()
    assert look(by_hand)[0] is False
    assert look(opened()) == (usual[0], 7)
