"""The runs of the table as a tree: their order, the lines before their names, and the way back."""

from dataclasses import replace

import pytest
from PySide6.QtCore import QEvent, QPoint, QRect, Qt
from PySide6.QtGui import QHelpEvent, QImage
from PySide6.QtWidgets import QApplication, QLineEdit, QStyle, QToolTip
from pytestqt.qtbot import QtBot

from netviz.engine.options.run_config import RunConfig
from netviz.engine.protocol.left_run import LeftRun, Origin
from netviz.engine.protocol.lineage import Joint, joints_of, tree_order
from netviz.ui.look.theme import DARK, Theme
from netviz.ui.views.runs.run_columns import place_of
from netviz.ui.views.runs.run_menu import TreeButton
from netviz.ui.views.runs.run_model import NAME_COLUMN
from netviz.ui.views.runs.run_tree import Stroke, tree_rows
from netviz.ui.views.runs.run_view import RunView

CONFIG = RunConfig.parse({"learning_rate": 0.001})
LEFT = Qt.MouseButton.LeftButton
NONE, LINE, MAIN = Stroke.NONE, Stroke.LINE, Stroke.MAIN

FAMILY = {1: (0, 0), 2: (1, 900), 3: (1, 400), 4: (3, 700), 5: (0, 0), 6: (1, 400)}
"""Each run's parent, and the step at which it parted."""


def origins(**more: tuple[int, int]) -> dict[int, Origin]:
    family = FAMILY | {int(line[1:]): origin for line, origin in more.items()}
    return {line: Origin(line, parent, step) for line, (parent, step) in family.items()}


def run(line: int, parent: int = 0, step: int = 0) -> LeftRun:
    origin = Origin(line, parent, step, settings=CONFIG.to_json())
    return LeftRun(origin, CONFIG, step + 400, ())


def test_each_run_is_followed_by_its_branches_the_earliest_first() -> None:
    assert tree_order(joints_of(origins(), FAMILY)) == [1, 3, 4, 6, 2, 5]


def test_branches_of_a_run_that_is_gone_hang_on_the_one_that_it_parted_from() -> None:
    joints = joints_of(origins(r7=(4, 650)), [1, 2, 4, 5, 7])
    # Run 4 parted from run 3 at 700, which had parted from run 1 at 400.
    assert joints == {
        1: Joint(),
        2: Joint(1, 900),
        4: Joint(1, 400),
        5: Joint(),
        7: Joint(4, 650),
    }
    assert joints_of(origins(), [2, 5, 6]) == {2: Joint(), 5: Joint(), 6: Joint()}


def test_the_lines_lead_to_each_run_and_are_marked_up_to_the_one_at_hand() -> None:
    order = tree_order(joints_of(origins(), FAMILY))
    rows = tree_rows([(line, FAMILY[line][0]) for line in order], at_hand=6)
    found = dict(zip(order, rows, strict=True))
    assert [found[line].level for line in order] == [0, 1, 2, 1, 1, 0]
    assert found[1].below == (MAIN,)
    assert (found[3].elbow, found[3].below, found[3].leads_to) == (LINE, (MAIN, LINE), (3,))
    # Beside run 4 the line to run 6 goes on.
    assert (found[4].elbow, found[4].below) == (LINE, (MAIN, NONE, NONE))
    assert found[4].leads_to == (6, 4)
    assert (found[6].elbow, found[6].below) == (MAIN, (LINE, NONE))
    assert (found[2].elbow, found[2].below) == (LINE, (NONE, NONE))
    assert (found[5].elbow, found[5].below, found[5].leads_to) == (NONE, (NONE,), ())


@pytest.fixture
def view(qtbot: QtBot, theme: Theme) -> RunView:
    """Run 1 is at hand; run 2 parted from it at 900, run 3 at 400, and run 4 from that one."""
    view = RunView(theme)
    qtbot.addWidget(view)
    view.resize(712, 240)
    view.set_left([run(2, 1, 900), run(3, 1, 400), run(4, 3, 1_240), run(5)])
    view.show()
    qtbot.waitExposed(view)
    view.setFocus()  # a cell with the focus has a frame, which is no line of the tree
    return view


def lines(view: RunView) -> list[int]:
    return [row.line for row in view.model.rows]


def cell(view: RunView, line: int) -> QRect:
    return view.table.visualRect(view.model.index(lines(view).index(line), NAME_COLUMN))


def image(view: RunView) -> QImage:
    return view.table.viewport().grab().toImage()


def columns_with_lines(view: RunView, line: int, y: float) -> list[int]:
    """Where something is painted before the name of a run, `y` of the way down its row."""
    box, picture = cell(view, line), image(view)
    empty = picture.pixelColor(box.left() + 1, box.top() + 1)
    height = box.top() + round(y * (box.height() - 1))
    xs = range(box.left(), box.left() + 46)
    return [x - box.left() for x in xs if picture.pixelColor(x, height) != empty]


def dot_of(view: RunView, line: int) -> int:
    """Where the dot of a run with branches is: its line goes down from there."""
    return columns_with_lines(view, line, 0.98)[-1]


def tooltip_at(view: RunView, line: int, x: int) -> str:
    box = cell(view, line)
    place = QPoint(box.left() + x, box.center().y())
    viewport = view.table.viewport()
    event = QHelpEvent(QEvent.Type.ToolTip, place, viewport.mapToGlobal(place))
    QApplication.sendEvent(viewport, event)
    return QToolTip.text()


