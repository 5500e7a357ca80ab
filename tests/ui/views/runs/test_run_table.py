"""The table of runs by itself: its order, what is found in it, and its columns."""

import math
from dataclasses import replace

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication, QLabel
from pytestqt.qtbot import QtBot

from netviz.engine.options.run_config import RunConfig
from netviz.engine.protocol.left_run import LeftRun, Origin
from netviz.engine.protocol.run_rows import RunRow, rows_of
from netviz.engine.protocol.run_state import Measurement, State
from netviz.ui.look.theme import Theme
from netviz.ui.views.runs.run_columns import COLUMNS, place_of
from netviz.ui.views.runs.run_view import RunView

CONFIG = RunConfig.parse({"learning_rate": 0.001})
LEFT = Qt.MouseButton.LeftButton
UP, DOWN = Qt.SortOrder.AscendingOrder, Qt.SortOrder.DescendingOrder


def run(line: int, *losses: float, **changes: object) -> LeftRun:
    """Return a run of an epoch of 1.5 s for each loss, which is worse on the training images."""
    found = [
        Measurement(n, 400 * n, loss + 0.1, 0.9 - loss / 2, loss, 1 - loss / 2, 1.5, 1.0)
        for n, loss in enumerate((2.0, *losses))
    ]
    config = CONFIG.with_changes(changes) if changes else CONFIG
    return LeftRun(Origin(line, settings=CONFIG.to_json()), config, 400 * len(losses), tuple(found))


@pytest.fixture
def view(qtbot: QtBot, theme: Theme) -> RunView:
    """Run 1 is at hand and untrained; 2, 3 and 12 were left."""
    view = RunView(theme)
    qtbot.addWidget(view)
    view.resize(712, 160)
    view.set_left(
        [
            run(2, 0.9, 0.5, 0.7, learning_rate=0.03),
            run(3, 0.25, optimizer="sgd", learning_rate=0.1),
            run(12, 0.6, 0.3),
        ]
    )
    view.show()
    qtbot.waitExposed(view)
    return view


def lines(view: RunView) -> list[int]:
    return [row.line for row in view.model.rows]


def click_heading(view: RunView, qtbot: QtBot, key: str) -> None:
    header = view.table.horizontalHeader()
    place = header.rect().center()
    place.setX(header.sectionViewportPosition(place_of(key)) + 12)
    qtbot.mouseClick(header.viewport(), LEFT, pos=place)


@pytest.mark.parametrize(
    ("key", "up", "down"),
    [
        ("name", [3, 2, 1, 12], None),  # "lr 0.03", "optimizer SGD, lr 0.1", "Run 1", "Run 12"
        ("steps", [1, 3, 12, 2], [2, 12, 3, 1]),
        ("test_loss", [3, 12, 2, 1], [2, 12, 3, 1]),  # what was not measured stands last
        ("test_accuracy", [2, 12, 3, 1], [3, 12, 2, 1]),
    ],
)
def test_a_click_on_a_heading_sorts_numbers_as_numbers(
    view: RunView, qtbot: QtBot, key: str, up: list[int], down: list[int] | None
) -> None:
    if key == "name":
        up = sorted(lines(view), key=lambda line: row_of(view, line).name.lower())
    click_heading(view, qtbot, key)
    assert lines(view) == up
    click_heading(view, qtbot, key)
    assert lines(view) == (down or up[::-1])
    click_heading(view, qtbot, key)
    assert lines(view) == [1, 2, 3, 12]


def row_of(view: RunView, line: int) -> RunRow:
    return view.model.rows[lines(view).index(line)]


def test_the_run_at_hand_stays_marked_and_the_selected_one_selected(
    view: RunView, qtbot: QtBot
) -> None:
    view.table.selectRow(lines(view).index(3))
    view.table.sortByColumn(place_of("test_loss"), DOWN)
    at_hand = lines(view).index(1)
    font = view.model.index(at_hand, 0).data(Qt.ItemDataRole.FontRole)
    assert font.bold() or font.weight() > 400
    with qtbot.waitSignal(view.run_chosen) as chosen:
        view.go_action.trigger()
    assert chosen.args == [3]


