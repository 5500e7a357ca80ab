"""The window adapts to the data set: heading, class names, colours."""

from pathlib import Path

import numpy as np
import pytest
from PySide6.QtWidgets import QComboBox
from pytestqt.qtbot import QtBot

from netviz.engine.catalogue import CATALOGUE
from netviz.engine.protocol.observations import Prediction
from tests.engine.datasets.tiny import make_tiny_dataset
from tests.ui.conftest import OpenWindow


@pytest.mark.parametrize(
    ("name", "heading"),
    [
        ("fashion-mnist", "Draw clothes"),
        ("kmnist", "Draw a character"),
        ("emnist-digits", "Draw a digit"),
        ("emnist-letters", "Draw a letter"),
    ],
)
def test_the_pad_adapts(
    qtbot: QtBot,
    open_window: OpenWindow,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    name: str,
    heading: str,
) -> None:
    tiny = make_tiny_dataset(name, None)
    monkeypatch.setitem(CATALOGUE, name, tiny.info)
    tiny.write_unpacked(tmp_path / "data")
    window = open_window(hidden=(8,), dataset=name)
    assert window.pad.title is not None
    assert window.pad.title.text() == heading
    offered = window.pad.collecting.label
    assert [offered.itemText(i) for i in range(offered.count())] == list(tiny.info.classes)
    with qtbot.waitSignal(
        window.controller.observed, check_params_cb=lambda told: isinstance(told, Prediction)
    ) as predicted:
        window.pad.show_example(np.full((1, 28, 30), 200, np.uint8), "a test")
    assert len(predicted.args[0].probabilities) == len(tiny.info.classes)
    box = window.panel.row("hidden").findChild(QComboBox)
    assert isinstance(box, QComboBox)
    assert box.currentText() == f"840 – 8 – {len(tiny.info.classes)}"
