"""Files that are damaged or missing: the window opens, says so once, and works."""

import random
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
from PySide6.QtWidgets import QPushButton
from pytestqt.qtbot import QtBot

from netviz.engine.storage.run_summary import RUN_FILE
from netviz.paths import state_dir
from netviz.ui.look.icons import icon
from netviz.ui.presenters.fault_presenter import FaultPresenter
from netviz.ui.presenters.file_presenter import FilePresenter
from netviz.ui.shell.main_window import MainWindow
from tests.ui.conftest import OpenWindow
from tests.ui.presenters.test_file_menu import submenu

Harm = Callable[[Path], object]


def overwrite(path: Path) -> None:
    path.write_bytes(random.Random(1).randbytes(5000))


def cut(path: Path) -> None:
    path.write_bytes(path.read_bytes()[:-20])


def remove(path: Path) -> None:
    if path.is_dir():
        shutil.rmtree(path)
    else:
        path.unlink()


def assert_trains(qtbot: QtBot, window: MainWindow) -> None:
    step = window.controller.step
    window.controller.train_one_batch()
    qtbot.waitUntil(lambda: window.controller.step == step + 1)


def killed_run(qtbot: QtBot, open_window: OpenWindow, folder: Path) -> Path:
    """Save one step of a run in `folder` as a killed process would; return its file."""
    window = open_window()
    assert_trains(qtbot, window)
    with qtbot.waitSignal(window.controller.saved, timeout=10_000):
        window.controller.save(folder)
    window.close()
    return folder / RUN_FILE


def test_nothing_is_said_of_undamaged_resources(open_window: OpenWindow, resources: Path) -> None:
    assert open_window().message_bar.text == ""


@pytest.mark.parametrize(
    ("name", "harm", "what"),
    [
        ("icons", remove, "icons"),
        ("icons/play.svg", remove, "icons"),
        ("icons/play.svg", overwrite, "icons"),
        ("icons/play.svg", cut, "icons"),
        ("icons/netviz.svg", remove, "icons"),
        ("fonts", remove, "fonts"),
        ("fonts/Inter-Bold.otf", remove, "fonts"),
        ("fonts/Inter-Bold.otf", overwrite, "fonts"),
    ],
)
def test_a_damaged_resource_is_replaced_by_a_plain_one(
    open_window: OpenWindow, qtbot: QtBot, resources: Path, name: str, harm: Harm, what: str
) -> None:
    harm(resources / name)
    window = open_window()
    assert window.message_bar.isVisible()
    assert window.message_bar.text == (
        f"Some of NetViz's own {what} are missing or damaged; "
        "plain ones stand in for them until NetViz is installed again."
    )
    assert not icon(window.theme, "play").pixmap(16, 16).isNull()
    assert_trains(qtbot, window)


def test_a_window_without_any_resource_opens_and_says_what_to_do(
    open_window: OpenWindow, resources: Path
) -> None:
    remove(resources)
    bar = open_window(until="refused").message_bar
    assert bar.text.endswith("Install NetViz again, or choose another data set.")


def test_damaged_settings_are_told_in_the_window(
    open_window: OpenWindow, qtbot: QtBot, tmp_path: Path
) -> None:
    overwrite(tmp_path / "window.ini")
    window = open_window()
    told = "The window's settings could not be read; it starts with the defaults."
    assert (window.message_bar.isVisible(), window.message_bar.text) == (True, told)
    assert window.theme.dark
    assert_trains(qtbot, window)
    window.close()
    assert open_window().message_bar.text == ""


def test_a_damaged_list_of_recent_runs_is_told_and_begun_anew(
    open_window: OpenWindow, qtbot: QtBot, tmp_path: Path
) -> None:
    (tmp_path / "window.ini").write_text("[General]\nrecent_runs=/a, /b\n", "utf-8")
    window = open_window()
    told = "Damaged settings start with their defaults: recent runs."
    assert (window.message_bar.isVisible(), window.message_bar.text) == (True, told)
    recent = submenu(window, "recent")
    recent.aboutToShow.emit()
    assert [action.text() for action in recent.actions()] == ["No saved runs yet"]
    with qtbot.waitSignal(window.controller.saved, timeout=10_000):
        window.controller.save(tmp_path / "kept")
    recent.aboutToShow.emit()
    assert str(tmp_path / "kept") in recent.actions()[0].text()


@pytest.mark.parametrize("harm", [remove, overwrite, cut])
def test_a_recent_run_that_is_gone_or_damaged_is_left_out(
    open_window: OpenWindow, qtbot: QtBot, tmp_path: Path, harm: Harm
) -> None:
    file = killed_run(qtbot, open_window, tmp_path / "kept")
    window = open_window()
    recent = submenu(window, "recent")
    recent.aboutToShow.emit()
    action = recent.actions()[0]
    harm(file)
    with qtbot.waitSignal(window.controller.refused, timeout=10_000):
        action.trigger()
    assert str(file.parent) in window.message_bar.text
    assert_trains(qtbot, window)


@pytest.mark.parametrize("harm", [overwrite, lambda path: path.write_bytes(b"")])
def test_a_damaged_autosave_is_told_once_and_left_where_it_is(
    open_window: OpenWindow, qtbot: QtBot, harm: Harm
) -> None:
    file = state_dir() / "autosave" / "killed" / RUN_FILE
    file.parent.mkdir(parents=True)
    harm(file)
    before = file.read_bytes()
    window = open_window()
    assert window.message_bar.isVisible()
    assert window.message_bar.text.startswith(
        f"A run that ended unexpectedly cannot be brought back: {file} is broken"
    )
    assert_trains(qtbot, window)
    window.close()
    assert open_window().message_bar.text == ""
    assert file.read_bytes() == before


def test_an_autosave_whose_tensors_are_damaged_is_refused_and_stays(
    open_window: OpenWindow, qtbot: QtBot
) -> None:
    file = killed_run(qtbot, open_window, state_dir() / "autosave" / "killed")
    cut(file)
    window = open_window()
    with qtbot.waitSignal(window.controller.refused, timeout=10_000):
        press(window, "Bring it back")
    assert f"{file} is broken" in window.message_bar.text
    assert file.is_file()
    assert_trains(qtbot, window)
    window.findChild(FilePresenter).forget_lost_run()
    assert not file.exists()


def test_a_missing_state_folder_is_no_fault(
    open_window: OpenWindow, qtbot: QtBot, tmp_path: Path
) -> None:
    killed_run(qtbot, open_window, tmp_path / "kept")
    remove(state_dir())
    window = open_window()
    assert window.message_bar.text == ""
    assert_trains(qtbot, window)


def test_the_offer_of_a_lost_run_stays_above_all_that_is_told_at_the_start(
    open_window: OpenWindow, qtbot: QtBot, tmp_path: Path
) -> None:
    killed_run(qtbot, open_window, state_dir() / "autosave" / "killed")
    overwrite(tmp_path / "window.ini")
    window = open_window()
    FaultPresenter(window, tmp_path).tell_of_crash("Fatal Python error: Segmentation fault")
    bar = window.message_bar
    assert bar.text.startswith("The last run ended unexpectedly at step 1.")
    with qtbot.waitSignal(window.controller.opened, timeout=20_000):
        press(window, "Bring it back")
    assert window.controller.step == 1
    assert "settings could not be read" in bar.text
    bar.close_message()
    assert bar.text.startswith("NetViz ended unexpectedly last time.")


def press(window: MainWindow, text: str) -> None:
    buttons = window.message_bar.findChildren(QPushButton)
    next(button for button in buttons if button.text() == text).click()
