"""A process that is killed leaves the whole tree of its runs, also in the middle of a race."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

KILLS = 18


@pytest.mark.slow
@pytest.mark.timeout(300)
@pytest.mark.skipif(sys.platform == "win32", reason="needs fork and SIGKILL")
def test_a_process_killed_at_any_moment_leaves_its_tree(tmp_path: Path) -> None:
    child = "tests.engine.storage.killed_tree_child"
    done = subprocess.run(
        [sys.executable, "-m", child, str(tmp_path / "autosave"), str(KILLS)],
        cwd=Path(__file__).parents[3],
        capture_output=True,
        text=True,
        timeout=200,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    figures = [json.loads(line) for line in done.stdout.splitlines()]
    assert len(figures) == KILLS
    assert all(unread == 0 and is_whole and agree for _, unread, is_whole, agree in figures)
    assert len({count for count, *_ in figures}) > 2
