"""Own drawings are collected from the pad, trained on and exported as files."""

from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from PySide6.QtCore import Qt
from PySide6.QtGui import QColor
from PySide6.QtWidgets import QFileDialog, QPushButton
from pytestqt.qtbot import QtBot

from netviz import paths
from netviz.engine.protocol.observations import Prediction
from tests.ui.conftest import OpenWindow, draw_line

LEFT = Qt.MouseButton.LeftButton


def files() -> list[Path]:
    return sorted((paths.state_dir() / "drawings").glob("*/*.png"))


def wait_for_files(qtbot: QtBot, count: int) -> None:
    qtbot.waitUntil(lambda: len(files()) == count)


def test_a_drawing_is_kept_as_the_network_sees_it(qtbot: QtBot, open_window: OpenWindow) -> None:
    window = open_window(hidden=(8,))
    row = window.pad.collecting
    assert not row.isVisible()
    window.pad.set_collecting(True)
    assert row.isVisible()
    assert not row.add_button.isEnabled()
    draw_line(qtbot, window)
    row.label.setCurrentText("1")
    with qtbot.waitSignal(
        window.controller.observed, check_params_cb=lambda event: isinstance(event, Prediction)
    ) as predicted:
        qtbot.mouseClick(row.add_button, LEFT)
    wait_for_files(qtbot, 1)
    kept = np.asarray(Image.open(files()[0]))
    assert files()[0].parent.name == "1"
    assert kept.shape == (28, 28)
    assert kept.max() > 200
    assert (kept == np.round(predicted.args[0].seen[0] * 255)).all()
    assert window.pad.pad.canvas.is_empty
    assert row.facts == "1: 1"

    qtbot.mouseClick(row.remove_button, LEFT)
    assert files() == []
    assert not row.remove_button.isEnabled()


def test_digits_collect_and_the_drawings_are_trained_on(
    qtbot: QtBot, open_window: OpenWindow, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    window = open_window(hidden=(8,))
    window.actions_by_key["train_drawings"].trigger()
    assert window.message_bar.text.startswith("Collect drawings of at least two classes")
    pad = window.pad.pad
    draw_line(qtbot, window)
    pad.setFocus()
    qtbot.keyClick(pad, Qt.Key.Key_1)
    assert files() == []
    window.pad.set_collecting(True)
    for number, (key, upright) in enumerate(
        [("1", True), ("1", True), ("7", False), ("7", False)], 1
    ):
        draw_line(qtbot, window, upright=upright)
        pad.setFocus()
        qtbot.keyClicks(pad, key)
        wait_for_files(qtbot, number)
        qtbot.waitUntil(lambda: pad.canvas.is_empty)
    assert window.pad.collecting.facts == "1: 2 · 7: 2"

    with qtbot.waitSignal(window.controller.prepared, timeout=20_000) as prepared:
        qtbot.mouseClick(window.pad.collecting.train_button, LEFT)
    assert prepared.args[0].classes == ("1", "7")
    assert prepared.args[0].image_shape == (1, 28, 28)
    assert (prepared.args[0].train_count, prepared.args[0].test_count) == (2, 2)

    draw_line(qtbot, window)
    window.pad.collecting.label.setCurrentText("1")
    qtbot.mouseClick(window.pad.collecting.add_button, LEFT)
    wait_for_files(qtbot, 5)
    with qtbot.waitSignal(window.controller.prepared, timeout=20_000) as prepared:
        window.actions_by_key["train_drawings"].trigger()
    assert prepared.args[0].train_count + prepared.args[0].test_count == 5

    target = tmp_path / "mine"
    monkeypatch.setattr(QFileDialog, "getExistingDirectory", lambda *_: str(target))
    window.actions_by_key["export_drawings"].trigger()
    assert len(list(target.glob("*/*.png"))) == 5
    assert window.message_bar.text == f"5 drawings were copied to {target}."

    window.actions_by_key["clear_drawings"].trigger()
    assert len(files()) == 5
    buttons = window.message_bar.findChildren(QPushButton)
    qtbot.mouseClick(next(b for b in buttons if b.text() == "Delete 5 drawings"), LEFT)
    assert files() == []


def test_drawings_in_colour_are_kept_and_trained_on_in_colour(
    qtbot: QtBot, open_window: OpenWindow, tmp_path: Path
) -> None:
    for name, level in (("cat", 40), ("dog", 200)):
        (tmp_path / "pets" / name).mkdir(parents=True)
        for index in range(4):
            picture = Image.new("RGB", (32, 32), (level, index, 255 - level))
            picture.save(tmp_path / "pets" / name / f"{index}.png")
    window = open_window(
        hidden=(8,), dataset=f"folder:{tmp_path / 'pets'}", colour=True, image_size=32
    )
    pad, row = window.pad.pad, window.pad.collecting
    window.pad.set_collecting(True)
    kept = (("frog", "#3a9a48"), ("frog", "#3a9a48"), ("ship", "#2455c4"), ("ship", "#2455c4"))
    for count, (label, ink) in enumerate(kept, 1):
        pad.set_ink(QColor(ink))
        draw_line(qtbot, window)
        row.label.setCurrentText(label)
        qtbot.mouseClick(row.add_button, LEFT)
        wait_for_files(qtbot, count)
        qtbot.waitUntil(lambda: pad.canvas.is_empty)
    for file in files():
        pixels = np.asarray(Image.open(file))
        assert pixels.shape == (32, 32, 3)
        strongest = pixels.reshape(-1, 3).sum(axis=0).argmax()
        assert strongest == {"frog": 1, "ship": 2}[file.parent.name]

    with qtbot.waitSignal(window.controller.prepared, timeout=20_000) as prepared:
        qtbot.mouseClick(row.train_button, LEFT)
    assert prepared.args[0].image_shape == (3, 32, 32)
    assert prepared.args[0].classes == ("frog", "ship")


def test_an_empty_pad_and_a_label_without_letters_are_refused(
    qtbot: QtBot, open_window: OpenWindow
) -> None:
    window = open_window(hidden=(8,))
    window.pad.set_collecting(True)
    window.pad.pad.setFocus()
    qtbot.keyClicks(window.pad.pad, "3")
    assert window.message_bar.text.startswith("Draw something first")
    draw_line(qtbot, window)
    window.pad.collecting.label.setCurrentText("...")
    qtbot.mouseClick(window.pad.collecting.add_button, LEFT)
    qtbot.waitUntil(lambda: "cannot be the name of a class" in window.message_bar.text)
    assert not window.pad.pad.canvas.is_empty
    assert files() == []
