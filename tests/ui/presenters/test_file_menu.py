"""The File menu as a person uses it: save, open, recent, export, weights, and what was lost."""

from pathlib import Path
from typing import Any

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QAction, QDesktopServices
from PySide6.QtWidgets import QFileDialog, QMenu, QPushButton
from pytestqt.qtbot import QtBot

from netviz.engine.protocol.run_state import State
from netviz.engine.protocol.story import Kind
from netviz.engine.session import report_control, start_points
from netviz.engine.storage.autosave import find_lost
from netviz.engine.storage.run_summary import RUN_FILE, summarise
from netviz.paths import state_dir
from netviz.ui.dialogs.save_run_dialog import SaveRunDialog
from netviz.ui.shell.main_window import MainWindow
from netviz.ui.views.ledger_view import LedgerView
from netviz.ui.views.runs.run_view import RunView
from tests.ui.conftest import OpenWindow, wait_for_state


@pytest.fixture
def choose(monkeypatch: pytest.MonkeyPatch) -> Any:
    """Let the file dialogs answer with a path."""

    def choose(path: Path) -> None:
        monkeypatch.setattr(QFileDialog, "getExistingDirectory", lambda *_: str(path))
        monkeypatch.setattr(QFileDialog, "getSaveFileName", lambda *_: (str(path), ""))
        monkeypatch.setattr(QFileDialog, "getOpenFileName", lambda *_: (str(path), ""))

    return choose


def entry(menu: QMenu, text: str) -> QAction:
    (action,) = [each for each in menu.actions() if text in each.text().replace("&", "")]
    return action


def submenu(window: MainWindow, text: str) -> QMenu:
    menu = window.actions_by_key.menus["File"]
    (found,) = [each for each in menu.findChildren(QMenu) if text in each.title().replace("&", "")]
    return found


def trained(qtbot: QtBot, window: MainWindow) -> None:
    window.controller.train_one_epoch()
    wait_for_state(qtbot, window, State.PAUSED)


def save(qtbot: QtBot, window: MainWindow, choose: Any, folder: Path) -> None:
    choose(folder)  # where it is opened again
    window.actions_by_key["save_run"].trigger()
    dialog = window.findChild(SaveRunDialog)
    assert isinstance(dialog, SaveRunDialog)
    dialog.field.setText(str(folder))
    with qtbot.waitSignal(window.controller.saved, timeout=10_000):
        dialog.save_button.click()


def test_a_run_is_saved_and_opened_with_its_curves(
    qtbot: QtBot, open_window: OpenWindow, choose: Any, tmp_path: Path
) -> None:
    window = open_window()
    trained(qtbot, window)
    step = window.controller.step
    with qtbot.waitSignal(window.controller.changed):
        window.controller.change({"learning_rate": 0.02})
    save(qtbot, window, choose, tmp_path / "kept")
    log = window.views.view(LedgerView)
    qtbot.waitUntil(lambda: log.entries[-1].kind is Kind.SAVED)
    story = log.entries
    assert [entry.text for entry in story[-2:]] == ["lr 0.001 → 0.02", "Saved in kept."]
    with qtbot.waitSignal(window.controller.prepared, timeout=20_000):
        window.controller.reset()
    assert len(log.entries) == 1
    with qtbot.waitSignal(window.controller.opened, timeout=20_000) as opened:
        window.actions_by_key["open_run"].trigger()
    assert window.controller.step == step
    assert opened.args[0].progress.step == step
    assert log.entries == story
    wait_for_state(qtbot, window, State.PAUSED)
    window.controller.train_one_batch()
    qtbot.waitUntil(lambda: window.controller.step == step + 1, timeout=10_000)
    recent = submenu(window, "recent")
    recent.aboutToShow.emit()
    with qtbot.waitSignal(window.controller.opened, timeout=20_000):
        entry(recent, "kept").trigger()
    assert window.controller.step == step


