"""The layer editor, by mouse and keyboard."""

from collections.abc import Callable

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtWidgets import QLabel, QWidget
from pytestqt.qtbot import QtBot

from netviz.engine.network.layer_plan import LENET5
from netviz.ui.dialogs.layer_editor.layer_editor import LayerEditor
from netviz.ui.dialogs.layer_editor.layer_stack import PRESETS, LayerStack, fields_of, text_of
from netviz.ui.look.theme import Theme

LEFT = Qt.MouseButton.LeftButton
Open = Callable[..., LayerEditor]


@pytest.fixture
def editor(qtbot: QtBot) -> LayerEditor:
    editor = LayerEditor(Theme())
    qtbot.addWidget(editor)
    editor.edit(("conv 16 3", "relu", "maxpool 2", "flatten", "linear 64"), (1, 28, 28), 10)
    editor.show()
    qtbot.waitExposed(editor)
    return editor


def outputs(editor: LayerEditor) -> list[str]:
    return [row.output.text() for row in editor.rows]


def press(qtbot: QtBot, editor: LayerEditor, place: int, key: str) -> None:
    qtbot.mouseClick(editor.rows[place].buttons[key], LEFT)


def choose_kind(qtbot: QtBot, editor: LayerEditor, place: int, title: str) -> None:
    box = editor.rows[place].kind_box
    box.setFocus()
    qtbot.keyClicks(box, title)
    qtbot.keyClick(box, Qt.Key.Key_Return)
    box.activated.emit(box.currentIndex())


def test_every_layer_shows_its_shape_and_size(editor: LayerEditor) -> None:
    assert outputs(editor) == ["16 × 28 × 28"] * 2 + ["16 × 14 × 14", "3,136", "64", "10"]
    assert [row.count.text() for row in editor.rows] == ["160", "0", "0", "0", "200,768", "650"]
    assert editor.total.text() == "201,578 parameters"


def test_they_follow_every_keystroke(editor: LayerEditor, qtbot: QtBot) -> None:
    field = editor.rows[0].fields[0]
    field.setFocus()
    field.selectAll()
    qtbot.keyClicks(field, "8")
    assert outputs(editor)[0] == "8 × 28 × 28"
    qtbot.keyClicks(field, "0")
    assert outputs(editor)[0] == "80 × 28 × 28"
    assert editor.layers[0] == "conv 80 3"
    qtbot.keyClick(editor, Qt.Key.Key_Z, Qt.KeyboardModifier.ControlModifier)
    editor.undo_button.click()
    assert editor.layers[0] == "conv 16 3"
    assert field.text() == "16"


def test_an_impossible_layer_is_marked_with_its_reason_and_cannot_be_applied(
    editor: LayerEditor, qtbot: QtBot
) -> None:
    chosen: list[tuple[str, ...]] = []
    editor.layers_chosen.connect(chosen.append)
    press(qtbot, editor, 3, "remove")
    assert editor.rows[3].problem.isVisible()
    assert "put flatten before it" in editor.rows[3].problem.text()
    assert editor.rows[3].kind_box.property("invalid")
    assert outputs(editor)[3:] == ["–"] * 3
    assert editor.total.text() == "These layers do not fit yet."
    qtbot.mouseClick(editor.apply_button, LEFT)
    assert chosen == []
    qtbot.mouseClick(editor.undo_button, LEFT)
    assert not editor.rows[3].problem.isVisible()
    qtbot.mouseClick(editor.apply_button, LEFT)
    assert chosen == [("conv 16 3", "relu", "maxpool 2", "flatten", "linear 64")]


def test_an_empty_or_bad_number_can_be_corrected(editor: LayerEditor, qtbot: QtBot) -> None:
    field = editor.rows[0].fields[0]
    field.setFocus()
    field.clear()
    field.textEdited.emit("")
    assert editor.rows[0].problem.isVisible()
    qtbot.keyClicks(field, "x")
    assert editor.rows[0].problem.isVisible()
    assert field.text() == "x"
    field.selectAll()
    qtbot.keyClicks(field, "4")
    assert editor.layers[0] == "conv 4 3"
    assert editor.apply_button.isEnabled()


def test_layers_are_added_moved_and_removed(editor: LayerEditor, qtbot: QtBot) -> None:
    press(qtbot, editor, 4, "add")
    assert editor.layers[5] == "relu"
    choose_kind(qtbot, editor, 5, "Drop")
    assert editor.layers[5] == "dropout 0.5"
    press(qtbot, editor, 5, "up")
    assert editor.layers[4:] == ("dropout 0.5", "linear 64")
    press(qtbot, editor, 4, "down")
    assert editor.layers[4:] == ("linear 64", "dropout 0.5")
    press(qtbot, editor, 5, "remove")
    assert len(editor.rows) == 6
    for _ in range(5):
        editor.undo_button.click()
    assert len(editor.layers) == 5
    assert not editor.undo_button.isEnabled()
    editor.redo_button.click()
    assert editor.layers[5] == "relu"


