"""A race in the window: begun, watched, and ended as a person would."""

import pytest
from PySide6.QtCore import Qt, QTimer
from PySide6.QtWidgets import QApplication, QLabel, QWidget
from pytestqt.qtbot import QtBot

from netviz.engine.protocol.run_state import State
from netviz.ui.dialogs.race_dialog import RaceDialog
from netviz.ui.look.branch_colors import branch_token
from netviz.ui.shell.main_window import MainWindow
from netviz.ui.views.runs.run_view import RunView
from tests.ui.conftest import OpenWindow, draw_line, wait_for_state

LEFT = Qt.MouseButton.LeftButton


@pytest.fixture
def window(open_window: OpenWindow, qtbot: QtBot) -> MainWindow:
    window = open_window(batch_size=100, epochs=3)
    window.controller.train_one_epoch()
    wait_for_state(qtbot, window, State.PAUSED)
    return window


def begin(qtbot: QtBot, window: MainWindow, text: str = "0.001 0.003 0.01") -> None:
    """Press R, write the rates and press Return."""

    def answer() -> None:
        dialog = QApplication.activeModalWidget()
        assert isinstance(dialog, RaceDialog)
        dialog.values_field.setText(text)
        qtbot.keyClick(dialog, Qt.Key.Key_Return)

    QTimer.singleShot(0, answer)
    qtbot.keyClick(window.workspace, Qt.Key.Key_R)
    qtbot.waitUntil(lambda: len(window.panel.race_card.rows) == len(text.split()), timeout=30_000)
    window.activateWindow()  # which a window system does where a dialog closes
    qtbot.waitUntil(window.isActiveWindow)


def texts(card: QWidget) -> str:
    return " ".join(label.text() for label in card.findChildren(QLabel))


def letters(window: MainWindow) -> list[str]:
    return [row.lane.letter for row in window.panel.race_card.rows]


def shown(window: MainWindow) -> str:
    (row,) = [row for row in window.panel.race_card.rows if row.lane.is_shown]
    return row.lane.letter


def lines_in_table(window: MainWindow) -> set[int]:
    view = window.views.view(RunView)
    window.views.show_view(view)
    return {row.line for row in view.model.rows}


def test_a_race_is_begun_trained_and_told(window: MainWindow, qtbot: QtBot) -> None:
    card = window.panel.race_card
    assert card.isHidden()
    begin(qtbot, window)
    assert card.isVisible()
    assert [row.lane.name for row in card.rows] == ["lr 0.001", "lr 0.003", "lr 0.01"]
    assert (letters(window), shown(window)) == (["A", "B", "C"], "A")
    wait_for_state(qtbot, window, State.FINISHED)
    qtbot.waitUntil(lambda: {row.lane.steps for row in card.rows} == {120}, timeout=30_000)
    losses = {row.lane.letter: row.lane.loss for row in card.rows}
    (leader,) = [row.lane.letter for row in card.rows if row.lane.leads]
    assert leader == min(losses, key=lambda letter: losses[letter])
    assert lines_in_table(window) == {1, 2, 3, 4}


def test_orders_of_the_images_race(window: MainWindow, qtbot: QtBot) -> None:
    def answer() -> None:
        dialog = QApplication.activeModalWidget()
        assert isinstance(dialog, RaceDialog)
        names = [dialog.option_box.itemText(i) for i in range(dialog.option_box.count())]
        dialog.option_box.setCurrentIndex(names.index("Image order"))
        assert dialog.values_field.text() == "0  1  2"
        qtbot.keyClick(dialog, Qt.Key.Key_Return)

    card = window.panel.race_card
    begin(qtbot, window, "0.001 0.003")
    assert "Same weights, same batches:" in texts(card)
    with qtbot.waitSignal(window.controller.race_changed):
        card.go_on_button.click()
    QTimer.singleShot(0, answer)
    qtbot.keyClick(window.workspace, Qt.Key.Key_R)
    qtbot.waitUntil(lambda: len(card.rows) == 3, timeout=30_000)
    assert [row.lane.name for row in card.rows] == ["order 0", "order 1", "order 2"]
    assert "Same weights:" in texts(card)
    wait_for_state(qtbot, window, State.FINISHED)
    qtbot.waitUntil(lambda: len({row.lane.loss for row in card.rows}) == 3, timeout=30_000)


