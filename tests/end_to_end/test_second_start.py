"""NetViz is started while a window is open: two real processes, and what the person sees."""

import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from pytestqt.qtbot import QtBot

from netviz.bridge.open_windows import open_window
from netviz.cli import app
from netviz.cli.display import why_no_window

ROOT = Path(__file__).parents[2]
FAST = "--hidden 8 --epochs 1 --batch-size 500 --threads 1 --device cpu"

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(why_no_window() is not None, reason="no window can be shown"),
]


@pytest.fixture
def saved(tmp_path: Path) -> Path:
    folder = tmp_path / "my run"
    assert app.run(["train", *FAST.split(), "--out", str(folder)]) == 0
    return folder


@pytest.fixture
def first(qapp: object, qtbot: QtBot) -> Iterator[Callable[..., "subprocess.Popen[bytes]"]]:
    """Open windows that stay open, and wait until they can be found."""
    opened: list[subprocess.Popen[bytes]] = []

    def open_one(*arguments: str) -> "subprocess.Popen[bytes]":
        usual = ("--size", "1280x720", "--new-window")
        process = subprocess.Popen(
            [sys.executable, "-m", "netviz", *usual, *arguments],
            cwd=ROOT,
            stderr=subprocess.DEVNULL,
        )
        opened.append(process)
        qtbot.waitUntil(lambda: "NetViz" in title(), timeout=60_000)
        return process

    yield open_one
    for process in opened:
        process.kill()
        process.wait()


def title() -> str:
    found = open_window()
    return found.title if found else ""


def second(answer: str, *arguments: str) -> tuple[int, list[str]]:
    """Start NetViz again, where a person answers; its status and what happened."""
    done = subprocess.run(
        [sys.executable, "-m", "tests.end_to_end.second_start_child", answer, *arguments],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        text=True,
        timeout=120,
        check=False,
    )
    return done.returncode, done.stdout.splitlines()


def test_a_second_start_offers_the_window_that_is_open(
    first: Callable[..., "subprocess.Popen[bytes]"], saved: Path, qtbot: QtBot
) -> None:
    process = first()
    qtbot.waitUntil(lambda: "MNIST sample" in title(), timeout=60_000)
    assert second("escape") == (0, ["asked: Show that window"])
    assert second("that") == (0, ["asked: Show that window"])
    assert second("new") == (0, ["asked: Show that window", "window"])
    assert "my run" not in title()
    assert second("that", str(saved)) == (0, ["asked: Open it there"])
    qtbot.waitUntil(lambda: "my run" in title(), timeout=60_000)
    assert process.poll() is None


def test_a_window_that_trains_by_itself_is_offered_too(
    first: Callable[..., "subprocess.Popen[bytes]"],
) -> None:
    first("--autostart", *FAST.split())
    assert second("escape") == (0, ["asked: Show that window"])


def test_who_cannot_answer_or_has_answered_is_not_asked(
    first: Callable[..., "subprocess.Popen[bytes]"], tmp_path: Path
) -> None:
    first()
    assert second("nothing", "--new-window") == (0, ["window"])
    assert second("nothing", "--autostart", *FAST.split()) == (0, ["window"])
    picture = tmp_path / "picture.png"
    unattended = ("--autostart", "--exit", "--screenshot", str(picture), *FAST.split())
    command = [sys.executable, "-m", "netviz", *unattended]
    assert subprocess.run(command, cwd=ROOT, timeout=120, check=False).returncode == 0
    assert picture.is_file()


def test_a_window_that_crashed_locks_nobody_out(
    first: Callable[..., "subprocess.Popen[bytes]"],
) -> None:
    process = first()
    os.kill(process.pid, signal.SIGKILL)
    process.wait()
    assert title() == ""
    assert second("nothing") == (0, ["window"])
    first()
    assert second("escape") == (0, ["asked: Show that window"])


def test_a_run_that_is_named_is_opened(saved: Path) -> None:
    status, happened = second("nothing", str(saved))
    assert (status, happened[0]) == (0, "window")
    assert "my run" in happened[1]
