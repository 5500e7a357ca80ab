"""What is refused or has failed is offered with the settings that help, as a button."""

from PySide6.QtWidgets import QPushButton
from pytestqt.qtbot import QtBot

from netviz.engine.protocol.events import State
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
