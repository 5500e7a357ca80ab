"""The window as a process: on a real X server, and on a machine without any."""

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtGui import QImage

from tests.end_to_end.installed import installed_without
from tests.end_to_end.x_server import x_server

TIMEOUT_S = 100


def environment(**variables: str) -> dict[str, str]:
    """This process's, with a display only if `variables` give one."""
    dropped = ("DISPLAY", "WAYLAND_DISPLAY", "QT_QPA_PLATFORM")
    return {k: v for k, v in os.environ.items() if k not in dropped} | variables


def run_netviz(*arguments: str, cwd: Path, **variables: str) -> subprocess.CompletedProcess[str]:
    """Run the app with a display only if `variables` give one."""
    return subprocess.run(
        [sys.executable, "-m", "netviz", *arguments],
        cwd=cwd,
        env=environment(**variables),
        capture_output=True,
        text=True,
        timeout=TIMEOUT_S,
        check=False,
    )


def assert_shows_a_dashboard(picture: Path, size: tuple[int, int]) -> None:
    image = QImage(str(picture))
    assert (image.width(), image.height()) == size
    colors = {
        image.pixel(x, y) for x in range(0, image.width(), 4) for y in range(0, image.height(), 4)
    }
    assert len(colors) > 100, "a blank or nearly blank window"


@pytest.fixture
def display() -> Iterator[str]:
    """A real X server of the test's own."""
    if shutil.which("Xvfb") is None:
        pytest.skip("Xvfb is not installed")
    with x_server() as name:
        yield name


@pytest.mark.xvfb
def test_a_real_window_trains_saves_its_picture_and_ends(display: str, tmp_path: Path) -> None:
    done = run_netviz(
        *("--autostart", "--epochs", "2", "--exit", "--size", "1280x720", "--theme", "dark"),
        *("--screenshot", "picture.png"),
        cwd=tmp_path,
        DISPLAY=display,
    )
    assert done.returncode == 0, done.stderr
    assert done.stdout.count("epoch ") == 2
    assert_shows_a_dashboard(tmp_path / "picture.png", (1280, 720))


def test_without_a_display_it_says_so_and_trains_unseen(tmp_path: Path) -> None:
    done = run_netviz("--epochs", "2", cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    first, *_, last = done.stdout.splitlines()
    assert first.startswith("There is no display")
    assert done.stdout.count("epoch ") == 2
    folder = tmp_path / re.search(r"netviz-run-[\d-]+", last).group()  # type: ignore[union-attr]
    assert_shows_a_dashboard(folder / "dashboard.png", (1440, 900))
    assert {path.name for path in folder.iterdir()} == {
        "config.json",
        "dashboard.png",
        "epochs.csv",
        "ledger.json",
        "metrics.csv",
        "model.safetensors",
        "run.safetensors",
    }


def test_a_process_without_any_resource_says_so_and_leaves_no_crash(
    tmp_path: Path, home: Path
) -> None:
    done = run_netviz(cwd=installed_without("resources", tmp_path))
    assert done.returncode == 1
    assert "MNIST sample cannot be read" in done.stdout
    assert "Install NetViz again, or choose another data set." in done.stdout
    assert "Traceback" not in done.stdout + done.stderr
    assert not list(home.rglob("crash-*.txt"))


def test_a_display_that_does_not_answer_is_no_display(tmp_path: Path) -> None:
    done = run_netviz("--epochs", "1", cwd=tmp_path, DISPLAY=":987")
    assert done.returncode == 0, done.stderr
    assert done.stdout.startswith("The display :987 does not answer.")


@pytest.mark.skipif(sys.platform == "win32", reason="there is no SIGPIPE to be spared")
def test_an_unseen_run_goes_on_when_nobody_reads_its_lines(tmp_path: Path) -> None:
    read_end, write_end = os.pipe()
    os.close(read_end)
    with os.fdopen(write_end, "w") as nobody:
        done = subprocess.run(
            [sys.executable, "-m", "netviz", "--epochs", "1", "--hidden", "8"],
            cwd=tmp_path,
            env=environment(),
            stdout=nobody,
            stderr=subprocess.PIPE,
            text=True,
            timeout=TIMEOUT_S,
            check=False,
        )
    assert done.stderr == ""
    assert done.returncode == 0
    assert len(list(tmp_path.glob("netviz-run-*/run.safetensors"))) == 1
