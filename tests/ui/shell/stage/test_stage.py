"""The stage: what a class reads from the last row, page by page, while the run goes on."""

from pathlib import Path

import pytest
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from netviz.engine.protocol.run_state import State
from netviz.ui.shell.main_window import MainWindow
from netviz.ui.views.confusion.confusion_view import ConfusionView
from netviz.ui.views.ledger_view import LedgerView
from netviz.ui.views.mistakes.mistake_view import MistakeView
from tests.ui.conftest import OpenWindow, draw_line, wait_for_state
from tests.ui.findings import dead, slow, tell
from tests.ui.painting import painted
from tests.ui.shell.same_picture import assert_same_picture, picture_of, settled_picture

PAGES = (
    *("Loss", "Accuracy", "Weights", "Gradients", "Mistakes"),
    *("Confusion", "Learning rate", "Loop", "Activations"),
    *("Data", "Network", "Log", "Runs"),
)
FIRST_KEYS = (Qt.Key.Key_Home, Qt.Key.Key_1)


def press(qtbot: QtBot, window: MainWindow, key: Qt.Key, keys: object = None) -> None:
    """Press a key wherever the focus is."""
    modifiers = keys or Qt.KeyboardModifier.NoModifier
    qtbot.keyClick(QApplication.focusWidget() or window, key, modifiers)
    QApplication.processEvents()


def on_stage(qtbot: QtBot, open_window: OpenWindow, **values: object) -> MainWindow:
    """Open a window and show its stage."""
    window = open_window(**values)
    press(qtbot, window, Qt.Key.Key_F5)
    assert window.stage.is_on
    return window


def train_a_while(qtbot: QtBot, window: MainWindow) -> None:
    """Train an epoch with a change on the way, so that every page has something to show."""
    window.controller.train_one_batch()
    qtbot.waitUntil(lambda: window.controller.step == 1)
    window.controller.change({"learning_rate": 0.01})
    window.controller.train_one_epoch()
    wait_for_state(qtbot, window, State.RUNNING)
    qtbot.waitUntil(lambda: window.controller.state is not State.RUNNING, timeout=60_000)


@pytest.mark.parametrize("size", [(1280, 720), (1920, 1080)], ids=["1280", "1920"])
def test_no_type_is_smaller_than_the_last_row_can_read(
    size: tuple[int, int], open_window: OpenWindow, qtbot: QtBot
) -> None:
    window = open_window()
    window.resize(*size)
    press(qtbot, window, Qt.Key.Key_F5)
    least = 20 * size[1] / 720
    draw_line(qtbot, window)
    train_a_while(qtbot, window)
    qtbot.waitUntil(lambda: bool(window.pad.prediction.text()))
    window.message_bar.show_message("warning", "It diverges.", "Go back.", "", [("Back", id)])
    for number, title in enumerate(PAGES):
        window.stage.show_page(number)
        QApplication.processEvents()
        texts = [text for text in painted(window).texts if text.text.strip()]
        assert any(text.text.endswith("steps") for text in texts) or number > 1
        small = {text.text: text.size_px for text in texts if text.size_px < least - 0.5}
        assert not small, title
        assert window.size().toTuple() == size


@pytest.mark.parametrize("is_dark", [True, False], ids=["dark", "light"])
def test_the_figures_at_the_top_lie_on_the_window_and_not_on_a_card(
    is_dark: bool, open_window: OpenWindow, qtbot: QtBot
) -> None:
    window = on_stage(qtbot, open_window)
    window.theme.set_dark(is_dark)
    QApplication.processEvents()
    bar = window.stage.bar
    picture = window.grab().toImage()
    row = bar.mapTo(window, QPoint(0, bar.readings.y() + 1)).y()
    grounds = {
        picture.pixelColor(bar.mapTo(window, QPoint(x, 0)).x(), row).name()
        for x in range(bar.readings.x(), bar.close_button.x())
    }
    assert grounds == {window.theme.color("ground").name()}


def test_the_loss_is_the_largest_and_the_figures_are_large(
    open_window: OpenWindow, qtbot: QtBot
) -> None:
    window = on_stage(qtbot, open_window)
    train_a_while(qtbot, window)
    assert window.loss_plot.width() >= 880
    assert window.loss_plot.height() >= 400
    assert window.pad.width() == pytest.approx(316, abs=2)
    assert window.stage.foot.rate.height() == pytest.approx(176, abs=1)
    window.stage.refresh()
    sizes = {text.text: text.size_px for text in painted(window).texts}
    readings = window.accuracy_plot.figures.values
    assert sizes[readings["test"]] >= 40
    rate = window.stage.foot.rate.control.field
    assert rate.fontInfo().pixelSize() >= 50
    pen = window.loss_plot.canvas.curves["smoothed"].pen
    assert pen.width() >= 4


