"""The drawing of a schedule: with the mouse, with the keys, and what it tells."""

from typing import Any

import pytest
from PySide6.QtCore import QEvent, QPoint, QPointF, Qt
from PySide6.QtGui import QKeyEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from netviz.engine.options.rate_points import RatePoints
from netviz.engine.options.run_config import RunConfig
from netviz.engine.run.history import StepHistory
from netviz.engine.training.schedules import Position, factor_at
from netviz.ui.look.theme import Theme
from netviz.ui.views.learning_rate.schedule_editor import ScheduleEditor

POINTS = ((0.0, 1.0), (5.0, 1.0), (10.0, 0.1), (20.0, 0.01))
LEFT = Qt.MouseButton.LeftButton


def config(points: RatePoints = POINTS, **values: Any) -> RunConfig:
    given = {"schedule": "custom", "points": points, "learning_rate": 0.1, "epochs": 20}
    return RunConfig.parse(given | values)


class Drawing:
    """An editor whose points are changed as a run would, and what it told."""

    def __init__(self, qtbot: QtBot, theme: Theme) -> None:
        self.editor = ScheduleEditor(theme)
        self.told: list[RatePoints] = []
        qtbot.addWidget(self.editor)
        self.editor.drawn.connect(self._on_editor_drawn)
        self.editor.resize(900, 220)
        self.editor.timeline.begin(StepHistory(), 0, Position(0, 0, 40))
        self.editor.set_config(config())
        self.editor.show()
        self.editor.setFocus()
        qtbot.waitExposed(self.editor)

    def _on_editor_drawn(self, points: RatePoints) -> None:
        self.told.append(points)
        self.editor.set_config(config(points))

    def at(self, epochs: float, rate: float) -> QPoint:
        return self.editor.place_of((epochs, rate / 0.1)).toPoint()

    def press(self, at: QPoint) -> None:
        QTest.mousePress(self.editor, LEFT, pos=at)

    def move(self, to: QPoint) -> None:
        QTest.mouseMove(self.editor, to)

    def release(self, at: QPoint) -> None:
        QTest.mouseRelease(self.editor, LEFT, pos=at)

    def drag(self, start: QPoint, to: QPoint) -> None:
        self.press(start)
        self.move((start + to) / 2)
        self.move(to)
        self.release(to)

    def key(self, key: Qt.Key) -> None:
        QTest.keyClick(self.editor, key)

    def go_on_to(self, epoch: int, batch: int = 0) -> None:
        position = Position(epoch, batch, 40)
        self.editor.timeline.set_progress(epoch * 40 + batch, position, 0.05)
        self.editor.update()


@pytest.fixture
def drawing(qtbot: QtBot, theme: Theme) -> Drawing:
    return Drawing(qtbot, theme)


def test_a_point_is_dragged_and_told_once_when_it_is_let_go(drawing: Drawing) -> None:
    start, end = drawing.at(10, 0.01), drawing.at(7, 0.05)
    drawing.press(start)
    for part in (1, 2, 3):
        drawing.move(start + (end - start) * part / 3)
        assert not drawing.told
    assert drawing.editor.points != POINTS, "the line does not follow the mouse"
    drawing.release(end)
    ((first, second, moved, last),) = drawing.told
    assert (first, second, last) == (POINTS[0], POINTS[1], POINTS[3])
    assert moved == (pytest.approx(7, abs=0.11), pytest.approx(0.5, rel=0.03))
    assert drawing.editor.selected == moved


def test_a_point_goes_no_farther_than_its_neighbours(drawing: Drawing) -> None:
    drawing.drag(drawing.at(10, 0.01), drawing.at(2, 0.01))
    assert drawing.told[-1][2] == (pytest.approx(5, abs=0.03), 0.1)
    drawing.drag(drawing.at(5.02, 0.01), drawing.at(25, 0.01))
    assert drawing.told[-1][2] == (pytest.approx(20, abs=0.03), 0.1)


def test_escape_drops_a_drag(drawing: Drawing) -> None:
    start, end = drawing.at(10, 0.01), drawing.at(7, 0.05)
    drawing.press(start)
    drawing.move(end)
    drawing.key(Qt.Key.Key_Escape)
    assert drawing.editor.points == POINTS
    drawing.release(end)
    assert not drawing.told


def test_a_click_on_the_line_adds_a_point_that_can_be_dragged_on(drawing: Drawing) -> None:
    place = drawing.at(15, 0.1 * factor_at(POINTS, 15))
    QTest.mouseClick(drawing.editor, LEFT, pos=place)
    (points,) = drawing.told
    assert len(points) == 5
    assert points[3] == (pytest.approx(15, abs=0.11), pytest.approx(10**-1.5, rel=0.05))
    drawing.drag(drawing.at(2, 0.1), drawing.at(2, 0.2))
    assert len(drawing.told) == 2, "adding and moving in one go is one change"
    assert drawing.told[-1][1] == (pytest.approx(2, abs=0.11), pytest.approx(2, rel=0.05))


def test_a_click_beside_the_line_does_nothing(drawing: Drawing) -> None:
    QTest.mouseClick(drawing.editor, LEFT, pos=drawing.at(15, 0.15))
    QTest.mouseClick(drawing.editor, LEFT, pos=QPoint(5, 5))
    assert not drawing.told


def test_a_click_on_a_point_selects_it_and_changes_nothing(drawing: Drawing) -> None:
    QTest.mouseClick(drawing.editor, LEFT, pos=drawing.at(10, 0.01))
    assert drawing.editor.selected == (10, 0.1)
    assert not drawing.told


