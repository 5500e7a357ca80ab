"""The confusion matrix: click, keys, hover and colours."""

from dataclasses import replace

import numpy as np
import pytest
from PySide6.QtCore import QPointF, Qt
from PySide6.QtWidgets import QLabel

from netviz.engine.protocol.mistakes import cell_levels
from netviz.engine.protocol.observations import TestPredictions
from netviz.engine.protocol.run_state import State
from netviz.ui.look.theme import Theme
from netviz.ui.views.confusion.confusion_view import ConfusionView
from tests.ui.observations import DIGITS, images, predictions


def measured(classes: int = 10) -> TestPredictions:
    return predictions(images(20 * classes, classes), {7: (1, 0.9), 17: (1, 0.8)}, classes=classes)


@pytest.fixture
def view(qtbot) -> ConfusionView:
    view = ConfusionView(Theme())
    qtbot.addWidget(view)
    view.resize(660, 190)
    view.set_classes(DIGITS)
    view.show_predictions(measured())
    view.show()
    return view


def center(view: ConfusionView, true: int, predicted: int):
    return view.matrix.cell_area(true, predicted).center().toPoint()


def test_a_click_on_a_cell_names_its_classes(qtbot, view: ConfusionView) -> None:
    with qtbot.waitSignal(view.cell_clicked) as told:
        qtbot.mouseClick(view.matrix, Qt.MouseButton.LeftButton, pos=center(view, 7, 1))
    assert told.args == [7, 1]


def test_the_mouse_is_told_what_a_cell_holds(qtbot, view: ConfusionView) -> None:
    qtbot.mouseMove(view.matrix, center(view, 7, 1))
    assert view.sentence == "7 taken for 1: 2 of 20, 10.0 %"
    assert view.matrix.text_at(QPointF(center(view, 0, 0))) == "0 recognised: 20 of 20, 100.0 %"


def test_the_sides_tell_recall_and_precision(view: ConfusionView) -> None:
    grid = view.matrix.grid_area()
    row, column = center(view, 7, 0).y(), center(view, 0, 1).x()
    assert view.matrix.text_at(QPointF(grid.right() + 10, row)) == (
        "Recall of 7: 90 % of its images are recognised"
    )
    assert view.matrix.text_at(QPointF(column, grid.bottom() + 8)) == (
        "Precision of 1: 91 % of the images taken for 1 are 1"
    )


def test_arrows_move_and_enter_chooses(qtbot, view: ConfusionView) -> None:
    view.activateWindow()
    view.matrix.setFocus(Qt.FocusReason.TabFocusReason)
    qtbot.waitUntil(view.matrix.hasFocus)
    for key in (Qt.Key.Key_Up, Qt.Key.Key_Down, Qt.Key.Key_Down, Qt.Key.Key_Right):
        qtbot.keyClick(view.matrix, key)
    assert view.sentence == "2 taken for 1: 0 of 20, 0.0 %"
    with qtbot.waitSignal(view.cell_clicked) as told:
        qtbot.keyClick(view.matrix, Qt.Key.Key_Return)
    assert told.args == [2, 1]


def test_percentages_take_the_place_of_counts(qtbot, view: ConfusionView) -> None:
    before = view.matrix.grab().toImage()
    qtbot.mouseClick(view.numbers.button(1), Qt.MouseButton.LeftButton)
    assert view.matrix.grab().toImage() != before


@pytest.mark.parametrize("classes", [2, 10, 26, 47])
@pytest.mark.parametrize("size", [(660, 190), (1100, 420)])
@pytest.mark.parametrize("scale", [1.0, 1.5])
def test_every_cell_can_be_pointed_at(qtbot, classes: int, size, scale: float) -> None:
    theme = Theme()
    theme.set_scale(scale)
    view = ConfusionView(theme)
    qtbot.addWidget(view)
    view.resize(*size)
    view.set_classes(tuple(f"class {index}" for index in range(classes)))
    view.show_predictions(measured(classes))
    view.show()
    assert not view.grab().isNull()
    grid = view.matrix.grid_area()
    assert view.matrix.rect().toRectF().contains(grid)
    for cell in ((0, 0), (classes - 1, 0), (classes // 2, classes - 1)):
        assert view.matrix.cell_at(view.matrix.cell_area(*cell).center()) == cell
    assert view.matrix.cell_at(QPointF(1, 1)) == (-1, -1)


def test_a_rare_confusion_is_still_seen() -> None:
    fractions = np.array([[0.9, 0.1, 0.0], [0.001, 0.999, 0.0], [0.0, 0.0, 1.0]])
    levels = cell_levels(fractions)
    assert levels[0, 1] == 1
    assert levels[1, 0] == pytest.approx(0.1)
    assert levels[2, 0] == 0
    np.testing.assert_array_equal(np.diagonal(levels), np.diagonal(fractions))


def test_a_class_without_images_is_said_to_have_none(view: ConfusionView) -> None:
    empty = measured()
    empty.confusion[4] = 0
    view.show_predictions(empty)
    assert view.matrix.sentence(4, 0) == "There is no test image of 4"
    assert not view.grab().isNull()


def test_predictions_of_other_classes_are_not_shown(view: ConfusionView) -> None:
    view.set_classes(("cat", "dog"))
    view.show_predictions(measured())
    assert not view.has_content


def test_predictions_before_any_class_is_known_are_not_shown(qtbot) -> None:
    view = ConfusionView(Theme())
    qtbot.addWidget(view)
    view.show_predictions(measured())
    assert not view.has_content


def test_the_numbers_stand_in_a_line_of_their_own_whatever_the_names(qtbot) -> None:
    view = ConfusionView(Theme())
    qtbot.addWidget(view)
    view.set_classes(tuple(f"class: {digit}" for digit in DIGITS))
    view.show_predictions(measured())
    view.show()
    view.matrix.cell_pointed.emit(7, 1)
    assert view.sentence == "class: 7 taken for class: 1: 2 of 20, 10.0 %"
    (label,) = (child for child in view.findChildren(QLabel) if " of 20" in child.text())
    assert label.text().splitlines()[1:] == ["2 of 20, 10.0 %"]


def test_above_the_matrix_the_mouse_is_told_what_rows_and_columns_are(view: ConfusionView) -> None:
    for column in (0, 4, 9):
        above = QPointF(center(view, 0, column).x(), 3)
        assert view.matrix.text_at(above) == "A row is a true class, a column a predicted class."


def test_the_moment_of_the_measurement_is_told(view: ConfusionView) -> None:
    assert view.measured_at == "at step 100"
    view.show_predictions(replace(measured(), step=0))
    assert view.measured_at == "before training"


def test_while_nothing_is_known_it_says_when_it_will_be(view: ConfusionView) -> None:
    view.clear()
    view.set_state(State.PAUSED)
    assert view.empty.isVisible()
    assert view.empty.text == "Waiting for the test images to be evaluated."
    view.set_state(State.RUNNING)
    assert "at the end of the epoch" in view.empty.text
