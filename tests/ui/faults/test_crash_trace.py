"""The trace of a crash: kept for the next start, read once, and only if there was a crash."""

import subprocess
import sys
from pathlib import Path

from netviz.ui.faults.crash_trace import CrashTrace

_START = """
import faulthandler, sys
from pathlib import Path
from netviz.ui.faults.crash_trace import CrashTrace
trace = CrashTrace(Path(sys.argv[1]))
trace.start()
"""


def run(folder: Path, then: str) -> int:
    done = subprocess.run(
        [sys.executable, "-c", _START + then, str(folder)],
        capture_output=True,
        timeout=30,
        check=False,
    )
    return done.returncode


def test_a_crash_leaves_its_stack_for_the_next_start_once(tmp_path: Path) -> None:
    assert run(tmp_path, "import ctypes; ctypes.string_at(0)") != 0
    previous = CrashTrace(tmp_path).take_previous()
    assert "Fatal Python error" in previous
    assert "string_at" in previous
    assert CrashTrace(tmp_path).take_previous() == ""


def test_an_orderly_end_leaves_nothing(tmp_path: Path) -> None:
    assert run(tmp_path, "trace.stop()") == 0
    assert list(tmp_path.iterdir()) == []


def test_a_killed_process_leaves_nothing_to_tell(tmp_path: Path) -> None:
    run(tmp_path, "import os, signal; os.kill(os.getpid(), getattr(signal, 'SIGKILL', 9))")
    assert CrashTrace(tmp_path).take_previous() == ""


def test_another_instance_that_lives_is_no_crash(tmp_path: Path) -> None:
    code = _START + "print('ready', flush=True); sys.stdin.read()"
    with subprocess.Popen(
        [sys.executable, "-c", code, str(tmp_path)], stdin=-1, stdout=-1, text=True
    ) as other:
        assert other.stdout is not None
        assert other.stdout.readline() == "ready\n"
        trace = next(tmp_path.glob("crash-*.txt"))
        assert CrashTrace(tmp_path).take_previous() == ""
        assert trace.exists()
        other.communicate("")


def test_a_folder_that_cannot_be_written_is_no_obstacle(tmp_path: Path) -> None:
    (tmp_path / "in the way").write_text("a file")
    trace = CrashTrace(tmp_path / "in the way")
    assert trace.take_previous() == ""
    trace.start()
    trace.stop()
    assert [file.name for file in tmp_path.iterdir()] == ["in the way"]
