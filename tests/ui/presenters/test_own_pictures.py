"""Own pictures in the window: choose a folder or a list, see it first, train on it."""

from pathlib import Path

import pytest
from PIL import Image
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication, QComboBox, QFileDialog, QPushButton
from pytestqt.qtbot import QtBot

from netviz.engine.options.run_config import RunConfig
from netviz.engine.protocol.observations import AugmentedSamples
from netviz.engine.protocol.run_state import State
from netviz.engine.session import preparation
from netviz.launch import WindowOptions
from netviz.ui.app import build_window
from netviz.ui.dialogs.own_images_dialog import OwnPreview
from netviz.ui.presenters.own_images_presenter import OwnPresenter
from netviz.ui.shell.main_window import MainWindow
from netviz.ui.shell.settings import Settings
from netviz.ui.views.data.data_view import DataView
from tests.ui.conftest import OpenWindow, wait_for_state

LEFT = Qt.MouseButton.LeftButton


def is_augmented(event: object) -> bool:
    return isinstance(event, AugmentedSamples)


def save_pets(folder: Path, cats: int = 12, dogs: int = 10) -> Path:
    for name, count, level in (("cats", cats, 60), ("dogs", dogs, 150)):
        (folder / name).mkdir(parents=True, exist_ok=True)
        for index in range(count):
            colour = (level, level + index, 255 - level)
            Image.new("RGB", (40, 30), colour).save(folder / name / f"{index:02}.png")
    return folder


def answer_dialogs(monkeypatch: pytest.MonkeyPatch, place: Path | str) -> None:
    monkeypatch.setattr(QFileDialog, "getExistingDirectory", lambda *_: str(place))
    monkeypatch.setattr(QFileDialog, "getOpenFileName", lambda *_: (str(place), ""))


def choose_in_combo(window: MainWindow, text: str) -> None:
    box = window.panel.row("dataset").findChild(QComboBox)
    assert isinstance(box, QComboBox)
    index = box.findText(text, Qt.MatchFlag.MatchStartsWith)
    assert index >= 0
    box.setCurrentIndex(index)
    box.activated.emit(index)


def preview_of(qtbot: QtBot, window: MainWindow) -> OwnPreview:
    presenter = window.findChild(OwnPresenter)
    assert isinstance(presenter, OwnPresenter)
    qtbot.waitUntil(lambda: presenter.preview is not None)
    assert presenter.preview is not None
    return presenter.preview