@pytest.mark.parametrize(
    ("forth", "back"),
    [(Qt.Key.Key_Right, Qt.Key.Key_Left), (Qt.Key.Key_PageDown, Qt.Key.Key_PageUp)],
    ids=["arrows", "remote"],
)
def test_keys_turn_the_pages_from_the_first_to_the_last(
    forth: Qt.Key, back: Qt.Key, open_window: OpenWindow, qtbot: QtBot
) -> None:
    window = on_stage(qtbot, open_window)
    stage, shown = window.stage, []
    assert stage.titles == PAGES
    for _ in PAGES:
        parts = (window.loss_plot, window.accuracy_plot, window.views)
        visible = [part for part in parts if part.isVisible()]
        assert len(visible) == 1
        if visible[0] is window.views:
            assert window.views.heading.startswith(PAGES[stage.page])
            assert not window.views.tabs.tabBar().isVisible()
        assert window.pad.isVisible() == (stage.page == 0)
        assert f"Page {stage.page + 1} of {len(PAGES)}" in stage.foot.dots.accessibleName()
        shown.append(stage.titles[stage.page])
        press(qtbot, window, forth)
    assert tuple(shown) == PAGES
    assert stage.page == len(PAGES) - 1
    press(qtbot, window, back)
    assert stage.page == len(PAGES) - 2
    for key in FIRST_KEYS:
        stage.show_page(5)
        press(qtbot, window, key)
        assert stage.page == 0
    press(qtbot, window, Qt.Key.Key_5)
    assert stage.titles[stage.page] == "Mistakes"


def test_a_click_on_a_dot_goes_to_its_page(open_window: OpenWindow, qtbot: QtBot) -> None:
    window = on_stage(qtbot, open_window)
    dots = window.stage.foot.dots
    qtbot.mouseClick(
        dots, Qt.MouseButton.LeftButton, pos=dots.center_of(PAGES.index("Activations")).toPoint()
    )
    assert window.stage.titles[window.stage.page] == "Activations"
    qtbot.mouseClick(dots, Qt.MouseButton.LeftButton, pos=QPoint(2, 2))
    assert window.stage.titles[window.stage.page] == "Activations"


def test_a_click_in_a_tab_that_leads_to_another_one_turns_the_page(
    open_window: OpenWindow, qtbot: QtBot
) -> None:
    window = on_stage(qtbot, open_window)
    window.stage.show_page(PAGES.index("Confusion"))
    window.views.view(ConfusionView).cell_clicked.emit(2, 3)
    assert window.stage.titles[window.stage.page] == "Mistakes"
    assert window.views.tabs.currentWidget() is window.views.view(MistakeView)
    assert window.views.heading.startswith("Mistakes")


def test_everything_works_there_while_the_run_goes_on(
    open_window: OpenWindow, qtbot: QtBot
) -> None:
    window = on_stage(qtbot, open_window, epochs=1000)
    run, stage = window.controller, window.stage
    assert stage.bar.train_button.text() == "Train"
    press(qtbot, window, Qt.Key.Key_Space)
    wait_for_state(qtbot, window, State.RUNNING)
    qtbot.waitUntil(lambda: stage.bar.train_button.text() == "Pause")
    slider = stage.foot.rate.control.slider
    place = QPointF(slider.x_of(0.1), 20).toPoint()
    qtbot.mouseClick(slider, Qt.MouseButton.LeftButton, pos=place)
    assert run.config.learning_rate == pytest.approx(0.1, rel=0.1)
    chosen = run.config.learning_rate
    press(qtbot, window, Qt.Key.Key_Up, Qt.KeyboardModifier.ControlModifier)
    assert run.config.learning_rate > chosen
    assert stage.foot.rate.control.value == run.config.learning_rate
    # The slider has the focus by now; the page is turned all the same.
    press(qtbot, window, Qt.Key.Key_Right)
    assert stage.page == 1
    press(qtbot, window, Qt.Key.Key_Left)
    draw_line(qtbot, window)
    qtbot.waitUntil(lambda: bool(window.pad.prediction.text()))
    column = window.pad.prediction.parentWidget()
    qtbot.mouseClick(column.clear_button, Qt.MouseButton.LeftButton)
    assert window.pad.pad.canvas.is_empty
    reached = run.step
    qtbot.waitUntil(lambda: run.step > reached)
    qtbot.mouseClick(stage.bar.train_button, Qt.MouseButton.LeftButton)
    wait_for_state(qtbot, window, State.PAUSED)
    reached = run.step
    press(qtbot, window, Qt.Key.Key_Period)
    qtbot.waitUntil(lambda: run.step == reached + 1)


def test_a_rate_is_typed_and_the_arrows_turn_pages_again(
    open_window: OpenWindow, qtbot: QtBot
) -> None:
    window = on_stage(qtbot, open_window)
    field = window.stage.foot.rate.control.field
    field.setFocus()
    field.selectAll()
    qtbot.keyClicks(field, "0.05")
    qtbot.keyClick(field, Qt.Key.Key_Return)
    assert window.controller.config.learning_rate == 0.05
    press(qtbot, window, Qt.Key.Key_Right)
    assert window.stage.page == 1


