"""The application: the theme of the whole window, and the start of the training thread."""

import gc
from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import QEvent, QObject
from PySide6.QtWidgets import QAbstractSpinBox, QApplication
from pytestqt.qtbot import QtBot
from shiboken6 import delete, isValid

from netviz.engine.options.run_config import RunConfig
from netviz.engine.protocol.run_state import State
from netviz.launch import WindowOptions
from netviz.ui import app
from netviz.ui.look.theme import DARK, LIGHT
from netviz.ui.shell.main_window import MainWindow
from netviz.ui.shell.settings import Settings
from tests.ui.conftest import OpenWindow, wait_for_state


def test_the_whole_window_follows_the_theme_at_any_time(open_window) -> None:
    window = open_window()
    gc.collect()
    for _ in range(3):
        window.actions_by_key["theme"].trigger()
        dark = window.theme.dark
        assert (DARK if dark else LIGHT).ground in window.styleSheet()
        assert (LIGHT if dark else DARK).ground not in window.styleSheet()


class Diary(QObject):
    """Notes that a widget was painted for the first time, and whatever else it is told."""

    def __init__(self) -> None:
        super().__init__()
        self.entries: list[str] = []

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() is QEvent.Type.Paint and "painted" not in self.entries:
            self.entries.append("painted")
        return False


@pytest.fixture
def window(qtbot: QtBot, qapp: QApplication, tmp_path: Path) -> Iterator[MainWindow]:
    """A window that is not shown, and whose training thread does not run."""
    settings = Settings(tmp_path / "window.ini")
    window, _ = app.build_window(qapp, WindowOptions(RunConfig(), tmp_path), settings)
    yield window
    window.close()
    window.deleteLater()


def test_a_window_with_a_run_opens_on_it(
    open_window: OpenWindow, qtbot: QtBot, qapp: QApplication, tmp_path: Path
) -> None:
    first = open_window(epochs=1)
    first.controller.train_one_batch()
    wait_for_state(qtbot, first, State.PAUSED)
    with qtbot.waitSignal(first.controller.saved, timeout=30_000):
        first.controller.save(tmp_path / "kept")
    options = WindowOptions(RunConfig(threads=1), tmp_path, run=tmp_path / "kept")
    window, _ = app.build_window(qapp, options, Settings(tmp_path / "other.ini"))
    try:
        with qtbot.waitSignal(window.controller.opened, timeout=30_000):
            window.controller.open()
        wait_for_state(qtbot, window, State.PAUSED)
        assert window.controller.step == 1
        assert "kept" in window.windowTitle()
        assert not window.controller.undo_stack.canUndo()
    finally:
        window.close()
        qtbot.waitUntil(lambda: not window.controller.is_running, timeout=60_000)
        window.deleteLater()


def test_torch_is_loaded_once_the_window_is_painted(
    window: MainWindow, qtbot: QtBot, qapp: QApplication, monkeypatch: pytest.MonkeyPatch
) -> None:
    diary = Diary()
    window.panel.installEventFilter(diary)
    monkeypatch.setattr(window.controller, "open", lambda: diary.entries.append("opened"))
    # On a busy machine painting may take longer than a window usually waits for it.
    monkeypatch.setattr(app, "UNPAINTED_MS", 10**9)
    app.ThreadOpener(window)
    window.show()
    qtbot.waitUntil(lambda: "opened" in diary.entries)
    assert diary.entries == ["painted", "opened"]
    window.repaint()
    qapp.processEvents()
    assert diary.entries.count("opened") == 1


def test_a_window_that_nobody_sees_trains_all_the_same(
    window: MainWindow, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    opened: list[bool] = []
    monkeypatch.setattr(window.controller, "open", lambda: opened.append(True))
    monkeypatch.setattr(app, "UNPAINTED_MS", 1)
    app.ThreadOpener(window)
    qtbot.waitUntil(lambda: opened == [True])


@pytest.mark.parametrize("end", ["close", "delete", "delete later"])
@pytest.mark.parametrize("changed", [False, True])
def test_a_number_that_is_being_typed_at_the_end_troubles_nobody(
    qtbot: QtBot, qapp: QApplication, tmp_path: Path, end: str, changed: bool
) -> None:
    settings = Settings(tmp_path / "window.ini")
    window, _ = app.build_window(qapp, WindowOptions(RunConfig(), tmp_path), settings)
    window.show()
    if changed:
        window.controller.change({"epochs": 7})
    field = window.panel.row("epochs").findChild(QAbstractSpinBox)
    assert isinstance(field, QAbstractSpinBox)
    window.activateWindow()
    field.setFocus()
    qtbot.waitUntil(field.hasFocus)
    field.selectAll()
    qtbot.keyClicks(field, "33")
    with qtbot.captureExceptions() as exceptions:
        if end == "close":
            window.close()
        if end == "delete":
            delete(window)
        else:
            window.deleteLater()
        qtbot.waitUntil(lambda: not isValid(window))
    assert not exceptions