def test_a_folder_is_opened_seen_and_trained_on(
    qtbot: QtBot, open_window: OpenWindow, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    window = open_window(hidden=(8,), epochs=1)
    pets = save_pets(tmp_path / "pets")
    (pets / "cats" / "notes.png").write_text("no picture")
    answer_dialogs(monkeypatch, pets)
    choose_in_combo(window, "Open a folder")
    assert window.panel.row("dataset").findChild(QComboBox).currentText() == "MNIST sample"
    preview = preview_of(qtbot, window)
    assert preview.facts.startswith("23 pictures in 2 classes, each brought to 28×28 grey.")
    assert preview.balance.accessibleDescription() == "cats: 13, dogs: 10"
    assert preview.grid.accessibleDescription().startswith("cats, dogs, cats")
    assert window.controller.config.dataset == "mnist-sample"

    qtbot.mouseClick(preview.row("colour").editor.field, LEFT)
    qtbot.waitUntil(lambda: "28×28 colour" in preview.facts)
    with qtbot.waitSignal(window.controller.prepared, timeout=20_000) as prepared:
        qtbot.mouseClick(preview.use_button, LEFT)
    event = prepared.args[0]
    assert event.classes == ("cats", "dogs")
    assert event.image_shape == (3, 28, 28)
    assert event.left_out == ("notes.png is not an image.",)
    assert window.message_bar.text == "1 file was left out; see the Data tab."
    assert window.panel.row("dataset").findChild(QComboBox).currentText() == "pets"
    assert window.panel.row("image_size").isVisibleTo(window)
    window.controller.start()
    wait_for_state(qtbot, window, State.FINISHED)

    window.views.show_named("data")
    assert window.views.view(DataView).facts.startswith("pets, train")
    assert window.views.view(DataView).split.button(2).text() == "Left out (1)"
    qtbot.mouseClick(window.views.view(DataView).split.button(2), LEFT)
    assert window.views.view(DataView).left_out.item(0).text() == "notes.png is not an image."
    assert window.views.view(DataView).left_out.isVisible()
    assert not window.views.view(DataView).grid.isVisible()
    qtbot.mouseClick(window.views.view(DataView).split.button(0), LEFT)
    assert window.views.view(DataView).grid.isVisible()


def test_how_many_pictures_were_read_is_told_meanwhile(
    qtbot: QtBot, open_window: OpenWindow, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(preparation, "PROGRESS_INTERVAL_S", 0.0)
    window = open_window(hidden=(8,))
    pets = save_pets(tmp_path / "pets")
    answer_dialogs(monkeypatch, pets)
    choose_in_combo(window, "Open a folder")
    preview = preview_of(qtbot, window)
    told: list[str] = []
    window.controller.loading.connect(lambda _: told.append(window.top_bar.busy))
    with qtbot.waitSignal(window.controller.prepared, timeout=20_000):
        qtbot.mouseClick(preview.use_button, LEFT)
    assert told[-1] == "Reading pictures: 22 of 22"
    assert window.top_bar.busy == ""


def test_a_csv_is_opened_from_the_menu(
    qtbot: QtBot, open_window: OpenWindow, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    window = open_window(hidden=(8,))
    save_pets(tmp_path / "pets")
    lines = [f"{kind}/{n:02}.png, {kind}" for kind in ("cats", "dogs") for n in range(8)]
    table = tmp_path / "pets" / "labels.csv"
    table.write_text("\n".join(["file_name, label", *lines]), encoding="utf-8")
    answer_dialogs(monkeypatch, table)
    window.actions_by_key["open_csv"].trigger()
    preview = preview_of(qtbot, window)
    assert preview.facts.startswith("16 pictures in 2 classes")
    with qtbot.waitSignal(window.controller.prepared, timeout=20_000) as prepared:
        qtbot.mouseClick(preview.use_button, LEFT)
    assert prepared.args[0].config.dataset == f"csv:{table}"
    # In grey some of these colours are the same.
    assert "also among the training images" in window.message_bar.text
    window.views.show_named("data")
    assert window.message_bar.text in window.views.view(DataView).warning


def test_a_refused_folder_changes_nothing(
    qtbot: QtBot, open_window: OpenWindow, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    window = open_window(hidden=(8,))
    window.controller.train_one_batch()
    qtbot.waitUntil(lambda: window.controller.step == 1)
    save_pets(tmp_path / "one", dogs=0)
    answer_dialogs(monkeypatch, tmp_path / "one")
    choose_in_combo(window, "Open a folder")
    qtbot.waitUntil(lambda: window.message_bar.text != "")
    assert "pictures of only one class, 'cats'" in window.message_bar.text
    assert window.findChild(OwnPresenter).preview is None
    assert window.controller.waiting == {}
    assert window.controller.step == 1


def test_a_cancelled_dialog_and_a_cancelled_preview_change_nothing(
    qtbot: QtBot, open_window: OpenWindow, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    window = open_window(hidden=(8,))
    answer_dialogs(monkeypatch, "")
    choose_in_combo(window, "Open a folder")
    answer_dialogs(monkeypatch, save_pets(tmp_path / "pets"))
    choose_in_combo(window, "Open a folder")
    preview = preview_of(qtbot, window)
    qtbot.mouseClick(preview.cancel_button, LEFT)
    assert window.findChild(OwnPresenter).preview is None
    assert window.controller.config.dataset == "mnist-sample"
    assert window.controller.waiting == {}


def test_pictures_gone_by_the_reset_are_refused_and_the_run_stays(
    qtbot: QtBot, open_window: OpenWindow, tmp_path: Path
) -> None:
    window = open_window(hidden=(8,))
    window.controller.train_one_batch()
    qtbot.waitUntil(lambda: window.controller.step == 1)
    window.controller.change({"dataset": f"folder:{tmp_path / 'gone'}"})
    assert window.controller.missing_dataset() is None
    with qtbot.waitSignal(window.controller.refused):
        window.controller.reset()
    assert window.message_bar.text.startswith(f"There is no folder {tmp_path / 'gone'}.")
    assert window.controller.config.dataset == "mnist-sample"
    with qtbot.waitSignal(window.controller.progressed):
        window.controller.train_one_batch()


def test_images_are_shown_as_they_are_trained(qtbot: QtBot, open_window: OpenWindow) -> None:
    window = open_window(hidden=(8,), augment_shift=0.2)
    data = window.views.view(DataView)
    window.views.show_view(data)
    stored = data.grid.images.copy()
    with qtbot.waitSignal(window.controller.observed, check_params_cb=is_augmented):
        qtbot.mouseClick(data.augmented_button, LEFT)
    assert data.grid.images.shape == stored.shape
    assert (data.grid.images != stored).any()
    first = data.grid.images.copy()
    with qtbot.waitSignal(window.controller.observed, check_params_cb=is_augmented):
        qtbot.mouseClick(data.shuffle_button, LEFT)
    assert (data.grid.images != first).any()
    with qtbot.waitSignal(window.controller.observed, check_params_cb=is_augmented):
        window.controller.change({"augment_shift": 0.0})
    assert (data.grid.images == stored).all()
    assert data.place.startswith("Unchanged: choose a shift")
    qtbot.mouseClick(data.augmented_button, LEFT)
    assert (data.grid.images == stored).all()


def test_a_window_that_opens_on_a_bad_folder_goes_on_with_another(
    qtbot: QtBot, qapp: QApplication, tmp_path: Path
) -> None:
    config = RunConfig.parse({"dataset": f"folder:{tmp_path / 'gone'}", "hidden": (8,)})
    window, _ = build_window(qapp, WindowOptions(config), Settings(tmp_path / "window.ini"))
    window.show()
    with qtbot.waitSignal(window.controller.refused, timeout=20_000):
        window.controller.open()
    assert window.message_bar.text.startswith("There is no folder")
    assert window.panel.row("dataset").findChild(QComboBox).currentText() == "gone"
    with qtbot.waitSignal(window.controller.prepared, timeout=20_000):
        choose_in_combo(window, "MNIST sample")
    assert window.controller.config.dataset == "mnist-sample"
    window.close()
    window.deleteLater()


def test_a_window_opens_on_own_pictures(
    qtbot: QtBot, open_window: OpenWindow, tmp_path: Path
) -> None:
    window = open_window(dataset=f"folder:{save_pets(tmp_path / 'pets')}", image_size=16)
    box = window.panel.row("hidden").findChild(QComboBox)
    assert box.currentText() == "256 – 64 – 64 – 64 – 2"
    assert window.pad.title is not None
    assert window.pad.title.text() == "Draw here"


def test_the_same_folder_opened_again_is_read_again(
    qtbot: QtBot, open_window: OpenWindow, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    pets = save_pets(tmp_path / "pets")
    window = open_window(hidden=(8,), dataset=f"folder:{pets}")
    window.controller.train_one_batch()
    qtbot.waitUntil(lambda: window.controller.step == 1)
    save_pets(pets, cats=15)
    answer_dialogs(monkeypatch, pets)
    choose_in_combo(window, "Open a folder")
    qtbot.mouseClick(preview_of(qtbot, window).use_button, LEFT)
    assert window.message_bar.text == "The pictures are read anew on Reset."
    assert window.controller.step == 1
    button = next(b for b in window.message_bar.findChildren(QPushButton) if b.text() == "Reset")
    with qtbot.waitSignal(window.controller.prepared, timeout=20_000) as prepared:
        qtbot.mouseClick(button, LEFT)
    assert prepared.args[0].train_count + prepared.args[0].test_count == 25