def test_escape_closes_the_message_first_and_then_leaves(
    open_window: OpenWindow, qtbot: QtBot
) -> None:
    window = on_stage(qtbot, open_window)
    window.message_bar.show_message("warning", "It diverges.", "Go back.")
    assert window.message_bar.isVisible()
    press(qtbot, window, Qt.Key.Key_Escape)
    assert not window.message_bar.isVisible()
    assert window.stage.is_on
    press(qtbot, window, Qt.Key.Key_Escape)
    assert not window.stage.is_on
    assert not window.actions_by_key["stage"].isChecked()
    assert window.theme.scale == 1


def test_the_newest_change_is_the_remark_and_leads_to_its_step(
    open_window: OpenWindow, qtbot: QtBot
) -> None:
    window = on_stage(qtbot, open_window)
    remark = window.stage.foot.remark
    train_a_while(qtbot, window)
    qtbot.waitUntil(lambda: remark.text == "Step 1: lr 0.001 → 0.01")
    qtbot.mouseClick(remark, Qt.MouseButton.LeftButton)
    assert window.loss_plot.canvas.pin.label == "step 1"
    with qtbot.waitSignal(window.controller.prepared):
        window.controller.rewind_with({})
    qtbot.waitUntil(lambda: remark.text.startswith("Went back from step 400"))
    with qtbot.waitSignal(window.controller.prepared):
        window.controller.reset()
    assert "Space trains" in remark.text


def test_what_was_noticed_is_the_remark_unless_findings_are_turned_off(
    open_window: OpenWindow, qtbot: QtBot
) -> None:
    window = on_stage(qtbot, open_window)
    remark = window.stage.foot.remark
    tell(window, slow(0))
    assert remark.text == slow(0).text
    window.actions_by_key["findings"].trigger()
    tell(window, slow(0), dead(0))
    assert remark.text == slow(0).text
    window.actions_by_key["findings"].trigger()


def test_saving_leaves_the_newest_change_where_it_stands(
    open_window: OpenWindow, qtbot: QtBot, tmp_path: Path
) -> None:
    window = on_stage(qtbot, open_window)
    remark, run = window.stage.foot.remark, window.controller
    train_a_while(qtbot, window)
    run.rewind_with({})
    qtbot.waitUntil(lambda: remark.text.startswith("Went back from step 400"))
    run.change({"learning_rate": 0.02})
    qtbot.waitUntil(lambda: remark.text.endswith("→ 0.02"))
    with qtbot.waitSignals([run.noted, run.saved], timeout=30_000):
        run.save(tmp_path / "kept")
    assert remark.text.endswith("→ 0.02")


def test_the_same_is_noticed_again_in_a_new_run(open_window: OpenWindow, qtbot: QtBot) -> None:
    window = on_stage(qtbot, open_window)
    remark = window.stage.foot.remark
    tell(window, slow(0))
    with qtbot.waitSignal(window.controller.prepared, timeout=30_000):
        window.controller.reset()
    assert "Space trains" in remark.text
    tell(window, slow(0))
    assert remark.text == slow(0).text


def test_an_entry_of_the_log_leads_to_the_page_of_the_loss(
    open_window: OpenWindow, qtbot: QtBot
) -> None:
    window = on_stage(qtbot, open_window)
    train_a_while(qtbot, window)
    window.stage.show_page(PAGES.index("Log"))
    log = window.views.view(LedgerView)
    qtbot.waitUntil(lambda: tuple(log.model.entries) == log.entries)
    place = log.table.visualRect(log.model.index(1, 2)).center()
    qtbot.mouseClick(log.table.viewport(), Qt.MouseButton.LeftButton, pos=place)
    assert window.stage.page == 0
    assert window.loss_plot.canvas.pin.label == "step 1"


def test_leaving_gives_back_what_was_in_front_and_who_had_the_focus(
    open_window: OpenWindow, qtbot: QtBot
) -> None:
    window = open_window()
    window.views.show_named("data")
    window.centre.fill(window.accuracy_plot)
    window.pad.pad.setFocus()
    press(qtbot, window, Qt.Key.Key_F5)
    window.stage.show_page(4)
    # A double click leaves the page as it is.
    QTest.mouseDClick(window.loss_plot.header, Qt.MouseButton.LeftButton)
    assert window.views.isVisible()
    press(qtbot, window, Qt.Key.Key_F5)
    assert window.views.tabs.currentIndex() == window.stage.front_tab
    assert window.views.tabs.tabText(window.stage.front_tab) == "Data"
    assert window.centre.filled is window.accuracy_plot
    assert QApplication.focusWidget() is window.pad.pad


def test_every_page_gives_the_same_picture_back_after_a_run(
    open_window: OpenWindow, qtbot: QtBot
) -> None:
    window = open_window()
    window.resize(1301, 751)
    draw_line(qtbot, window)
    train_a_while(qtbot, window)
    qtbot.waitUntil(lambda: bool(window.pad.prediction.text()))
    before = settled_picture(qtbot, window)
    for number in range(len(PAGES)):
        press(qtbot, window, Qt.Key.Key_F5)
        window.stage.show_page(number)
        assert picture_of(window) != before
        press(qtbot, window, Qt.Key.Key_F5)
        told = f"page {number} of the stage"
        qtbot.waitUntil(lambda told=told: assert_same_picture(window, before, told))