def test_a_click_a_key_and_the_button_change_which_run_is_shown(
    window: MainWindow, qtbot: QtBot
) -> None:
    begin(qtbot, window)
    wait_for_state(qtbot, window, State.FINISHED)
    card = window.panel.race_card
    with qtbot.waitSignal(window.controller.race_changed):
        qtbot.mouseClick(card.rows[1], LEFT)
    assert shown(window) == "B"
    assert window.controller.config.learning_rate == 0.003
    with qtbot.waitSignal(window.controller.race_changed):
        qtbot.keyClick(window.workspace, Qt.Key.Key_3)
    assert shown(window) == "C"
    assert card.go_on_button.text() == "Go on with C"
    with qtbot.waitSignal(window.controller.race_changed):
        qtbot.mouseClick(card.go_on_button, LEFT)
    assert card.isHidden()
    assert window.controller.config.learning_rate == 0.01


def test_going_on_with_another_of_its_runs_ends_the_race(window: MainWindow, qtbot: QtBot) -> None:
    begin(qtbot, window)
    wait_for_state(qtbot, window, State.FINISHED)
    card = window.panel.race_card
    with qtbot.waitSignal(window.controller.race_changed):
        window.controller.go_on_with(card.rows[1].lane.line)
    qtbot.waitUntil(card.isHidden, timeout=30_000)
    assert not window.actions_by_key["end_race"].isEnabled()
    assert window.controller.config.learning_rate == 0.003


def test_runs_join_and_are_taken_out_while_it_trains(window: MainWindow, qtbot: QtBot) -> None:
    window.controller.change({"epochs": 1000})
    begin(qtbot, window, "0.001 0.003")
    wait_for_state(qtbot, window, State.RUNNING)
    card = window.panel.race_card

    def answer() -> None:
        dialog = QApplication.activeModalWidget()
        assert isinstance(dialog, RaceDialog)
        dialog.values_field.setText("0.03")
        qtbot.mouseClick(dialog.start_button, LEFT)

    QTimer.singleShot(0, answer)
    qtbot.mouseClick(card.add_button, LEFT)
    qtbot.waitUntil(lambda: letters(window) == ["A", "B", "C"], timeout=30_000)
    assert not card.rows[0].drop_button.isVisible()
    qtbot.mouseClick(card.rows[1].drop_button, LEFT)
    qtbot.waitUntil(lambda: letters(window) == ["A", "C"], timeout=30_000)
    assert window.controller.state is State.RUNNING
    assert [row.drop_button.isEnabled() for row in card.rows] == [False, False]
    window.controller.pause()
    wait_for_state(qtbot, window, State.PAUSED)


def test_the_pad_says_what_each_run_says(window: MainWindow, qtbot: QtBot) -> None:
    draw_line(qtbot, window)
    begin(qtbot, window)
    wait_for_state(qtbot, window, State.FINISHED)
    answers = window.pad.answers
    assert answers.isVisible()
    assert not window.pad.bars.isVisible()
    qtbot.waitUntil(lambda: set(answers.said()) == {"A", "B", "C"}, timeout=30_000)
    window.pad.clear()
    assert answers.said() == {}
    draw_line(qtbot, window, upright=False)
    qtbot.waitUntil(lambda: set(answers.said()) == {"A", "B", "C"}, timeout=30_000)
    qtbot.mouseClick(window.panel.race_card.go_on_button, LEFT)
    qtbot.waitUntil(window.pad.bars.isVisible, timeout=30_000)
    assert not answers.isVisible()


def test_a_run_that_diverges_is_named_with_the_reason(window: MainWindow, qtbot: QtBot) -> None:
    window.controller.change({"optimizer": "sgd"})
    begin(qtbot, window, "0.1 100")
    wait_for_state(qtbot, window, State.FINISHED)
    row = window.panel.race_card.rows[1]
    qtbot.waitUntil(lambda: row.lane.trouble in ("diverged", "failed"))  # drawn with a frame
    assert row.lane.reason in row.toolTip()
    assert "B (lr 100) has stopped:" in window.message_bar.text


def test_the_table_tells_what_each_run_does_while_they_race(
    window: MainWindow, qtbot: QtBot
) -> None:
    begin(qtbot, window)
    view = window.views.view(RunView)
    window.views.show_view(view)
    window.controller.set_pace(20)
    window.controller.start()
    racing = {row.lane.line for row in window.panel.race_card.rows}

    def all_train() -> bool:
        rows = [row for row in view.shown_rows() if row.line in racing]
        return all(row.state == "running" and row.steps > 42 for row in rows)

    qtbot.waitUntil(all_train, timeout=30_000)
    window.controller.set_pace(None)
    wait_for_state(qtbot, window, State.FINISHED)
    qtbot.waitUntil(
        lambda: all(
            (row.state, row.steps) == ("finished", 120)
            for row in view.shown_rows()
            if row.line in racing
        )
    )


