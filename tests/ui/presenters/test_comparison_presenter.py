"""Comparing runs: their curves over each other, also while one of them is trained."""

from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QFileDialog
from pytestqt.qtbot import QtBot

from netviz.engine.options.run_config import RunConfig
from netviz.engine.protocol import commands
from netviz.engine.protocol.run_state import State
from netviz.ui.dialogs.compare_runs_dialog import CompareRunsDialog
from netviz.ui.plots.overlay.overlay_metrics import METRICS
from netviz.ui.shell.main_window import MainWindow
from netviz.ui.views.runs.run_view import RunView
from tests.support import Driven
from tests.ui.conftest import OpenWindow, wait_for_state


@pytest.fixture
def window(open_window: OpenWindow, qtbot: QtBot) -> MainWindow:
    """A window on run 2, of larger batches, which parted from run 1 at step 300 of its 400."""
    window = open_window(epochs=1)
    run = window.controller
    window.views.show_view(window.views.view(RunView))
    run.start()
    wait_for_state(qtbot, window, State.FINISHED)
    with qtbot.waitSignal(run.prepared, timeout=30_000):
        run.go_back(300)
    wait_for_state(qtbot, window, State.PAUSED)
    run.change({"batch_size": 20})
    run.train_one_batch()
    qtbot.waitUntil(lambda: run.step == 301, timeout=30_000)
    wait_for_state(qtbot, window, State.PAUSED)
    return window


def compare(window: MainWindow, *lines: int) -> CompareRunsDialog:
    """Select runs and compare them."""
    view = window.views.view(RunView)
    view.table.clearSelection()
    selection = view.table.selectionModel()
    for row, run in enumerate(view.model.rows):
        if run.line in lines:
            index = view.model.index(row, 0)
            selection.select(index, selection.SelectionFlag.Select | selection.SelectionFlag.Rows)
    view.compare_action.trigger()
    (dialog,) = window.findChildren(CompareRunsDialog)
    return dialog


def choose(dialog: CompareRunsDialog, qtbot: QtBot, name: str) -> None:
    """Choose a metric by the keyboard."""
    combo = dialog.controls.combo
    combo.setFocus()
    while combo.currentText() != name:
        before = combo.currentIndex()
        qtbot.keyClick(combo, Qt.Key.Key_Down)
        assert combo.currentIndex() == before + 1


def test_runs_lie_over_each_other_in_any_metric(window: MainWindow, qtbot: QtBot) -> None:
    dialog = compare(window, 1, 2)
    plot = dialog.plot
    assert [entry.name for entry in plot.legend.entries] == ["Run 1", "batch 20"]
    assert [entry.is_strong for entry in plot.legend.entries] == [False, True]
    # Batch sizes differ, so that steps would be unfair.
    assert dialog.controls.axis.index == 1
    assert plot.curve(1)[0][-1] == 1
    assert plot.curve(2)[0].tolist() == pytest.approx([300 / 400, 300 / 400 + 1 / 200])
    qtbot.mouseClick(dialog.controls.axis.button(0), Qt.MouseButton.LeftButton)
    assert plot.curve(2)[0].tolist() == [300, 301]
    choose(dialog, qtbot, "Test accuracy")
    rows = {row.line: row for row in window.views.view(RunView).model.rows}
    assert plot.curve(1)[1].tolist() == [rows[1].test_accuracy]
    assert len(plot.curve(2)[0]) == 0  # it has not ended its epoch
    assert not dialog.controls.log_button.isVisible()
    choose(dialog, qtbot, "Learning rate")
    assert plot.curve(1)[1].tolist() == [0.001] * len(plot.curve(1)[1])
    assert plot.curve(2)[0].tolist() == [300, 301]
    assert dialog.controls.combo.count() == len(METRICS)


def test_what_is_trained_meanwhile_is_drawn(window: MainWindow, qtbot: QtBot) -> None:
    plot = compare(window, 1, 2).plot
    window.controller.start()
    wait_for_state(qtbot, window, State.FINISHED)
    end = window.controller.step
    assert end > 301
    qtbot.waitUntil(lambda: abs(plot.curve(2)[0][-1] - 1) < 1e-9, timeout=30_000)
    # Left for another run it stays as it was, no longer as the one at hand.
    with qtbot.waitSignal(window.controller.prepared, timeout=30_000):
        window.controller.go_on_with(1)
    qtbot.waitUntil(lambda: plot.legend.entries[0].is_strong, timeout=30_000)
    assert not plot.legend.entries[1].is_strong
    assert plot.curve(2)[0][-1] == pytest.approx(1)


def test_a_run_that_is_deleted_stays_in_the_comparison(window: MainWindow, qtbot: QtBot) -> None:
    plot = compare(window, 1, 2).plot
    before = [values.tolist() for values in plot.curve(1)]
    with qtbot.waitSignal(window.controller.run_list_changed, timeout=30_000):
        window.views.view(RunView).deletion_requested.emit((1,))
    window.controller.train_one_batch()
    qtbot.waitUntil(lambda: len(plot.curve(2)[0]) == 3, timeout=30_000)
    assert [values.tolist() for values in plot.curve(1)] == before
    assert len(plot.legend.entries) == 2


def test_runs_of_the_same_settings_have_a_plot_and_names_that_differ(
    window: MainWindow, qtbot: QtBot
) -> None:
    run = window.controller
    for _ in range(2):
        with qtbot.waitSignal(run.prepared, timeout=30_000):
            run.go_back(200)
        wait_for_state(qtbot, window, State.PAUSED)
        run.change({"learning_rate": 0.01})
        run.train_one_batch()
        qtbot.waitUntil(lambda: run.step == 201, timeout=30_000)
        wait_for_state(qtbot, window, State.PAUSED)
    names = [entry.name for entry in compare(window, 3, 4).plot.legend.entries]
    assert len(set(names)) == 2


def test_a_saved_run_takes_part(window: MainWindow, qtbot: QtBot, tmp_path: Path) -> None:
    driven = Driven(RunConfig(learning_rate=0.03, epochs=1, threads=1))
    driven.do(commands.Step(), commands.Step())
    driven.do(commands.Save(tmp_path / "my-run"))
    with qtbot.waitSignal(window.controller.run_list_changed, timeout=30_000):
        window.controller.submit(commands.AddSavedRuns((tmp_path / "my-run",)))
    dialog = compare(window, 1, 3)
    assert [entry.name for entry in dialog.plot.legend.entries] == ["Run 1", "my-run"]
    assert dialog.controls.axis.index == 0
    assert dialog.plot.curve(3)[0].tolist() == [1, 2]
    choose(dialog, qtbot, "Learning rate")
    assert dialog.plot.curve(3)[1].tolist() == [0.03, 0.03]


def test_the_plot_is_saved_and_copied(
    window: MainWindow, qtbot: QtBot, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    dialog = compare(window, 1, 2)
    file = tmp_path / "plot.csv"
    monkeypatch.setattr(QFileDialog, "getSaveFileName", lambda *_: (str(file), ""))
    actions = {action.text(): action for action in dialog.controls.menu.actions()}
    actions["Save as CSV…"].trigger()
    assert file.read_text().startswith("run,step,epoch,smoothed_loss\nRun 1,1,0.0025,")
    assert window.status == f"The plot was saved as {file}."
    monkeypatch.setattr(QFileDialog, "getSaveFileName", lambda *_: (str(file / "no.png"), ""))
    actions["Save as PNG…"].trigger()
    assert window.message_bar.isVisible()
    dialog.controls.copy_action.trigger()
    assert QGuiApplication.clipboard().image().size() == 2 * dialog.plot.size()
