"""A window that trains by itself."""

from PySide6.QtCore import Qt
from pytestqt.qtbot import QtBot

from netviz.engine.protocol.run_state import State
from netviz.ui.presenters.view_presenter import ViewPresenter
from netviz.ui.unattended import Unattended
from tests.ui.conftest import OpenWindow, wait_for_state


def test_only_the_first_run_starts_by_itself_and_is_told_of(
    open_window: OpenWindow, qtbot: QtBot
) -> None:
    window = open_window(epochs=2)
    views = window.findChild(ViewPresenter)
    assert isinstance(views, ViewPresenter)
    said, ends = list[str](), list[int]()
    Unattended(
        window,
        views,
        screenshot=None,
        folder=None,
        say=said.append,
        when_done=lambda: ends.append(window.controller.step),
    )
    window.controller.reset()
    qtbot.waitUntil(lambda: ends == [800], timeout=60_000)
    assert [line.split()[1] for line in said] == ["1/2", "2/2"]
    with qtbot.waitSignal(window.controller.prepared, timeout=30_000):
        window.controller.go_back(500)
    wait_for_state(qtbot, window, State.PAUSED)
    with qtbot.waitSignal(window.controller.prepared, timeout=30_000):
        qtbot.keyClick(window, Qt.Key.Key_Z, Qt.KeyboardModifier.ControlModifier)
    wait_for_state(qtbot, window, State.FINISHED)
    with qtbot.waitSignal(window.controller.prepared, timeout=30_000):
        window.controller.reset()
    window.controller.train_one_batch()
    qtbot.waitUntil(lambda: window.controller.step == 1, timeout=30_000)
    wait_for_state(qtbot, window, State.PAUSED)
    assert len(said) == 2
    assert ends == [800]