def test_runs_stand_under_the_one_that_they_parted_from(view: RunView) -> None:
    assert lines(view) == [1, 3, 4, 2, 5]
    # The line from run 1 goes down beside run 3 and run 4, and ends at run 2.
    trunk = columns_with_lines(view, 1, 0.98)
    assert trunk
    assert set(trunk) <= set(columns_with_lines(view, 3, 0.98))
    assert set(trunk) <= set(columns_with_lines(view, 4, 0.98))
    assert columns_with_lines(view, 2, 0.98) == []
    assert columns_with_lines(view, 5, 0.02) == []


@pytest.mark.parametrize("way", ["heading", "button", "menu", "search"])
def test_sorted_or_searched_there_are_no_lines_and_a_way_back(
    view: RunView, qtbot: QtBot, way: str
) -> None:
    (button,) = view.findChildren(TreeButton)
    assert not button.isVisible()
    assert not view.header.tree_action.isVisible()
    if way == "search":
        view.find_action.trigger()
        qtbot.keyClicks(view.search, "run")
        assert lines(view) == [1, 3, 4, 2, 5]
    else:
        view.table.sortByColumn(place_of("steps"), Qt.SortOrder.AscendingOrder)
        assert lines(view) == [1, 5, 3, 2, 4]
        assert button.isVisible()
    assert all(columns_with_lines(view, line, 0.98) == [] for line in lines(view))
    if way == "heading":
        header = view.table.horizontalHeader()
        place = header.rect().center()
        place.setX(header.sectionViewportPosition(place_of("steps")) + 12)
        for _ in range(2):
            qtbot.mouseClick(header.viewport(), LEFT, pos=place)
    elif way == "button":
        qtbot.mouseClick(button, LEFT)
    elif way == "menu":
        view.header.tree_action.trigger()
    else:
        qtbot.keyClick(view.search, Qt.Key.Key_Escape)
    assert lines(view) == [1, 3, 4, 2, 5]
    assert not button.isVisible()
    assert columns_with_lines(view, 3, 0.98)


def test_the_tooltip_of_a_line_says_where_which_run_parted(view: RunView) -> None:
    dot = trunk = dot_of(view, 1)
    assert tooltip_at(view, 3, trunk) == "Parted from Run 1 at step 400."
    assert tooltip_at(view, 4, trunk) == "“Run 2” parted from Run 1 at step 900."
    inner = columns_with_lines(view, 3, 0.98)[-1]
    assert tooltip_at(view, 4, inner) == "Parted from Run 3 at step 1,240."
    assert tooltip_at(view, 1, dot).startswith("Run 1\nRun 1 of this session")
    assert tooltip_at(view, 3, 80).startswith("Run 3\nRun 3 of this session, from Run 1, step 400")


def test_a_dot_has_the_colour_of_its_run_also_where_it_is_chosen(view: RunView) -> None:
    def color() -> str:
        box = cell(view, 3)
        place = box.left() + dot_of(view, 3), box.center().y()
        return str(image(view).pixelColor(*place).name().upper())

    assert color() == DARK.branch_c
    view.table.selectRow(lines(view).index(3))
    assert color() == DARK.branch_c


def test_a_run_that_was_given_another_colour_has_it(view: RunView) -> None:
    given = replace(run(3, 1, 400), origin=Origin(3, 1, 400, color=5))
    view.set_left([given, run(4, 3, 1_240)])
    box = cell(view, 3)
    place = box.left() + dot_of(view, 3), box.center().y()
    assert image(view).pixelColor(*place).name().upper() == DARK.branch_e


def test_a_name_is_typed_beside_the_lines(view: RunView, qtbot: QtBot) -> None:
    view.table.setCurrentIndex(view.model.index(lines(view).index(4), NAME_COLUMN))
    view.rename_action.trigger()
    (field,) = view.table.viewport().findChildren(QLineEdit)
    assert field.geometry().left() - cell(view, 4).left() > 20
    with qtbot.waitSignal(view.renamed) as renamed:
        qtbot.keyClicks(field, "the best")
        qtbot.keyClick(field, Qt.Key.Key_Return)
    assert renamed.args == [4, "", "the best"]


def test_keys_move_from_row_to_row(view: RunView, qtbot: QtBot) -> None:
    view.table.selectRow(0)
    view.table.setFocus()
    found = []
    for _ in range(4):
        qtbot.keyClick(view.table, Qt.Key.Key_Down)
        found.append(lines(view)[view.table.currentIndex().row()])
    assert found == [3, 4, 2, 5]


def test_a_deep_tree_leaves_room_for_the_names(view: RunView, theme: Theme) -> None:
    view.set_left([run(line, line - 1, 100 * line) for line in range(2, 21)])
    view.resize(712, 600)
    QApplication.processEvents()
    for width in (712, 1240):
        view.resize(width, 600)
        metrics = view.table.fontMetrics()
        option_px = theme.px(30)  # the dot, and what is left free beside it
        deepest = view.table.visualRect(view.model.index(19, NAME_COLUMN))
        assert lines(view) == list(range(1, 21))
        assert deepest.width() - 19 * theme.px(5) - option_px >= metrics.horizontalAdvance("Run 20")
        settings = view.table.columnWidth(place_of("settings"))
        assert settings >= theme.px(60)
    assert view.table.style().pixelMetric(QStyle.PixelMetric.PM_ScrollBarExtent) > 0
