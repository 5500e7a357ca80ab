"""The log: the story in its order, following, going back, leading to a step, and copying."""

from dataclasses import replace

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QColor, QGuiApplication

from netviz.engine.options.run_config import RunConfig
from netviz.engine.protocol.happening import Happening, What
from netviz.engine.protocol.ledger import LedgerEntry
from netviz.engine.protocol.run_state import Measurement
from netviz.ui.look.theme import Theme
from netviz.ui.views.ledger_view import LedgerView
from tests.ui.findings import dead, slow
from tests.ui.painting import painted, rgb

RATE = LedgerEntry(375, 3, "learning_rate", 0.003, 0.0003)
OPTIMIZER = LedgerEntry(1420, 4, "optimizer", "adam", "sgd")
NOTICED = Happening(1500, 4, What.NOTICED, "The loss is far above.")

BEST = "Epoch 3, the best: test loss 0.250, test accuracy 87.5 %"


def measured(epoch: int) -> Measurement:
    return Measurement(epoch, 400 * epoch, 0.5, 0.9, 1 / (1 + epoch), 0.875, 1.0, 1.0)


@pytest.fixture
def view(qtbot) -> LedgerView:
    """The log of a run that has just begun."""
    view = LedgerView(Theme())
    qtbot.addWidget(view)
    view.resize(660, 190)
    view.show()
    view.set_config(RunConfig())
    view.show_measurement(measured(0))
    return view


def lines(view: LedgerView) -> list[tuple[str, ...]]:
    model = view.model
    return [
        tuple(model.index(row, column).data() for column in range(model.columnCount()))
        for row in range(model.rowCount())
    ]


def told(qtbot, view: LedgerView) -> list[tuple[str, ...]]:
    """Return the lines without the settings, as soon as they are those of now."""
    qtbot.waitUntil(lambda: len(view.model.entries) == len(view.entries))
    qtbot.waitUntil(lambda: tuple(view.model.entries) == view.entries)
    return lines(view)[1:]


def test_the_story_is_told_in_order_and_the_settings_first(qtbot, view: LedgerView) -> None:
    view.set_entries((RATE, OPTIMIZER))
    view.set_happenings((NOTICED,))
    for epoch in (1, 2, 3):
        view.show_measurement(measured(epoch))
    assert told(qtbot, view) == [
        ("375", "3", "lr 0.003 → 0.0003"),
        ("400", "1", "Epoch 1: test loss 0.500, test accuracy 87.5 %"),
        ("800", "2", "Epoch 2: test loss 0.333, test accuracy 87.5 %"),
        (
            "1,200",
            "3",
            "Epoch 3, the best: test loss 0.250, test accuracy 87.5 %",
        ),
        ("1,420", "4", "optimizer Adam → SGD"),
        ("1,500", "4", "The loss is far above."),
    ]
    assert lines(view)[0][:2] == ("0", "")
    assert "learning rate 0.003" in lines(view)[0][2]


def test_what_stays_the_same_stays_selected(qtbot, view: LedgerView) -> None:
    view.set_entries((RATE, OPTIMIZER))
    told(qtbot, view)
    view.table.selectRow(1)
    view.show_measurement(measured(4))
    assert len(told(qtbot, view)) == 3
    assert [index.row() for index in view.table.selectionModel().selectedRows()] == [1]


def last_row_in_sight(view: LedgerView) -> int:
    viewport = view.table.viewport()
    return view.table.indexAt(QPoint(5, viewport.height() - 2)).row()


def changes(count: int) -> tuple[LedgerEntry, ...]:
    return tuple(replace(RATE, step=step) for step in range(1, count + 1))


def test_the_newest_line_is_followed_until_one_scrolls_up(qtbot, view: LedgerView) -> None:
    bar = view.table.verticalScrollBar()
    view.set_entries(changes(50))
    qtbot.waitUntil(lambda: last_row_in_sight(view) == 50)
    bar.setValue(3)
    maximum = bar.maximum()
    view.set_entries(changes(51))
    qtbot.waitUntil(lambda: bar.maximum() > maximum)
    assert bar.value() == 3
    bar.setValue(bar.maximum())
    view.set_entries(changes(52))
    qtbot.waitUntil(lambda: last_row_in_sight(view) == 52)


def test_what_came_while_hidden_is_in_sight_when_shown(qtbot, view: LedgerView) -> None:
    view.hide()
    view.set_entries(changes(50))
    view.show()
    qtbot.waitUntil(lambda: last_row_in_sight(view) == 50)


def test_selected_lines_are_copied(qtbot, view: LedgerView) -> None:
    view.set_entries((RATE, OPTIMIZER))
    told(qtbot, view)
    view.activateWindow()
    view.table.setFocus()
    qtbot.waitUntil(view.table.hasFocus)
    qtbot.keyClick(view.table, Qt.Key.Key_A, Qt.KeyboardModifier.ControlModifier)
    qtbot.keyClick(view.table, Qt.Key.Key_C, Qt.KeyboardModifier.ControlModifier)
    copied = QGuiApplication.clipboard().text().splitlines()
    assert copied[0].startswith("0\t\tMNIST sample")
    assert copied[1:] == ["375\t3\tlr 0.003 → 0.0003", "1,420\t4\toptimizer Adam → SGD"]


