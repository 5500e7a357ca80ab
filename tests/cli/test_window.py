"""`netviz` where no window can be shown: what is tried, what is said, and what is saved."""

import ctypes
import shutil
from pathlib import Path
from typing import Any

import pytest

from netviz.cli import app, display, window
from netviz.cli.display import NO_DISPLAY, NoWindow, why_no_window
from netviz.cli.window import new_folder
from netviz.engine.storage.run_summary import FILES
from netviz.launch import WindowOptions
from netviz.paths import runs_dir

FAST = "--hidden 8 --epochs 1 --batch-size 500 --threads 1 --device cpu"
LACK = "No window can be shown, because a system library that Qt needs is missing (libEGL.so.1)."


def netviz(arguments: str = "") -> int:
    return app.run([*FAST.split(), *arguments.split()])


@pytest.fixture
def bare(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty folder, here, on a machine where Qt cannot be loaded."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(window, "why_no_window", lambda: NoWindow(LACK, has_qt=False))
    return tmp_path


def test_without_qt_the_run_is_trained_and_saved(
    bare: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    assert netviz() == 0
    (folder,) = bare.iterdir()
    assert {file.name for file in folder.iterdir()} == set(FILES)
    captured = capfd.readouterr()
    assert captured.out.startswith(LACK)
    assert f"saves the run in {folder}. There is no picture, which takes Qt.\n" in captured.out
    assert f"Saved in {folder}" in captured.out
    assert captured.err == ""


def test_a_picture_that_was_asked_for_and_cannot_be_drawn_is_a_failure(
    bare: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    assert (
        netviz("--autostart --screenshot picture.png --exit --view weights --going-back-disk 9")
        == 1
    )
    (folder,) = bare.iterdir()
    assert {file.name for file in folder.iterdir()} == set(FILES)
    captured = capfd.readouterr()
    assert "takes Qt. --screenshot and --view and --going-back-disk do nothing." in captured.out
    assert captured.err == "netviz: There is no picture picture.png, which takes Qt.\n"


def test_what_stops_a_run_is_said_without_qt_too_and_leaves_no_folder(
    bare: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    assert netviz("--dataset mnist --data-dir .") == 1
    assert list(bare.iterdir()) == []
    assert "Run 'netviz datasets download mnist --data-dir" in capfd.readouterr().err


def test_a_run_goes_to_the_users_folder_where_nothing_can_be_written(tmp_path: Path) -> None:
    here = tmp_path / "here"
    here.mkdir()
    assert new_folder(here).parent == here  # type: ignore[union-attr]
    # A file in its place cannot be written into, not even by an administrator.
    blocked = tmp_path / "file"
    blocked.touch()
    folder = new_folder(blocked)
    assert folder is not None
    assert folder.parent == runs_dir()
    assert list(folder.iterdir()) == []
    shutil.rmtree(runs_dir())
    runs_dir().touch()
    assert new_folder(blocked) is None


class Loader:
    """Stands for the system's loader; some files cannot be loaded, and no X server answers."""

    def __init__(self, *missing: str) -> None:
        self._missing = missing

    def __call__(self, file: str, *_: Any) -> None:
        if Path(file).name in self._missing or file == "libxcb.so.1":
            raise OSError("libNews.so.1: cannot open shared object file: No such file or directory")


@pytest.fixture
def socket(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    """The name of a Wayland display that is there, with no other display beside it."""
    monkeypatch.setenv("XDG_RUNTIME_DIR", str(tmp_path))
    (tmp_path / "wayland-7").touch()
    for name in ("DISPLAY", "WAYLAND_DISPLAY", "QT_QPA_PLATFORM"):
        monkeypatch.delenv(name, raising=False)
    return "wayland-7"


@pytest.mark.parametrize(
    ("variables", "missing", "reason"),
    [
        ({}, (), NO_DISPLAY),
        ({"QT_QPA_PLATFORM": ""}, (), NO_DISPLAY),
        ({"QT_QPA_PLATFORM": "xcb"}, (), NO_DISPLAY),
        ({"QT_QPA_PLATFORM": "offscreen"}, ("libqxcb.so",), None),
        ({"QT_QPA_PLATFORM": "xcb;offscreen"}, (), None),
        ({"QT_QPA_PLATFORM": "minimal:fontengine=freetype"}, (), None),
        ({"DISPLAY": ":9"}, (), "The display :9 does not answer."),
        ({"DISPLAY": ":9"}, ("libqxcb.so",), "libNews.so.1"),
        ({"DISPLAY": ":9", "QT_QPA_PLATFORM": "xcb"}, ("libqxcb.so",), "libNews.so.1"),
        ({"WAYLAND_DISPLAY": "wayland-7"}, ("libqxcb.so",), None),
        ({"WAYLAND_DISPLAY": "wayland-7"}, ("libqwayland.so",), "libNews.so.1"),
        ({"WAYLAND_DISPLAY": "wayland-8"}, (), NO_DISPLAY),
        ({"WAYLAND_DISPLAY": "wayland-8", "DISPLAY": ":9"}, (), "The display :9"),
    ],
)
@pytest.mark.usefixtures("socket")
def test_each_of_qts_platforms_is_tried(
    variables: dict[str, str],
    missing: tuple[str, ...],
    reason: str | None,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(display.sys, "platform", "linux")
    monkeypatch.setattr(ctypes, "CDLL", Loader(*missing))
    for name, value in variables.items():
        monkeypatch.setenv(name, value)
    found = why_no_window()
    if reason is None:
        assert found is None
    else:
        assert found is not None
        assert found.has_qt
        assert reason in found.reason


@pytest.mark.parametrize("platform", ["offscreen", "xcb", "wayland", ""])
@pytest.mark.usefixtures("socket")
def test_no_platform_helps_where_qt_itself_cannot_be_loaded(
    platform: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(display.sys, "platform", "linux")
    monkeypatch.setattr(ctypes, "CDLL", Loader("libQt6Svg.so.6"))
    monkeypatch.setenv("QT_QPA_PLATFORM", platform)
    found = why_no_window()
    assert found is not None
    assert not found.has_qt


@pytest.mark.parametrize("system", ["darwin", "win32"])
def test_other_systems_always_have_a_display(system: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(display.sys, "platform", system)
    assert why_no_window() is None


def test_a_window_is_opened_as_it_was_asked_for(monkeypatch: pytest.MonkeyPatch) -> None:
    opened: list[WindowOptions] = []
    monkeypatch.setattr(window, "why_no_window", lambda: None)
    monkeypatch.setattr(
        "netviz.ui.app.open_window", lambda options, _say: opened.append(options) or 0
    )
    assert netviz("--size 800x600") == 0
    (options,) = opened
    assert (options.size, options.folder, options.autostart) == ((800, 600), None, False)


def test_a_lesson_is_opened_in_a_window_of_its_own(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    opened: list[WindowOptions] = []
    monkeypatch.setattr(window, "why_no_window", lambda: None)
    monkeypatch.setattr(
        "netviz.ui.app.open_window", lambda options, _say: opened.append(options) or 0
    )
    path = tmp_path / "mine.md"
    assert netviz(f"--lesson {path}") == 2
    assert "There is no lesson" in capsys.readouterr().err
    path.write_text("nothing")
    assert netviz(f"--lesson {path}") == 0
    (options,) = opened
    assert (options.lesson, options.new_window) == (path, True)


def test_without_a_display_no_lesson_is_played(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(window, "why_no_window", lambda: NoWindow("No display.", has_qt=True))
    path = tmp_path / "mine.md"
    path.write_text("nothing")
    assert netviz(f"--lesson {path}") == 1
    assert "A lesson is played in a window" in capsys.readouterr().out
