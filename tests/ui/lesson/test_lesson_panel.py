"""The panel of a lesson, as a learner and a teacher use it."""

from dataclasses import replace

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication, QLineEdit
from pytestqt.qtbot import QtBot

from netviz.ui.lesson.lesson_panel import LessonPanel
from netviz.ui.lesson.sheet import (
    ChoiceQuestion,
    CurveQuestion,
    EndSheet,
    Note,
    NumberQuestion,
    Primary,
    ProblemSheet,
    Sheet,
    StepSheet,
    Waiting,
)
from netviz.ui.look.theme import Theme
from tests.ui.painting import painted

LEFT, ENTER = Qt.MouseButton.LeftButton, Qt.Key.Key_Return
CHOICE = ChoiceQuestion("Which is fastest?", ("A small rate", "A large rate", "None"))
STEP = StepSheet("Rates", "Your guess", 3, 6, "Some **text**.", can_go_back=True)
ASKED = replace(STEP, question=CHOICE, primary=Primary.SHOW)


@pytest.fixture
def panel(qtbot: QtBot, theme: Theme) -> LessonPanel:
    return opened(qtbot, LessonPanel(theme))


def opened(qtbot: QtBot, panel: LessonPanel) -> LessonPanel:
    qtbot.addWidget(panel)
    panel.resize(250, 440)
    panel.show()
    qtbot.waitExposed(panel)
    return panel


def words(panel: LessonPanel) -> str:
    """Return what can be read, in reading order."""
    QApplication.processEvents()
    return " ".join(painted(panel).words())


def test_a_step_says_where_one_is(panel: LessonPanel) -> None:
    panel.show_sheet(STEP)
    said = words(panel)
    assert "step 3 of 6" in said
    assert "Rates" in said
    assert "Your guess" in said
    assert panel.parts.text.toPlainText() == "Some text."


@pytest.mark.parametrize(
    ("primary", "signal"),
    [
        (Primary.SHOW, "reveal_requested"),
        (Primary.NEXT, "next_requested"),
        (Primary.FINISH, "next_requested"),
    ],
)
def test_enter_presses_the_blue_button(
    qtbot: QtBot, panel: LessonPanel, primary: Primary, signal: str
) -> None:
    panel.show_sheet(replace(STEP, primary=primary))
    with qtbot.waitSignal(getattr(panel, signal)):
        qtbot.keyClick(panel, ENTER)
    with qtbot.waitSignal(getattr(panel, signal)):
        qtbot.mouseClick(panel.foot.primary_button, LEFT)


def test_a_blue_button_that_waits_is_not_pressed_and_says_why(
    qtbot: QtBot, panel: LessonPanel
) -> None:
    panel.show_sheet(replace(STEP, can_go_on=False, hint="Draw a guess first."))
    with qtbot.assertNotEmitted(panel.next_requested):
        qtbot.keyClick(panel, ENTER)
    assert "Draw a guess first." in words(panel)


def test_an_answer_is_chosen_with_the_mouse_or_by_its_number(
    qtbot: QtBot, panel: LessonPanel
) -> None:
    panel.show_sheet(ASKED)
    with qtbot.waitSignal(panel.answered) as chosen:
        qtbot.mouseClick(panel.parts.choices.buttons[1], LEFT)
    assert chosen.args == [1]
    with qtbot.waitSignal(panel.answered) as chosen:
        qtbot.keyClick(panel, Qt.Key.Key_3)
    assert chosen.args == [2]
    with qtbot.assertNotEmitted(panel.answered):
        qtbot.keyClick(panel, Qt.Key.Key_4)
    assert [button.isChecked() for button in panel.parts.choices.buttons] == [False, False, True]


def test_after_the_reveal_the_right_answer_is_marked_and_nothing_changes(
    qtbot: QtBot, panel: LessonPanel
) -> None:
    panel.show_sheet(replace(ASKED, question=replace(CHOICE, chosen=0, right=1, is_open=False)))
    names = [button.accessibleName() for button in panel.parts.choices.buttons]
    assert names == [
        "Answer 1: A small rate, not right",
        "Answer 2: A large rate, right",
        "Answer 3: None",
    ]
    with qtbot.assertNotEmitted(panel.answered):
        qtbot.keyClick(panel, Qt.Key.Key_2)
        qtbot.mouseClick(panel.parts.choices.buttons[1], LEFT)


