"""`netviz shortcut`: the entry in each system's menu, made twice and removed twice."""

import base64
import configparser
import plistlib
import shlex
import shutil
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

import pytest
from PIL import Image

from netviz.cli import app
from netviz.cli.shortcut import shortcut
from netviz.cli.shortcuts import start_menu
from netviz.cli.shortcuts.entry import Launcher, launcher_here
from netviz.cli.shortcuts.freedesktop import DesktopEntry, command_line
from netviz.engine.errors import StorageError

PLATFORMS = ("linux", "win32", "darwin")


class Windows:
    """Does what PowerShell would, as far as it matters here: it writes the link."""

    def __init__(self) -> None:
        self.scripts: list[str] = []
        self.complaint = ""

    def __call__(self, command: Sequence[str]) -> "subprocess.CompletedProcess[str]":
        assert command[:4] == ["powershell", "-NoProfile", "-NonInteractive", "-EncodedCommand"]
        script = base64.b64decode(command[4]).decode("utf-16-le")
        self.scripts.append(script)
        if not self.complaint:
            link = script.partition("CreateShortcut('")[2].partition("')")[0].replace("''", "'")
            Path(link).write_text(script, "utf-8")
        return subprocess.CompletedProcess(command, bool(self.complaint), "", self.complaint)


@pytest.fixture(autouse=True)
def windows(monkeypatch: pytest.MonkeyPatch) -> Windows:
    stand_in = Windows()
    monkeypatch.setattr(start_menu, "run_program", stand_in)
    return stand_in


def places(home: Path) -> dict[str, Path]:
    menu = "roaming/Microsoft/Windows/Start Menu/Programs/NetViz.lnk"
    return {
        "linux": home / ".local/share/applications/netviz.desktop",
        "win32": home / menu,
        "darwin": home / "Applications/NetViz.app",
    }


def files_in(home: Path) -> set[Path]:
    return {path for path in home.rglob("*") if path.is_file()}