def test_going_back_ends_the_race_and_the_others_stay_in_the_table(
    window: MainWindow, qtbot: QtBot
) -> None:
    begin(qtbot, window)
    wait_for_state(qtbot, window, State.FINISHED)
    with qtbot.waitSignal(window.controller.prepared):
        window.controller.go_back(50)
    assert window.panel.race_card.isHidden()
    assert lines_in_table(window) == {1, 2, 3, 4, 5}
    assert not window.actions_by_key["end_race"].isEnabled()


def test_runs_that_were_left_race_with_the_run_at_hand(window: MainWindow, qtbot: QtBot) -> None:
    with qtbot.waitSignal(window.controller.prepared):
        window.controller.go_back(20)
    view = window.views.view(RunView)
    window.views.show_view(view)
    row = next(n for n, row in enumerate(view.model.rows) if not row.is_at_hand)
    view.table.selectRow(row)
    view.race_action.trigger()
    wait_for_state(qtbot, window, State.FINISHED)
    rows = window.panel.race_card.rows
    assert {row.lane.line for row in rows} == {1, 2}
    # The card is told with the next frame.
    qtbot.waitUntil(lambda: {row.lane.steps for row in rows} == {120}, timeout=30_000)


def test_the_plots_draw_each_run_in_its_colour_while_it_trains(
    window: MainWindow, qtbot: QtBot
) -> None:
    begin(qtbot, window)
    wait_for_state(qtbot, window, State.FINISHED)
    plot, rows = window.loss_plot, window.panel.race_card.rows
    qtbot.waitUntil(lambda: {row.lane.steps for row in rows} == {120}, timeout=30_000)
    plot.refresh()
    tokens = {row.lane.line: branch_token(row.lane.line) for row in rows if not row.lane.is_shown}
    assert {ghost.line: ghost.token for ghost in plot.ghosts.all} == tokens
    for line in tokens:
        assert plot.ghosts.curve(line)[0][-1] == 120
    (shown_line,) = [row.lane.line for row in rows if row.lane.is_shown]
    color = window.theme.color(branch_token(shown_line))
    assert plot.canvas.curves["smoothed"].pen.color() == color
    measured = [track.measurements[-1].step for track in window.accuracy_plot.ghosts.shown]
    assert measured == [120] * len(tokens)
    qtbot.mouseClick(window.panel.race_card.go_on_button, LEFT)
    qtbot.waitUntil(lambda: not window.panel.race_card.isVisible(), timeout=30_000)
    assert plot.canvas.curves["smoothed"].pen.color() == window.theme.color("train")
    assert {ghost.token for ghost in plot.ghosts.all} == {"ghost"}


def test_what_cannot_race_cannot_be_started(window: MainWindow, qtbot: QtBot) -> None:
    dialog = RaceDialog(window.theme, window.controller.config, window)
    qtbot.addWidget(dialog)
    dialog.show()
    assert [lane["learning_rate"] for lane in dialog.lanes] == [0.00033, 0.001, 0.003, 0.01]
    for text in ("", "0.1", "0.1 0.1", "0.1 fast", "-1 1", "1 2 3 4 5 6 7"):
        dialog.values_field.setText(text)
        assert not dialog.start_button.isEnabled()
        assert dialog.lanes == ()
    dialog.values_field.setText("0.1; 1")
    assert dialog.start_button.isEnabled()
    dialog.option_box.setCurrentText("Optimizer")
    assert not dialog.start_button.isEnabled()
    dialog.choice_boxes["sgd"].click()
    assert dialog.lanes == ({"optimizer": "sgd"}, {"optimizer": "adam"})
    names = [dialog.option_box.itemText(i) for i in range(dialog.option_box.count())]
    assert "Momentum" not in names  # which Adam does not have
    assert "Seed" not in names


def test_an_earlier_step_is_not_set_beside_what_the_others_say_at_present(
    window: MainWindow, qtbot: QtBot
) -> None:
    draw_line(qtbot, window)
    begin(qtbot, window)
    wait_for_state(qtbot, window, State.FINISHED)
    pad = window.pad
    qtbot.waitUntil(pad.answers.isVisible)
    window.loss_plot.playhead.step_asked.emit(0)
    qtbot.waitUntil(lambda: pad.strip.shown_step == 0, timeout=30_000)
    assert not pad.answers.isVisible()
    assert pad.bars.isVisible()
    window.controller.look_back(None)
    qtbot.waitUntil(pad.answers.isVisible, timeout=30_000)
    window.loss_plot.playhead.step_asked.emit(0)
    qtbot.waitUntil(lambda: window.loss_plot.look_bar.isVisible(), timeout=30_000)
    qtbot.mouseClick(window.panel.race_card.rows[1], LEFT)
    qtbot.waitUntil(lambda: shown(window) == "B")
    qtbot.waitUntil(lambda: not window.loss_plot.look_bar.isVisible())
    assert pad.answers.isVisible()