def test_a_click_and_return_lead_to_the_step(qtbot, view: LedgerView) -> None:
    view.set_entries((RATE, OPTIMIZER))
    told(qtbot, view)
    place = view.table.visualRect(view.model.index(2, 2)).center()
    with qtbot.waitSignal(view.step_chosen) as chosen:
        qtbot.mouseClick(view.table.viewport(), Qt.MouseButton.LeftButton, pos=place)
    assert chosen.args == [1420]
    view.table.setFocus()
    qtbot.keyClick(view.table, Qt.Key.Key_Up)
    with qtbot.waitSignal(view.step_chosen) as chosen:
        qtbot.keyClick(view.table, Qt.Key.Key_Return)
    assert chosen.args == [375]
    with qtbot.waitSignal(view.step_chosen) as chosen:
        qtbot.keyClick(view.table, Qt.Key.Key_Escape)
    assert chosen.args == [None]
    assert not view.table.selectionModel().hasSelection()


def test_a_new_run_begins_with_an_empty_log(view: LedgerView) -> None:
    view.set_entries((RATE,))
    view.clear()
    assert not view.has_content
    assert lines(view) == []
    assert view.entries == ()


def test_what_is_painted_is_the_log_with_changes_in_their_colour(qtbot, view: LedgerView) -> None:
    view.set_entries((RATE, OPTIMIZER))
    view.set_happenings((NOTICED,))
    told(qtbot, view)
    view.resize(1000, 220)
    painting = painted(view.table)
    words = painting.words()
    assert words[:3] == ["Step", "Epoch", "What happened"]
    assert words[3:4] == ["0"]
    assert words[5:] == [
        *("375", "3", "lr 0.003 → 0.0003"),
        *("1,420", "4", "optimizer Adam → SGD"),
        *("1,500", "4", "The loss is far above."),
    ]
    theme = Theme()
    colors = {text.text: text.color for text in painting.texts}
    assert colors["lr 0.003 → 0.0003"] == theme.color("ledger").name()
    assert colors["The loss is far above."] == theme.color("text").name()
    for plain in ("375", "3", "0"):
        assert colors[plain] == theme.color("muted").name()
    # Figures stand below the right end of their heading, words below the left one of theirs.
    for head, figure in (("Step", "375"), ("Epoch", "3")):
        right = painting.text(head).box.right()
        assert painting.text(figure).box.right() == pytest.approx(right, abs=3)
    # The signs before the words have the colour of what they stand for.
    signs = {round(picture.box.center().y()): picture.image for picture in painting.pictures}
    marked = {"The loss is far above.": "warning", "optimizer Adam → SGD": "ledger"}
    for text, token in marked.items():
        y = painting.text(text).box.center().y()
        sign = signs[min(signs, key=lambda at: abs(at - y))]
        places = [(x, y) for x in range(sign.width()) for y in range(sign.height())]
        darkest = max((sign.pixelColor(*place) for place in places), key=QColor.alpha)
        assert rgb(darkest.name()) == pytest.approx(rgb(theme.color(token).name()), abs=3)
    left = painting.text("What happened").box.left()
    assert left <= painting.text("The loss is far above.").box.left() < left + 40


def test_tab_leaves_the_table_and_does_not_walk_through_its_cells(qtbot, view: LedgerView) -> None:
    view.set_entries((RATE, OPTIMIZER))
    told(qtbot, view)
    view.activateWindow()
    view.table.setFocus()
    qtbot.waitUntil(view.table.hasFocus)
    view.table.setCurrentIndex(view.model.index(0, 0))
    qtbot.keyClick(view.table, Qt.Key.Key_Tab)
    place = view.table.currentIndex()
    assert (place.row(), place.column()) == (0, 0)


def test_what_was_noticed_has_its_epoch_its_hint_and_a_mark_of_its_own(
    qtbot, view: LedgerView
) -> None:
    view.set_entries((RATE,))
    view.set_findings((slow(20), dead(40)))
    assert told(qtbot, view) == [
        ("20", "1", "The rate could be higher: The loss falls slowly."),
        ("40", "1", "Dead layer: All 64 units of Linear 3 give 0 for every image tried."),
        ("375", "3", "lr 0.003 → 0.0003"),
    ]
    cell = view.model.index(2, 2)
    assert "Nothing passes it." in cell.data(Qt.ItemDataRole.ToolTipRole)
    icons = [view.model.index(row, 2).data(Qt.ItemDataRole.DecorationRole) for row in (2, 3)]
    pictures = [icon.pixmap(14).toImage() for icon in icons]
    assert pictures[0] != pictures[1]


def test_what_was_noticed_goes_when_it_is_forgotten(qtbot, view: LedgerView) -> None:
    view.set_entries((RATE,))
    view.set_findings((slow(20), dead(400)))
    assert [line[0] for line in told(qtbot, view)] == ["20", "375", "400"]
    view.set_findings((slow(20),))
    assert [line[0] for line in told(qtbot, view)] == ["20", "375"]
    view.set_findings(())
    assert [line[0] for line in told(qtbot, view)] == ["375"]


@pytest.mark.parametrize("scale", [1.0, 1.5])
def test_the_steps_of_a_long_run_are_not_cut_off(qtbot, scale: float) -> None:
    theme = Theme()
    theme.set_scale(scale)
    view = LedgerView(theme)
    qtbot.addWidget(view)
    view.resize(1000, 400)
    view.show()
    view.set_config(RunConfig())
    for epoch in (0, *range(981, 3001)):
        view.show_measurement(measured(epoch))
    view.set_entries((replace(RATE, step=1_199_999, epoch=3000),))
    told(qtbot, view)
    view.table.scrollToBottom()
    words = painted(view.table).words()
    assert "1,199,999" in words
    assert not [each for each in words if each.endswith("…") and each[0].isdigit()]
