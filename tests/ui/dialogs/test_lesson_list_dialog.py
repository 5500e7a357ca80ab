"""The list of lessons, as one chooses from it."""

from PySide6.QtCore import Qt
from pytestqt.qtbot import QtBot

from netviz.ui.dialogs.lesson_list_dialog import LessonEntry, LessonListDialog
from netviz.ui.look.theme import Theme
from tests.ui.painting import painted

DONE = LessonEntry("01", "What training does", "Press Train.", 8, "beginner", 4, 4, is_done=True)
BEGUN = LessonEntry("03", "Rates", "Draw the loss.", 10, "beginner", 3, 6)
NEW = LessonEntry("05", "Overfitting", "See it come.", 12, "intermediate")
OWN = LessonEntry("mine", "My lesson", is_own=True)
BROKEN = LessonEntry("bad", "bad", is_own=True, error="bad.md, line 14: no option lerning_rate.")


def opened(qtbot: QtBot, theme: Theme, *entries: LessonEntry) -> LessonListDialog:
    dialog = LessonListDialog(theme, entries)
    dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose, False)
    qtbot.addWidget(dialog)
    dialog.show()
    qtbot.waitExposed(dialog)
    return dialog


def test_each_lesson_is_told_in_two_lines(qtbot: QtBot, theme: Theme) -> None:
    said = painted(opened(qtbot, theme, DONE, BEGUN, NEW)).words()
    assert said[:8] == [
        *("What training does", "8 min · beginner", "Press Train.", "done"),
        *("Rates", "10 min · beginner", "Draw the loss.", "step 3 of 6"),
    ]


def test_own_lessons_stand_apart_and_broken_ones_say_why(qtbot: QtBot, theme: Theme) -> None:
    said = painted(opened(qtbot, theme, NEW, OWN, BROKEN)).words()
    assert said.index("Lessons") < said.index("Overfitting") < said.index("In your folder")
    assert BROKEN.error in said
    assert "cannot be read" in said


def test_enter_opens_the_lesson_that_was_begun(qtbot: QtBot, theme: Theme) -> None:
    dialog = opened(qtbot, theme, DONE, BEGUN, NEW)
    assert dialog.open_button.text() == "Go on"
    with qtbot.waitSignal(dialog.opened) as chosen:
        qtbot.keyClick(dialog.list, Qt.Key.Key_Return)
    assert chosen.args == ["03"]
    assert dialog.isHidden()


def test_the_keys_walk_over_headings(qtbot: QtBot, theme: Theme) -> None:
    dialog = opened(qtbot, theme, NEW, OWN)
    assert dialog.chosen == NEW
    qtbot.keyClick(dialog.list, Qt.Key.Key_Down)
    assert dialog.chosen == OWN
    opened_once: list[str] = []
    dialog.opened.connect(opened_once.append)
    qtbot.keyClick(dialog.list, Qt.Key.Key_Return)
    assert opened_once == ["mine"]


def test_what_is_marked_stays_when_the_folder_changes(qtbot: QtBot, theme: Theme) -> None:
    dialog = opened(qtbot, theme, NEW, OWN)
    qtbot.keyClick(dialog.list, Qt.Key.Key_Down)
    dialog.set_entries([DONE, NEW, OWN, BROKEN])
    assert dialog.chosen == OWN


def test_without_lessons_it_says_what_to_do(qtbot: QtBot, theme: Theme) -> None:
    dialog = opened(qtbot, theme)
    assert "your folder" in dialog.empty.text
    assert dialog.empty.isVisible()
    assert not dialog.open_button.isEnabled()
    with qtbot.waitSignal(dialog.folder_requested):
        qtbot.mouseClick(dialog.folder_button, Qt.MouseButton.LeftButton)
    with qtbot.waitSignal(dialog.file_requested):
        qtbot.mouseClick(dialog.file_button, Qt.MouseButton.LeftButton)
