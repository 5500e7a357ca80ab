"""Find is begun from the menu, the rate's card and the tab, and its rate is an ordinary change."""

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLineEdit
from pytestqt.qtbot import QtBot

from netviz.engine.protocol.run_state import State
from netviz.engine.rates import range_test
from netviz.ui.shell.main_window import MainWindow
from netviz.ui.views.learning_rate.find_picture import FindPicture
from netviz.ui.views.learning_rate.rate_view import RateView
from tests.ui.conftest import OpenWindow


@pytest.fixture
def window(open_window: OpenWindow, monkeypatch: pytest.MonkeyPatch) -> MainWindow:
    monkeypatch.setattr(range_test, "TRIALS", 2)
    monkeypatch.setattr(range_test, "BATCHES", 60)
    return open_window(epochs=1, learning_rate=0.001)


def row_of(window: MainWindow) -> FindPicture:
    rows = window.views.view(RateView).pictures
    return next(row for row in rows if isinstance(row, FindPicture))


def wait_until_found(qtbot: QtBot, window: MainWindow) -> None:
    test = row_of(window).line
    qtbot.waitUntil(lambda: bool(test.test and test.test.is_finished), timeout=60_000)


def test_f_brings_the_tab_to_the_front_and_begins(window: MainWindow, qtbot: QtBot) -> None:
    window.views.set_folded(True)
    window.actions_by_key["find"].trigger()
    assert window.actions_by_key["find"].shortcut().toString() == "F"
    assert row_of(window).isVisible()
    wait_until_found(qtbot, window)
    assert window.controller.step == 0
    assert window.controller.config.learning_rate == 0.001


def test_the_button_beside_the_rate_does_the_same(window: MainWindow, qtbot: QtBot) -> None:
    qtbot.mouseClick(window.panel.find_button, Qt.MouseButton.LeftButton)
    wait_until_found(qtbot, window)
    assert row_of(window).isVisible()


def test_f_is_a_letter_while_a_text_is_typed(window: MainWindow, qtbot: QtBot) -> None:
    field = window.panel.findChild(QLineEdit, "rate")
    assert isinstance(field, QLineEdit)
    field.setFocus()
    field.selectAll()
    qtbot.keyClick(field, Qt.Key.Key_F)
    assert field.text() == "f"
    assert row_of(window).line.test is None
    qtbot.keyClick(field, Qt.Key.Key_Escape)


def test_a_rate_that_is_taken_is_an_entry_and_can_be_undone(
    window: MainWindow, qtbot: QtBot
) -> None:
    window.actions_by_key["step"].trigger()  # before the first step there is no ledger
    qtbot.waitUntil(lambda: window.controller.step == 1, timeout=30_000)
    window.actions_by_key["find"].trigger()
    wait_until_found(qtbot, window)
    line = row_of(window).line
    qtbot.keyClick(line, Qt.Key.Key_Right)
    assert window.controller.config.learning_rate == 0.001, "not before Enter"
    with qtbot.waitSignal(window.controller.changed, timeout=10_000) as changed:
        qtbot.keyClick(line, Qt.Key.Key_Return)
    assert [entry.new for entry in changed.args[0].ledger] == [0.0013]
    assert window.controller.config.learning_rate == 0.0013
    window.actions_by_key["undo"].trigger()
    assert window.controller.config.learning_rate == 0.001


def test_training_waits_and_goes_on(window: MainWindow, qtbot: QtBot) -> None:
    window.controller.start()
    qtbot.waitUntil(lambda: window.controller.step > 20, timeout=30_000)
    window.actions_by_key["find"].trigger()
    wait_until_found(qtbot, window)
    qtbot.waitUntil(lambda: window.controller.state is State.FINISHED, timeout=60_000)
    test = row_of(window).line.test
    assert test is not None
    assert test.step >= 20


def test_reset_forgets_the_curve(window: MainWindow, qtbot: QtBot) -> None:
    window.actions_by_key["find"].trigger()
    wait_until_found(qtbot, window)
    with qtbot.waitSignal(window.controller.prepared, timeout=30_000):
        window.actions_by_key["reset"].trigger()
    assert row_of(window).line.test is None
    assert row_of(window).button.text() == "Find"