def test_the_hands_of_a_class_are_counted(qtbot: QtBot, panel: LessonPanel) -> None:
    panel.show_sheet(ASKED)
    choices = panel.parts.choices
    assert choices.fields[0].isHidden()
    with qtbot.waitSignal(panel.counted) as counted:
        qtbot.mouseClick(choices.hands_button, LEFT)
    assert counted.args == [(0, 0, 0)]
    panel.show_sheet(replace(ASKED, question=replace(CHOICE, counts=(0, 0, 0))))
    with qtbot.waitSignal(panel.counted) as counted:
        choices.fields[1].setValue(12)
    assert counted.args == [(0, 12, 0)]
    with qtbot.assertNotEmitted(panel.counted):
        panel.show_sheet(replace(ASKED, question=replace(CHOICE, counts=(3, 12, 7))))
    assert [field.value() for field in choices.fields] == [3, 12, 7]
    with qtbot.waitSignal(panel.counted) as counted:
        qtbot.mouseClick(choices.hands_button, LEFT)
    assert counted.args == [()]


def test_on_the_stage_a_click_on_an_answer_counts_one_more(qtbot: QtBot, theme: Theme) -> None:
    page = opened(qtbot, LessonPanel(theme, 14, is_for_class=True))
    page.resize(900, 600)
    page.show_sheet(replace(ASKED, question=replace(CHOICE, counts=(3, 12, 7))))
    choices = page.parts.choices
    for pressed in (choices.buttons[0], choices.more_buttons[0]):
        with qtbot.waitSignal(page.counted) as counted:
            qtbot.mouseClick(pressed, LEFT)
    assert counted.args == [(5, 12, 7)]
    page.show_sheet(replace(ASKED, question=replace(CHOICE, counts=(5, 12, 7))))
    QApplication.processEvents()
    bars = painted(page).filled(theme.colors.primary.lower())
    first, most, last = (shape.box.width() for shape in bars)
    assert first / most == pytest.approx(5 / 12, abs=0.01)
    assert last / most == pytest.approx(7 / 12, abs=0.01)


def test_a_number_is_typed_and_percent_are_parts_of_one(qtbot: QtBot, panel: LessonPanel) -> None:
    asked = replace(STEP, question=NumberQuestion("How many?", percent=True))
    panel.show_sheet(asked)
    field = panel.parts.number.field
    with qtbot.waitSignals([panel.answered, panel.answered]):
        qtbot.keyClicks(field, "95")
    assert panel.parts.number.value == 0.95
    # What is being typed is not disturbed by the sheet that comes back.
    qtbot.keyClicks(field, ",")
    panel.show_sheet(replace(asked, question=NumberQuestion("How many?", percent=True, given=0.95)))
    assert field.text() == "95,"
    with qtbot.waitSignal(panel.next_requested):
        qtbot.keyClick(field, ENTER)


def test_what_is_no_number_is_framed_and_answers_nothing(qtbot: QtBot, panel: LessonPanel) -> None:
    panel.show_sheet(replace(STEP, question=NumberQuestion("How many?")))
    field = panel.parts.number.field
    with qtbot.waitSignal(panel.answered) as answered:
        qtbot.keyClicks(field, "x")
    assert answered.args == [None]
    assert field.property("invalid") is True


def test_the_number_as_it_turned_out_is_told(panel: LessonPanel) -> None:
    asked = NumberQuestion(
        "How many?", given=3, truth="It was 91.2 %.", is_right=False, is_open=False
    )
    panel.show_sheet(replace(STEP, question=asked))
    assert "✗ It was 91.2 %." in words(panel)


def test_a_curve_is_asked_for_and_then_explained(qtbot: QtBot, panel: LessonPanel) -> None:
    panel.show_sheet(replace(STEP, question=CurveQuestion("Draw the loss.")))
    assert "Draw your guess in the plot" in words(panel)
    assert panel.foot.second_button.isHidden()
    drawn = CurveQuestion("Draw the loss.", True, "It falls.", "It leapt.", is_revealed=True)
    panel.show_sheet(replace(STEP, question=drawn))
    said = words(panel)
    assert "Your guess" in said
    assert "It falls." in said
    assert "What it did" in said
    assert "It leapt." in said
    with qtbot.waitSignal(panel.redraw_requested):
        qtbot.mouseClick(panel.foot.second_button, LEFT)


def test_every_button_has_room_for_its_words(panel: LessonPanel) -> None:
    drawn = CurveQuestion("Draw the loss.", is_drawn=True)
    panel.show_sheet(replace(STEP, question=drawn, primary=Primary.SHOW))
    QApplication.processEvents()
    for button in (panel.foot.second_button, panel.foot.primary_button):
        assert button.width() >= button.sizeHint().width()


