"""A lesson takes room in the window, and gives back exactly what was there before."""

from PySide6.QtCore import Qt
from PySide6.QtGui import QAction, QKeySequence
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from netviz.engine.protocol import events
from netviz.ui.lesson.sheet import ChoiceQuestion, CurveQuestion, Primary, StepSheet
from netviz.ui.shell.finding_callout import FindingCallout
from netviz.ui.shell.main_window import MainWindow
from netviz.ui.shell.stage.stage import LEAST_TYPE_PX
from netviz.ui.views.weights.weight_view import WeightView
from tests.ui.conftest import OpenWindow
from tests.ui.findings import slow
from tests.ui.painting import painted
from tests.ui.shell.same_picture import assert_same_picture, settled_picture

SHEET = StepSheet("Rates", "Guess", 1, 4, "Read.", ChoiceQuestion("Which?", ("one", "two")))
LEFT = Qt.MouseButton.LeftButton


def seen_options(window: MainWindow) -> set[str]:
    names = ("learning_rate", "batch_size", "optimizer", "hidden", "dataset", "momentum")
    return {name for name in names if window.panel.row(name).isVisible()}


def seen_tabs(window: MainWindow) -> list[str]:
    tabs = window.views.tabs
    return [tabs.tabText(i) for i in range(tabs.count()) if tabs.isTabVisible(i)]


def test_all_is_as_it_was_after_a_lesson(open_window: OpenWindow, qtbot: QtBot) -> None:
    window = open_window()
    window.resize(1301, 751)
    window.workspace.choose((301.0, 600.0, 333.0))
    window.panel.set_section_states({"Data": False, "Training": False})
    window.views.tabs.setCurrentIndex(1)
    window.views.set_folded(True)
    QApplication.processEvents()
    before, states = settled_picture(qtbot, window), window.panel.section_states()
    arranged = window.workspace.arranged

    def assert_back(deeds: str) -> None:
        window.lesson_room.end()
        qtbot.waitUntil(lambda: assert_same_picture(window, before, deeds) is None)
        assert window.panel.section_states() == states

    for controls, tabs in (({"learning_rate"}, {"weights"}), (set(), set()), (None, None)):
        window.lesson_room.begin(controls, tabs)
        window.lesson_room.show_sheet(SHEET)
        QApplication.processEvents()
        assert window.lesson_panel.isVisible()
        # What is remembered for the next start is the window without the lesson.
        assert window.lesson_room.arrangement == arranged
        assert window.lesson_room.front_tab == 1
        assert window.panel.section_states() == states
        window.workspace.choose((400.0, 500.0, 300.0))
        assert_back(f"{controls}, {tabs}")
    window.lesson_room.begin({"batch_size"}, {"gradients"})
    window.actions_by_key["stage"].trigger()
    window.stage.show_page(2)
    window.lesson_room.end()
    window.actions_by_key["stage"].trigger()
    assert_back("the stage")


def test_a_lesson_shows_some_options_and_tabs_only(open_window: OpenWindow, qtbot: QtBot) -> None:
    window = open_window(optimizer="sgd")
    room, panel = window.lesson_room, window.panel
    all_tabs = window.views.offered
    assert not window.actions_by_key["leave_lesson"].isEnabled()
    room.begin({"learning_rate", "batch_size"}, {"weights", "Mistakes", "of tomorrow"})
    QApplication.processEvents()
    assert seen_options(window) == {"learning_rate", "batch_size"}
    assert seen_tabs(window) == ["Weights", "Mistakes"]
    assert window.actions_by_key["leave_lesson"].isEnabled()
    assert window.lesson_panel.height() > window.height() / 3
    # Another step may unlock more; what a lesson brings to the front is there to be seen.
    room.begin({"momentum"}, {"gradients"})
    QApplication.processEvents()
    assert seen_options(window) == {"momentum"}
    assert seen_tabs(window) == ["Gradients"]
    window.views.show_named("confusion")
    assert "Confusion" in seen_tabs(window)
    room.begin(set(), set())
    QApplication.processEvents()
    assert seen_options(window) == set()
    assert window.views.isHidden()
    room.end()
    QApplication.processEvents()
    assert panel.isVisible()
    assert window.views.isVisible()
    assert window.views.offered == all_tabs
    assert {"learning_rate", "batch_size", "optimizer"} <= seen_options(window)