def test_a_run_of_a_device_that_is_missing_goes_on_and_says_so(
    qtbot: QtBot,
    open_window: OpenWindow,
    choose: Any,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    window = open_window(device="cpu")
    trained(qtbot, window)
    save(qtbot, window, choose, tmp_path / "kept")
    monkeypatch.setattr(start_points, "has_device", lambda _: False)
    with qtbot.waitSignal(window.controller.opened, timeout=20_000):
        window.actions_by_key["open_run"].trigger()
    assert window.message_bar.text.startswith("The run was trained on cpu, which this machine does")
    assert window.controller.config.device == "auto"
    wait_for_state(qtbot, window, State.PAUSED)
    window.controller.train_one_epoch()
    wait_for_state(qtbot, window, State.FINISHED)


def test_a_folder_without_a_run_is_told_in_the_message_bar(
    qtbot: QtBot, open_window: OpenWindow, choose: Any, tmp_path: Path
) -> None:
    window = open_window()
    choose(tmp_path)
    with qtbot.waitSignal(window.controller.refused, timeout=10_000):
        window.actions_by_key["open_run"].trigger()
    assert "There is no saved run" in window.message_bar.text
    trained(qtbot, window)


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("PyTorch script", "run.py"),
        ("Metrics", "run.csv"),
        ("Weights", "run.pth"),
        ("Weights", "run.safetensors"),
    ],
)
def test_each_export_has_its_entry(
    qtbot: QtBot, open_window: OpenWindow, choose: Any, tmp_path: Path, text: str, name: str
) -> None:
    window = open_window()
    choose(tmp_path / name)
    with qtbot.waitSignal(window.controller.exported, timeout=10_000):
        entry(submenu(window, "Export"), text).trigger()
    assert (tmp_path / name).stat().st_size > 0
    assert name in window.message_bar.text


