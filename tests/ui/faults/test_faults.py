"""Exceptions anywhere reach the user in one place and never end the app."""

import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import QTimer
from PySide6.QtGui import QGuiApplication, QPainter
from PySide6.QtWidgets import QPushButton
from pytestqt.qtbot import QtBot

from netviz.engine.probes import weights
from netviz.engine.protocol.run_state import State
from netviz.engine.training.losses import LOSSES
from netviz.log_file import LOG_NAME, start_log, stop_log
from netviz.ui.faults.exception_hooks import ExceptionHooks
from netviz.ui.pad import drawing_pad
from netviz.ui.presenters.fault_presenter import FaultPresenter
from netviz.ui.shell.main_window import MainWindow
from netviz.ui.views.activations.activation_view import ActivationView
from tests.support import Loss
from tests.ui.conftest import OpenWindow, wait_for_state

Watched = tuple[MainWindow, FaultPresenter, Path]


@pytest.fixture
def watched(open_window: OpenWindow, tmp_path: Path, qtbot: QtBot) -> Iterator[Watched]:
    """A window as the app makes it: with hooks and a log; the hooks are given back."""
    hooks = sys.excepthook, threading.excepthook, sys.unraisablehook
    window = open_window(epochs=1000)
    log = start_log(tmp_path / "state")
    guard = ExceptionHooks(window)
    guard.install()
    presenter = FaultPresenter(window, tmp_path / "state")
    presenter.listen(guard)
    yield window, presenter, tmp_path / "state" / LOG_NAME
    guard.uninstall()
    stop_log(log)
    assert (sys.excepthook, threading.excepthook, sys.unraisablehook) == hooks


def assert_told(qtbot: QtBot, watched: Watched, words: str) -> None:
    """The bar says it with a way to copy the trace, the log has the trace, the app goes on."""
    window, _, log = watched
    bar = window.message_bar
    qtbot.waitUntil(lambda: words in bar.text)
    assert bar.isVisible()
    copy = next(b for b in bar.findChildren(QPushButton) if b.text() == "Copy details")
    assert copy.isVisible()
    qtbot.waitUntil(lambda: any(b.isVisible() for b in bar.findChildren(QPushButton) if b != copy))
    copy.click()
    copied = QGuiApplication.clipboard().text()
    assert "Traceback (most recent call last)" in copied
    assert words in copied
    written = log.read_text("utf-8")
    assert written.count("Traceback (most recent call last)") == 1
    assert words in written
    before = window.controller.step
    window.controller.train_one_batch()
    qtbot.waitUntil(lambda: window.controller.step > before)


def test_an_exception_in_a_slot(watched: Watched, qtbot: QtBot) -> None:
    window, *_ = watched

    def fail() -> None:
        raise RuntimeError("the slot broke")

    window.top_bar.step_clicked.connect(fail)
    window.top_bar.step_clicked.emit()
    window.top_bar.step_clicked.emit()
    qtbot.waitUntil(lambda: window.message_bar.count == 2)
    assert_told(qtbot, watched, "the slot broke")


@pytest.mark.parametrize("grabbed", [False, True], ids=["shown", "grabbed"])
def test_an_exception_in_a_paint_with_an_open_painter(
    watched: Watched, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch, grabbed: bool
) -> None:
    window, *_ = watched

    def paint(painter: QPainter, *_: object) -> None:
        painter.drawLine(0, 0, 5, 5)
        raise RuntimeError("the paint broke")

    monkeypatch.setattr(drawing_pad, "paint_pad", paint)
    for _ in range(3):
        if grabbed:
            assert not window.grab().isNull()
        else:
            window.pad.pad.repaint()
    monkeypatch.undo()
    assert_told(qtbot, watched, "the paint broke")


