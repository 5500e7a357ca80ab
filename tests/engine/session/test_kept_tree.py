"""The autosave holds the runs that were left, and costs no more for it while one trains."""

import os
import sys
from pathlib import Path

import pytest

from netviz.engine.options.run_config import RunConfig
from netviz.engine.protocol import commands, events
from netviz.engine.protocol.run_state import State
from netviz.engine.session import run_keeper, tree_files
from netviz.engine.storage.autosave import ended_runs, find_lost
from netviz.engine.storage.run_summary import RUN_FILE, summarise
from tests.engine.session.trees import (
    branch_files,
    family,
    futures,
    grown,
    left_out,
    opened,
)
from tests.engine.storage.disk import files_limited_to
from tests.support import Driven, only, wait_for_autosave, when_step

pytestmark = pytest.mark.usefixtures("few_digits", "every_batch_told", "snapshots_at_every_batch")

TREE = [(1, 0, 0), (2, 1, 12), (3, 2, 20)]


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """A folder for autosaves."""
    return tmp_path / "autosave"


@pytest.fixture
def at_every_step(monkeypatch: pytest.MonkeyPatch) -> None:
    """Autosave after every batch."""
    for name in ("AUTOSAVE_INTERVAL_S", "MAX_AUTOSAVE_INTERVAL_S"):
        monkeypatch.setattr(run_keeper, name, 0.0)


def kept(root: Path) -> Path:
    """The one folder of autosaves, all that goes there being written."""
    wait_for_autosave()
    (folder,) = root.iterdir()
    return folder


def test_the_autosave_holds_the_tree(config: RunConfig, root: Path) -> None:
    driven = grown(config, root)
    again = opened(kept(root))
    assert (family(again), left_out(again)) == (TREE, ())
    assert futures(again, [1, 2, 3]) == futures(driven, [1, 2, 3])


@pytest.mark.usefixtures("at_every_step")
def test_what_was_left_is_copied_once_however_often_the_run_at_hand_is_kept(
    config: RunConfig, root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    packed: list[int] = []

    def pack(record: object) -> bytes:
        packed.append(1)
        return run_keeper.pack(record)  # type: ignore[arg-type]

    monkeypatch.setattr(tree_files, "pack", pack)
    driven = grown(config, root)
    folder = kept(root)
    before = {file: file.stat().st_mtime_ns for file in branch_files(folder).values()}
    driven.do(commands.Start())
    assert summarise(kept(root)).step == driven.step
    assert {file: file.stat().st_mtime_ns for file in branch_files(folder).values()} == before
    assert len(packed) == 2


def test_an_opened_tree_takes_no_second_place_on_the_disk(
    config: RunConfig, root: Path, tmp_path: Path
) -> None:
    grown(config).do(commands.Save(tmp_path / "run"))
    opened(tmp_path / "run", Driven(None, root))
    for line, file in branch_files(tmp_path / "run").items():
        assert os.path.samefile(file, branch_files(kept(root))[line])


def test_what_one_process_left_another_takes_up_with_its_tree(
    config: RunConfig, root: Path
) -> None:
    driven = grown(config, root)
    driven.do(commands.Close())
    assert find_lost(root) is None
    (folder,) = ended_runs(root)
    assert summarise(folder).branches == 2
    again = opened(folder, Driven(None, root))
    again.do(commands.GoBack(5))
    again.do(commands.Step())
    again.do(commands.Close())
    newest = max(root.iterdir(), key=lambda each: (each / RUN_FILE).stat().st_mtime)
    assert family(opened(newest)) == [*TREE, (4, 1, 5)]


@pytest.mark.skipif(sys.platform == "win32", reason="needs a limit on the size of files")
@pytest.mark.usefixtures("at_every_step")
def test_a_full_disk_leaves_the_last_tree_whole(config: RunConfig, root: Path) -> None:
    driven = Driven(config, root)
    driven.do(commands.Start(), answer=when_step(20, commands.Pause()))
    folder = kept(root)
    with files_limited_to(10_000):
        told = driven.do(commands.GoBack(10))
        wait_for_autosave()
        told += driven.do(commands.Step())
    assert "could not be written" in only(told, events.AutosaveFailed)[0].message
    assert (summarise(folder).step, family(opened(folder))) == (20, [(1, 0, 0)])
    driven.do(commands.Step())
    assert family(opened(kept(root))) == [(1, 0, 0), (2, 1, 10)]


@pytest.mark.skipif(sys.platform == "win32", reason="needs a limit on the size of files")
def test_a_tree_that_cannot_be_saved_leaves_the_folder_as_it_was(
    config: RunConfig, tmp_path: Path
) -> None:
    driven = grown(config)
    driven.do(commands.Save(tmp_path / "run"))
    before = {file: file.read_bytes() for file in (tmp_path / "run").rglob("*") if file.is_file()}
    driven.do(commands.GoOnWith(1), commands.Step())
    with files_limited_to(10_000):
        (refused,) = only(driven.do(commands.Save(tmp_path / "run")), events.Refused)
    assert "could not be written" in refused.message
    files = {file for file in (tmp_path / "run").rglob("*") if file.is_file()}
    assert {file: file.read_bytes() for file in files} == before
    driven.do(commands.Save(tmp_path / "run"))
    assert sorted(branch_files(tmp_path / "run")) == [2, 3]


def test_the_runs_of_a_race_are_kept_as_they_are_at_that_moment(
    config: RunConfig, root: Path, at_every_step: None
) -> None:
    driven = Driven(config, root)
    driven.do(commands.Start(), answer=when_step(10, commands.Pause()))
    told = driven.do(commands.Race(({"learning_rate": 0.01}, {"optimizer": "sgd"})))
    lines = only(told, events.RaceChanged)[-1].lanes
    told = driven.do(commands.Start(), answer=when_step(25, commands.Pause()))
    again = opened(kept(root))
    assert {each[0] for each in family(again)} == {1, *lines}
    assert again.state is State.PAUSED
    driven.do(commands.GoOnWith(driven_line(driven)))  # the race ends
    others = [line for line in (1, *lines) if line != driven_line(driven)]
    assert futures(again, others) == futures(driven, others)


def driven_line(driven: Driven) -> int:
    """Number of the run at hand."""
    return only(driven.events, events.Prepared)[-1].origin.line