def test_what_comes_after_the_reveal_is_brought_into_sight(
    qtbot: QtBot, panel: LessonPanel
) -> None:
    asked = replace(ASKED, text="Much to be read. " * 40)
    panel.show_sheet(asked)
    QApplication.processEvents()
    assert panel.parts.verticalScrollBar().value() == 0
    panel.show_sheet(replace(asked, after="What was seen."))
    after, view = panel.parts.after, panel.parts.viewport()

    def is_seen() -> bool:
        top = after.mapTo(view, after.rect().topLeft()).y()
        return top >= 0 and top + after.height() <= view.height()

    qtbot.waitUntil(is_seen)
    panel.show_sheet(replace(asked, step=4))
    QApplication.processEvents()
    assert panel.parts.verticalScrollBar().value() == 0


def test_conditions_say_whether_they_are_met(panel: LessonPanel) -> None:
    panel.show_sheet(replace(STEP, notes=(Note("It leapt.", True), Note("Not yet.", False))))
    assert panel.parts.notes.texts == ["It leapt.", "Not yet."]
    assert "It leapt." in words(panel)
    panel.show_sheet(STEP)
    assert panel.parts.notes.isHidden()


def test_while_it_trains_one_can_wait_or_cancel(qtbot: QtBot, panel: LessonPanel) -> None:
    panel.show_sheet(replace(STEP, waiting=Waiting("training", 120, 200)))
    assert "Waiting: training 120 of 200 steps" in words(panel)
    assert not panel.foot.primary_button.isEnabled()
    with qtbot.waitSignal(panel.cancel_requested):
        qtbot.mouseClick(panel.foot.cancel_button, LEFT)


def test_one_goes_back_and_leaves(qtbot: QtBot, panel: LessonPanel) -> None:
    panel.show_sheet(STEP)
    with qtbot.waitSignal(panel.back_requested):
        qtbot.mouseClick(panel.foot.back_button, LEFT)
    with qtbot.waitSignal(panel.left):
        qtbot.mouseClick(panel.close_button, LEFT)
    panel.show_sheet(replace(STEP, can_go_back=False))
    assert panel.foot.back_button.isHidden()


def test_at_the_end_the_next_lesson_is_offered(qtbot: QtBot, panel: LessonPanel) -> None:
    panel.show_sheet(EndSheet("Rates", 6, "A rate too large leaps.", "Momentum"))
    assert "Momentum" in words(panel)
    with qtbot.waitSignal(panel.next_lesson_requested):
        qtbot.keyClick(panel, ENTER)
    with qtbot.waitSignal(panel.list_requested):
        qtbot.mouseClick(panel.foot.second_button, LEFT)
    panel.show_sheet(EndSheet("Rates", 6))
    with qtbot.waitSignal(panel.list_requested):
        qtbot.keyClick(panel, ENTER)


def test_a_file_that_cannot_be_read_is_shown_with_its_line(panel: LessonPanel) -> None:
    panel.show_sheet(ProblemSheet("03-rates", "No option *lerning_rate*", "", "03-rates.md", 14))
    said = words(panel)
    assert "No option *lerning_rate*" in said
    assert "line 14 of" in said
    assert "read again when you save it" in said


def test_the_keys_of_a_field_elsewhere_are_its_own(qtbot: QtBot, panel: LessonPanel) -> None:
    field = QLineEdit()
    qtbot.addWidget(field)
    field.show()
    panel.show_sheet(ASKED)
    field.activateWindow()
    field.setFocus()
    qtbot.waitUntil(field.hasFocus)
    with qtbot.assertNotEmitted(panel.reveal_requested), qtbot.assertNotEmitted(panel.answered):
        qtbot.keyClick(panel, ENTER)
        qtbot.keyClick(panel, Qt.Key.Key_1)


LONG = "Geschwindigkeitsbegrenzungsüberschreitung"
SHEETS: list[Sheet] = [
    replace(ASKED, lesson=LONG, title=LONG, text=LONG, question=ChoiceQuestion(LONG, (LONG, LONG))),
    replace(STEP, notes=(Note("Die Lernratenanpassung war zu groß.", True),)),
    EndSheet(LONG, 6, LONG, LONG),
    ProblemSheet(LONG, LONG, LONG, f"{LONG}.md", 14),
]


@pytest.mark.parametrize("sheet", SHEETS)
def test_long_words_are_not_cut_off(panel: LessonPanel, sheet: Sheet) -> None:
    panel.show_sheet(sheet)
    QApplication.processEvents()
    assert panel.parts.horizontalScrollBar().maximum() == 0
    picture = painted(panel)
    right = panel.width() - 12
    over = [text.text for text in picture.texts if text.box.right() > right + 1]
    assert over == []
