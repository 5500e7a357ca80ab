"""The editors of single options."""

from typing import Any

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QComboBox, QVBoxLayout, QWidget

from netviz.number_text import typed_text
from netviz.ui.controls.choice_editor import ChoiceEditor
from netviz.ui.controls.dataset_editor import DatasetEditor
from netviz.ui.controls.learning_rate_control import LearningRateEditor
from netviz.ui.controls.number_editor import NumberEditor, NumberField
from netviz.ui.controls.option_row import make_editor
from netviz.ui.controls.toggle_editor import Toggle, ToggleEditor
from netviz.ui.controls.widths_editor import WidthsEditor
from netviz.ui.look.style_sheet import dress_application, dress_window
from netviz.ui.look.theme import Theme


class Bench:
    """An editor in an active window, and what it emitted."""

    def __init__(self, qtbot: Any, theme: Theme, option: str) -> None:
        self.window = QWidget()
        dress_window(self.window, theme)
        self.editor = make_editor(theme, option)
        QVBoxLayout(self.window).addWidget(self.editor)
        self.other = QWidget()
        self.other.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.window.layout().addWidget(self.other)
        qtbot.addWidget(self.window)
        self.window.show()
        self.window.activateWindow()
        qtbot.waitUntil(self.window.isActiveWindow)
        self.other.setFocus()
        self.emitted: list[Any] = []
        self.editor.edited.connect(self.emitted.append)

    @property
    def field(self) -> QWidget:
        return self.editor.field

    def wheel(self, angle: int) -> None:
        place = self.field.mapTo(self.window, self.field.rect().center())
        QTest.wheelEvent(self.window.windowHandle(), place, QPoint(0, angle))
        QApplication.processEvents()


@pytest.fixture
def bench(qtbot, qapp):
    theme = Theme()
    dress_application(theme)
    return lambda option: Bench(qtbot, theme, option)


def test_each_kind_of_option_has_its_editor(bench) -> None:
    assert isinstance(bench("optimizer").editor, ChoiceEditor)
    assert isinstance(bench("nesterov").editor, ToggleEditor)
    assert isinstance(bench("hidden").editor, WidthsEditor)
    assert isinstance(bench("epochs").editor, NumberEditor)
    assert isinstance(bench("weight_decay").editor, NumberEditor)
    assert isinstance(bench("learning_rate").editor, LearningRateEditor)
    assert isinstance(bench("dataset").editor, DatasetEditor)


@pytest.mark.parametrize(
    ("number", "text"),
    [(60_000, "60000"), (0.0003, "0.0003"), (1e-5, "1e-5"), (1e-12, "1e-12"), (0.1 + 0.2, "0.3")],
)
def test_numbers_are_written_as_typed(number: float, text: str) -> None:
    assert typed_text(number) == text


def test_a_choice_is_made_by_keyboard(qtbot, bench) -> None:
    b = bench("optimizer")
    b.editor.set_value("adam")
    b.field.setFocus()
    qtbot.keyClick(b.field, Qt.Key.Key_Down)
    qtbot.keyClick(b.field, Qt.Key.Key_Up)
    assert b.emitted == ["adamw", "adam"]


def test_a_choice_ignores_the_wheel_without_focus(bench) -> None:
    b = bench("optimizer")
    b.editor.set_value("adam")
    b.wheel(-120)
    assert b.emitted == []
    b.field.setFocus()
    b.wheel(-120)
    assert b.emitted == ["adamw"]


def test_a_toggle_turns_by_click_and_space(qtbot, bench) -> None:
    b = bench("nesterov")
    toggle = b.editor.findChild(Toggle)
    qtbot.mouseClick(toggle, Qt.MouseButton.LeftButton)
    qtbot.keyClick(toggle, Qt.Key.Key_Space)
    assert b.emitted == [True, False]


def test_a_number_takes_effect_with_enter_or_on_leaving(qtbot, bench) -> None:
    b = bench("epochs")
    b.editor.set_value(20)
    b.field.setFocus()
    b.field.selectAll()
    qtbot.keyClicks(b.field, "35")
    assert b.emitted == [], "half a number is none"
    qtbot.keyClick(b.field, Qt.Key.Key_Return)
    b.editor.set_value(35)
    b.field.selectAll()
    qtbot.keyClicks(b.field, "40")
    b.other.setFocus()
    assert b.emitted == ["35", "40"]


@pytest.mark.parametrize(
    ("option", "typed", "read"), [("weight_decay", "0,05", "0.05"), ("epochs", "1,5", "1,5")]
)
def test_a_decimal_comma_is_read_where_there_may_be_decimals(
    qtbot, bench, option: str, typed: str, read: str
) -> None:
    b = bench(option)
    b.editor.set_value(1)
    b.field.setFocus()
    b.field.selectAll()
    qtbot.keyClicks(b.field, typed)
    qtbot.keyClick(b.field, Qt.Key.Key_Return)
    assert b.emitted == [read]


