"""`netviz RUN` opens a saved run; what is no run is said before any window."""

from pathlib import Path

import pytest

from netviz.cli import app, window
from netviz.cli.display import NO_DISPLAY, NoWindow
from netviz.engine.options.run_config import RunConfig
from netviz.launch import WindowOptions
from tests.cli.test_usage import saved

__all__ = ["saved"]


@pytest.fixture
def opened(monkeypatch: pytest.MonkeyPatch) -> list[WindowOptions]:
    """What windows were asked for; none is opened."""
    asked: list[WindowOptions] = []

    def note(options: WindowOptions) -> int:
        asked.append(options)
        return 0

    monkeypatch.setattr(window, "open_or_train", note)
    return asked


def test_a_folder_or_its_file_or_its_address_opens_the_run(
    saved: Path, opened: list[WindowOptions]
) -> None:
    ways = (
        ["run"],
        ["./run/"],
        [str(saved)],
        [saved.as_uri()],
        ["run/run.safetensors"],
        ["--theme", "light", "run"],
        ["--theme=light", "--new-window", "run", "--size", "1280x720"],
        ["--open", "run"],
        ["--open", str(saved), "--new-window"],
    )
    for arguments in ways:
        assert app.run(arguments) == 0, arguments
    assert [options.run for options in opened] == [saved] * len(ways)
    assert [options.dark for options in opened].count(False) == 2
    assert [options.new_window for options in opened].count(True) == 2


def test_a_folder_with_blanks_and_other_letters_is_found_by_its_address(
    saved: Path, opened: list[WindowOptions]
) -> None:
    renamed = saved.rename(saved.parent / "mein Lauf ü %20")
    assert app.run([renamed.as_uri()]) == 0
    assert opened[0].run == renamed


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["nowhere/run"], "There is no saved run in "),
        (["."], "There is no saved run in "),
        (["file:///nowhere/run"], "There is no saved run in /nowhere/run"),
        (["--open", ""], "An empty text names no run."),
        (["trian"], "No such command 'trian'"),
        (["--theme", "light", "trian"], "No such command 'trian'"),
    ],
)
def test_what_is_no_run_is_said(
    arguments: list[str], said: str, opened: list[WindowOptions], tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str],
) -> None:  # fmt: skip
    monkeypatch.chdir(tmp_path)
    assert app.run(arguments) == 2
    assert said in capfd.readouterr().err
    assert opened == []


@pytest.mark.parametrize("epochs", [7, RunConfig().epochs])
def test_a_saved_run_keeps_its_own_settings(
    epochs: int, saved: Path, opened: list[WindowOptions], capfd: pytest.CaptureFixture[str]
) -> None:
    assert app.run(["--epochs", str(epochs), "run"]) == 2
    assert "opened with the settings that it was saved with" in capfd.readouterr().err
    assert opened == []


def test_commands_are_commands_also_where_a_folder_has_their_name(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("datasets").mkdir()
    assert app.run(["datasets"]) == 0
    assert "mnist" in capfd.readouterr().out


def test_without_a_display_it_says_how_to_go_on(
    saved: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(window, "why_no_window", lambda: NoWindow(NO_DISPLAY, has_qt=True))
    before = sorted(saved.parent.iterdir())
    assert app.run(["run"]) == 1
    assert f"netviz train --resume {saved}" in capfd.readouterr().out
    assert sorted(saved.parent.iterdir()) == before
