"""The log file: rotated, shared by two processes, and never a reason to fail."""

import subprocess
import sys
from pathlib import Path

import pytest

from netviz import log_file
from netviz.log_file import LOG_NAME, LOGGER, start_log, stop_log


def test_it_is_rotated_and_bounded(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(log_file, "MAX_BYTES", 2000)
    log = start_log(tmp_path)
    for number in range(200):
        LOGGER.info("line %d of many", number)
    stop_log(log)
    files = sorted(tmp_path.iterdir())
    assert len(files) == 1 + log_file.KEPT_FILES
    assert sum(path.stat().st_size for path in files) < 5 * 2000
    assert "line 199 of many" in (tmp_path / LOG_NAME).read_text("utf-8")


_WRITER = """
import sys
from pathlib import Path
from netviz import log_file
log_file.MAX_BYTES = 3000
log_file.KEPT_FILES = 200
log = log_file.start_log(Path(sys.argv[1]))
for number in range(300):
    log_file.LOGGER.info("%s says %d.", sys.argv[2], number)
log_file.stop_log(log)
"""


def test_two_processes_at_once_do_not_break_it(tmp_path: Path) -> None:
    writers = [
        subprocess.Popen([sys.executable, "-c", _WRITER, str(tmp_path), name], stderr=-1, text=True)
        for name in ("first", "second")
    ]
    for writer in writers:
        _, told = writer.communicate(timeout=30)
        assert (writer.returncode, told) == (0, "")
    lines = [line for path in tmp_path.iterdir() for line in path.read_text("utf-8").splitlines()]
    assert all(line.endswith(".") and " says " in line for line in lines)
    # Two that rotate in the same moment may lose a file; nothing is ever garbled.
    assert len(lines) > 300


def test_a_log_that_cannot_be_written_is_no_log(tmp_path: Path) -> None:
    (tmp_path / "in the way").write_text("a file")
    assert start_log(tmp_path / "in the way") is None
    stop_log(None)


def test_a_log_whose_folder_goes_away_does_not_raise(tmp_path: Path) -> None:
    folder = tmp_path / "state"
    log = start_log(folder)
    LOGGER.info("once")
    (folder / LOG_NAME).unlink()
    folder.rmdir()
    LOGGER.info("twice")
    stop_log(log)
    assert not folder.exists()