def test_a_number_that_is_typed_again_is_meant(qtbot, bench) -> None:
    b = bench("epochs")
    b.editor.set_value(20)
    b.field.setFocus()
    b.field.selectAll()
    qtbot.keyClicks(b.field, "20")
    qtbot.keyClick(b.field, Qt.Key.Key_Return)
    b.other.setFocus()
    assert b.emitted == ["20"]


def test_leaving_a_number_untouched_emits_nothing(qtbot, bench) -> None:
    b = bench("epochs")
    b.editor.set_value(20)
    b.field.setFocus()
    qtbot.keyClick(b.field, Qt.Key.Key_Return)
    b.other.setFocus()
    assert b.emitted == []


def test_escape_restores_a_number(qtbot, bench) -> None:
    b = bench("epochs")
    b.editor.set_value(20)
    b.field.setFocus()
    b.field.selectAll()
    qtbot.keyClicks(b.field, "999")
    qtbot.keyClick(b.field, Qt.Key.Key_Escape)
    assert b.field.text() == "20"
    assert b.emitted == ["20"]


@pytest.mark.parametrize(
    ("option", "start", "key", "expected"),
    [
        ("batch_size", 10, Qt.Key.Key_Up, "20"),
        ("batch_size", 10, Qt.Key.Key_Down, "5"),
        ("batch_size", 5, Qt.Key.Key_Down, "2"),
        ("batch_size", 50_000, Qt.Key.Key_Up, "60000"),
        ("epochs", 20, Qt.Key.Key_PageUp, "30"),
        ("momentum", 0.9, Qt.Key.Key_Up, "0.95"),
        ("momentum", 0.95, Qt.Key.Key_Up, "0.9999"),
        ("weight_decay", 0.0, Qt.Key.Key_Up, "0.0001"),
        ("seed", 2**62, Qt.Key.Key_Up, str(2**62 + 1)),
    ],
)
def test_arrow_keys_step(qtbot, bench, option, start, key, expected) -> None:
    b = bench(option)
    b.editor.set_value(start)
    qtbot.keyClick(b.field, key)
    assert b.emitted == [expected]


def test_a_number_stops_at_the_end_of_its_range(qtbot, bench) -> None:
    b = bench("epochs")
    b.editor.set_value(1)
    qtbot.keyClick(b.field, Qt.Key.Key_Down)
    assert b.emitted == []


def test_a_number_ignores_the_wheel_without_focus(bench) -> None:
    b = bench("epochs")
    b.editor.set_value(20)
    b.wheel(120)
    assert b.emitted == []
    b.field.setFocus()
    b.wheel(120)
    assert b.emitted == ["21"]


def test_a_value_from_outside_does_not_overwrite_what_is_typed(qtbot, bench) -> None:
    b = bench("epochs")
    b.editor.set_value(20)
    b.field.setFocus()
    b.field.selectAll()
    qtbot.keyClicks(b.field, "3")
    b.editor.set_value(25)
    qtbot.keyClicks(b.field, "5")
    assert isinstance(b.field, NumberField)
    assert b.field.text() == "35"


def _widths(bench) -> tuple[Bench, QComboBox]:
    b = bench("hidden")
    b.editor.set_ends(784, 10)
    b.editor.set_value((64, 64, 64))
    return b, b.field


def test_widths_are_shown_between_input_and_output(bench) -> None:
    _, box = _widths(bench)
    assert box.currentText() == "784 – 64 – 64 – 64 – 10"
    assert [box.itemText(i) for i in range(box.count())][-1] == "784 – 10"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("64,64", "64,64"),
        ("64, 32", "64,32"),
        ("128 64", "128,64"),
        ("784 – 20 – 10", "20"),
        ("784 – 10", ""),
        ("", ""),
        ("64,abc", "64,abc"),
    ],
)
def test_widths_can_be_typed(qtbot, bench, text, expected) -> None:
    b, box = _widths(bench)
    line = box.lineEdit()
    line.setFocus()
    line.selectAll()
    qtbot.keyClick(line, Qt.Key.Key_Delete)
    line.insert(text)
    qtbot.keyClick(line, Qt.Key.Key_Return)
    assert b.emitted[0] == expected or b.emitted[0] == ()


def test_a_preset_of_widths_is_chosen_by_keyboard(qtbot, bench) -> None:
    b, box = _widths(bench)
    box.setFocus()
    qtbot.keyClick(box, Qt.Key.Key_Down)
    assert b.emitted == [(128, 64)]


def test_other_ends_are_shown_for_other_data(bench) -> None:
    b, box = _widths(bench)
    b.editor.set_ends(3072, 26)
    assert box.currentText() == "3072 – 64 – 64 – 64 – 26"
    assert b.emitted == []
