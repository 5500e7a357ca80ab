"""The log: order, following, going back, and copying."""

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QColor, QGuiApplication

from netviz.engine.protocol.ledger import LedgerEntry
from netviz.ui.look.theme import Theme
from netviz.ui.views.ledger_view import LedgerView
from tests.ui.findings import dead, slow
from tests.ui.painting import painted, rgb

RATE = LedgerEntry(375, 3, "learning_rate", 0.003, 0.0003)
OPTIMIZER = LedgerEntry(1420, 4, "optimizer", "adam", "sgd")


@pytest.fixture
def view(qtbot) -> LedgerView:
    view = LedgerView(Theme())
    qtbot.addWidget(view)
    view.resize(660, 190)
    view.show()
    return view


def lines(view: LedgerView) -> list[tuple[str, ...]]:
    model = view.model
    return [
        tuple(model.index(row, column).data() for column in range(model.columnCount()))
        for row in range(model.rowCount())
    ]


def test_changes_and_notes_stand_in_the_order_in_which_they_came(view: LedgerView) -> None:
    view.add_note(0, "Training started")
    view.add_entries((RATE, OPTIMIZER))
    assert lines(view) == [
        ("0", "", "Training started"),
        ("375", "3", "lr 0.003 → 0.0003"),
        ("1,420", "4", "optimizer Adam → SGD"),
    ]


def test_going_back_forgets_changes_and_keeps_notes(view: LedgerView) -> None:
    view.add_entries((RATE, OPTIMIZER))
    view.add_note(1500, "Failed at step 1,500")
    view.set_entries((RATE,))
    assert [line[2] for line in lines(view)] == ["lr 0.003 → 0.0003", "Failed at step 1,500"]


def test_entries_of_a_loaded_run_are_listed(view: LedgerView) -> None:
    view.set_entries((RATE, OPTIMIZER))
    assert len(lines(view)) == 2
    view.set_entries(())
    assert not view.has_content


def last_row_in_sight(view: LedgerView) -> int:
    viewport = view.table.viewport()
    return view.table.indexAt(QPoint(5, viewport.height() - 2)).row()


def test_the_newest_line_is_followed_until_one_scrolls_up(qtbot, view: LedgerView) -> None:
    bar = view.table.verticalScrollBar()
    for step in range(50):
        view.add_note(step, f"Note {step}")
    qtbot.waitUntil(lambda: last_row_in_sight(view) == 49)
    bar.setValue(3)
    maximum = bar.maximum()
    view.add_note(50, "Another")
    qtbot.waitUntil(lambda: bar.maximum() > maximum)
    assert bar.value() == 3
    bar.setValue(bar.maximum())
    view.add_note(51, "And another")
    qtbot.waitUntil(lambda: last_row_in_sight(view) == 51)


def test_what_came_while_hidden_is_in_sight_when_shown(qtbot, view: LedgerView) -> None:
    view.add_note(0, "Training started")
    view.hide()
    for step in range(50):
        view.add_note(step, f"Note {step}")
    view.show()
    qtbot.waitUntil(lambda: last_row_in_sight(view) == 50)


def test_selected_lines_are_copied(qtbot, view: LedgerView) -> None:
    view.add_entries((RATE, OPTIMIZER))
    view.activateWindow()
    view.table.setFocus()
    qtbot.waitUntil(view.table.hasFocus)
    qtbot.keyClick(view.table, Qt.Key.Key_A, Qt.KeyboardModifier.ControlModifier)
    qtbot.keyClick(view.table, Qt.Key.Key_C, Qt.KeyboardModifier.ControlModifier)
    assert QGuiApplication.clipboard().text() == (
        "375\t3\tlr 0.003 → 0.0003\n1,420\t4\toptimizer Adam → SGD"
    )


def test_a_new_run_begins_with_an_empty_log(view: LedgerView) -> None:
    view.add_note(0, "Training started")
    view.clear()
    assert not view.has_content
    assert lines(view) == []


def test_what_is_painted_is_the_log_with_changes_in_their_colour(view: LedgerView) -> None:
    view.add_note(0, "Training started")
    view.add_entries((RATE, OPTIMIZER))
    painting = painted(view.table)
    assert painting.words() == [
        *("Step", "Epoch", "What happened"),
        *("0", "Training started"),
        *("375", "3", "lr 0.003 → 0.0003"),
        *("1,420", "4", "optimizer Adam → SGD"),
    ]
    theme = Theme()
    colors = {text.text: text.color for text in painting.texts}
    assert colors["lr 0.003 → 0.0003"] == theme.color("ledger").name()
    for plain in ("Training started", "375", "3", "0"):
        assert colors[plain] == theme.color("muted").name()
    # Figures stand below the right end of their heading, words below the left one of theirs.
    for head, figure in (("Step", "375"), ("Epoch", "4")):
        right = painting.text(head).box.right()
        assert painting.text(figure).box.right() == pytest.approx(right, abs=3)
    # The signs before the words have the colour of what they stand for.
    signs = {round(picture.box.center().y()): picture.image for picture in painting.pictures}
    for words, token in (("Training started", "muted"), ("optimizer Adam → SGD", "ledger")):
        y = painting.text(words).box.center().y()
        sign = signs[min(signs, key=lambda at: abs(at - y))]
        places = [(x, y) for x in range(sign.width()) for y in range(sign.height())]
        darkest = max((sign.pixelColor(*place) for place in places), key=QColor.alpha)
        assert rgb(darkest.name()) == pytest.approx(rgb(theme.color(token).name()), abs=3)
    left = painting.text("What happened").box.left()
    assert left <= painting.text("Training started").box.left() < left + 40


def test_tab_leaves_the_table_and_does_not_walk_through_its_cells(qtbot, view: LedgerView) -> None:
    view.add_entries((RATE, OPTIMIZER))
    view.activateWindow()
    view.table.setFocus()
    qtbot.waitUntil(view.table.hasFocus)
    view.table.setCurrentIndex(view.model.index(0, 0))
    qtbot.keyClick(view.table, Qt.Key.Key_Tab)
    place = view.table.currentIndex()
    assert (place.row(), place.column()) == (0, 0)


def test_what_was_noticed_has_its_epoch_its_hint_and_a_mark_of_its_own(view: LedgerView) -> None:
    view.add_note(0, "Training started")
    view.set_findings((slow(20), dead(40)))
    assert lines(view) == [
        ("0", "", "Training started"),
        ("20", "1", "The rate could be higher: The loss falls slowly."),
        ("40", "1", "Dead layer: All 64 units of Linear 3 give 0 for every image tried."),
    ]
    cell = view.model.index(2, 2)
    assert cell.data(Qt.ItemDataRole.ToolTipRole).endswith("Nothing passes it.")
    icons = [view.model.index(row, 2).data(Qt.ItemDataRole.DecorationRole) for row in (0, 1)]
    pictures = [icon.pixmap(14).toImage() for icon in icons]
    assert pictures[0] != pictures[1]


def test_what_was_noticed_is_listed_once_and_goes_when_it_is_forgotten(view: LedgerView) -> None:
    view.set_findings((slow(20),))
    view.add_entries((RATE,))
    view.set_findings((slow(20), dead(400)))
    assert [line[0] for line in lines(view)] == ["20", "375", "400"]
    view.set_entries((RATE,))
    assert [line[0] for line in lines(view)] == ["20", "375", "400"]
    view.set_findings((slow(20),))
    assert [line[0] for line in lines(view)] == ["20", "375"]
    view.set_findings(())
    assert [line[0] for line in lines(view)] == ["375"]