def test_the_order_follows_what_the_run_at_hand_learns(view: RunView) -> None:
    view.table.sortByColumn(place_of("test_loss"), UP)
    view.show_measurement(Measurement(1, 400, 0.5, 0.9, 0.01, 0.99, 1.0, 1.0))
    assert lines(view) == [1, 3, 12, 2]


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("sgd", [3]),
        ("SGD lr", [3]),
        ("0.03", [2]),
        ("adam", [1, 2, 12]),  # also of settings that do not differ
        ("run 1", [1, 12]),
        ("", [1, 2, 3, 12]),
    ],
)
def test_runs_are_found_by_name_and_settings(
    view: RunView, qtbot: QtBot, text: str, found: list[int]
) -> None:
    view.table.setFocus()
    QApplication.processEvents()
    assert not view.search.isVisible()
    qtbot.keyClick(view.table, Qt.Key.Key_F, Qt.KeyboardModifier.ControlModifier)
    assert view.search.isVisible()
    qtbot.keyClicks(view.search, text)
    assert lines(view) == found
    qtbot.keyClick(view.search, Qt.Key.Key_Escape)
    assert lines(view) == [1, 2, 3, 12]
    assert not view.search.isVisible()


def test_it_says_so_where_none_is_found(view: RunView) -> None:
    view.find_action.trigger()
    view.search.setText("no such run")
    texts = [label.text() for label in view.table.findChildren(QLabel) if label.isVisible()]
    assert texts == ["No run has “no such run” in name or settings."]
    view.search.setText("")
    assert not any(label.isVisible() for label in view.table.findChildren(QLabel))


def shown(view: RunView) -> list[str]:
    return [c.key for place, c in enumerate(COLUMNS) if not view.table.isColumnHidden(place)]


USUAL = ["name", "settings", "steps", "test_loss", "test_accuracy", "state", "go"]


def test_there_are_as_many_columns_as_fit(view: RunView, qtbot: QtBot) -> None:
    assert shown(view) == USUAL
    view.resize(1240, 260)
    qtbot.waitUntil(lambda: shown(view) == [column.key for column in COLUMNS[:-1]])
    view.resize(712, 160)
    qtbot.waitUntil(lambda: shown(view) == USUAL)


def test_columns_are_chosen_and_remembered(view: RunView, theme: Theme, qtbot: QtBot) -> None:
    actions = {action.text(): action for action in view.header.actions}
    assert not actions["Time"].isChecked()
    with qtbot.waitSignal(view.header.chosen):
        actions["Time"].trigger()
    actions["State"].trigger()
    assert shown(view) == [
        "name",
        "settings",
        "steps",
        "seconds",
        "test_loss",
        "test_accuracy",
        "go",
    ]
    other = RunView(theme)
    qtbot.addWidget(other)
    other.header.restore(view.header.choice + " +no_such_column +name nonsense -")
    other.resize(712, 160)
    other.show()
    assert shown(other) == shown(view)
    actions["As many as fit"].trigger()
    assert (shown(view), view.header.choice) == (USUAL, "")


def test_no_figure_is_cut_off(view: RunView) -> None:
    view.resize(1240, 260)
    view.set_left([replace(run(2, 0.9, 0.5), steps=1_234_567, has_diverged=True)])
    for line in range(view.model.rowCount()):
        for place, column in enumerate(COLUMNS):
            if column.is_figure or column.key in ("go", "state"):
                index = view.model.index(line, place)
                wanted = view.table.sizeHintForIndex(index).width()
                assert wanted <= view.table.columnWidth(place), column.key


def test_a_row_has_the_best_of_each_figure_the_time_and_the_state() -> None:
    at_hand = run(1, 0.5)
    left = [
        run(2, 0.9, 0.25, 0.5),
        replace(run(3, 0.5), has_ended=True),
        replace(run(4, 0.5), has_failed=True, has_diverged=True),
        replace(run(5), has_diverged=True),
    ]
    rows = rows_of(at_hand, left, State.RUNNING)
    assert [row.state for row in rows] == ["running", "paused", "finished", "failed", "diverged"]
    second = rows[1]
    assert (second.train_loss, second.train_accuracy) == (0.35, 0.775)
    assert (second.test_loss, second.test_accuracy, second.seconds) == (0.25, 0.875, 4.5)
    assert math.isnan(rows[4].train_loss)
    assert rows_of(at_hand, left, State.IDLE)[0].state == "ready"


def cell(view: RunView, line: int, key: str) -> str:
    return str(view.model.index(lines(view).index(line), place_of(key)).data())


