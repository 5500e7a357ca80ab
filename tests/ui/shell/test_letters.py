"""No letter is smaller than a person can read: 12 pixels where nothing is scaled."""

from pathlib import Path

import numpy as np
import pytest
from PySide6.QtWidgets import QApplication, QWidget
from pytestqt.qtbot import QtBot

from netviz.engine.protocol.run_state import State
from netviz.ui.dialogs.layer_editor.layer_editor import LayerEditor
from netviz.ui.dialogs.save_run_dialog import SaveRunDialog
from netviz.ui.shell.main_window import MainWindow
from netviz.ui.views.mistakes.mistake_view import MistakeView
from tests.ui.conftest import OpenWindow, wait_for_state
from tests.ui.painting import painted

SMALLEST_PX = 12


def too_small(widget: QWidget) -> set[tuple[str, int]]:
    """Return what is painted with smaller letters: those of labels, buttons and pictures alike."""
    QApplication.processEvents()
    texts = [text for text in painted(widget).texts if text.text.strip()]
    assert texts
    assert all(text.size_px > 0 for text in texts)
    return {(text.text, text.size_px) for text in texts if text.size_px < SMALLEST_PX}


def open_all_sections(window: MainWindow) -> None:
    window.panel.set_section_states(dict.fromkeys(window.panel.section_states(), True))


@pytest.mark.parametrize("size", [(1024, 700), (1280, 720), (1920, 1080)])
def test_no_letter_of_the_window_is_small(
    qtbot: QtBot, open_window: OpenWindow, size: tuple[int, int]
) -> None:
    window = open_window(epochs=1, hidden=(8,), model="mlp")
    open_all_sections(window)
    window.resize(*size)
    assert window.theme.scale == 1
    window.pad.set_collecting(True)
    window.pad.show_example(np.full((1, 28, 28), 200, np.uint8), "test image 3: 7")
    window.controller.change({"learning_rate": 0.01})
    window.controller.start()
    wait_for_state(qtbot, window, State.FINISHED)
    for place in range(window.views.tabs.count()):
        title = window.views.tabs.tabText(place)
        window.views.tabs.setCurrentIndex(place)
        qtbot.waitUntil(lambda: bool(painted(window.views).texts))
        assert too_small(window) == set(), title
    window.loss_plot.point_out(20)
    pinned = {text.text for text in painted(window.loss_plot).texts}
    assert "step 20" in pinned
    assert too_small(window.loss_plot) == set()
    mistakes = window.views.view(MistakeView)
    window.views.show_view(mistakes)
    mistakes.measure_button.click()
    qtbot.waitUntil(lambda: mistakes.model.rowCount() > 0)
    mistakes.open_mistake(mistakes.model.mistake(0).index)
    assert too_small(window) == set()
    window.message_bar.show_message("warning", "What happened.", "What to do.", "trace")
    assert too_small(window) == set()


def test_no_letter_of_a_dialog_is_small(
    qtbot: QtBot, open_window: OpenWindow, tmp_path: Path
) -> None:
    window = open_window(hidden=(8,))
    editor = LayerEditor(window.theme, window)
    editor.edit(("conv 16 3", "maxpool", "dropout", "linear 8"), (1, 28, 28), 10)
    save = SaveRunDialog(window.theme, tmp_path / "run", window)
    for dialog in (editor, save):
        qtbot.addWidget(dialog)
        dialog.show()
        assert too_small(dialog) == set()
