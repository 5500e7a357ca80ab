"""Saving a run: any folder, no dead end, and nothing lost that nobody agreed to lose."""

import os
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFileDialog
from pytestqt.qtbot import QtBot

from netviz.engine.storage.run_summary import FILES, RUN_FILE
from netviz.ui.dialogs.save_place import look_at
from netviz.ui.dialogs.save_run_dialog import SaveRunDialog
from netviz.ui.look.theme import Theme


@pytest.fixture
def dialog(qtbot: QtBot, theme: Theme, tmp_path: Path) -> SaveRunDialog:
    made = SaveRunDialog(theme, tmp_path / "a-new-run")
    qtbot.addWidget(made)
    made.show()
    return made


def holding(folder: Path, *names: str) -> Path:
    folder.mkdir()
    for name in names:
        (folder / name).write_text("precious")
    return folder


def test_the_suggestion_is_saved_at_once(
    qtbot: QtBot, dialog: SaveRunDialog, tmp_path: Path
) -> None:
    assert dialog.words == "A new folder is made."
    with qtbot.waitSignal(dialog.chosen) as chosen:
        qtbot.keyClick(dialog.field, Qt.Key.Key_Return)
    assert chosen.args == [tmp_path / "a-new-run"]
    assert not dialog.isVisible()


def test_a_name_alone_is_a_folder_beside_the_suggestion(
    dialog: SaveRunDialog, tmp_path: Path
) -> None:
    dialog.field.setText("other")
    assert dialog.folder == tmp_path / "other"
    dialog.field.setText("~/mine")
    assert dialog.folder == Path.home() / "mine"
    dialog.field.setText("~nobody-of-this-name/mine")
    assert dialog.folder == tmp_path / "~nobody-of-this-name/mine"


def test_a_run_is_replaced_only_after_a_question(
    qtbot: QtBot, dialog: SaveRunDialog, tmp_path: Path
) -> None:
    folder = holding(tmp_path / "kept", RUN_FILE)
    dialog.field.setText(str(folder))
    assert "There is a run in it" in dialog.words
    with qtbot.assertNotEmitted(dialog.chosen):
        qtbot.keyClick(dialog.field, Qt.Key.Key_Return)
    assert dialog.words.startswith("Replace the run in kept?")
    assert dialog.save_button.text() == "Replace the run"
    assert dialog.isVisible()
    with qtbot.waitSignal(dialog.chosen) as chosen:
        dialog.save_button.click()
    assert chosen.args == [folder]


def test_another_name_takes_the_question_back(
    qtbot: QtBot, dialog: SaveRunDialog, tmp_path: Path
) -> None:
    dialog.field.setText(str(holding(tmp_path / "kept", RUN_FILE)))
    dialog.save_button.click()
    dialog.field.setText(str(holding(tmp_path / "other", RUN_FILE)))
    assert dialog.save_button.text() == "Save"
    with qtbot.assertNotEmitted(dialog.chosen):
        dialog.save_button.click()
    assert dialog.words.startswith("Replace the run in other?")


def test_a_run_that_came_meanwhile_is_seen(
    qtbot: QtBot, dialog: SaveRunDialog, tmp_path: Path
) -> None:
    holding(tmp_path / "a-new-run", RUN_FILE)
    with qtbot.assertNotEmitted(dialog.chosen):
        dialog.save_button.click()
    assert dialog.words.startswith("Replace the run in a-new-run?")


@pytest.mark.parametrize("inside", [False, True])
def test_a_folder_or_a_run_can_be_browsed_for(
    dialog: SaveRunDialog, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, inside: bool
) -> None:
    names = (RUN_FILE,) if inside else ()
    folder = holding(tmp_path / "kept", *names)
    monkeypatch.setattr(QFileDialog, "getExistingDirectory", lambda *_: str(folder))
    dialog.browse_button.click()
    assert dialog.folder == (folder if inside else folder / "a-new-run")


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(names=st.sets(st.sampled_from((*FILES, "notes.txt", "data"))))
def test_whatever_would_be_replaced_is_asked_for(
    names: set[str], tmp_path_factory: pytest.TempPathFactory
) -> None:
    place = look_at(holding(tmp_path_factory.mktemp("place") / "run", *names))
    assert place.can_save
    assert bool(place.question) == bool(place.agreement) == bool(names & set(FILES))


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(text=st.text(max_size=300))
def test_any_text_is_a_place_or_says_why_not(
    dialog: SaveRunDialog, text: str, tmp_path: Path
) -> None:
    dialog.field.setText(text)
    assert dialog.words
    assert dialog.save_button.isEnabled() == (
        bool(text.strip()) and look_at(dialog.folder).can_save
    )


def test_a_file_or_a_locked_folder_is_no_place(dialog: SaveRunDialog, tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    dialog.field.setText("file")
    assert dialog.words == "file is a file. Name a folder."
    dialog.field.setText("file/run")
    assert not dialog.save_button.isEnabled()
    locked = holding(tmp_path / "locked")
    locked.chmod(0o500)
    if not os.access(locked, os.W_OK):  # root may write everywhere
        for name in ("locked", "locked/run"):
            dialog.field.setText(name)
            assert not dialog.save_button.isEnabled()
