"""Going back to a step, as it is asked for in the window."""

import numpy as np
import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QInputDialog, QPushButton
from pytestqt.qtbot import QtBot

from netviz.engine.protocol.run_state import State
from netviz.engine.session import going_back
from netviz.ui.shell.main_window import MainWindow
from netviz.ui.views.ledger_view import LedgerView
from netviz.ui.views.mistakes.mistake_view import MistakeView
from tests.ui.conftest import OpenWindow, wait_for_state

CONTROL = Qt.KeyboardModifier.ControlModifier


@pytest.fixture
def trained(open_window: OpenWindow, qtbot: QtBot) -> MainWindow:
    """A window on a run of two epochs, the rate changed after the first."""
    window = open_window(epochs=1)
    window.controller.start()
    wait_for_state(qtbot, window, State.FINISHED)
    window.controller.change({"learning_rate": 0.01})
    window.controller.change({"epochs": 2})
    qtbot.waitUntil(lambda: window.controller.step == 800, timeout=60_000)
    wait_for_state(qtbot, window, State.FINISHED)
    return window


def go_back_from_plot(window: MainWindow, step: int) -> None:
    """Choose "Go back" in the menu of the loss, where the mouse is over a step."""
    plot = window.loss_plot
    plot.refresh()
    plot.canvas.hovered.emit(float(step))
    plot.menu.aboutToShow.emit()
    assert plot.menu.back_action.text() == f"Go back to step {step:,}"
    plot.menu.back_action.trigger()


def assert_at(
    window: MainWindow, qtbot: QtBot, step: int, losses: np.ndarray, state: State = State.PAUSED
) -> None:
    qtbot.waitUntil(lambda: window.controller.step == step, timeout=30_000)
    wait_for_state(qtbot, window, state if step < 800 else State.FINISHED)
    assert window.loss_plot.history.losses.tolist() == losses[:step].tolist()


def test_the_menu_of_a_plot_leads_back_and_undo_to_the_end(
    trained: MainWindow, qtbot: QtBot
) -> None:
    losses = trained.loss_plot.history.losses.copy()
    go_back_from_plot(trained, 500)
    assert_at(trained, qtbot, 500, losses)
    assert trained.controller.config.learning_rate == 0.01
    assert "Ctrl+Z brings back the run at step 800." in trained.status
    qtbot.keyClick(trained, Qt.Key.Key_Z, CONTROL)
    assert_at(trained, qtbot, 800, losses)
    trained.actions_by_key["redo"].trigger()
    assert_at(trained, qtbot, 500, losses)
    trained.controller.start()
    qtbot.waitUntil(lambda: trained.controller.step == 800, timeout=60_000)
    wait_for_state(qtbot, trained, State.FINISHED)
    assert trained.loss_plot.history.losses.tolist() == losses.tolist()


def test_a_row_of_the_log_leads_back_to_before_its_change(
    trained: MainWindow, qtbot: QtBot
) -> None:
    losses = trained.loss_plot.history.losses.copy()
    trained.views.show_named("log")
    log = trained.views.view(LedgerView)
    qtbot.waitUntil(lambda: any(each.step == 400 for each in log.model.entries))
    row = next(i for i, each in enumerate(log.model.entries) if "lr" in each.text)
    log.table.setCurrentIndex(log.model.index(row, 0))
    (back,) = (each for each in log.table.actions() if each.text() == "Go back to this step")
    back.trigger()
    assert_at(trained, qtbot, 400, losses, State.FINISHED)
    assert trained.controller.config.learning_rate == 0.001
    assert trained.controller.config.epochs == 1
    told = "Went back from step 800 to step 400."
    qtbot.waitUntil(lambda: any(told in each.text for each in log.model.entries))


def test_the_menu_asks_for_the_step_and_offers_the_last_epoch(
    trained: MainWindow, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[tuple[object, ...]] = []

    def answer(*words: object) -> tuple[int, bool]:
        asked.append(words[3:])
        return 123, True

    losses = trained.loss_plot.history.losses.copy()
    monkeypatch.setattr(QInputDialog, "getInt", answer)
    qtbot.keyClick(trained, Qt.Key.Key_B, CONTROL)
    assert asked == [(400, 0, 799)]
    assert_at(trained, qtbot, 123, losses)


def test_an_untrained_run_has_no_past(open_window: OpenWindow, qtbot: QtBot) -> None:
    window = open_window()
    assert not window.actions_by_key["go_back"].isEnabled()
    window.controller.train_one_batch()
    qtbot.waitUntil(lambda: window.actions_by_key["go_back"].isEnabled())
    window.loss_plot.menu.aboutToShow.emit()
    assert not window.loss_plot.menu.back_action.isVisible()


def test_what_takes_long_says_so_and_can_be_given_up(
    trained: MainWindow, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("netviz.ui.presenters.past_presenter._QUICK_S", 0.0)
    monkeypatch.setattr(going_back, "SLICE_S", 0.0)
    losses = trained.loss_plot.history.losses.copy()
    trained.controller.go_back(799)
    qtbot.waitUntil(lambda: "Going back to step 799" in trained.message_bar.text)
    assert "Going back to step 799: " in trained.status
    (stay,) = (b for b in trained.message_bar.findChildren(QPushButton) if b.text() == "Stay here")
    stay.click()
    qtbot.waitUntil(lambda: "Going back" not in trained.message_bar.text)
    qtbot.waitUntil(lambda: "Going back" not in trained.status)
    assert_at(trained, qtbot, 800, losses)


def test_the_way_is_told_also_where_the_notice_was_closed(
    trained: MainWindow, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("netviz.ui.presenters.past_presenter._QUICK_S", 0.0)
    monkeypatch.setattr(going_back, "SLICE_S", 0.0)
    losses = trained.loss_plot.history.losses.copy()
    told: list[str] = []
    trained.controller.going_back.connect(lambda _: trained.message_bar.close_message())
    trained.controller.going_back.connect(lambda _: told.append(trained.status))
    trained.controller.go_back(799)
    assert_at(trained, qtbot, 799, losses)
    assert any("Going back to step 799: " in each for each in told)
    assert "Going back" not in trained.status


def test_the_mistakes_of_the_step_follow(trained: MainWindow, qtbot: QtBot) -> None:
    trained.views.show_named("mistakes")
    mistakes = trained.views.view(MistakeView)
    qtbot.waitUntil(lambda: "step 800" in mistakes.header.toolTip(), timeout=30_000)
    losses = trained.loss_plot.history.losses.copy()
    go_back_from_plot(trained, 500)
    assert_at(trained, qtbot, 500, losses)
    qtbot.waitUntil(
        lambda: mistakes.has_content and "step 500" in mistakes.header.toolTip(), timeout=30_000
    )
