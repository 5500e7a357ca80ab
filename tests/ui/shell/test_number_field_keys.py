"""Keys that train, pressed while a field for a number has the focus."""

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QAbstractSpinBox, QLineEdit
from pytestqt.qtbot import QtBot

from netviz.engine.protocol.run_state import State
from netviz.ui.shell.main_window import MainWindow
from tests.ui.conftest import OpenWindow, wait_for_state


def field_of(window: MainWindow, name: str) -> QAbstractSpinBox | QLineEdit:
    """Return the field of an option that is a number."""
    row = window.panel.row(name)
    field = row.findChild(QLineEdit, "rate") or row.findChild(QAbstractSpinBox)
    assert field is not None
    return field


def test_space_in_any_number_trains_and_writes_no_blank(
    open_window: OpenWindow, qtbot: QtBot
) -> None:
    window = open_window(epochs=1000)
    numbers = [f for f in window.panel.findChildren(QAbstractSpinBox) if f.isVisible()]
    assert len(numbers) >= 2
    for index, field in enumerate([field_of(window, "learning_rate"), *numbers]):
        state = State.PAUSED if index % 2 else State.RUNNING
        field.setFocus()
        text = field.text()
        qtbot.keyClick(field, Qt.Key.Key_Space)
        wait_for_state(qtbot, window, state)
        assert field.text() == text


def test_what_was_typed_before_space_holds(open_window: OpenWindow, qtbot: QtBot) -> None:
    window = open_window(epochs=1000)
    for name, typed in (("epochs", "77"), ("learning_rate", "0.02")):
        field = field_of(window, name)
        field.setFocus()
        field.selectAll()
        qtbot.keyClicks(field, typed)
        qtbot.keyClick(field, Qt.Key.Key_Space)
        assert str(getattr(window.controller.config, name)) == typed


@pytest.mark.parametrize("name", ["epochs", "batch_size"])
def test_a_point_in_a_whole_number_trains_one_batch(
    open_window: OpenWindow, qtbot: QtBot, name: str
) -> None:
    window = open_window()
    field = field_of(window, name)
    field.setFocus()
    text = field.text()
    qtbot.keyClick(field, Qt.Key.Key_Period)
    qtbot.waitUntil(lambda: window.controller.step == 1)
    assert field.text() == text


@pytest.mark.parametrize("name", ["epochs", "learning_rate"])
def test_a_point_with_control_trains_an_epoch_from_any_number(
    open_window: OpenWindow, qtbot: QtBot, name: str
) -> None:
    window = open_window(batch_size=500)
    field_of(window, name).setFocus()
    qtbot.keyClick(field_of(window, name), Qt.Key.Key_Period, Qt.KeyboardModifier.ControlModifier)
    qtbot.waitUntil(lambda: window.controller.step == 8)


def test_a_point_in_a_rate_is_written(open_window: OpenWindow, qtbot: QtBot) -> None:
    window = open_window()
    field = field_of(window, "learning_rate")
    field.setFocus()
    field.selectAll()
    qtbot.keyClicks(field, "0.5")
    assert field.text() == "0.5"
    qtbot.keyClick(field, Qt.Key.Key_Escape)


@pytest.mark.parametrize(("name", "typed"), [("epochs", "77"), ("learning_rate", "0.02")])
def test_undo_in_a_number_takes_the_change_back_once_it_is_confirmed(
    open_window: OpenWindow, qtbot: QtBot, name: str, typed: str
) -> None:
    window = open_window()
    run, field = window.controller, field_of(window, name)
    before = getattr(run.config, name)
    control, shift = Qt.KeyboardModifier.ControlModifier, Qt.KeyboardModifier.ShiftModifier
    field.setFocus()
    field.selectAll()
    qtbot.keyClicks(field, typed)
    qtbot.keyClick(field, Qt.Key.Key_Return)
    assert str(getattr(run.config, name)) == typed
    qtbot.keyClick(field, Qt.Key.Key_Z, control)
    assert getattr(run.config, name) == before
    qtbot.keyClick(field, Qt.Key.Key_Z, control | shift)
    assert str(getattr(run.config, name)) == typed
    # What is being typed is the field's own to take back.
    qtbot.keyClicks(field, "5")
    qtbot.keyClick(field, Qt.Key.Key_Z, control)
    assert str(getattr(run.config, name)) == typed
