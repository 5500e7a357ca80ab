"""The schedule drawn by hand in the whole window: settings, drawing, ledger, undo."""

import numpy as np
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from netviz.engine.protocol.run_state import State
from netviz.engine.training.schedules import factor_at
from netviz.ui.shell.main_window import MainWindow
from netviz.ui.views.learning_rate.over_time import OverTime
from netviz.ui.views.learning_rate.rate_view import RateView
from tests.ui.conftest import OpenWindow, wait_for_state

LEFT = Qt.MouseButton.LeftButton


def part_of(window: MainWindow) -> OverTime:
    return window.views.view(RateView).over_time


def train_one_epoch(qtbot: QtBot, window: MainWindow) -> None:
    with qtbot.waitSignal(window.controller.epoch_finished, timeout=30_000):
        window.controller.train_one_epoch()
    wait_for_state(qtbot, window, State.PAUSED)


def test_the_settings_lead_to_the_drawing_and_a_drag_is_one_change(
    qtbot: QtBot, open_window: OpenWindow
) -> None:
    window = open_window(schedule="cosine", epochs=4, batch_size=50)
    part, run = part_of(window), window.controller
    train_one_epoch(qtbot, window)
    window.panel.set_section_states({"Schedule": True})
    with qtbot.waitSignal(run.changed) as told:
        window.panel.draw_button.click()
    assert {entry.option for entry in told.args[0].entries} == {"schedule", "points"}
    assert window.views.tabs.currentWidget() is window.views.view(RateView)
    assert run.config.schedule == "custom"
    drawn = run.config.points
    qtbot.waitUntil(lambda: bool(part.editor.handles()))
    last = max(part.editor.handles())
    start = part.editor.handles()[last].toPoint()
    QTest.mousePress(part.editor, LEFT, pos=start)
    QTest.mouseMove(part.editor, start - QPoint(30, 20))
    assert run.config.points == drawn, "nothing changes before the mouse is released"
    with qtbot.waitSignal(run.changed) as told:
        QTest.mouseRelease(part.editor, LEFT, pos=start - QPoint(30, 20))
    assert [entry.option for entry in told.args[0].entries] == ["points"]
    bent = run.config.points
    assert bent != drawn
    train_one_epoch(qtbot, window)
    history, batches = window.loss_plot.history, 80
    expected = [run.config.learning_rate * factor_at(bent, 1 + b / batches) for b in range(batches)]
    assert np.allclose(history.learning_rates[-batches:], expected, rtol=1e-12)
    with qtbot.waitSignal(run.changed):
        run.undo_stack.undo()
    assert run.config.points == drawn
    run.undo_stack.undo()
    assert run.config.schedule == "cosine"


def test_choosing_custom_begins_with_the_plan_and_comes_back_to_a_drawing(
    open_window: OpenWindow,
) -> None:
    window = open_window(schedule="one-cycle", epochs=4)
    box, run = window.panel.row("schedule").editor.field, window.controller
    window.panel.set_section_states({"Schedule": True})

    def choose(schedule: str) -> None:
        box.setCurrentIndex(box.findData(schedule))
        box.activated.emit(box.currentIndex())

    assert not window.panel.row("points").isVisible()
    choose("custom")
    drawn = run.config.points
    assert max(factor for _, factor in drawn) > 0.9 > drawn[0][1], "the one cycle goes on"
    field = window.panel.row("points").editor.field
    assert field.isVisible()
    assert field.text().startswith("0:0.04, ")
    choose("constant")
    choose("custom")
    assert run.config.points == drawn, "a drawing is kept for when it is chosen again"


def test_points_are_typed_in_the_settings_and_refused_in_a_sentence(
    qtbot: QtBot, open_window: OpenWindow
) -> None:
    window = open_window(schedule="custom")
    window.panel.set_section_states({"Schedule": True})
    row, run = window.panel.row("points"), window.controller
    assert row.editor.field.text() == "0:1"

    def type_in(text: str) -> None:
        row.editor.field.selectAll()
        qtbot.keyClicks(row.editor.field, text)
        qtbot.keyClick(row.editor.field, Qt.Key.Key_Return)

    type_in("0:1, 3:1, 10:0.01")
    assert run.config.points == ((0, 1), (3, 1), (10, 0.01))
    type_in("0:1, 3:1, 2:1")
    assert row.has_problem
    assert run.config.points == ((0, 1), (3, 1), (10, 0.01))
    type_in("0:1 4:0.5")
    assert not row.has_problem
    assert row.editor.field.text() == "0:1, 4:0.5"


def test_the_past_is_drawn_from_what_was_trained_and_starts_anew_with_a_run(
    qtbot: QtBot, open_window: OpenWindow
) -> None:
    window = open_window(schedule="exponential", epochs=3, batch_size=50)
    line = part_of(window).editor.timeline
    assert (line.config.epochs, line.now) == (3, 0)
    train_one_epoch(qtbot, window)
    train_one_epoch(qtbot, window)
    qtbot.waitUntil(lambda: line.now == 2)
    ends, rates = line.past(5000)
    assert (ends[0], ends[-1]) == (0, 2)
    base = window.controller.config.learning_rate
    assert {*rates.tolist()} == {base, base / 2}
    with qtbot.waitSignal(window.controller.prepared, timeout=30_000):
        window.controller.reset()
    assert line.now == 0
    assert len(line.past(5000)[0]) == 0


def test_the_menu_of_the_loss_leads_to_the_drawing_too(open_window: OpenWindow) -> None:
    window = open_window(epochs=3)
    window.loss_plot.schedule_action.trigger()
    assert window.views.tabs.currentWidget() is window.views.view(RateView)
    assert window.controller.config.points == ((0, 1), (3, 1))
    assert part_of(window).editor.selected == (0, 1)
