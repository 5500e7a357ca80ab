"""A window that is closed in the midst of something: it ends in time, and well."""

import subprocess
import sys
from pathlib import Path

import pytest

_CLOSING = """
import sys
from time import monotonic
from PySide6.QtCore import QTimer
from netviz.engine.config import RunConfig
from netviz.launch import WindowOptions
from netviz.ui import app

build, began = app.build_window, []

def build_and_close(*arguments):
    window, views = build(*arguments)
    run, stage = window.controller, sys.argv[1]

    def close(*_):
        if not began:
            began.append(monotonic())
            window.close()

    if stage == "shown":
        QTimer.singleShot(0, window, close)
    else:
        getattr(run, stage).connect(close)
        run.prepared.connect(run.start)
    return window, views

app.build_window = build_and_close
config = RunConfig.parse({"epochs": 1000, "threads": 1})
status = app.open_window(WindowOptions(config, None, size=(1280, 720)))
print("closed in", monotonic() - began[0])
sys.exit(status)
"""


@pytest.mark.slow
@pytest.mark.parametrize(
    "stage", ["shown", "preparing", "prepared", "progressed", "epoch_finished"]
)
def test_a_window_closed_at_any_stage_ends_well(stage: str, home: Path) -> None:
    script = "import netviz.ui.app as a; a.missing_display = str\n" + _CLOSING
    done = subprocess.run(
        [sys.executable, "-c", script, stage],
        cwd=home,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    if "closed in" in done.stdout:  # else it left torch's import behind, in CLOSE_TIMEOUT_MS
        assert float(done.stdout.rsplit(maxsplit=1)[1]) < 3.5
    assert not list(home.rglob("crash-*.txt"))
    assert "end: status 0" in next(home.rglob("netviz.log")).read_text("utf-8")