def test_the_plot_that_is_drawn_into_has_most_of_the_room(open_window: OpenWindow) -> None:
    window = open_window()
    heights = window.centre.sizes()
    window.centre.enlarge(window.accuracy_plot)
    assert window.accuracy_plot.height() > 1.5 * heights[1]
    assert window.views.height() == heights[2]
    # A tab that wants much room does not take it from a plot that is drawn into.
    window.views.show_named("learning rate")
    assert window.accuracy_plot.canvas.isVisible()
    window.centre.enlarge(None)
    window.views.show_named("weights")
    assert window.centre.sizes() == heights


def test_nothing_is_announced_over_a_lesson(open_window: OpenWindow, qtbot: QtBot) -> None:
    window = open_window()
    run, callout = window.controller, window.findChild(FindingCallout)
    assert callout is not None
    event = events.Diverging(run.run, "It has diverged.", "Too large.", 90, 50, 10.0, 0)
    found = events.FindingsChanged(run.run, (slow(20),), (slow(20),))
    window.lesson_room.begin(None, None)
    run.diverging.emit(event)
    run.findings_changed.emit(found)
    assert window.message_bar.isHidden()
    assert callout.finding is None
    window.lesson_room.end()
    assert callout.finding == slow(20)
    run.diverging.emit(event)
    assert not window.message_bar.isHidden()


def test_enter_and_digits_reach_the_lesson_from_anywhere(
    open_window: OpenWindow, qtbot: QtBot
) -> None:
    window = open_window()
    panel = window.lesson_panel
    with qtbot.assertNotEmitted(panel.next_requested):
        qtbot.keyClick(window, Qt.Key.Key_Return)
    window.lesson_room.begin({"learning_rate"}, None)
    window.lesson_room.show_sheet(SHEET)
    window.workspace.setFocus()
    # In a race the digits are its runs'; while a lesson asks they are answers.
    run_2 = QAction(window)
    run_2.setShortcut(QKeySequence("2"))
    window.addAction(run_2)
    with qtbot.waitSignal(panel.answered) as answered, qtbot.assertNotEmitted(run_2.triggered):
        qtbot.keyClick(window.workspace, Qt.Key.Key_2)
    assert answered.args == [1]
    with qtbot.waitSignal(panel.next_requested):
        qtbot.keyClick(window.workspace, Qt.Key.Key_Return)
    window.lesson_room.end()
    with qtbot.waitSignal(run_2.triggered):
        qtbot.keyClick(window.workspace, Qt.Key.Key_2)


def test_on_the_stage_the_question_has_a_page(open_window: OpenWindow, qtbot: QtBot) -> None:
    window = open_window()
    qtbot.waitUntil(lambda: window.views.view(WeightView).has_content)
    window.lesson_room.begin({"learning_rate"}, {"weights"})
    window.lesson_room.show_sheet(SHEET)
    window.actions_by_key["stage"].trigger()
    stage, page = window.stage, window.stage.lesson_page.panel
    assert stage.titles == ("Lesson", "Loss", "Accuracy", "Weights")
    assert page.isVisible()
    assert not window.lesson_panel.isVisible()
    QApplication.processEvents()
    sizes = [text.size_px for text in painted(page).texts if text.text.strip()]
    assert min(sizes) >= LEAST_TYPE_PX
    with qtbot.waitSignal(page.answered) as answered:
        qtbot.mouseClick(page.parts.choices.buttons[1], LEFT)
    assert answered.args == [1]
    with qtbot.waitSignal(page.reveal_requested):
        sheet = StepSheet("Rates", "Guess", 1, 4, "Read.", primary=Primary.SHOW)
        window.lesson_room.show_sheet(sheet)
        qtbot.keyClick(page, Qt.Key.Key_Return)
    curve = StepSheet("Rates", "Guess", 2, 4, question=CurveQuestion("Draw the loss."))
    window.lesson_room.show_sheet(curve)
    qtbot.mouseClick(page.foot.second_button, LEFT)
    assert stage.titles[stage.page] == "Loss"
    assert window.loss_plot.isVisible()
    assert not page.isVisible()
    stage.show_page(0)
    assert page.isVisible()
    assert not window.workspace.isVisible()
    assert QApplication.focusWidget() is stage.lesson_page
    window.lesson_room.end()
    assert stage.is_on
    assert "Lesson" not in stage.titles
    assert window.loss_plot.isVisible()
    window.actions_by_key["stage"].trigger()
    assert window.workspace.isVisible()
    assert window.panel.isVisible()
