"""What one does in the window becomes a lesson that does the same."""

from pathlib import Path

import pytest
from PySide6.QtWidgets import QFileDialog
from pytestqt.qtbot import QtBot

from netviz.engine.protocol.run_state import State
from netviz.lessons import lesson as parts
from netviz.lessons.reading import read_lesson
from netviz.ui.presenters.view_presenter import ViewPresenter
from netviz.ui.shell.main_window import MainWindow
from tests.engine.conftest import few_digits  # noqa: F401
from tests.lessons.headless import play
from tests.ui.conftest import OpenWindow

pytestmark = pytest.mark.usefixtures("few_digits")


def train(qtbot: QtBot, window: MainWindow, steps: int) -> None:
    goal = window.controller.step + steps
    window.controller.train_steps(steps)
    qtbot.waitUntil(
        lambda: (window.controller.step, window.controller.state) == (goal, State.PAUSED),
        timeout=30_000,
    )


def test_what_is_recorded_opens_as_a_lesson_and_does_the_same(
    open_window: OpenWindow, qtbot: QtBot, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    window = open_window(hidden=(8,), batch_size=20, epochs=9)
    run, record = window.controller, window.actions_by_key["record_lesson"]
    path = tmp_path / "mine.md"
    monkeypatch.setattr(QFileDialog, "getSaveFileName", lambda *_: (str(path), ""))
    record.trigger()
    with qtbot.waitSignal(run.changed):
        run.change({"momentum": 0.5, "optimizer": "sgd"})
    train(qtbot, window, 3)
    with qtbot.waitSignal(run.changed):
        run.change({"learning_rate": 0.02})
    train(qtbot, window, 5)
    with qtbot.waitSignal(run.opened, timeout=30_000):
        run.go_back(4)
    qtbot.waitUntil(lambda: run.state is State.PAUSED)
    views = window.findChild(ViewPresenter)
    assert views is not None
    views.put_on_pad(7)
    window.views.show_named("gradients")
    train(qtbot, window, 6)
    with qtbot.waitSignal(run.race_changed, timeout=30_000):
        run.race(({"learning_rate": 0.01}, {"learning_rate": 0.05}), starts=False)
    train(qtbot, window, 4)
    with qtbot.waitSignal(run.prepared, timeout=30_000):
        run.reset_with({"hidden": (6,)})
    train(qtbot, window, 8)
    record.trigger()
    assert "saved as" in window.message_bar.text
    lesson = read_lesson(path)
    assert [step.do for step in lesson.steps] == [
        (parts.Set({"optimizer": "sgd", "momentum": 0.5}), parts.Train(3)),
        (parts.Set({"learning_rate": 0.02}), parts.Train(5)),
        (parts.BackTo(4), parts.Draw(7), parts.OpenTab("gradients"), parts.Train(6)),
        (parts.Race("learning_rate", (0.01, 0.05), 4),),
        (
            parts.NewRun(
                {"hidden": (6,), "learning_rate": 0.01, "momentum": 0.5, "optimizer": "sgd"}
            ),
            parts.Train(8),
        ),
    ]
    played = play(lesson)
    assert [step.problem for step in played] == [""] * 5
    loss = window.loss_plot.history.losses[-1]
    assert played[-1].figures["batch_loss"] == pytest.approx(loss, rel=1e-6)


def test_a_run_that_no_lesson_can_begin_with_is_not_recorded(
    open_window: OpenWindow, tmp_path: Path
) -> None:
    window = open_window(dataset=f"folder:{tmp_path}", until="refused")
    window.actions_by_key["record_lesson"].trigger()
    assert not window.actions_by_key["record_lesson"].isChecked()
