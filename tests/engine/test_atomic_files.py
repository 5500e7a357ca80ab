"""Files are written whole or not at all."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from netviz.engine.atomic_files import write_files_whole, write_whole
from netviz.engine.errors import StorageError


def write_text_whole(path: Path, text: str) -> None:
    write_whole(path, lambda temporary: temporary.write_text(text, encoding="utf-8"))


class KilledError(BaseException):
    """Stands for the end of the process."""


def half(path: Path) -> None:
    path.write_text("half of the n", encoding="utf-8")


def content(folder: Path) -> dict[str, str]:
    return {path.name: path.read_text(encoding="utf-8") for path in folder.iterdir()}


def test_text_is_written_as_utf_8_and_folders_are_made(tmp_path: Path) -> None:
    path = tmp_path / "a" / "b" / "file.txt"
    write_text_whole(path, "Größe →\n")
    assert path.read_bytes() == "Größe →\n".encode()
    assert list(path.parent.iterdir()) == [path]


def test_a_new_file_takes_the_place_of_the_old(tmp_path: Path) -> None:
    path = tmp_path / "file.txt"
    write_text_whole(path, "a long old text")
    write_text_whole(path, "new")
    assert content(tmp_path) == {"file.txt": "new"}


@pytest.mark.parametrize("error", [KilledError, RuntimeError, OSError])
def test_an_end_in_the_middle_leaves_the_old_file_and_nothing_else(
    tmp_path: Path, error: type[BaseException]
) -> None:
    path = tmp_path / "file.txt"
    path.write_text("old", encoding="utf-8")

    def write(temporary: Path) -> None:
        half(temporary)
        assert content(tmp_path)["file.txt"] == "old"
        raise error("in the middle")

    with pytest.raises(StorageError if error is OSError else error):
        write_whole(path, write)
    assert content(tmp_path) == {"file.txt": "old"}


def test_what_was_written_is_on_the_disk_before_it_takes_its_place(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    done = []
    fsync, rename = os.fsync, os.replace
    monkeypatch.setattr(os, "fsync", lambda file: (done.append("fsync"), fsync(file)))
    monkeypatch.setattr(os, "replace", lambda *paths: (done.append("replace"), rename(*paths)))
    write_text_whole(tmp_path / "file.txt", "text")
    assert done == ["fsync", "replace"]


@pytest.mark.skipif(sys.platform == "win32", reason="needs permissions")
def test_a_file_may_be_read_by_whom_the_user_lets_read_his_files(tmp_path: Path) -> None:
    def write_in_secret(path: Path) -> None:
        path.write_text("text", encoding="utf-8")
        path.chmod(0o600)

    (tmp_path / "usual.txt").touch()
    write_whole(tmp_path / "file.txt", write_in_secret)
    assert (tmp_path / "file.txt").stat().st_mode == (tmp_path / "usual.txt").stat().st_mode


def test_a_full_disk_is_explained(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(_: int) -> None:
        raise OSError(28, "No space left on device")

    path = tmp_path / "file.txt"
    path.write_text("old", encoding="utf-8")
    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(StorageError, match="No space left on device") as caught:
        write_text_whole(path, "new")
    assert str(path) in caught.value.message
    assert "make room" in caught.value.hint
    assert content(tmp_path) == {"file.txt": "old"}


@pytest.mark.parametrize("place", ["a file/x.txt", "a file/deeper/x.txt", "a folder"])
def test_a_place_that_cannot_be_written_to_is_named(tmp_path: Path, place: str) -> None:
    (tmp_path / "a file").write_text("old", encoding="utf-8")
    (tmp_path / "a folder").mkdir()
    with pytest.raises(StorageError, match="could not be written") as caught:
        write_text_whole(tmp_path / place, "new")
    assert str(tmp_path / place) in caught.value.message
    assert sorted(path.name for path in tmp_path.iterdir()) == ["a file", "a folder"]


@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() == 0, reason="root may write all")
def test_a_folder_that_is_read_only_is_named(tmp_path: Path) -> None:
    tmp_path.chmod(0o500)
    with pytest.raises(StorageError, match="Permission denied"):
        write_text_whole(tmp_path / "x.txt", "new")
    tmp_path.chmod(0o700)


def test_a_new_folder_appears_with_all_of_its_files(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder, fsync = tmp_path / "runs" / "first", os.fsync
    seen: list[tuple[bool, int]] = []

    def look(file: int) -> None:
        seen.append((folder.exists(), os.fstat(file).st_size))
        fsync(file)

    monkeypatch.setattr(os, "fsync", look)
    write_files_whole(folder, {"a.txt": b"a", "b.txt": b"bb"})
    assert seen == [(False, 1), (False, 2)], "each is on the disk before any of them is there"
    assert content(folder) == {"a.txt": "a", "b.txt": "bb"}
    assert [path.name for path in folder.parent.iterdir()] == ["first"]


@pytest.mark.parametrize("is_new", [True, False])
def test_files_may_lie_in_folders_within_it(tmp_path: Path, is_new: bool) -> None:
    folder = tmp_path / "theme"
    if not is_new:
        write_files_whole(folder, {"other.txt": b"stays"})
    write_files_whole(folder, {"icons/a.svg": b"a", "index": b"b"})
    assert (folder / "icons" / "a.svg").read_bytes() == b"a"
    assert (folder / "index").read_bytes() == b"b"
    assert (folder / "other.txt").exists() is not is_new
    assert len(list(folder.iterdir())) == (2 if is_new else 3)


@pytest.mark.parametrize("is_new", [True, False])
def test_where_one_file_cannot_be_written_none_is(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, is_new: bool
) -> None:
    folder, left = tmp_path / "run", [None]
    if not is_new:
        write_files_whole(folder, {"a.txt": b"old", "c.txt": b"mine"})

    def full_after_one(_: int) -> None:
        if not left:
            raise OSError(28, "No space left on device")
        left.pop()

    monkeypatch.setattr(os, "fsync", full_after_one)
    with pytest.raises(StorageError, match=r"b\.txt could not be written"):
        write_files_whole(folder, {"a.txt": b"new", "b.txt": b"new"})
    if is_new:
        assert list(tmp_path.iterdir()) == []
    else:
        assert content(folder) == {"a.txt": "old", "c.txt": "mine"}


WRITERS = """
import multiprocessing, sys
from pathlib import Path
from netviz.engine.atomic_files import write_files_whole

context = multiprocessing.get_context("fork")
both, rounds = context.Barrier(2, timeout=10), int(sys.argv[2])

def write(name):
    for number in range(rounds):
        both.wait()
        content = f"{name} {number}".encode()
        # Every second folder is new to both.
        folder = Path(sys.argv[1]) / str(number // 2)
        write_files_whole(folder, {f"{file}.txt": content for file in range(6)})
        both.wait()
        found = [path.read_bytes() for path in folder.iterdir()]
        assert len(found) == 6 and len(set(found)) == 1, found
        both.wait()

other = context.Process(target=write, args=("other",))
other.start()
write("one")
other.join()
sys.exit(other.exitcode)
"""


@pytest.mark.skipif(sys.platform == "win32", reason="needs fork, and locks on folders")
def test_two_processes_that_write_into_a_folder_come_one_after_the_other(tmp_path: Path) -> None:
    arguments = [sys.executable, "-c", WRITERS, str(tmp_path), "60"]
    done = subprocess.run(arguments, capture_output=True, text=True, timeout=50, check=False)
    assert done.returncode == 0, done.stderr
    assert len(list(tmp_path.iterdir())) == 30
