"""Folders of saved runs are dropped onto the tab Runs, and laid beside the run at hand."""

from collections.abc import Callable
from pathlib import Path

import pytest
from PySide6.QtCore import QEvent, QMimeData, QPoint, QPointF, Qt, QUrl
from PySide6.QtGui import QDragEnterEvent, QDragLeaveEvent, QDropEvent
from PySide6.QtWidgets import QApplication, QFileDialog, QPushButton
from pytestqt.qtbot import QtBot

from netviz.engine.options.run_config import RunConfig
from netviz.engine.protocol import commands
from netviz.engine.protocol.run_state import State
from netviz.engine.storage.run_summary import RUN_FILE
from netviz.ui.shell.main_window import MainWindow
from netviz.ui.views.runs.run_model import NAME_COLUMN
from netviz.ui.views.runs.run_view import RunView
from tests.support import Driven
from tests.ui.conftest import OpenWindow, wait_for_state

COPY, MOVE = Qt.DropAction.CopyAction, Qt.DropAction.MoveAction
LEFT, NONE = Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier
CONTROL = Qt.KeyboardModifier.ControlModifier


@pytest.fixture
def saved(tmp_path: Path) -> Path:
    """The folder of a run of two steps that was saved by another session."""
    driven = Driven(RunConfig(learning_rate=0.03, epochs=1, threads=1))
    driven.do(commands.Step(), commands.Step())
    driven.do(commands.Save(tmp_path / "my-run"))
    return tmp_path / "my-run"


@pytest.fixture
def window(open_window: OpenWindow) -> MainWindow:
    """A window that shows the tab Runs."""
    window = open_window()
    window.views.show_view(window.views.view(RunView))
    return window


def files(*paths: Path) -> QMimeData:
    """What a file manager lets one drag."""
    mime = QMimeData()
    mime.setUrls([QUrl.fromLocalFile(str(path)) for path in paths])
    return mime


def drag(view: RunView, mime: QMimeData, actions: Qt.DropAction = COPY) -> QDragEnterEvent:
    """Drag something over the tab."""
    event = QDragEnterEvent(QPoint(50, 50), actions, mime, LEFT, NONE)
    event.ignore()
    QApplication.sendEvent(view, event)
    return event


def drop(window: MainWindow, *paths: Path) -> None:
    """Drag files from a file manager over the tab and drop them there."""
    view, mime = window.views.view(RunView), files(*paths)
    assert drag(view, mime).isAccepted()
    QApplication.sendEvent(view, QDropEvent(QPointF(50, 50), COPY, mime, LEFT, NONE))


def rows(window: MainWindow) -> list[tuple[str, str, int]]:
    """Name, beginning and steps of each run in the table."""
    view = window.views.view(RunView)
    return [(row.name, row.parted, row.steps) for row in view.model.rows]


def shows(window: MainWindow, *names: str) -> Callable[[], bool]:
    return lambda: [name for name, *_ in rows(window)] == list(names)


def test_a_folder_dropped_on_the_empty_tab_is_shown_beside_the_run(
    window: MainWindow, qtbot: QtBot, saved: Path
) -> None:
    view = window.views.view(RunView)
    assert not view.has_content
    drop(window, saved)
    qtbot.waitUntil(shows(window, "Run 1", "my-run"), timeout=30_000)
    assert rows(window) == [("Run 1", "the beginning", 0), ("my-run", "from disk", 2)]
    assert view.has_content
    row = view.model.rows[1]
    assert ("lr 0.03" in row.settings, row.state) == (True, "paused")
    name = view.model.index(1, NAME_COLUMN)
    tip = "my-run\nRun 2 of this session."
    assert name.data(Qt.ItemDataRole.ToolTipRole) == f"{tip}\nAdded from {saved}."
    assert window.status.startswith("my-run was added.")
    assert [ghost.line for ghost in window.loss_plot.ghosts.all] == [2]


def test_ctrl_z_takes_it_away_and_its_folder_stays(
    window: MainWindow, qtbot: QtBot, saved: Path
) -> None:
    before = {file.name: file.read_bytes() for file in saved.iterdir()}
    drop(window, saved)
    qtbot.waitUntil(shows(window, "Run 1", "my-run"), timeout=30_000)
    assert window.actions_by_key["undo"].text() == "&Undo adding my-run"
    qtbot.keyClick(window, Qt.Key.Key_Z, CONTROL)
    qtbot.waitUntil(shows(window), timeout=30_000)
    qtbot.keyClick(window, Qt.Key.Key_Z, CONTROL | Qt.KeyboardModifier.ShiftModifier)
    qtbot.waitUntil(shows(window, "Run 1", "my-run"), timeout=30_000)
    assert {file.name: file.read_bytes() for file in saved.iterdir()} == before


