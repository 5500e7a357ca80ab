"""The table of runs: what it says of each, and going on with one."""

import math
from dataclasses import replace

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QLineEdit
from pytestqt.qtbot import QtBot

from netviz.engine.options.run_config import RunConfig
from netviz.engine.protocol import events
from netviz.engine.protocol.left_run import LeftRun, Origin
from netviz.engine.protocol.run_rows import best_rows, rows_of
from netviz.engine.protocol.run_state import Measurement, State
from netviz.ui.look.theme import DARK, LIGHT
from netviz.ui.shell.main_window import MainWindow
from netviz.ui.views.runs.run_model import GO_COLUMN, NAME_COLUMN
from netviz.ui.views.runs.run_view import RunView
from tests.ui.conftest import OpenWindow, wait_for_state

CONTROL = Qt.KeyboardModifier.ControlModifier
CONFIG = RunConfig.parse({"learning_rate": 0.001})


def measured(epoch: int, loss: float, accuracy: float) -> Measurement:
    return Measurement(epoch, 400 * epoch, 0.5, 0.9, loss, accuracy, 1.0, 1.0)


def run(line: int, *losses: float, parent: int = 0, step: int = 0, **changes: object) -> LeftRun:
    found = [measured(n, loss, 1 / (1 + loss)) for n, loss in enumerate(losses)]
    config = CONFIG.with_changes(changes) if changes else CONFIG
    return LeftRun(Origin(line, parent, step), config, 400 * (len(losses) - 1), tuple(found))


def test_a_row_says_what_differs_from_the_run_at_hand() -> None:
    at_hand = run(2, 2.3, 0.5, 0.4, parent=1, step=400, learning_rate=0.01)
    others = [run(3, 2.3, 0.6, optimizer="sgd", learning_rate=0.01), run(1, 2.3, 0.7, 0.3)]
    first, second, third = rows_of(at_hand, others)
    assert [row.line for row in (first, second, third)] == [1, 2, 3]
    assert [row.is_at_hand for row in (first, second, third)] == [False, True, False]
    assert (first.settings, third.settings) == ("lr 0.001", "optimizer SGD")
    assert (first.parted, second.parted) == ("the beginning", "Run 1, step 400")
    assert (first.steps, first.test_loss) == (800, 0.3)
    assert first.test_accuracy == 1 / 1.3
    same = rows_of(at_hand, [replace(at_hand, origin=Origin(5))])[1]
    assert same.settings == "the same settings"


def test_the_best_is_that_of_all_epochs_and_not_of_the_untrained_network() -> None:
    rows = rows_of(run(1, 0.1, 0.5, 0.7), [run(2, 0.1, math.nan, 0.6), run(3, 0.1)])
    assert [row.test_loss for row in rows[:2]] == [0.5, 0.6]
    assert math.isnan(rows[2].test_loss)
    assert best_rows(rows, "test_loss") == {0}
    assert best_rows(rows, "test_accuracy") == {0}
    assert best_rows(rows[2:], "test_loss") == set()


def test_losses_of_two_functions_are_not_compared() -> None:
    rows = rows_of(run(1, 2.3, 0.5), [run(2, 0.9, 0.02, loss="mse")])
    assert best_rows(rows, "test_loss") == set()
    assert best_rows(rows, "test_accuracy") == {1}


@pytest.fixture
def window(open_window: OpenWindow, qtbot: QtBot) -> MainWindow:
    """A window on a run that parted from another one after its only epoch."""
    window = open_window(epochs=1)
    view = window.views.view(RunView)
    window.views.show_view(view)
    assert not view.has_content
    assert "kept here" in view.empty.text
    window.controller.start()
    wait_for_state(qtbot, window, State.FINISHED)
    with qtbot.waitSignal(window.controller.prepared, timeout=30_000):
        window.controller.go_back(300)
    wait_for_state(qtbot, window, State.PAUSED)
    window.controller.change({"learning_rate": 0.01})
    window.controller.train_one_batch()
    qtbot.waitUntil(lambda: window.controller.step == 301, timeout=30_000)
    wait_for_state(qtbot, window, State.PAUSED)
    return window


def cells(view: RunView) -> list[list[str]]:
    model = view.model
    columns = range(model.columnCount())
    return [[model.index(row, at).data() for at in columns] for row in range(model.rowCount())]