def test_an_exception_as_a_widget_is_resized(
    watched: Watched, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    window, *_ = watched

    def fit(*_: object) -> None:
        raise RuntimeError("the resizing broke")

    view = window.views.view(ActivationView)
    window.views.show_view(view)
    monkeypatch.setattr(view.image, "fit", fit)
    window.resize(window.width() + 40, window.height())
    monkeypatch.undo()
    assert_told(qtbot, watched, "the resizing broke")


def test_every_event_handler_is_guarded(open_window: OpenWindow) -> None:
    window = open_window()
    kinds = {kind for w in window.findChildren(object) for kind in type(w).__mro__}
    own = [kind for kind in kinds if kind.__module__.startswith("netviz.")]
    handlers = {
        f"{kind.__name__}.{name}": vars(kind)[name]
        for kind in own
        for name in vars(kind)
        if name.endswith("Event")
    }
    assert len(handlers) > 30
    unguarded = [name for name, each in handlers.items() if not hasattr(each, "__wrapped__")]
    assert not unguarded


def test_an_exception_in_a_thread(watched: Watched, qtbot: QtBot) -> None:
    def fail() -> None:
        raise RuntimeError("the thread broke")

    thread = threading.Thread(target=fail)
    thread.start()
    thread.join()
    assert_told(qtbot, watched, "the thread broke")


def test_an_exception_in_a_finaliser(watched: Watched, qtbot: QtBot) -> None:
    class Bad:
        def __del__(self) -> None:
            raise RuntimeError("the finaliser broke")

    Bad()
    assert_told(qtbot, watched, "the finaliser broke")


def test_an_exception_in_a_probe(
    watched: Watched, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    window, *_ = watched

    def fail(*_: object) -> None:
        raise RuntimeError("the probe broke")

    monkeypatch.setattr(weights, "layer_weights", fail)
    window.views.show_named("weights")
    window.controller.train_one_batch()
    assert_told(qtbot, watched, "the probe broke")


def test_an_exception_in_a_step(
    watched: Watched, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    window, *_ = watched
    loss = Loss()
    monkeypatch.setitem(LOSSES, "cross-entropy", loss)
    window.controller.reset()
    wait_for_state(qtbot, window, State.IDLE)
    window.controller.start()
    qtbot.waitUntil(lambda: window.controller.step > 5)
    loss.error = RuntimeError("the step broke")
    wait_for_state(qtbot, window, State.FAILED)
    loss.error = None
    rate = window.controller.config.learning_rate
    window.controller.rewind_with({"learning_rate": rate / 3})
    qtbot.waitUntil(lambda: window.controller.state in (State.IDLE, State.PAUSED))


def test_a_fault_that_goes_on_is_counted_and_a_closed_one_stays_closed(
    watched: Watched, qtbot: QtBot
) -> None:
    window, _, log = watched
    bar = window.message_bar
    timer = QTimer(window)
    times: list[int] = []

    def fail() -> None:
        times.append(1)
        raise RuntimeError(f"broke {len(times)} times")

    timer.timeout.connect(fail)
    timer.start(1)
    qtbot.waitUntil(lambda: bar.count > 5)
    assert "broke 1 times" in bar.text
    bar.close_message()
    seen = len(times)
    qtbot.waitUntil(lambda: len(times) > seen + 5)
    timer.stop()
    assert bar.text == ""
    assert log.read_text("utf-8").count("Traceback") == 1


def test_ctrl_c_in_the_terminal_closes_the_window(watched: Watched, qtbot: QtBot) -> None:
    window, *_ = watched

    def interrupt() -> None:
        raise KeyboardInterrupt

    QTimer.singleShot(0, window, interrupt)
    qtbot.waitUntil(lambda: not window.isVisible())


def test_diagnostics_name_what_a_maintainer_needs(watched: Watched, qtbot: QtBot) -> None:
    window, *_ = watched
    with qtbot.waitSignal(window.controller.prepared):
        window.controller.reset()
    window.actions_by_key["diagnostics"].trigger()
    text = QGuiApplication.clipboard().text()
    for word in ("NetViz", "Python", "Qt", "torch", "Platform", "cpu", "threads: 1", "epochs"):
        assert word in text
    assert "Last error: none" in text


def test_a_crash_of_the_last_start_is_told_once(open_window: OpenWindow, tmp_path: Path) -> None:
    window = open_window()
    presenter = FaultPresenter(window, tmp_path)
    presenter.tell_of_crash("Fatal Python error: Segmentation fault")
    assert window.message_bar.text.startswith("NetViz ended unexpectedly last time.")
    assert "Segmentation fault" in presenter.text()
