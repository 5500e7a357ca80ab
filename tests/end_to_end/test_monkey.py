"""A monkey at a training window: no exception, no hang, no leak, no impossible state.

`NETVIZ_MONKEY_EVENTS` sets how many events each seed has (1,000 unless it is set; the full
trial has 5,000), and `NETVIZ_MONKEY_SEEDS` which seeds, such as ``3`` or ``0,1,2``.
"""

import os
import traceback
from collections.abc import Callable

import pytest
from PySide6.QtGui import QDesktopServices
from PySide6.QtWidgets import QFileDialog, QInputDialog
from pytestqt.qtbot import QtBot

from netviz.bridge.downloads import Downloader
from netviz.engine.protocol.run_state import State
from netviz.ui.shell.main_window import MainWindow
from tests.end_to_end.monkey import Monkey

EVENTS = int(os.environ.get("NETVIZ_MONKEY_EVENTS", "1000"))
SEEDS = [int(seed) for seed in os.environ.get("NETVIZ_MONKEY_SEEDS", "0,1,2,3,4,5").split(",")]


@pytest.fixture
def no_dialogs(monkeypatch: pytest.MonkeyPatch) -> None:
    """Files, folders, web pages and the network are none of a monkey's business."""
    for name in ("getOpenFileName", "getSaveFileName"):
        monkeypatch.setattr(QFileDialog, name, lambda *_, **__: ("", ""))
    monkeypatch.setattr(QFileDialog, "getOpenFileNames", lambda *_, **__: ([], ""))
    monkeypatch.setattr(QFileDialog, "getExistingDirectory", lambda *_, **__: "")
    monkeypatch.setattr(QInputDialog, "getText", lambda *_, **__: ("", False))
    monkeypatch.setattr(QInputDialog, "getInt", lambda *words: (words[3], True))  # what is offered
    monkeypatch.setattr(QDesktopServices, "openUrl", lambda _: False)
    monkeypatch.setattr(Downloader, "start", lambda *_: None)


@pytest.mark.alone
@pytest.mark.slow
@pytest.mark.timeout(150 + EVENTS // 10)
@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.usefixtures("no_dialogs", "few_digits")
def test_a_monkey_finds_nothing(
    open_window: Callable[..., MainWindow], qtbot: QtBot, seed: int
) -> None:
    window = open_window(epochs=1000, hidden=(16,))
    window.actions_by_key["quit"].setEnabled(False)
    window.controller.start()
    monkey = Monkey(window, seed, EVENTS)
    with qtbot.captureExceptions() as exceptions:
        monkey.run()
    told = f"seed {seed}; the last it did: {monkey.done[-12:]}"
    traces = ["".join(traceback.format_exception(*exception)) for exception in exceptions]
    assert not traces, f"{told}\n{traces[0]}"
    assert not monkey.problems, f"{told}\n" + "\n".join(monkey.problems)
    assert window.isVisible(), told
    # What it began last may be under way, and be refused for a data set that is not there.
    window.controller.reset()
    qtbot.waitUntil(lambda: not window.controller.is_preparing, timeout=30_000)
    window.controller.drop_waiting()
    with qtbot.waitSignal(window.controller.prepared, timeout=30_000):
        window.controller.reset()
    window.controller.train_one_batch()
    told += f"; {window.controller.config}; {window.controller.state}; {window.message_bar.text}"

    def assert_trained() -> None:
        assert (window.controller.step, window.controller.state) == (1, State.PAUSED), told

    qtbot.waitUntil(assert_trained, timeout=60_000)