def test_the_tab_shows_the_run_at_hand_as_it_goes_on(window: MainWindow, qtbot: QtBot) -> None:
    view = window.views.view(RunView)
    assert view.has_content
    tabs = window.views.tabs
    assert tabs.tabText(tabs.indexOf(tabs.currentWidget())).split() == ["Runs", "2"]
    qtbot.waitUntil(lambda: cells(view)[1][3] == "301")
    first, second = cells(view)
    assert first[:4] == ["Run 1", "the beginning", "lr 0.001", "400"]
    assert first[GO_COLUMN] == "Go on"
    assert second == ["lr 0.01", "Run 1, step 300", "at hand", "301", *"–––––", "paused", "", ""]
    window.controller.start()
    wait_for_state(qtbot, window, State.FINISHED)
    qtbot.waitUntil(lambda: cells(view)[1][3] == "400")
    assert cells(view)[1][8].endswith("%")


@pytest.mark.parametrize("way", ["click", "double click", "key", "menu"])
def test_one_goes_on_with_a_run_and_undo_returns(
    window: MainWindow, qtbot: QtBot, way: str
) -> None:
    view, run = window.views.view(RunView), window.controller
    viewport = view.table.viewport()
    place = view.table.visualRect(view.model.index(0, GO_COLUMN if way == "click" else 3)).center()
    assert not view.go_action.isEnabled()
    with qtbot.waitSignal(run.prepared, timeout=30_000):
        qtbot.mouseClick(viewport, Qt.MouseButton.LeftButton, pos=place)
        if way != "click":
            assert run.step == 301  # to select is not to go on
            assert view.go_action.isEnabled()
        if way == "double click":
            qtbot.mouseDClick(viewport, Qt.MouseButton.LeftButton, pos=place)
        elif way == "key":
            view.table.setFocus()
            QApplication.processEvents()
            qtbot.keyClick(view.table, Qt.Key.Key_Return)
        elif way == "menu":
            view.go_action.trigger()
    qtbot.waitUntil(lambda: run.step == 400, timeout=30_000)
    assert run.config.learning_rate == 0.001
    assert [row[2] for row in cells(view)] == ["at hand", "lr 0.01"]
    with qtbot.waitSignal(run.prepared, timeout=30_000):
        qtbot.keyClick(window, Qt.Key.Key_Z, CONTROL)
    qtbot.waitUntil(lambda: run.step == 301, timeout=30_000)
    assert run.config.learning_rate == 0.01


def test_a_double_click_on_go_on_asks_once(window: MainWindow, qtbot: QtBot) -> None:
    view = window.views.view(RunView)
    viewport, asked = view.table.viewport(), list[int]()
    view.run_chosen.connect(asked.append)
    place = view.table.visualRect(view.model.index(0, GO_COLUMN)).center()
    with qtbot.waitSignal(window.controller.prepared, timeout=30_000):
        qtbot.mouseClick(viewport, Qt.MouseButton.LeftButton, pos=place)
        QTest.mouseDClick(viewport, Qt.MouseButton.LeftButton, pos=place)
    assert asked == [1]


def test_the_run_at_hand_cannot_be_gone_on_with(window: MainWindow, qtbot: QtBot) -> None:
    view = window.views.view(RunView)
    with qtbot.assertNotEmitted(view.run_chosen):
        view.table.selectRow(1)
        assert not view.go_action.isEnabled()
        place = view.table.visualRect(view.model.index(1, GO_COLUMN)).center()
        qtbot.mouseDClick(view.table.viewport(), Qt.MouseButton.LeftButton, pos=place)


def name_of(view: RunView, row: int) -> str:
    return str(view.model.index(row, NAME_COLUMN).data())


def open_name(view: RunView, qtbot: QtBot, row: int, way: str) -> QLineEdit:
    """Begin to type a name."""
    viewport = view.table.viewport()
    place = view.table.visualRect(view.model.index(row, NAME_COLUMN)).center()
    qtbot.mouseClick(viewport, Qt.MouseButton.LeftButton, pos=place)
    view.table.setFocus()
    QApplication.processEvents()
    if way == "double click":
        qtbot.mouseDClick(viewport, Qt.MouseButton.LeftButton, pos=place)
    elif way == "key":
        qtbot.keyClick(view.table, Qt.Key.Key_F2)
    else:
        view.rename_action.trigger()
    (field,) = viewport.findChildren(QLineEdit)
    return field


def type_name(view: RunView, qtbot: QtBot, row: int, text: str, way: str = "key") -> None:
    field = open_name(view, qtbot, row, way)
    qtbot.keyClick(field, Qt.Key.Key_A, CONTROL)
    qtbot.keyClick(field, Qt.Key.Key_Delete)
    qtbot.keyClicks(field, text)
    qtbot.keyClick(field, Qt.Key.Key_Return)