def left_of(editor: LayerEditor, widget: QWidget) -> int:
    return widget.mapTo(editor, QPoint()).x()


def test_every_number_stands_under_its_heading(editor: LayerEditor) -> None:
    headings = {label.text(): left_of(editor, label) for label in editor.findChildren(QLabel)}
    named = ("Channels, units", "Kernel", "Stride", "Padding")
    convolution, pooling, dense = (editor.rows[place].fields for place in (0, 2, 4))
    assert [left_of(editor, field) for field in convolution] == [headings[n] for n in named]
    assert left_of(editor, pooling[0]) == headings["Kernel"]
    assert left_of(editor, dense[0]) == headings["Channels, units"]
    assert left_of(editor, editor.rows[0].output) == headings["Output"]


def test_an_empty_field_shows_what_it_comes_to(editor: LayerEditor, qtbot: QtBot) -> None:
    channels, kernel, stride, padding = editor.rows[0].fields
    assert (stride.text(), stride.placeholderText()) == ("", "1")
    assert (padding.text(), padding.placeholderText()) == ("", "same (1)")
    for typed, shown in (("5", "same (2)"), ("4", "half (2)"), ("x", "same")):
        kernel.setFocus()
        kernel.selectAll()
        qtbot.keyClicks(kernel, typed)
        assert padding.placeholderText() == shown
    assert channels.text() == "16"
    assert editor.rows[2].fields[0].placeholderText() == "2"


def test_apply_and_reset_is_one_click(editor: LayerEditor, qtbot: QtBot) -> None:
    told: list[object] = []
    editor.layers_chosen.connect(told.append)
    editor.reset_requested.connect(lambda: told.append("reset"))
    qtbot.mouseClick(editor.reset_button, LEFT)
    assert told == [editor.layers, "reset"]
    press(qtbot, editor, 3, "remove")
    assert not editor.reset_button.isEnabled()


def test_the_ends_cannot_be_changed(editor: LayerEditor) -> None:
    assert not editor.rows[0].buttons["up"].isEnabled()
    assert not editor.rows[4].buttons["down"].isEnabled()
    assert not editor.rows[5].kind_box.isEnabled()
    assert not editor.rows[5].buttons["remove"].isVisible()


def test_all_layers_can_be_removed_and_added_again(editor: LayerEditor, qtbot: QtBot) -> None:
    for _ in range(5):
        press(qtbot, editor, 0, "remove")
    assert editor.layers == ()
    assert editor.apply_button.isEnabled()
    qtbot.mouseClick(editor.add_button, LEFT)
    assert editor.layers == ("relu",)


@pytest.mark.parametrize("name", PRESETS)
def test_the_courses_networks_can_be_started_from(editor: LayerEditor, name: str) -> None:
    action = next(a for a in editor.presets.menu().actions() if a.text() == name)
    action.trigger()
    assert editor.layers == PRESETS[name]
    assert editor.apply_button.isEnabled()


def test_other_images_change_the_sizes_at_once(editor: LayerEditor) -> None:
    editor.edit(LENET5, (1, 28, 28), 10)
    assert editor.total.text() == "61,706 parameters"
    editor.set_data((1, 8, 8), 10)
    assert not editor.apply_button.isEnabled()
    editor.set_data((3, 32, 32), 26)
    assert outputs(editor)[-1] == "26"


def test_a_network_that_is_too_large_says_so(editor: LayerEditor) -> None:
    editor.edit(("flatten", "linear 60000", "linear 60000"), (1, 28, 28), 10)
    assert "200,000,000 is the most" in editor.total.text()
    assert not editor.apply_button.isEnabled()


@pytest.mark.parametrize(
    "text", ["conv 16 3", "conv 16 3 2", "conv 16 3 1 0", "maxpool", "dropout 0.1", "relu"]
)
def test_fields_say_what_the_layer_says(text: str) -> None:
    assert text_of(*fields_of(text)) == text


def test_a_field_left_empty_takes_its_default() -> None:
    assert text_of("conv", ["16", "3", "", "2"]) == "conv 16 3 1 2"
    assert text_of("conv", ["", "3", "", ""]) == "conv ? 3"


def test_consecutive_keystrokes_are_undone_as_one() -> None:
    stack = LayerStack(("linear 6", "relu"), (4,), 2)
    stack.write(0, "linear 64", typing=True)
    stack.write(0, "linear 640", typing=True)
    stack.move(0, 1)
    stack.undo()
    assert stack.texts == ("linear 640", "relu")
    stack.undo()
    assert stack.texts == ("linear 6", "relu")
    stack.redo()
    assert stack.texts == ("linear 640", "relu")
