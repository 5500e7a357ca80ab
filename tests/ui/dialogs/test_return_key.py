"""Return does what the blue button says, in every dialog, wherever the focus is."""

import importlib
import inspect
import pkgutil
from pathlib import Path

import numpy as np
import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QAbstractSpinBox, QComboBox, QDialog, QLineEdit, QPushButton
from pytestqt.qtbot import QtBot

from netviz.engine.datasets.own.peek import OwnPeek
from netviz.engine.options.run_config import RunConfig
from netviz.engine.protocol.state_budget import StateBudget
from netviz.ui import dialogs
from netviz.ui.dialogs.already_open_dialog import AlreadyOpenDialog
from netviz.ui.dialogs.compare_runs_dialog import CompareRunsDialog
from netviz.ui.dialogs.layer_editor.layer_editor import LayerEditor
from netviz.ui.dialogs.lesson_list_dialog import LessonEntry, LessonListDialog
from netviz.ui.dialogs.own_images_dialog import OwnPreview
from netviz.ui.dialogs.race_dialog import RaceDialog
from netviz.ui.dialogs.save_run_dialog import SaveRunDialog
from netviz.ui.dialogs.state_room_dialog import StateRoomDialog
from netviz.ui.look.theme import Theme


def preview(theme: Theme) -> OwnPreview:
    made = OwnPreview(theme, RunConfig.parse({"dataset": "folder:/pictures"}))
    images = np.zeros((2, 1, 28, 28), np.uint8)
    made.show_peek(OwnPeek(Path(), {"cats": 9, "dogs": 8}, images, np.array([0, 1]), ()))
    return made


def save_run(theme: Theme) -> SaveRunDialog:
    return SaveRunDialog(theme, Path("nowhere") / "a-new-run")


def already_open(theme: Theme) -> AlreadyOpenDialog:
    return AlreadyOpenDialog(theme, "MNIST – NetViz", "monday")


def race(theme: Theme) -> RaceDialog:
    return RaceDialog(theme, RunConfig())


def compare_runs(theme: Theme) -> CompareRunsDialog:
    return CompareRunsDialog(theme, ("Run 1", "Run 2"), [("Learning rate", "0.1", "1")])


def state_room(theme: Theme) -> StateRoomDialog:
    return StateRoomDialog(theme, StateBudget())


def lesson_list(theme: Theme) -> LessonListDialog:
    return LessonListDialog(theme, [LessonEntry("01", "What training does")])


WITHOUT_FIELDS = (AlreadyOpenDialog, CompareRunsDialog, LessonListDialog)
MAKERS = {
    OwnPreview: preview,
    AlreadyOpenDialog: already_open,
    LayerEditor: LayerEditor,
    SaveRunDialog: save_run,
    RaceDialog: race,
    CompareRunsDialog: compare_runs,
    StateRoomDialog: state_room,
    LessonListDialog: lesson_list,
}


def test_every_dialog_is_tried_here() -> None:
    found = set()
    for module in pkgutil.walk_packages(dialogs.__path__, "netviz.ui.dialogs."):
        for _, kind in inspect.getmembers(importlib.import_module(module.name), inspect.isclass):
            if issubclass(kind, QDialog) and kind.__module__ == module.name:
                found.add(kind)
    assert found == set(MAKERS)


@pytest.mark.parametrize("kind", MAKERS)
def test_return_presses_the_blue_button(qtbot: QtBot, theme: Theme, kind: type[QDialog]) -> None:
    dialog = MAKERS[kind](theme)
    qtbot.addWidget(dialog)
    dialog.show()
    buttons = dialog.findChildren(QPushButton)
    (blue,) = [button for button in buttons if button.property("kind") == "primary"]
    pressed: list[bool] = []
    blue.clicked.disconnect()  # it would close the dialog
    blue.clicked.connect(lambda: pressed.append(True))
    places = [
        field
        for sort in (QAbstractSpinBox, QComboBox, QLineEdit)
        for field in dialog.findChildren(sort)
        if field.isVisible() and field.isEnabled()
    ]
    assert places or kind in WITHOUT_FIELDS
    for count, place in enumerate([*places, *buttons], 1):
        place.setFocus()
        qtbot.keyClick(place, Qt.Key.Key_Return)
        assert dialog.isVisible()
        assert len(pressed) == count, place


def with_typed_size(qtbot: QtBot, theme: Theme, text: str) -> tuple[OwnPreview, QAbstractSpinBox]:
    """Open the preview and type a size, without Return; return it and the field."""
    dialog = preview(theme)
    qtbot.addWidget(dialog)
    dialog.show()
    field = dialog.row("image_size").findChild(QAbstractSpinBox)
    assert isinstance(field, QAbstractSpinBox)
    field.setFocus()
    field.selectAll()
    qtbot.keyClicks(field, text)
    return dialog, field


def test_a_size_that_was_just_typed_is_used(qtbot: QtBot, theme: Theme) -> None:
    dialog, field = with_typed_size(qtbot, theme, "32")
    with qtbot.waitSignal(dialog.chosen) as chosen:
        qtbot.keyClick(field, Qt.Key.Key_Return)
    assert chosen.args[0]["image_size"] == 32


def test_a_size_that_is_refused_is_not_passed_over(qtbot: QtBot, theme: Theme) -> None:
    dialog, field = with_typed_size(qtbot, theme, "99999")
    with qtbot.assertNotEmitted(dialog.chosen):
        qtbot.keyClick(field, Qt.Key.Key_Return)
    assert dialog.isVisible()
