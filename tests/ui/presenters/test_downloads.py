"""Fetching a data set in the window: the button, the progress, cancel and what may go wrong."""

import dataclasses
from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QPushButton
from pytestqt.qtbot import QtBot

from netviz.engine.catalogue import CATALOGUE
from netviz.ui.controls.download_strip import DownloadStrip
from netviz.ui.shell.main_window import MainWindow
from tests.engine.datasets.mirror_server import MirrorServer
from tests.engine.datasets.tiny import TinyDataset, make_tiny_dataset
from tests.ui.conftest import OpenWindow


@pytest.fixture
def tiny(monkeypatch: pytest.MonkeyPatch) -> TinyDataset:
    """A few random images in the place of MNIST."""
    tiny = make_tiny_dataset("mnist", None)
    monkeypatch.setitem(CATALOGUE, "mnist", tiny.info)
    return tiny


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch, tiny: TinyDataset) -> Iterator[MirrorServer]:
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    server = MirrorServer()
    server.files.update(tiny.content)
    yield server
    server.close()


def button(window: MainWindow, beginning: str) -> QPushButton:
    strip = window.panel.findChild(DownloadStrip)
    return next(b for b in strip.findChildren(QPushButton) if b.text().startswith(beginning))


def press(qtbot: QtBot, window: MainWindow, beginning: str) -> None:
    qtbot.mouseClick(button(window, beginning), Qt.MouseButton.LeftButton)


def test_a_missing_data_set_is_offered_fetched_and_then_trained_on(
    open_window: OpenWindow, qtbot: QtBot, server: MirrorServer
) -> None:
    window = open_window(mirror=server.url("good"))
    window.panel.change_requested.emit({"dataset": "mnist"})
    assert window.controller.config.dataset == "mnist-sample"
    qtbot.waitUntil(lambda: button(window, "Download").isVisible())
    with qtbot.waitSignal(window.controller.prepared, timeout=20_000) as prepared:
        press(qtbot, window, "Download")
    assert prepared.args[0].config.dataset == "mnist"
    assert prepared.args[0].train_count == 40
    assert not window.panel.findChild(DownloadStrip).isVisible()
    assert window.controller.waiting == {}


@pytest.mark.parametrize("harm", [None, b"", b"no archive"], ids=["missing", "empty", "damaged"])
def test_without_the_bundled_digits_another_data_set_is_fetched_and_trained_on(
    open_window: OpenWindow,
    qtbot: QtBot,
    server: MirrorServer,
    resources: Path,
    harm: bytes | None,
) -> None:
    digits = resources / "digits" / "mnist_sample.npz"
    digits.unlink()
    if harm is not None:
        digits.write_bytes(harm)
    window = open_window(mirror=server.url("good"), until="refused")
    assert window.message_bar.text.startswith("MNIST sample cannot be read: ")
    assert window.message_bar.text.endswith("Install NetViz again, or choose another data set.")
    window.top_bar.train_clicked.emit()
    qtbot.waitUntil(lambda: "There is no run yet." in window.message_bar.text)
    window.panel.change_requested.emit({"dataset": "mnist"})
    with qtbot.waitSignal(window.controller.prepared, timeout=20_000):
        press(qtbot, window, "Download")
    window.controller.train_one_batch()
    qtbot.waitUntil(lambda: window.controller.step == 1)


def test_a_run_under_way_is_not_lost_when_its_next_data_set_arrives(
    open_window: OpenWindow, qtbot: QtBot, server: MirrorServer
) -> None:
    window = open_window(mirror=server.url("good"), epochs=1000)
    window.controller.start()
    qtbot.waitUntil(lambda: window.controller.step > 10)
    window.panel.change_requested.emit({"dataset": "mnist"})
    with qtbot.waitSignal(window.downloader.completed, timeout=20_000):
        press(qtbot, window, "Download")
    assert window.controller.waiting == {"dataset": "mnist"}
    reached = window.controller.step
    qtbot.waitUntil(lambda: window.controller.step > reached)


@pytest.mark.parametrize("folder", ["absent", "wrong", "cut"])
def test_a_bad_mirror_is_told_and_can_be_tried_again(
    open_window: OpenWindow,
    qtbot: QtBot,
    server: MirrorServer,
    tiny: TinyDataset,
    monkeypatch: pytest.MonkeyPatch,
    folder: str,
) -> None:
    # No test may reach for the official servers.
    monkeypatch.setitem(CATALOGUE, "mnist", dataclasses.replace(tiny.info, mirrors=()))
    window = open_window(mirror=server.url(folder))
    window.panel.change_requested.emit({"dataset": "mnist"})
    with qtbot.waitSignal(window.downloader.failed, timeout=20_000):
        press(qtbot, window, "Download")
    assert window.message_bar.isVisible()
    assert next(iter(tiny.content)) in window.message_bar.text
    qtbot.waitUntil(lambda: button(window, "Download").isVisible())


def test_a_download_can_be_cancelled_while_its_server_is_silent(
    open_window: OpenWindow, qtbot: QtBot, server: MirrorServer
) -> None:
    window = open_window(mirror=server.url("begins"))
    window.panel.change_requested.emit({"dataset": "mnist"})
    press(qtbot, window, "Download")
    qtbot.waitUntil(lambda: bool(list(window.controller.data_dir.rglob("*.part"))))
    press(qtbot, window, "Cancel")
    qtbot.waitUntil(lambda: button(window, "Download").isVisible())
    assert not [path for path in window.controller.data_dir.rglob("*") if path.is_file()]
