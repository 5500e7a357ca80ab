"""The window comes forward when another process asks for it; the question before that."""

import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from pytestqt.qtbot import QtBot

from netviz.cli import app as command_line
from netviz.engine.options.run_config import RunConfig
from netviz.launch import WindowOptions
from netviz.ui import second_start
from netviz.ui.dialogs.already_open_dialog import AlreadyOpenDialog, Wanted
from netviz.ui.look.theme import Theme
from netviz.ui.second_start import Doorbell, goes_on_elsewhere
from netviz.ui.shell.main_window import MainWindow
from netviz.ui.shell.settings import Settings

ROOT = Path(__file__).parents[2]
RINGING = """
import sys
from pathlib import Path
from PySide6.QtCore import QCoreApplication
from netviz.bridge.open_windows import open_window
app = QCoreApplication([])
found = open_window()
assert found and "NetViz" in found.title, found
assert found.bring_forward(*map(Path, sys.argv[1:]))
"""


def ring(qtbot: QtBot, *run: str) -> None:
    process = subprocess.Popen([sys.executable, "-c", RINGING, *run], cwd=ROOT)
    try:
        qtbot.waitUntil(lambda: process.poll() is not None, timeout=30_000)
        assert process.returncode == 0
    finally:
        process.kill()
        process.wait()


def test_the_window_comes_forward_and_opens_the_run(
    open_window: Callable[..., MainWindow], qtbot: QtBot, tmp_path: Path
) -> None:
    fast = "--hidden 8 --epochs 1 --batch-size 500 --threads 1 --device cpu"
    assert command_line.run(["train", *fast.split(), "--out", str(tmp_path / "kept")]) == 0
    window = open_window()
    Doorbell(window)
    window.showMinimized()
    ring(qtbot)
    qtbot.waitUntil(lambda: not window.isMinimized())
    assert window.isVisible()
    with qtbot.waitSignal(window.controller.opened, timeout=30_000):
        ring(qtbot, str(tmp_path / "kept"))
    qtbot.waitUntil(lambda: "kept" in window.windowTitle())


@pytest.fixture
def question(qtbot: QtBot, theme: Theme) -> AlreadyOpenDialog:
    dialog = AlreadyOpenDialog(theme, "MNIST · MLP – NetViz")
    qtbot.addWidget(dialog)
    dialog.show()
    return dialog


def test_the_question_names_the_window_and_return_shows_it(
    question: AlreadyOpenDialog, qtbot: QtBot
) -> None:
    assert question.that_button.text() == "Show that window"
    qtbot.keyClick(question, Qt.Key.Key_Return)
    assert question.wanted is Wanted.THAT_WINDOW


def test_a_new_window_or_none_can_be_chosen(question: AlreadyOpenDialog, qtbot: QtBot) -> None:
    qtbot.keyClick(question, Qt.Key.Key_Escape)
    assert question.wanted is Wanted.NOTHING
    question.show()
    qtbot.mouseClick(question.new_button, Qt.MouseButton.LeftButton)
    assert question.wanted is Wanted.NEW_WINDOW


@pytest.mark.parametrize(
    "options",
    [
        {"new_window": True},
        {"autostart": True},
        {"exit_when_done": True},
        {"screenshot": Path("picture.png")},
        {"folder": Path("run")},
    ],
)
def test_who_cannot_answer_is_not_even_looked_for(
    options: dict[str, object], monkeypatch: pytest.MonkeyPatch, tmp_path: Path, qapp: object
) -> None:
    def fail() -> None:
        raise AssertionError("nobody may be asked")

    monkeypatch.setattr(second_start, "open_window", fail)
    settings = Settings(tmp_path / "window.ini")
    assert not goes_on_elsewhere(WindowOptions(RunConfig(), **options), settings)  # type: ignore[arg-type]
