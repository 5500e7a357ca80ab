"""The tab Loop in the window: line by line, in slow motion, at full speed, and by hand."""

from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from netviz.engine.protocol import events
from netviz.engine.protocol.commands import ExportKind
from netviz.engine.protocol.loop.step_traced import StepTraced
from netviz.engine.protocol.run_state import State
from netviz.ui.shell.main_window import MainWindow
from netviz.ui.views.loop import loop_view
from netviz.ui.views.loop.loop_view import LoopView
from tests.ui.conftest import OpenWindow, wait_for_state

STEPS = 3


@pytest.fixture
def window(open_window: OpenWindow, qtbot: QtBot) -> MainWindow:
    """A window on an untrained run, in which the tab knows the first step."""
    window = open_window(optimizer="sgd", learning_rate=0.1, hidden=(16,), batch_size=64)
    window.views.show_view(tab_of(window))
    qtbot.waitUntil(lambda: "Step 1." in tab_of(window).sentence.text, timeout=30_000)
    return window


def tab_of(window: MainWindow) -> LoopView:
    return window.views.view(LoopView)


def lit_in(window: MainWindow) -> str:
    """Return the line that is lit."""
    return tab_of(window).code.accessibleDescription().removeprefix("Now: ")


def press_n(window: MainWindow) -> None:
    QTest.keyClick(window, Qt.Key.Key_N)


class Watched:
    """What a run told: the loss of each step, and the traces with the state they came in."""

    def __init__(self, window: MainWindow) -> None:
        self._controller = window.controller
        self.losses: dict[int, float] = {}
        self.traced: dict[int, float] = {}
        self.while_running = 0
        window.controller.progressed.connect(self._on_progressed)
        window.controller.observed.connect(self._on_observed)

    def _on_progressed(self, event: events.Progress) -> None:
        self.losses |= dict(zip(event.steps.tolist(), event.losses.tolist(), strict=True))

    def _on_observed(self, event: object) -> None:
        if isinstance(event, StepTraced):
            self.traced[event.step + 1] = event.loss
            self.while_running += self._controller.state is State.RUNNING


def full_speed(window: MainWindow, qtbot: QtBot) -> dict[int, float]:
    """Train the same run again from its start, as fast as it goes, and return its losses."""
    with qtbot.waitSignal(window.controller.prepared, timeout=30_000):
        window.controller.reset()
    watched = Watched(window)
    window.controller.train_one_epoch()
    qtbot.waitUntil(lambda: STEPS in watched.losses, timeout=30_000)
    wait_for_state(qtbot, window, State.PAUSED)
    assert watched.while_running == 0
    return {step: watched.losses[step] for step in range(1, STEPS + 1)}


def test_line_by_line_the_losses_are_those_of_full_speed(window: MainWindow, qtbot: QtBot) -> None:
    watched = Watched(window)
    lines = []
    for step in range(1, STEPS + 1):
        qtbot.waitUntil(lambda now=step: f"Step {now}" in tab_of(window).sentence.text)
        lines = [lit_in(window)]
        assert window.controller.step == step - 1
        while lit_in(window) != "optimizer.step()":
            press_n(window)
            lines.append(lit_in(window))
        qtbot.waitUntil(lambda now=step: now + 1 in watched.traced or now == STEPS)
        press_n(window)
    assert lines == [
        "for images, labels in loader:",
        "optimizer.zero_grad()",
        "logits = model(images)",
        "loss = loss_function(logits, labels)",
        "loss.backward()",
        "optimizer.step()",
    ]
    qtbot.waitUntil(lambda: STEPS in watched.losses)
    assert all(watched.losses[step] == watched.traced[step] for step in (2, 3))
    losses = dict(watched.losses)
    assert losses == full_speed(window, qtbot)


def test_in_slow_motion_each_line_is_lit_and_the_losses_are_those_of_full_speed(
    window: MainWindow, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(loop_view, "LINES_PER_S", (0.0, 33.0, 60.0))
    watched, tab = Watched(window), tab_of(window)
    tab.speeds.button(1).click()
    assert window.top_bar.pace_button.text() == "Slow motion"
    wait_for_state(qtbot, window, State.RUNNING)
    for line in ("logits = model(images)", "loss.backward()", "optimizer.step()"):
        qtbot.waitUntil(lambda now=line: lit_in(window) == now, timeout=30_000)
    qtbot.waitUntil(lambda: len(watched.losses) >= STEPS, timeout=30_000)
    assert watched.while_running > 0
    press_n(window)
    wait_for_state(qtbot, window, State.PAUSED)
    assert tab.speeds.index == 0
    assert window.top_bar.pace_button.text() == "Full speed"
    losses = {step: watched.losses[step] for step in range(1, STEPS + 1)}
    assert all(watched.losses[step] == watched.traced[step] for step in (2, 3))
    assert losses == full_speed(window, qtbot)


def test_a_changed_setting_is_in_the_next_step_and_in_the_copied_script(
    window: MainWindow, qtbot: QtBot, tmp_path: Path
) -> None:
    tab = tab_of(window)
    for _ in range(3):
        press_n(window)
    before = lit_in(window)
    window.controller.change({"clip_norm": 0.05, "momentum": 0.9})
    qtbot.waitUntil(
        lambda: any("clip_grad_norm_" in line.text for line in tab.code.lines), timeout=30_000
    )
    assert lit_in(window) == before
    assert window.controller.step == 0
    path = tmp_path / "train.py"
    with qtbot.waitSignal(tab.copied, timeout=30_000) as copied:
        tab.copy_button.click()
    with qtbot.waitSignal(window.controller.exported, timeout=30_000):
        window.controller.export(ExportKind.SCRIPT, path)
    assert QGuiApplication.clipboard().text() == path.read_text()
    assert "train-images.npz" in copied.args[0]


def test_a_weight_is_chosen_and_its_update_is_that_of_the_optimizer(
    window: MainWindow, qtbot: QtBot
) -> None:
    page = tab_of(window).weight
    tab_of(window).pages.button(1).click()
    page.parameter.setCurrentIndex(page.parameter.findText("Linear 784 → 16: weight"))
    page.parameter.activated.emit(page.parameter.currentIndex())
    qtbot.waitUntil(lambda: page.fields[1].maximum() == 783, timeout=30_000)
    page.fields[0].setValue(3)
    page.fields[1].setValue(405)
    qtbot.waitUntil(lambda: page.place is not None and page.place.index == (3, 405))
    qtbot.waitUntil(lambda: "is the same" in page.facts.text(), timeout=30_000)
    assert page.table.lines[-1].agrees
    page.largest.click()
    qtbot.waitUntil(lambda: page.place is not None and page.place.index != (3, 405))


def test_after_the_last_epoch_the_evaluation_is_lit_and_no_step_is_left(
    open_window: OpenWindow, qtbot: QtBot
) -> None:
    window = open_window(epochs=1, hidden=(16,), batch_size=500)
    window.views.show_view(tab_of(window))
    window.controller.start()
    wait_for_state(qtbot, window, State.FINISHED)
    qtbot.waitUntil(lambda: "Step 9." in tab_of(window).sentence.text, timeout=30_000)
    assert "test_loss = loss_function" in lit_in(window)
    for _ in range(7):
        press_n(window)
    assert "model.eval()" not in lit_in(window)
    assert "Raise Epochs" in tab_of(window).sentence.text
    assert window.controller.step == 8