def test_beside_the_pinned_base_the_others_show_their_difference(view: RunView) -> None:
    assert not view.unpin_action.isEnabled()
    view.table.selectRow(lines(view).index(12))
    view.pin_action.trigger()
    figures = ("settings", "steps", "test_loss", "test_accuracy")
    assert [cell(view, 12, key) for key in figures] == ["base", "800", "0.300", "85.0 %"]
    assert [cell(view, 3, key) for key in figures] == [
        cell(view, 3, "name"),
        "−400",
        "−0.050",
        "+2.5 pts",
    ]
    assert [cell(view, 2, key) for key in figures] == ["lr 0.03", "+400", "+0.200", "−10.0 pts"]
    assert [cell(view, 1, key) for key in figures] == ["the same settings", "−800", "–", "–"]
    # The figure itself is in the tooltip, and decides the order.
    tip = view.model.index(lines(view).index(3), place_of("test_loss")).data(
        Qt.ItemDataRole.ToolTipRole
    )
    assert tip.startswith("0.250\n")
    view.table.sortByColumn(place_of("test_loss"), UP)
    assert lines(view) == [3, 12, 2, 1]
    view.unpin_action.trigger()
    assert cell(view, 3, "test_loss") == "0.250"


def test_losses_of_two_functions_have_no_difference(view: RunView) -> None:
    view.set_left([run(2, 0.5), run(3, 0.02, loss="mse")])
    view.table.selectRow(lines(view).index(2))
    view.pin_action.trigger()
    assert (cell(view, 3, "test_loss"), cell(view, 3, "test_accuracy")) == ("–", "+24.0 pts")


def test_a_base_that_is_deleted_is_no_longer_one_and_again_when_it_is_back(view: RunView) -> None:
    both = [run(2, 0.5), run(3, 0.25)]
    view.set_left(both)
    view.table.selectRow(lines(view).index(2))
    view.pin_action.trigger()
    view.set_left(both[1:])
    assert (cell(view, 3, "test_loss"), cell(view, 1, "settings")) == ("0.250", "at hand")
    view.set_left(both)
    assert cell(view, 3, "test_loss") == "−0.250"


def eye(view: RunView, line: int) -> str:
    place = view.model.index(lines(view).index(line), place_of("eye"))
    return str(place.data(Qt.ItemDataRole.ToolTipRole))


def test_there_is_no_eye_until_it_is_known_what_the_plots_draw(view: RunView) -> None:
    assert "eye" not in shown(view)
    assert not view.eye_action.isVisible()
    view.set_shown(frozenset({2, 3}))
    assert view.table.horizontalHeader().visualIndex(place_of("eye")) == 0
    assert "eye" in shown(view)
    assert [line for line in lines(view) if "do not draw" in eye(view, line)] == [12]
    assert "always" in eye(view, 1)


def test_an_eye_asks_to_show_or_hide_a_run_and_goes_on_with_none(
    view: RunView, qtbot: QtBot
) -> None:
    view.set_shown(frozenset({2, 3}))
    asked: list[tuple[int, bool]] = []
    view.shown_requested.connect(lambda line, is_shown: asked.append((line, is_shown)))
    with qtbot.assertNotEmitted(view.run_chosen):
        for line in (2, 12, 1):
            index = view.model.index(lines(view).index(line), place_of("eye"))
            place = view.table.visualRect(index).center()
            qtbot.mouseClick(view.table.viewport(), LEFT, pos=place)
            qtbot.mouseDClick(view.table.viewport(), LEFT, pos=place)
    assert asked == [(2, False), (12, True)]  # the run at hand is always drawn


def test_e_shows_all_that_are_selected_if_one_is_hidden_and_else_hides_them(
    view: RunView, qtbot: QtBot
) -> None:
    asked: list[tuple[int, bool]] = []
    view.shown_requested.connect(lambda line, is_shown: asked.append((line, is_shown)))
    view.set_shown(frozenset({2, 3}))
    view.table.selectAll()
    view.table.setFocus()
    QApplication.processEvents()
    qtbot.keyClick(view.table, Qt.Key.Key_E)
    assert asked == [(2, True), (3, True), (12, True)]
    view.set_shown(frozenset({2, 3, 12}))
    qtbot.keyClick(view.table, Qt.Key.Key_E)
    assert asked[3:] == [(2, False), (3, False), (12, False)]