def test_a_double_click_or_delete_removes_a_point_but_never_the_last(drawing: Drawing) -> None:
    QTest.mouseDClick(drawing.editor, LEFT, pos=drawing.at(10, 0.01))
    assert drawing.told[-1] == (POINTS[0], POINTS[1], POINTS[3])
    QTest.mouseClick(drawing.editor, LEFT, pos=drawing.at(5, 0.1))
    drawing.key(Qt.Key.Key_Delete)
    assert drawing.told[-1] == (POINTS[0], POINTS[3])
    for epoch, rate in ((0, 0.1), (20, 0.001)):
        QTest.mouseDClick(drawing.editor, LEFT, pos=drawing.at(epoch, rate))
    assert len(drawing.told[-1]) == 1


def test_the_keys_select_move_add_and_remove(drawing: Drawing) -> None:
    drawing.key(Qt.Key.Key_PageDown)
    assert drawing.editor.selected == POINTS[0]
    drawing.key(Qt.Key.Key_PageDown)
    drawing.key(Qt.Key.Key_PageDown)
    drawing.key(Qt.Key.Key_PageUp)
    assert drawing.editor.selected == POINTS[1]
    drawing.key(Qt.Key.Key_Right)
    assert drawing.told[-1][1] == (5.1, 1)
    drawing.key(Qt.Key.Key_Up)
    assert drawing.told[-1][1] == (5.1, 1.3)
    drawing.key(Qt.Key.Key_Left)
    drawing.key(Qt.Key.Key_Down)
    assert drawing.told[-1] == POINTS
    drawing.key(Qt.Key.Key_Insert)
    assert drawing.told[-1][2] == (7.5, pytest.approx(10**-0.5, rel=1e-3))
    assert drawing.editor.selected == drawing.told[-1][2]
    drawing.key(Qt.Key.Key_Backspace)
    assert drawing.told[-1] == POINTS
    assert drawing.editor.selected is None
    drawing.key(Qt.Key.Key_PageUp)
    assert drawing.editor.selected == POINTS[-1]
    drawing.key(Qt.Key.Key_Escape)
    assert drawing.editor.selected is None


def test_the_points_take_their_keys_before_the_window_does(drawing: Drawing) -> None:
    def is_taken(key: Qt.Key) -> bool:
        event = QKeyEvent(QEvent.Type.ShortcutOverride, key, Qt.KeyboardModifier.NoModifier)
        event.ignore()
        QApplication.sendEvent(drawing.editor, event)
        return event.isAccepted()

    assert is_taken(Qt.Key.Key_Left)
    assert is_taken(Qt.Key.Key_Delete)
    assert not is_taken(Qt.Key.Key_Space), "Space trains"
    assert not is_taken(Qt.Key.Key_Escape), "there is nothing to drop"
    drawing.press(drawing.at(10, 0.01))
    assert is_taken(Qt.Key.Key_Escape)


def test_what_was_trained_stays_and_the_present_does_not_jump(drawing: Drawing) -> None:
    drawing.go_on_to(7, 20)
    assert {*drawing.editor.handles()} == {2, 3}, "points of the past are no handles"
    before = factor_at(POINTS, 7.5)
    drawing.drag(drawing.at(10, 0.01), drawing.at(10, 0.08))
    points = drawing.told[-1]
    assert points[:2] == POINTS[:2]
    assert points[2] == (7.5, pytest.approx(before, rel=1e-3))
    assert points[3] == (10, pytest.approx(0.8, rel=0.05))
    drawing.drag(drawing.at(10, 0.08), drawing.at(3, 0.08))
    assert drawing.told[-1][3][0] == pytest.approx(7.5, abs=0.05), "not into the past"
    QTest.mouseClick(drawing.editor, LEFT, pos=drawing.at(2, 0.1))
    assert len(drawing.told) == 2


def test_training_goes_on_under_a_drag_and_another_change_drops_it(drawing: Drawing) -> None:
    start = drawing.at(10, 0.01)
    drawing.press(start)
    drawing.move(start + QPoint(20, -30))
    drawing.go_on_to(11)
    drawing.move(start + QPoint(30, -30))
    drawing.release(start + QPoint(30, -30))
    assert not drawing.told, "the run has overtaken the point"
    start = drawing.at(20, 0.001)
    drawing.press(start)
    drawing.move(start + QPoint(-20, -30))
    drawing.editor.set_config(config(((0.0, 0.5),)))
    assert drawing.editor.points == ((0, 0.5),)
    drawing.release(start)
    assert not drawing.told


@pytest.mark.parametrize(
    "values", [{"schedule": "cosine"}, {"learning_rate": 0.0}, {"epochs": 3}], ids=str
)
def test_without_points_of_the_future_nothing_can_be_dragged(
    drawing: Drawing, values: dict[str, Any]
) -> None:
    drawing.go_on_to(3)
    drawing.editor.set_config(config(**values))
    assert not drawing.editor.can_be_drawn_on
    drawing.drag(drawing.at(10, 0.01), drawing.at(10, 0.05))
    drawing.key(Qt.Key.Key_PageDown)
    drawing.key(Qt.Key.Key_Up)
    assert not drawing.told
    drawing.editor.grab()


def test_the_tooltip_says_what_is_where_and_what_can_be_done(drawing: Drawing) -> None:
    drawing.go_on_to(2)
    text = drawing.editor.text_at
    over_point = text(QPointF(drawing.at(10, 0.01)))
    assert over_point.startswith("After 10 epochs: 0.01.")
    assert "double click" in over_point
    assert text(QPointF(drawing.at(15, 0.1 * factor_at(POINTS, 15)))).endswith("adds a point.")
    assert text(QPointF(drawing.at(15, 0.1))).startswith("Planned after 15")
    assert text(QPointF(drawing.at(1, 0.1))) == "The rate that each step used."
