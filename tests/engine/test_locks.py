"""Locks between processes: one holder at a time, and none after its process has ended."""

import subprocess
import sys
import threading
from pathlib import Path

from netviz.engine.atomic_files import write_files_whole
from netviz.engine.locks import take_lock
from netviz.paths import state_dir

HOLDER = """
import sys
from pathlib import Path
from netviz.engine.locks import take_lock
lock = take_lock(Path(sys.argv[1]), wait=False)
assert lock is not None
print("held", flush=True)
sys.stdin.read()
"""


def test_only_one_holds_a_lock_and_any_thread_may_let_it_go(tmp_path: Path) -> None:
    path = tmp_path / "lock"
    lock = take_lock(path, wait=False)
    assert lock is not None
    assert take_lock(path, wait=False) is None
    thread = threading.Thread(target=lock.release)
    thread.start()
    thread.join()
    again = take_lock(path, wait=True)
    assert again is not None
    again.release()


def test_a_lock_ends_with_the_process_that_is_killed(tmp_path: Path) -> None:
    path = tmp_path / "lock"
    with subprocess.Popen(
        [sys.executable, "-c", HOLDER, str(path)], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    ) as holder:
        assert holder.stdout is not None
        assert holder.stdout.readline().strip() == b"held"
        assert take_lock(path, wait=False) is None
        holder.kill()
    lock = take_lock(path, wait=False)
    assert lock is not None
    lock.release()


def test_where_nothing_can_be_locked_there_is_no_lock(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way", encoding="utf-8")
    assert take_lock(tmp_path / "file" / "lock", wait=True) is None


def test_writing_into_a_folder_leaves_no_lock_in_it(tmp_path: Path, home: Path) -> None:
    for _ in range(2):
        write_files_whole(tmp_path / "run", {"a.txt": b"a", "b.txt": b"b"})
    assert sorted(path.name for path in (tmp_path / "run").iterdir()) == ["a.txt", "b.txt"]
    assert sorted(path.name for path in tmp_path.iterdir()) == ["run"]
    assert len(list(home.rglob("*.lock"))) == 1


def test_files_are_written_where_the_users_folder_cannot_be(tmp_path: Path) -> None:
    state = state_dir()
    state.parent.mkdir(parents=True)
    state.write_text("in the way", encoding="utf-8")
    (tmp_path / "run").mkdir()
    write_files_whole(tmp_path / "run", {"a.txt": b"a"})
    assert (tmp_path / "run" / "a.txt").read_bytes() == b"a"
