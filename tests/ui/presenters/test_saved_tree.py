"""The runs that were left come back with the one that is opened, as a person finds them."""

from pathlib import Path

from PySide6.QtWidgets import QPushButton
from pytestqt.qtbot import QtBot

from netviz.engine.protocol.run_state import State
from netviz.engine.storage.branch_files import FOLDER
from netviz.paths import state_dir
from netviz.ui.dialogs.save_place import look_at
from netviz.ui.shell.main_window import MainWindow
from netviz.ui.views.runs.run_view import RunView
from tests.ui.conftest import OpenWindow, wait_for_state


def save_branched(qtbot: QtBot, window: MainWindow, folder: Path) -> int:
    """Train, go back to step 10, train on at another rate, and save; return where it was left."""
    controller = window.controller
    controller.train_one_epoch()
    wait_for_state(qtbot, window, State.PAUSED)
    last = controller.step
    with qtbot.waitSignal(controller.prepared, timeout=20_000):
        controller.go_back(10)
    controller.change({"learning_rate": 0.01})
    controller.train_one_batch()
    qtbot.waitUntil(lambda: controller.step == 11)
    with qtbot.waitSignal(controller.saved, timeout=10_000):
        controller.save(folder)
    return last


def open_saved(qtbot: QtBot, window: MainWindow, folder: Path) -> None:
    with qtbot.waitSignal(window.controller.opened, timeout=20_000):
        window.controller.open_run(folder)


def shown(window: MainWindow) -> list[tuple[int, int, str]]:
    """Number, steps and difference of each row of the table of runs."""
    view = window.views.view(RunView)
    window.views.show_view(view)
    return [(row.line, row.steps, row.settings) for row in view.model.rows]


def button(window: MainWindow, text: str) -> QPushButton:
    return {each.text(): each for each in window.message_bar.findChildren(QPushButton)}[text]


def test_the_table_of_runs_is_there_again_and_each_can_be_gone_on_with(
    qtbot: QtBot, open_window: OpenWindow, tmp_path: Path
) -> None:
    window = open_window()
    last = save_branched(qtbot, window, tmp_path / "kept")
    window.close()
    again = open_window()
    open_saved(qtbot, again, tmp_path / "kept")
    assert shown(again) == [(1, last, "lr 0.001"), (2, 11, "at hand")]
    view = again.views.view(RunView)
    view.table.selectRow(0)
    with qtbot.waitSignal(again.controller.opened, timeout=20_000):
        view.go_action.trigger()
    assert again.controller.step == last
    assert shown(again) == [(1, last, "at hand"), (2, 11, "lr 0.01")]
    assert "kept" in again.windowTitle()
    with qtbot.waitSignal(again.controller.opened, timeout=20_000):
        again.controller.undo_stack.undo()
    assert again.controller.step == 11


def test_a_run_that_cannot_be_read_is_named(
    qtbot: QtBot, open_window: OpenWindow, tmp_path: Path
) -> None:
    window = open_window()
    save_branched(qtbot, window, tmp_path / "kept")
    (file,) = (tmp_path / "kept" / FOLDER).iterdir()
    file.write_bytes(file.read_bytes()[:-3])
    window.close()
    again = open_window()
    open_saved(qtbot, again, tmp_path / "kept")
    assert again.message_bar.text.startswith(f"Run 1 is left out: {file} is broken")
    assert "All other runs are here." in again.message_bar.text


def test_a_lost_run_is_offered_with_those_that_were_left(
    qtbot: QtBot, open_window: OpenWindow, tmp_path: Path
) -> None:
    window = open_window()
    last = save_branched(qtbot, window, tmp_path / "kept")
    window.close()
    lost = state_dir() / "autosave" / "killed"
    (tmp_path / "kept").rename(lost)
    again = open_window()
    assert "The run that you had left will be there, too." in again.message_bar.text
    with qtbot.waitSignal(again.controller.opened, timeout=20_000):
        button(again, "Bring it back").click()
    assert shown(again) == [(1, last, "lr 0.001"), (2, 11, "at hand")]


def test_where_a_tree_would_be_replaced_it_is_said_how_much_that_is(
    qtbot: QtBot, open_window: OpenWindow, tmp_path: Path
) -> None:
    window = open_window()
    save_branched(qtbot, window, tmp_path / "kept")
    assert "step 11, and a run that was left" in look_at(tmp_path / "kept").question


def test_the_python_file_of_a_run_that_was_left_is_asked_for(
    qtbot: QtBot, open_window: OpenWindow, tmp_path: Path
) -> None:
    file = tmp_path / "net.py"
    file.write_text(
        "from torch import nn\n\n"
        "def Net():\n    return nn.Sequential(nn.Flatten(), nn.Linear(784, 10))\n"
    )
    window = open_window(model=f"{file}:Net")
    window.controller.train_one_batch()
    qtbot.waitUntil(lambda: window.controller.step == 1)
    with qtbot.waitSignal(window.controller.prepared, timeout=20_000):
        window.controller.reset_with({"model": "mlp"})
    with qtbot.waitSignal(window.controller.saved, timeout=10_000):
        window.controller.save(tmp_path / "kept")
    window.close()
    file.write_text(file.read_text() + "\n# another line\n")
    again = open_window()
    open_saved(qtbot, again, tmp_path / "kept")
    with qtbot.waitSignal(again.controller.refused, timeout=20_000):
        again.controller.go_on_with(1)
    with qtbot.waitSignal(again.controller.opened, timeout=20_000):
        button(again, "Run the file and open").click()
    assert again.controller.step == 1
