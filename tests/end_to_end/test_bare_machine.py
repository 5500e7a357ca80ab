"""`netviz` as a process where the loader does not find the system libraries that Qt needs."""

import re
import subprocess
import sys
from pathlib import Path

import pytest

from netviz.cli.system_libraries import LIBRARIES, install_command, missing_libraries
from netviz.engine.storage.run_summary import FILES
from tests.end_to_end.bare_machine import can_be_made, without
from tests.end_to_end.test_window import assert_shows_a_dashboard, environment

pytestmark = pytest.mark.skipif(
    sys.platform != "linux" or bool(missing_libraries()) or not can_be_made(),
    reason="namespaces are not allowed here, or libraries are missing anyway",
)
TIMEOUT_S = 100
FAST = ("--epochs", "1", "--hidden", "8", "--batch-size", "500", "--threads", "1")
ALWAYS_THERE = ("libz.so.1", "libzstd.so.1")
"""What Python itself, or what installs it, cannot do without."""
QT_LACKS = [library for library in LIBRARIES if library.file not in ALWAYS_THERE]
X_LACKS = [library for library in LIBRARIES if library.file.startswith("libxcb-")]


def run_where(
    missing: list[str], arguments: tuple[str, ...], cwd: Path, **variables: str
) -> subprocess.CompletedProcess[str]:
    place = cwd / "links"
    place.mkdir()
    return subprocess.run(
        [*without(missing, place), sys.executable, "-m", "netviz", *arguments],
        cwd=cwd,
        env=environment(**variables),
        capture_output=True,
        text=True,
        timeout=TIMEOUT_S,
        check=False,
    )


def run_folder(folder: Path, said: str) -> Path:
    name = re.search(r"netviz-run-[\d-]+", said)
    assert name, said
    return folder / name.group()


def test_where_qt_cannot_be_loaded_the_run_is_trained_and_saved(tmp_path: Path) -> None:
    arguments = (*FAST, "--screenshot", "picture.png", "--exit", "--theme", "light")
    done = run_where([each.file for each in QT_LACKS], arguments, tmp_path)
    assert "Traceback" not in done.stdout + done.stderr
    assert all(library.file in done.stdout for library in QT_LACKS)
    command = install_command(QT_LACKS)
    assert command is None or command.replace("sudo ", "") in done.stdout
    assert "There is no picture, which takes Qt. --screenshot and --theme do" in done.stdout
    assert {file.name for file in run_folder(tmp_path, done.stdout).iterdir()} == set(FILES)
    assert "There is no picture picture.png" in done.stderr
    assert done.returncode == 1
    assert not (tmp_path / "picture.png").exists()


def test_where_only_the_window_lacks_libraries_there_is_a_picture(tmp_path: Path) -> None:
    done = run_where([each.file for each in X_LACKS], FAST, tmp_path, DISPLAY=":987")
    assert done.returncode == 0, done.stderr
    assert "Traceback" not in done.stdout + done.stderr
    assert all(library.file in done.stdout for library in X_LACKS)
    folder = run_folder(tmp_path, done.stdout)
    assert set(FILES) < {file.name for file in folder.iterdir()}
    assert_shows_a_dashboard(folder / "dashboard.png", (1440, 900))


def test_the_command_line_needs_none_of_them(tmp_path: Path) -> None:
    arguments = ("train", *FAST, "--out", "run")
    done = run_where([each.file for each in QT_LACKS], arguments, tmp_path)
    assert done.returncode == 0, done.stderr
    assert {file.name for file in (tmp_path / "run").iterdir()} == set(FILES)
