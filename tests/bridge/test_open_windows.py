"""Windows of one user find one another, whatever a crashed one left."""

import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from pytestqt.qtbot import QtBot

from netviz.bridge.open_windows import OpenWindow, WindowListener

Listen = Callable[[str], WindowListener]
Find = Callable[..., str]

ASKING = """
import sys
from pathlib import Path
from PySide6.QtCore import QCoreApplication
from PySide6.QtNetwork import QLocalSocket
from netviz.bridge.open_windows import open_window
app = QCoreApplication([])
found = open_window()
title = found.title if found else "nothing"
"""
CRASHING = """
import os
from PySide6.QtCore import QCoreApplication
from netviz.bridge.open_windows import WindowListener
app = QCoreApplication([])
listener = WindowListener()
assert listener.listen()
os._exit(9)
"""
HANGING_UP = """
socket = QLocalSocket()
socket.connectToServer(found.address)
assert socket.waitForConnected(2000)
socket.write({nonsense!r})
socket.waitForDisconnected(5000)
assert socket.state() is QLocalSocket.LocalSocketState.UnconnectedState
assert not socket.readAll().data()
"""


@pytest.fixture
def find(qtbot: QtBot) -> Find:
    """Look for a window in another process, while this one serves; return the title told."""

    def find(and_then: str = "", **environment: str) -> str:
        process = subprocess.Popen(
            [sys.executable, "-c", f"{ASKING}\n{and_then}\nprint(title)"],
            stdout=subprocess.PIPE,
            text=True,
            encoding="utf-8",
            env={**os.environ, "PYTHONIOENCODING": "utf-8", **environment},
        )
        try:
            qtbot.waitUntil(lambda: process.poll() is not None, timeout=30_000)
            assert process.returncode == 0
            return process.communicate()[0].strip()
        finally:
            process.kill()
            process.wait()

    return find


@pytest.fixture
def listening(qapp: object) -> Iterator[Callable[[str], WindowListener]]:
    listeners: list[WindowListener] = []

    def listen(title: str) -> WindowListener:
        listener = WindowListener()
        listener.title = title
        assert listener.listen()
        listeners.append(listener)
        return listener

    yield listen
    for listener in listeners:
        listener.close()
        listener.deleteLater()


def test_where_no_window_is_open_none_is_found(find: Find) -> None:
    assert find() == "nothing"


def test_a_window_tells_its_title_and_comes_forward(
    listening: Listen, find: Find, tmp_path: Path
) -> None:
    listener = listening("MNIST · MLP – NetViz")
    asked: list[object] = []
    listener.shown.connect(asked.append)
    assert find("assert found.bring_forward()") == "MNIST · MLP – NetViz"
    listener.title = "CIFAR-10 – NetViz"
    run = tmp_path / "Läufe 1"
    assert find(f"assert found.bring_forward(Path({str(run)!r}))") == "CIFAR-10 – NetViz"
    assert asked == [None, run]


def test_of_several_the_first_is_found_and_then_the_next(listening: Listen, find: Find) -> None:
    first, second = listening("first"), listening("second")
    assert find() == "first"
    first.close()
    assert find() == "second"
    second.close()
    assert find() == "nothing"


def test_what_a_crashed_process_left_stands_in_nobodys_way(listening: Listen, find: Find) -> None:
    for _ in range(2):
        assert subprocess.run([sys.executable, "-c", CRASHING], check=False).returncode == 9
        assert find() == "nothing"
    listening("after the crash")
    assert find() == "after the crash"


def test_another_home_and_another_screen_have_windows_of_their_own(
    listening: Listen, find: Find, tmp_path: Path
) -> None:
    listening("here")
    assert find(DISPLAY=":99") == "nothing"
    other = str(tmp_path)
    assert find(XDG_STATE_HOME=other, LOCALAPPDATA=other, HOME=other) == "nothing"
    assert find() == "here"


@pytest.mark.parametrize("nonsense", [b"nonsense\n", b"[1]\n", b"\xff\n", b"x" * 70_000])
def test_nonsense_is_hung_up_on(listening: Listen, find: Find, nonsense: bytes) -> None:
    listener = listening("still there")
    asked: list[object] = []
    listener.shown.connect(asked.append)
    assert find(HANGING_UP.format(nonsense=nonsense)) == "still there"
    assert find() == "still there"
    assert asked == []


def test_a_window_that_is_gone_does_not_answer(qapp: object) -> None:
    assert not OpenWindow("netviz-nobody-0", "").bring_forward()