@pytest.mark.parametrize("way", ["double click", "key", "menu"])
def test_a_run_is_renamed_in_the_table_and_goes_on_with_none(
    window: MainWindow, qtbot: QtBot, way: str
) -> None:
    view, run = window.views.view(RunView), window.controller
    with qtbot.assertNotEmitted(view.run_chosen):
        type_name(view, qtbot, 0, "The first, of 1.5 epochs", way)
    qtbot.waitUntil(lambda: name_of(view, 0) == "The first, of 1.5 epochs", timeout=30_000)
    assert run.state is State.PAUSED  # the blank and the point were letters of the name
    assert (run.step, len(view.model.rows)) == (301, 2)
    assert cells(view)[1][1] == "The first, of 1.5 epochs, step 300"
    window.actions_by_key["undo"].trigger()
    qtbot.waitUntil(lambda: name_of(view, 0) == "Run 1", timeout=30_000)


def test_no_name_is_the_made_one_again(window: MainWindow, qtbot: QtBot) -> None:
    view, run = window.views.view(RunView), window.controller
    type_name(view, qtbot, 1, "mine")
    qtbot.waitUntil(lambda: name_of(view, 1) == "mine", timeout=30_000)
    with qtbot.waitSignal(run.prepared, timeout=30_000):
        view.run_chosen.emit(1)
    assert [row.name for row in view.model.rows] == ["Run 1", "mine"]
    type_name(view, qtbot, 1, "")
    qtbot.waitUntil(lambda: name_of(view, 1) == "lr 0.01", timeout=30_000)
    with qtbot.assertNotEmitted(view.renamed):
        type_name(view, qtbot, 1, "lr 0.01")


def test_what_is_typed_stays_while_the_run_trains_on(window: MainWindow, qtbot: QtBot) -> None:
    view = window.views.view(RunView)
    field = open_name(view, qtbot, 1, "key")
    qtbot.keyClicks(field, "a better r")
    window.controller.start()
    wait_for_state(qtbot, window, State.FINISHED)
    qtbot.waitUntil(lambda: cells(view)[1][3] == "400")
    qtbot.keyClicks(field, "ate")
    qtbot.keyClick(field, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: name_of(view, 1) == "a better rate", timeout=30_000)


def test_escape_leaves_the_name_as_it_was(window: MainWindow, qtbot: QtBot) -> None:
    view = window.views.view(RunView)
    field = open_name(view, qtbot, 0, "key")
    with qtbot.assertNotEmitted(view.renamed):
        qtbot.keyClicks(field, "no")
        qtbot.keyClick(field, Qt.Key.Key_Escape)
    assert name_of(view, 0) == "Run 1"


def ink(view: RunView, row: int) -> str:
    """The colour of the middle of a run's dot."""
    picture = view.model.index(row, NAME_COLUMN).data(Qt.ItemDataRole.DecorationRole)
    image = picture.pixmap(14, 14).toImage()
    return str(image.pixelColor(image.width() // 2, image.height() // 2).name().upper())


def test_each_run_has_a_colour_of_its_own_wherever_it_is(window: MainWindow, qtbot: QtBot) -> None:
    view = window.views.view(RunView)
    assert [ink(view, 0), ink(view, 1)] == [DARK.branch_a, DARK.branch_b]
    with qtbot.waitSignal(window.controller.prepared, timeout=30_000):
        view.run_chosen.emit(1)
    assert [ink(view, 0), ink(view, 1)] == [DARK.branch_a, DARK.branch_b]
    window.theme.set_dark(False)
    assert [ink(view, 0), ink(view, 1)] == [LIGHT.branch_a, LIGHT.branch_b]


def test_a_run_that_diverges_is_said_to_for_as_long_as_it_does(window: MainWindow) -> None:
    view, run = window.views.view(RunView), window.controller
    run.diverging.emit(events.Diverging(run.run, "", "", 301, 300, 5.0, 300))
    assert view.model.rows[1].state == "diverged"
    run.recovered.emit(events.Recovered(run.run, 301))
    assert view.model.rows[1].state == "paused"


def test_the_columns_that_were_chosen_are_there_the_next_time(
    window: MainWindow, open_window: OpenWindow
) -> None:
    (time,) = (a for a in window.views.view(RunView).header.actions if a.text() == "Time")
    time.trigger()
    assert open_window().views.view(RunView).header.choice == "+seconds"