def test_it_can_be_gone_on_with(window: MainWindow, qtbot: QtBot, saved: Path) -> None:
    drop(window, saved / RUN_FILE)
    qtbot.waitUntil(shows(window, "Run 1", "my-run"), timeout=30_000)
    table = window.views.view(RunView).table
    qtbot.waitUntil(lambda: table.rowViewportPosition(1) > 0 and table.columnWidth(0) > 0)
    index = table.model().index(1, NAME_COLUMN)
    qtbot.waitUntil(lambda: table.visualRect(index).isValid())
    qtbot.mouseClick(table.viewport(), LEFT, pos=table.visualRect(index).center())
    with qtbot.waitSignal(window.controller.opened, timeout=30_000):
        qtbot.keyClick(table, Qt.Key.Key_Return)
    wait_for_state(qtbot, window, State.PAUSED)
    assert window.controller.step == 2
    assert "my-run" in window.windowTitle()


def test_several_are_dropped_at_once_and_taken_away_at_once(
    window: MainWindow, qtbot: QtBot, saved: Path, tmp_path: Path
) -> None:
    driven = Driven(RunConfig(epochs=1, threads=1))
    driven.do(commands.Step(), commands.Save(tmp_path / "other"))
    (tmp_path / "empty").mkdir()
    drop(window, saved, tmp_path / "other", tmp_path / "empty")
    qtbot.waitUntil(shows(window, "Run 1", "my-run", "other"), timeout=30_000)
    assert window.message_bar.text.startswith(f"There is no saved run in {tmp_path / 'empty'}.")
    assert "2 runs were added." in window.message_bar.text
    window.actions_by_key["undo"].trigger()
    qtbot.waitUntil(shows(window), timeout=30_000)


def test_what_is_no_run_is_refused_with_a_sentence(
    window: MainWindow, qtbot: QtBot, tmp_path: Path
) -> None:
    with qtbot.waitSignal(window.controller.refused, timeout=30_000):
        drop(window, tmp_path)
    assert window.message_bar.text.startswith(f"There is no saved run in {tmp_path}.")
    assert not window.views.view(RunView).has_content


def test_the_tab_is_marked_while_a_folder_is_dragged_over_it(
    window: MainWindow, tmp_path: Path
) -> None:
    view = window.views.view(RunView)
    assert drag(view, files(tmp_path)).dropAction() == COPY
    assert view.adding.mark.isVisible()
    assert view.adding.mark.geometry() == view.rect()
    QApplication.sendEvent(view, QDragLeaveEvent())
    assert not view.adding.mark.isVisible()


def test_pictures_and_text_are_not_taken_and_nothing_is_moved(
    window: MainWindow, tmp_path: Path
) -> None:
    view, text = window.views.view(RunView), QMimeData()
    text.setText("my-run")
    (tmp_path / "digit.png").touch()
    assert not drag(view, text).isAccepted()
    assert not drag(view, files(tmp_path / "digit.png")).isAccepted()
    assert not drag(view, files(tmp_path), MOVE).isAccepted()
    assert drag(view, files(tmp_path), COPY | MOVE).dropAction() == COPY
    QApplication.sendEvent(view, QEvent(QEvent.Type.DragLeave))


@pytest.mark.parametrize("by", ["menu", "button"])
def test_a_folder_is_chosen_from_the_menu_or_the_empty_tab(
    window: MainWindow, qtbot: QtBot, saved: Path, monkeypatch: pytest.MonkeyPatch, by: str
) -> None:
    view = window.views.view(RunView)
    chosen = ["", str(saved)]
    monkeypatch.setattr(QFileDialog, "getExistingDirectory", lambda *_: chosen.pop(0))
    (button,) = view.empty.findChildren(QPushButton)
    assert button.text() == "Add a saved run…"
    in_menu = {each.text(): each for each in view.menu_button.menu().actions()}
    for _ in range(2):  # the first time nothing is chosen
        if by == "menu":
            in_menu["Add a saved run…"].trigger()
        else:
            button.click()
    qtbot.waitUntil(shows(window, "Run 1", "my-run"), timeout=30_000)
    assert chosen == []
