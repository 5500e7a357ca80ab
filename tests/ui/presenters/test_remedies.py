"""What is refused or has failed is offered with the settings that help, as a button."""

from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QAbstractSpinBox, QPushButton
from pytestqt.qtbot import QtBot

from netviz.engine.protocol import events
from netviz.engine.protocol.run_state import State
from tests.ui.conftest import OpenWindow, wait_for_state


def test_a_batch_of_one_image_is_mended_by_a_button(qtbot: QtBot, open_window: OpenWindow) -> None:
    layers = ("flatten", "linear 8", "batchnorm")
    window = open_window(model="layers", layers=layers, batch_size=3, epochs=1)
    run, bar = window.controller, window.message_bar
    with qtbot.waitSignal(run.refused, timeout=20_000):
        run.start()
    assert bar.text.startswith("With batch size 3 the last batch of 4,000 images has one image")
    (button,) = [b for b in bar.findChildren(QPushButton) if b.text().startswith("Use batch")]
    assert button.text() == "Use batch 4"
    with qtbot.waitSignal(run.changed, timeout=20_000):
        button.click()
    assert run.config.batch_size == 4
    assert not bar.isVisible()
    run.start()
    wait_for_state(qtbot, window, State.FINISHED)


def test_a_trace_is_never_all_that_a_refusal_offers(
    qtbot: QtBot, open_window: OpenWindow, tmp_path: Path
) -> None:
    window = open_window()
    run, bar = window.controller, window.message_bar

    def offered() -> list[str]:
        return [each.text() for each in bar.findChildren(QPushButton) if each.isVisible()]

    with qtbot.waitSignal(run.refused):
        run.submit_change({"hidden": (8,)})
    assert offered() == []
    with qtbot.waitSignal(run.refused):
        run.open_run(tmp_path / "nothing here")
    qtbot.waitUntil(lambda: sorted(offered()) == ["Copy details", "Open log folder"])


@pytest.mark.parametrize("text", ["32", "64"])
def test_a_refused_batch_size_is_past_once_another_is_chosen(
    qtbot: QtBot, open_window: OpenWindow, text: str
) -> None:
    layers = ("flatten", "linear 8", "batchnorm")
    window = open_window(model="layers", layers=layers, batch_size=64)
    run, bar = window.controller, window.message_bar
    field = window.panel.row("batch_size").findChild(QAbstractSpinBox)
    assert isinstance(field, QAbstractSpinBox)

    def enter(size: str) -> None:
        field.selectAll()
        qtbot.keyClicks(field, size)
        qtbot.keyClick(field, Qt.Key.Key_Return)

    with qtbot.waitSignal(run.refused, timeout=20_000):
        enter("3")
    assert bar.text.startswith("With batch size 3")
    assert run.config.batch_size == 64
    enter(text)
    qtbot.waitUntil(lambda: not bar.isVisible())
    assert run.config.batch_size == int(text)


def test_a_refused_batch_size_is_past_once_the_run_trains(
    qtbot: QtBot, open_window: OpenWindow
) -> None:
    layers = ("flatten", "linear 8", "batchnorm")
    window = open_window(model="layers", layers=layers, batch_size=64)
    with qtbot.waitSignal(window.controller.refused, timeout=20_000):
        window.controller.change({"batch_size": 3})
    assert window.message_bar.isVisible()
    window.controller.start()
    qtbot.waitUntil(lambda: not window.message_bar.isVisible())


def test_fewer_threads_are_told_with_a_way_back_to_those_in_use_before(
    open_window: OpenWindow,
) -> None:
    window = open_window(threads=1)
    run, bar = window.controller, window.message_bar
    run.changed.emit(events.Changed(run.run, run.config, (), (), threads=4))
    reason = "A single core trains faster for now."
    run.changed.emit(events.Changed(run.run, run.config, (), (), threads=1, reason=reason))
    assert bar.text.startswith(reason)
    (button,) = [b for b in bar.findChildren(QPushButton) if "threads" in b.text()]
    assert button.text() == "Use 4 threads"


def test_a_file_that_has_changed_is_named_before_it_is_run(
    qtbot: QtBot, open_window: OpenWindow, tmp_path: Path
) -> None:
    file, folder = tmp_path / "net.py", tmp_path / "run"
    file.write_text("from torch import nn\nNet = nn.Sequential(nn.Flatten(), nn.Linear(784, 10))\n")
    window = open_window(model=f"{file}:Net")
    run, bar = window.controller, window.message_bar
    with qtbot.waitSignal(run.saved, timeout=20_000):
        run.train_one_batch()
        run.save(folder)
    file.write_text(file.read_text() + "Net.changed = True\n")
    with qtbot.waitSignal(run.refused, timeout=20_000):
        run.open_run(folder)
    assert str(file) in bar.text
    (button,) = [b for b in bar.findChildren(QPushButton) if b.text() == "Run the file and open"]
    with qtbot.waitSignal(run.opened, timeout=20_000):
        button.click()
    assert run.step == 1