def test_a_report_is_made_while_the_run_trains_and_opened_with_a_click(
    qtbot: QtBot,
    open_window: OpenWindow,
    choose: Any,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    opened: list[str] = []
    monkeypatch.setattr(QDesktopServices, "openUrl", lambda url: opened.append(url.toLocalFile()))
    window = open_window(epochs=50)
    window.controller.start()
    qtbot.waitUntil(lambda: window.controller.step > 20, timeout=20_000)
    choose(tmp_path / "mine")
    with qtbot.waitSignal(window.controller.exported, timeout=20_000):
        entry(submenu(window, "Export"), "Report").trigger()
    reached = window.controller.step
    qtbot.waitUntil(lambda: window.controller.step > reached, timeout=20_000)
    assert window.controller.state is State.RUNNING
    page = (tmp_path / "mine.html").read_text("utf-8")
    assert "running at step" in page
    assert "mine.html" in window.message_bar.text
    buttons = {each.text(): each for each in window.message_bar.findChildren(QPushButton)}
    assert "Show folder" in buttons
    qtbot.mouseClick(buttons["Open"], Qt.MouseButton.LeftButton)
    assert opened == [str(tmp_path / "mine.html")]


def test_a_report_says_how_far_it_is_and_why_it_cannot_be_written(
    qtbot: QtBot, open_window: OpenWindow, choose: Any, tmp_path: Path, monkeypatch: Any
) -> None:
    monkeypatch.setattr(report_control, "TOLD_EVERY_S", 0.0)
    window = open_window()
    window.controller.train_one_batch()
    wait_for_state(qtbot, window, State.PAUSED)
    said: list[str] = []
    window.controller.exporting.connect(lambda _: said.append(window.status))
    choose(tmp_path / "report.html")
    with qtbot.waitSignal(window.controller.exported, timeout=20_000):
        entry(submenu(window, "Export"), "Report").trigger()
    assert any(text.startswith("Writing the report: ") for text in said)
    assert not said[-1].startswith("Writing")
    (tmp_path / "file").write_text("in the way")
    choose(tmp_path / "file" / "report.html")
    with qtbot.waitSignal(window.controller.refused, timeout=20_000):
        entry(submenu(window, "Export"), "Report").trigger()
    assert "could not be written" in window.message_bar.text


def test_weights_begin_a_run_and_the_log_says_so(
    qtbot: QtBot, open_window: OpenWindow, choose: Any, tmp_path: Path
) -> None:
    window = open_window()
    trained(qtbot, window)
    choose(tmp_path / "w.pth")
    with qtbot.waitSignal(window.controller.exported, timeout=10_000):
        entry(submenu(window, "Export"), "Weights").trigger()
    with qtbot.waitSignal(window.controller.prepared, timeout=20_000) as prepared:
        window.actions_by_key["load_weights"].trigger()
    assert prepared.args[0].started_from.endswith("w.pth")
    assert prepared.args[0].untrained.test_accuracy > 0.5
    assert "w.pth" in window.views.view(LedgerView).entries[0].text


def test_the_log_is_written_as_markdown_from_the_menu_and_from_its_button(
    qtbot: QtBot, open_window: OpenWindow, choose: Any, tmp_path: Path
) -> None:
    window = open_window()
    trained(qtbot, window)
    log = window.views.view(LedgerView)
    choose(tmp_path / "story")
    entry(submenu(window, "Export"), "Log").trigger()
    text = (tmp_path / "story.md").read_text("utf-8")
    assert "story.md" in window.message_bar.text
    buttons = [each.text() for each in window.message_bar.findChildren(QPushButton)]
    assert "Show folder" in buttons
    for told in log.entries[1:]:
        assert f"{told.step:,} | {told.epochs} |" in text
    choose(tmp_path / "again.md")
    window.views.show_view(log)
    qtbot.mouseClick(log.export_button, Qt.MouseButton.LeftButton)
    assert (tmp_path / "again.md").read_text("utf-8") == text
    choose(tmp_path / "missing" / "folder" / "log.md")
    (tmp_path / "missing").write_text("in the way")
    entry(submenu(window, "Export"), "Log").trigger()
    assert "could not be written" in window.message_bar.text


def test_the_table_of_runs_is_written_as_a_sheet_or_a_report(
    qtbot: QtBot, open_window: OpenWindow, choose: Any, tmp_path: Path
) -> None:
    window = open_window()
    trained(qtbot, window)
    choose(tmp_path / "alone")
    entry(submenu(window, "Export"), "Runs").trigger()
    assert (tmp_path / "alone.csv").read_text("utf-8").count("\n") == 2
    with qtbot.waitSignal(window.controller.prepared, timeout=30_000):
        window.controller.reset()
    view = window.views.view(RunView)
    window.views.show_view(view)
    choose(tmp_path / "report.md")
    view.export_action.trigger()
    report = (tmp_path / "report.md").read_text("utf-8").splitlines()
    assert [line.split(" | ")[0] for line in report[2:]] == ["| Run 1", "| **Run 2**"]
    assert "report.md" in window.message_bar.text


def test_a_file_without_an_ending_gets_that_of_the_chosen_form(
    qtbot: QtBot, open_window: OpenWindow, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    window = open_window()
    chosen = (str(tmp_path / "table"), "Markdown (*.md)")
    monkeypatch.setattr(QFileDialog, "getSaveFileName", lambda *_: chosen)
    entry(submenu(window, "Export"), "Runs").trigger()
    assert (tmp_path / "table.md").read_text("utf-8").startswith("| Run |")


def test_a_lost_run_is_offered_back(
    qtbot: QtBot, open_window: OpenWindow, choose: Any, tmp_path: Path
) -> None:
    window = open_window()
    trained(qtbot, window)
    step = window.controller.step
    lost = state_dir() / "autosave" / "killed"
    save(qtbot, window, choose, tmp_path / "kept")
    window.close()
    lost.mkdir(parents=True)
    (tmp_path / "kept" / RUN_FILE).rename(lost / RUN_FILE)
    again = open_window()
    assert f"The last run ended unexpectedly at step {step:,}." in again.message_bar.text
    buttons = {each.text(): each for each in again.message_bar.findChildren(QPushButton)}
    with qtbot.waitSignal(again.controller.opened, timeout=20_000):
        buttons["Bring it back"].click()
    assert again.controller.step == step
    again.close()
    assert find_lost(state_dir() / "autosave") is None


def test_a_closed_window_leaves_its_run_in_good_order(
    qtbot: QtBot, open_window: OpenWindow
) -> None:
    window = open_window()
    window.controller.start()
    qtbot.waitUntil(lambda: window.controller.step > 50, timeout=20_000)
    window.close()
    root = state_dir() / "autosave"
    assert find_lost(root) is None
    (folder,) = root.iterdir()
    assert summarise(folder).step >= 50
    again = open_window()
    assert again.message_bar.text == ""
    recent = submenu(again, "recent")
    recent.aboutToShow.emit()
    assert entry(recent, "step")
