"""The window on real screens, with and without a frame: within them in every mode, and as it was.

The screen is asked for where the window lies, not Qt, which learns late of the frame that a window
manager puts around it.
"""

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from tests.end_to_end.modes_child import STAGES
from tests.end_to_end.x_server import x_server

ROOT = Path(__file__).parents[2]
TIMEOUT_S = 280


@contextmanager
def window_manager(display: str, *, wanted: bool) -> Iterator[None]:
    """Start openbox on `display`, and do not wait for it: it may come after the window."""
    if not wanted:
        yield
        return
    if shutil.which("openbox") is None:
        pytest.skip("openbox is not installed")
    manager = subprocess.Popen(
        ["openbox"], env=os.environ | {"DISPLAY": display}, stderr=subprocess.DEVNULL
    )
    try:
        yield
    finally:
        manager.terminate()
        manager.wait(10)


def stages(display: str, folder: Path, size: str, factor: str, *, framed: bool) -> list[Any]:
    """Send a window through its modes; return what it told of each stage."""
    done = subprocess.run(
        [sys.executable, "-m", "tests.end_to_end.modes_child", size, "framed" if framed else ""],
        cwd=folder,
        env={k: v for k, v in os.environ.items() if k != "QT_QPA_PLATFORM"}
        | {"DISPLAY": display, "QT_SCALE_FACTOR": factor, "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        timeout=TIMEOUT_S,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return [json.loads(line) for line in done.stdout.splitlines()]


@pytest.mark.xvfb
@pytest.mark.skipif(shutil.which("Xvfb") is None, reason="Xvfb is not installed")
@pytest.mark.parametrize("framed", [False, True], ids=["bare", "framed"])
@pytest.mark.parametrize(
    ("screen", "factor"),
    [
        ("1280x720", "1"),
        ("1366x768", "1.25"),
        ("1920x1080", "1.5"),
        ("1920x1080", "2"),
        ("1920x1080", "3"),
    ],
)
def test_a_window_stays_on_its_screen_and_each_mode_gives_back_the_picture(
    screen: str, factor: str, framed: bool, tmp_path: Path
) -> None:
    with x_server(screen) as display, window_manager(display, wanted=framed):
        told = stages(display, tmp_path, "1440x900", factor, framed=framed)
    assert len(told) == len(STAGES)
    for stage in told:
        left, top, width, height = stage["window"]
        _, _, screen_width, screen_height = stage["screen"]
        assert min(left, top) >= 0, stage
        assert left + width <= screen_width, stage
        assert top + height <= screen_height, stage
        assert stage["least"] == told[0]["least"], stage
    assert [stage["is_first_picture"] for stage in told[::2]] == [True, True, True]
    assert [len(set(stage["pages"])) for stage in told] == [0, 13, 0, 0, 0]
