"""No run is lost: killed at any moment, with the disk full, or beside another process."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from netviz.engine.locks import take_lock
from netviz.engine.options.run_config import RunConfig
from netviz.engine.protocol import commands, events
from netviz.engine.protocol.events import Event
from netviz.engine.protocol.run_state import State
from netviz.engine.session import run_keeper
from netviz.engine.storage import autosave
from netviz.engine.storage.autosave import (
    AutosaveFolder,
    ended_runs,
    find_lost,
    find_unreadable,
)
from netviz.engine.storage.run_file import unpack
from netviz.engine.storage.run_summary import RUN_FILE, summarise
from tests.engine.storage.disk import files_limited_to
from tests.support import Driven, losses, only, wait_for_autosave, when_step

pytestmark = pytest.mark.usefixtures("few_digits", "every_batch_told")

KILLS = 30


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """A folder for autosaves."""
    return tmp_path / "autosave"


@pytest.fixture
def at_every_step(monkeypatch: pytest.MonkeyPatch) -> None:
    """Autosave after every batch."""
    for name in ("AUTOSAVE_INTERVAL_S", "MAX_AUTOSAVE_INTERVAL_S"):
        monkeypatch.setattr(run_keeper, name, 0.0)


@pytest.mark.slow
@pytest.mark.timeout(300)
@pytest.mark.skipif(sys.platform == "win32", reason="needs fork and SIGKILL")
def test_a_process_killed_at_any_moment_leaves_a_whole_run(root: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "tests.engine.storage.killed_child", str(root), str(KILLS)],
        cwd=Path(__file__).parents[3],
        capture_output=True,
        text=True,
        timeout=110,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    figures = [json.loads(line) for line in done.stdout.splitlines()]
    assert len(figures) == KILLS
    for told, saved, count, _ in figures:
        assert 0 < saved <= told + 1
        assert count == saved
    assert len({first for *_, first in figures}) == 1
    assert len({saved for _, saved, *_ in figures}) > KILLS // 3


def test_a_held_run_is_kept_and_comes_back_to_the_bit(config: RunConfig, root: Path) -> None:
    driven = Driven(config, root)
    driven.do(commands.Start(), answer=when_step(33, commands.Pause()))
    wait_for_autosave()
    (folder,) = root.iterdir()
    assert find_lost(root) is None, "its process is alive"
    assert summarise(folder).step == 33
    other = Driven()
    told = other.do(commands.Open(folder), commands.Start())
    driven.do(commands.Start())
    assert losses(told) == {s: v for s, v in losses(driven.events).items() if s > 33}


@pytest.mark.usefixtures("at_every_step")
def test_autosave_changes_no_loss(config: RunConfig, root: Path) -> None:
    undisturbed, driven = Driven(config), Driven(config, root)
    for each in (undisturbed, driven):
        each.do(commands.Start())
    assert losses(driven.events) == losses(undisturbed.events)


def test_closing_keeps_the_run_and_marks_it_as_ended(config: RunConfig, root: Path) -> None:
    driven = Driven(config, root)
    driven.do(commands.Start(), answer=when_step(12, commands.Close()))
    assert find_lost(root) is None
    (folder,) = ended_runs(root)
    assert summarise(folder).step == 12


def test_nothing_is_kept_of_an_untrained_run(config: RunConfig, root: Path) -> None:
    Driven(config, root).do(commands.Close())
    assert not root.exists()


def test_a_failed_run_does_not_take_the_place_of_a_good_one(config: RunConfig, root: Path) -> None:
    # Through several layers such a rate overflows; a single one it leaves dead and finite.
    driven = Driven(config.with_changes({"hidden": (64, 64, 64)}), root)
    driven.do(commands.Start(), answer=when_step(10, commands.Pause()))
    driven.do(commands.Change({"optimizer": "sgd", "learning_rate": 1000.0}))
    driven.do(commands.Start())
    assert driven.state is State.FAILED
    assert driven.step > 10
    driven.do(commands.Close())
    (folder,) = ended_runs(root)
    saved = unpack(folder)
    assert saved.snapshot.step == len(saved.history) == 10
    assert all(weights.isfinite().all() for weights in saved.snapshot.model.values())
    assert saved.ledger == ()


def kept_run(config: RunConfig, folder: Path, step: int) -> bytes:
    driven = Driven(config)
    driven.do(commands.Start(), answer=when_step(step, commands.Pause()))
    driven.do(commands.Save(folder))
    return (folder / RUN_FILE).read_bytes()


def test_what_a_dead_process_left_is_offered_to_one_other_only(
    config: RunConfig, root: Path, tmp_path: Path
) -> None:
    content = kept_run(config, tmp_path / "run", 7)
    dead = AutosaveFolder(root)
    dead.write(content)
    assert find_lost(root) is None
    dead.release()  # as the system does it for a process that is killed
    lost = find_lost(root)
    assert lost is not None
    assert lost.summary.step == 7
    assert find_lost(root) is None
    lost.forget()
    assert not list(root.iterdir())


def test_the_newest_of_several_is_offered_first(
    config: RunConfig, root: Path, tmp_path: Path
) -> None:
    for age, step in ((300, 5), (100, 9), (200, 7)):
        kept_run(config, root / f"dead-{step}", step)
        changed = (root / f"dead-{step}" / RUN_FILE).stat().st_mtime - age
        os.utime(root / f"dead-{step}" / RUN_FILE, (changed, changed))
    for step in (9, 7, 5):
        lost = find_lost(root)
        assert lost is not None
        assert lost.summary.step == step
        lost.forget()
    assert find_lost(root) is None


def test_two_processes_have_folders_of_their_own(
    config: RunConfig, root: Path, tmp_path: Path
) -> None:
    first, second = Driven(config, root), Driven(config, root)
    first.do(commands.Start(), answer=when_step(5, commands.Pause()))
    second.do(commands.Start(), answer=when_step(9, commands.Pause()))
    for each in (first, second):
        each.do(commands.Close())
    assert {summarise(folder).step for folder in ended_runs(root)} == {5, 9}


def test_only_the_last_sessions_are_kept(config: RunConfig, root: Path, tmp_path: Path) -> None:
    content = kept_run(config, tmp_path / "run", 3)
    for _ in range(6):
        folder = AutosaveFolder(root)
        folder.write(content)
        folder.end()
    find_lost(root)
    assert len(list(root.iterdir())) == autosave.KEPT


@pytest.mark.parametrize("harm", [b"", b"half a run", None])
def test_a_damaged_autosave_is_passed_over(
    config: RunConfig, root: Path, harm: bytes | None
) -> None:
    kept_run(config, root / "good", 4)
    kept_run(config, root / "bad", 6)
    if harm is None:
        (root / "bad" / RUN_FILE).unlink()
    else:
        (root / "bad" / RUN_FILE).write_bytes(harm)
    (root / "stray").write_text("a file", encoding="utf-8")
    lost = find_lost(root)
    assert lost is not None
    assert lost.summary.step == 4
    lost.forget()


def test_why_a_run_cannot_be_read_is_told_even_where_that_cannot_be_noted(
    root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(_: Path) -> None:
        raise PermissionError(13, "Permission denied")

    folder = AutosaveFolder(root)
    folder.write(b"half a run")
    folder.release()
    monkeypatch.setattr(Path, "touch", refuse)
    for _ in range(2):
        error = find_unreadable(root)
        assert error is not None
        assert str(folder.path) in error.message


@pytest.mark.parametrize("is_ended", [False, True])
@pytest.mark.parametrize("is_damaged", [False, True])
def test_why_a_lost_run_cannot_be_read_is_told_once(
    config: RunConfig, root: Path, tmp_path: Path, is_damaged: bool, is_ended: bool
) -> None:
    content = kept_run(config, tmp_path / "run", 3)
    folder = AutosaveFolder(root)
    folder.write(content[:100] if is_damaged else content)
    (folder.end if is_ended else folder.release)()
    error = find_unreadable(root)
    assert (error is not None) == (is_damaged and not is_ended)
    assert error is None or str(folder.path) in error.message
    assert find_unreadable(root) is None
    assert find_unreadable(root / "nowhere") is None


def test_a_run_that_was_recovered_is_one_that_ended_and_is_held_by_nobody(
    config: RunConfig, root: Path
) -> None:
    kept_run(config, root / "dead", 3)
    lost = find_lost(root)
    assert lost is not None
    lost.settle()
    lock = take_lock(lost.folder / autosave.LOCK_FILE, wait=False)
    assert lock is not None
    lock.release()
    assert find_lost(root) is None
    assert ended_runs(root) == [lost.folder]


@pytest.mark.skipif(sys.platform == "win32", reason="needs a limit on the size of files")
@pytest.mark.usefixtures("at_every_step")
def test_a_full_disk_is_told_once_and_the_last_good_autosave_stays(
    config: RunConfig, root: Path
) -> None:
    driven = Driven(config, root)
    driven.do(commands.Start(), answer=when_step(20, commands.Pause()))
    wait_for_autosave()
    (folder,) = root.iterdir()
    before = summarise(folder).step

    def wait_for_the_writer(event: Event) -> None:
        if isinstance(event, events.Progress):
            wait_for_autosave()

    with files_limited_to(10_000):
        told = driven.do(commands.Start(), answer=wait_for_the_writer)
        wait_for_autosave()
    (failed,) = only(told, events.AutosaveFailed)
    assert "could not be written" in failed.message
    assert (driven.state, driven.step) == (State.FINISHED, 60)
    assert summarise(folder).step == before
    assert [path.name for path in folder.iterdir() if path.name.endswith(".safetensors")] == [
        RUN_FILE
    ]
    driven.do(commands.Change({"epochs": 4}))
    wait_for_autosave()
    assert summarise(folder).step == 80


def test_a_folder_that_cannot_be_made_is_told_and_training_goes_on(
    config: RunConfig, tmp_path: Path
) -> None:
    (tmp_path / "file").write_text("in the way", encoding="utf-8")
    driven = Driven(config, tmp_path / "file")
    driven.do(commands.Start(), answer=when_step(5, commands.Pause()))
    wait_for_autosave()
    told = driven.do(commands.Start())
    assert len(only(told, events.AutosaveFailed)) == 1
    assert driven.step == 60