@pytest.mark.parametrize("platform", PLATFORMS)
def test_it_is_put_into_the_menu_and_taken_out_again(
    platform: str, home: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    place = places(home)[platform]
    before = files_in(home)
    assert shortcut(remove=True, platform=platform) == 0
    assert "was not in" in capsys.readouterr().out
    assert shortcut(remove=False, platform=platform) == 0
    said = capsys.readouterr().out
    assert f"NetViz is now in {'your' if platform == 'darwin' else 'the'}" in said
    assert str(place) in said
    assert f"It starts {launcher_here(windowless=platform == 'win32')}." in said
    assert place.exists()
    made = files_in(home)

    assert shortcut(remove=False, platform=platform) == 0
    assert "was already in" in capsys.readouterr().out
    assert files_in(home) == made

    assert shortcut(remove=True, platform=platform) == 0
    assert "is no longer in" in capsys.readouterr().out
    assert files_in(home) == before
    assert not place.exists()
    assert shortcut(remove=True, platform=platform) == 0


@pytest.mark.parametrize("platform", PLATFORMS)
def test_what_somebody_else_made_stays(platform: str, home: Path) -> None:
    place = places(home)[platform]
    if platform == "darwin":
        (place / "Contents").mkdir(parents=True)
        stranger = place / "Contents/Info.plist"
        stranger.write_bytes(plistlib.dumps({"CFBundleIdentifier": "org.example.other"}))
    else:
        place.parent.mkdir(parents=True)
        place.write_text("[Desktop Entry]\nName=Another\n")
    before = files_in(home)
    for remove in (False, True):
        with pytest.raises(StorageError, match="was not made by this command"):
            shortcut(remove=remove, platform=platform)
        assert files_in(home) == before


@pytest.mark.parametrize("platform", PLATFORMS)
def test_a_folder_that_cannot_be_written_to_is_named(platform: str, home: Path) -> None:
    blocked = {"linux": ".local", "win32": "roaming", "darwin": "Applications"}[platform]
    (home / blocked).write_text("a file in its place")
    with pytest.raises(StorageError, match=blocked):
        shortcut(remove=False, platform=platform)


def test_the_command_line_speaks_of_this_system(
    home: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert app.run(["shortcut"]) == 0
    assert "NetViz is now in" in capsys.readouterr().out
    assert app.run(["shortcut", "--remove"]) == 0
    assert "is no longer in" in capsys.readouterr().out


# -- Linux ---------------------------------------------------------------------------------------


def entry_of(place: Path) -> configparser.ConfigParser:
    parser = configparser.ConfigParser(interpolation=None)
    parser.optionxform = str  # type: ignore[assignment,method-assign]
    parser.read(place, "utf-8")
    return parser


def test_the_desktop_entry_starts_this_netviz_with_its_icon(home: Path) -> None:
    shortcut(remove=False, platform="linux")
    place = places(home)["linux"]
    entry = entry_of(place)["Desktop Entry"]
    program = str(launcher_here().program)
    assert shlex.split(entry["Exec"]) == [program, "%u"]
    assert entry["TryExec"] == program
    # The name of the file is what the window says it is, so that Wayland shows the icon.
    assert (place.stem, entry["Icon"]) == ("netviz", "netviz")
    assert entry["StartupWMClass"] == "NetViz"
    assert entry["Terminal"] == "false"
    new = entry_of(place)["Desktop Action new-window"]
    assert shlex.split(new["Exec"]) == [program, "--new-window"]
    icons = home / ".local/share/icons/hicolor"
    for side in (16, 48, 256):
        with Image.open(icons / f"{side}x{side}/apps/netviz.png") as picture:
            assert picture.size == (side, side)
            assert picture.getpixel((side // 2, side // 2))[3] == 255
            assert picture.getpixel((0, 0))[3] < 10
    assert "<svg" in (icons / "scalable/apps/netviz.svg").read_text("utf-8")


@pytest.mark.skipif(not shutil.which("desktop-file-validate"), reason="is not installed")
@pytest.mark.parametrize("folder", ["plain", "with blank ü", 'odd $HOME `x` "q" 100% \\'])
def test_desktop_file_validate_finds_nothing(tmp_path: Path, folder: str) -> None:
    entry = DesktopEntry(tmp_path / "data")
    entry.add(Launcher(tmp_path / folder / "bin" / "python", ("-m", "netviz")))
    result = subprocess.run(
        ["desktop-file-validate", str(entry.place)], capture_output=True, text=True, check=False
    )
    assert (result.returncode, result.stdout, result.stderr) == (0, "", "")


def test_signs_that_a_shell_reads_are_quoted_twice() -> None:
    launcher = Launcher(Path('/a b/$x `y` "z" 100% \\w/netviz'))
    assert command_line(launcher) == (
        r'"/a b/\\$x \\`y\\` \\"z\\" 100%% \\\\\\\\w/netviz"'.replace(r"\\\\\\\\", "\\\\" * 2)
    )


def test_a_relative_data_folder_is_ignored(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_DATA_HOME", "relative")
    monkeypatch.chdir(home)
    shortcut(remove=False, platform="linux")
    assert places(home)["linux"].exists()
    assert not (home / "relative").exists()


def test_an_entry_of_another_environment_is_brought_up_to_date(
    home: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    DesktopEntry(home / ".local/share").add(Launcher(home / "old/bin/netviz"))
    shortcut(remove=False, platform="linux")
    assert "its entry is up to date now" in capsys.readouterr().out
    assert "old/bin" not in places(home)["linux"].read_text("utf-8")


# -- Windows -------------------------------------------------------------------------------------


def test_the_link_opens_no_terminal_and_has_the_icon(
    home: Path, tmp_path: Path, windows: Windows, monkeypatch: pytest.MonkeyPatch
) -> None:
    python = tmp_path / "it's here" / "python.exe"
    python.parent.mkdir()
    python.with_name("pythonw.exe").touch()
    monkeypatch.setattr(sys, "executable", str(python))
    shortcut(remove=False, platform="win32")
    (script,) = windows.scripts
    lines = script.splitlines()
    assert lines[0] == "$ErrorActionPreference = 'Stop'"
    quoted = str(python.with_name("pythonw.exe")).replace("'", "''")
    assert f"$link.TargetPath = '{quoted}'" in lines
    assert "$link.Arguments = '-m netviz'" in lines
    assert lines[-1] == "$link.Save()"
    (icon,) = [path for path in files_in(home) if path.suffix == ".ico"]
    assert f"$link.IconLocation = '{icon},0'" in lines
    with Image.open(icon) as picture:
        assert {(16, 16), (48, 48), (256, 256)} <= picture.info["sizes"]


def test_what_windows_refuses_is_said(windows: Windows) -> None:
    windows.complaint = "Access is\r\n denied."
    with pytest.raises(StorageError, match=r"could not write .*NetViz\.lnk: Access is denied"):
        shortcut(remove=False, platform="win32")


# -- macOS ---------------------------------------------------------------------------------------


def test_the_bundle_starts_this_netviz_with_its_icon(home: Path) -> None:
    shortcut(remove=False, platform="darwin")
    contents = places(home)["darwin"] / "Contents"
    information = plistlib.loads((contents / "Info.plist").read_bytes())
    program = contents / "MacOS" / information["CFBundleExecutable"]
    assert program.stat().st_mode & 0o111 == 0o111
    lines = program.read_text("utf-8").splitlines()
    assert lines[0] == "#!/bin/sh"
    assert shlex.split(lines[1]) == ["exec", str(launcher_here().program), "$@"]
    with Image.open(contents / "Resources" / f"{information['CFBundleIconFile']}.icns") as icon:
        assert icon.size == (1024, 1024)


def test_what_was_added_to_the_bundle_stays(home: Path) -> None:
    shortcut(remove=False, platform="darwin")
    note = places(home)["darwin"] / "Contents" / "note.txt"
    note.write_text("mine")
    shortcut(remove=True, platform="darwin")
    assert files_in(places(home)["darwin"]) == {note}


# -- what is started -----------------------------------------------------------------------------


def test_the_script_is_started_where_there_is_one_else_python(tmp_path: Path) -> None:
    python = tmp_path / "python"
    assert launcher_here(python) == Launcher(python, ("-m", "netviz"))
    (tmp_path / "netviz").touch()
    assert launcher_here(python) == Launcher(tmp_path / "netviz")
