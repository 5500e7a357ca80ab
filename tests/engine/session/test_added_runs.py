"""Saved runs are laid beside those of a session, which goes on meanwhile."""

import shutil
from pathlib import Path
from typing import Any

import pytest

from netviz.engine.options.run_config import RunConfig
from netviz.engine.protocol import commands, events
from netviz.engine.protocol.left_run import LeftRun
from netviz.engine.protocol.run_names import run_name
from netviz.engine.protocol.run_state import State
from netviz.engine.session import left_runs
from netviz.engine.storage.branch_files import FOLDER
from netviz.engine.storage.run_summary import RUN_FILE, summarise
from tests.engine.session.driving import LAST, reference
from tests.engine.session.trees import branch_files, futures, grown, opened
from tests.engine.storage.run_files import rewrite
from tests.support import Driven, losses, only, when_step

pytestmark = pytest.mark.usefixtures("few_digits", "every_batch_told", "snapshots_at_every_batch")


def saved(config: RunConfig, folder: Path, step: int = 15) -> Driven:
    """A run that was paused at a step and saved."""
    driven = Driven(config)
    driven.do(commands.Start(), answer=when_step(step, commands.Pause()))
    driven.do(commands.Save(folder))
    return driven


def told_last(driven: Driven) -> events.RunListChanged:
    return only(driven.events, events.RunListChanged)[-1]


def add(driven: Driven, *folders: Path) -> events.RunListChanged:
    """Lay saved runs beside; return what was told."""
    (told,) = driven.do(commands.AddSavedRuns(folders))
    assert isinstance(told, events.RunListChanged)
    return told


def family(told: events.RunListChanged) -> list[tuple[int, int, int]]:
    """Number, parent and parting step of each run that was left."""
    return [(run.origin.line, run.origin.parent, run.origin.step) for run in told.left]


def content(folder: Path) -> dict[str, tuple[bytes, int]]:
    """All files below a folder, with the time at which each was changed."""
    files = (file for file in folder.rglob("*") if file.is_file())
    return {str(file): (file.read_bytes(), file.stat().st_mtime_ns) for file in files}


@pytest.fixture
def beside(config: RunConfig, tmp_path: Path) -> Path:
    """The folder of a saved run of 15 steps with another rate."""
    saved(config.with_changes({"learning_rate": 0.03}), tmp_path / "my-run")
    return tmp_path / "my-run"


def test_it_is_told_of_as_it_was_saved(config: RunConfig, tmp_path: Path) -> None:
    there = saved(config.with_changes({"learning_rate": 0.03}), tmp_path / "my-run", 25)
    driven = Driven(config)
    driven.do(commands.Step())
    told = add(driven, tmp_path / "my-run")
    (run,) = told.left
    assert (told.added, told.left_out, told.origin.line) == ((2,), (), 1)
    assert family(told) == [(2, 0, 0)]
    assert (run_name(run.origin, run.config), run.steps) == ("my-run", 25)
    assert run.origin.added_from == str(tmp_path / "my-run")
    assert run.config == config.with_changes({"learning_rate": 0.03})
    assert [each.step for each in run.measurements] == [0, 20]
    assert run.losses.tolist() == list(losses(there.events).values())
    assert len(run.learning_rates) == len(run.losses)
    assert set(run.learning_rates.tolist()) == {run.config.learning_rate}
    assert (driven.state, driven.step) == (State.PAUSED, 1)


@pytest.mark.parametrize("is_file", [False, True])
def test_gone_on_with_it_is_the_run_that_is_opened(
    config: RunConfig, beside: Path, is_file: bool
) -> None:
    wanted = losses(opened(beside).do(commands.Start()))
    driven = Driven(config)
    driven.do(commands.Step())
    add(driven, beside / RUN_FILE if is_file else beside)
    told = driven.do(commands.GoOnWith(2))
    (event,) = only(told, events.Opened)
    assert event.left_out == ()
    assert driven.step == 15
    assert losses(driven.do(commands.Start())) == wanted
    assert min(wanted) == 16


def test_the_run_that_trains_meanwhile_is_undisturbed(config: RunConfig, beside: Path) -> None:
    values: dict[str, Any] = {
        "model": "layers",
        "layers": ("flatten", "linear 16", "relu", "dropout 0.5"),
        "augment_noise": 0.1,
    }
    driven = Driven(config.with_changes(values))
    told = driven.do(commands.Start(), answer=when_step(7, commands.AddSavedRuns((beside,))))
    assert only(told, events.RunListChanged)[0].added == (2,)
    assert losses(told) == reference(config.with_changes(values))
    assert (driven.state, driven.step) == (State.FINISHED, LAST)


def test_with_it_come_those_that_were_left_beside_it(config: RunConfig, tmp_path: Path) -> None:
    there = grown(config)
    there.do(commands.RenameRun(2, "the second"), commands.Save(tmp_path / "tree"))
    wanted = futures(there, [1, 2, 3])
    before = content(tmp_path / "tree")
    driven = Driven(config)
    driven.do(commands.Step(), commands.Reset({"seed": 5}), commands.Step())
    told = add(driven, tmp_path / "tree")
    assert told.added == (3, 4, 5)
    assert family(told) == [(1, 0, 0), (3, 0, 0), (4, 3, 12), (5, 4, 20)]
    names = [run_name(run.origin, run.config) for run in told.left[1:]]
    assert names == ["Run 3", "the second", "tree"]
    found = futures(driven, [3, 4, 5])
    assert list(found.values()) == list(wanted.values())
    assert content(tmp_path / "tree") == before


def test_numbers_that_the_files_do_not_have_are_those_of_their_tree(
    config: RunConfig, tmp_path: Path
) -> None:
    """A run keeps its file while it gets another number in another session."""
    there = grown(config)
    there.do(commands.Save(tmp_path / "first"))
    wanted = futures(there, [1, 2, 3])
    middle = Driven(config)
    middle.do(commands.Step())
    add(middle, tmp_path / "first")
    middle.do(commands.Save(tmp_path / "second"))
    driven = Driven(config)
    driven.do(commands.Step())
    told = add(driven, tmp_path / "second")
    assert family(told) == [(2, 0, 0), (3, 0, 0), (4, 3, 12), (5, 4, 20)]
    assert list(futures(driven, [3, 4, 5]).values()) == list(wanted.values())


def test_a_file_from_the_folder_of_branches_can_be_added(config: RunConfig, tmp_path: Path) -> None:
    there = grown(config)
    there.do(commands.Save(tmp_path / "tree"))
    wanted = futures(there, [2])
    driven = Driven(config)
    driven.do(commands.Step())
    told = add(driven, branch_files(tmp_path / "tree")[2])
    assert family(told) == [(2, 0, 0)]
    assert futures(driven, [2]) == wanted


# -- once, and no longer -----------------------------------------------------------------------


def test_added_again_it_comes_once(config: RunConfig, beside: Path, tmp_path: Path) -> None:
    driven = Driven(config)
    driven.do(commands.Step())
    add(driven, beside)
    (refused,) = only(driven.do(commands.AddSavedRuns((beside / RUN_FILE,))), events.Refused)
    assert refused.message == f"The run in {beside / RUN_FILE} is in the list already."
    shutil.copytree(beside, tmp_path / "copy")
    saved(config, tmp_path / "third")
    told = add(driven, tmp_path / "copy", tmp_path / "third")
    assert told.added == (3,)
    assert told.left_out == (f"The run in {tmp_path / 'copy'} is in the list already.",)
    assert len(told.left) == 2


def test_added_again_after_its_session_was_saved_and_opened_it_comes_once(
    config: RunConfig, beside: Path, tmp_path: Path
) -> None:
    driven = Driven(config)
    driven.do(commands.Step())
    add(driven, beside)
    driven.do(commands.Save(tmp_path / "session"))
    again = opened(tmp_path / "session")
    assert only(again.do(commands.AddSavedRuns((beside,))), events.Refused)
    assert only(again.events, events.Prepared)[-1].left[0].origin.added_from == str(beside)


def test_trained_on_and_saved_again_it_is_another_run(config: RunConfig, beside: Path) -> None:
    driven = Driven(config)
    driven.do(commands.Step())
    add(driven, beside)
    there = opened(beside)
    there.do(commands.Step(), commands.Save(beside))
    told = add(driven, beside)
    assert [run.steps for run in told.left] == [15, 16]
    # The first of them is in no file any more; it is said so, and nothing else is opened for it.
    (refused,) = only(driven.do(commands.GoOnWith(2)), events.Refused)
    assert refused.message == f"The file of run 2 is gone, or another by now: {beside / RUN_FILE}."
    driven.do(commands.GoOnWith(3))
    assert driven.step == 16


def test_only_what_is_new_of_a_tree_is_added(config: RunConfig, tmp_path: Path) -> None:
    there = grown(config)
    there.do(commands.Save(tmp_path / "tree"))
    driven = Driven(config)
    driven.do(commands.Step())
    add(driven, tmp_path / "tree")
    there.do(commands.Step(), commands.Save(tmp_path / "tree"))
    told = add(driven, tmp_path / "tree")
    assert (told.added, [run.steps for run in told.left]) == ((5,), [40, 25, 31, 32])


def test_deleted_it_comes_back_and_its_folder_stays(config: RunConfig, beside: Path) -> None:
    before = content(beside)
    driven = Driven(config)
    driven.do(commands.Step())
    add(driven, beside)
    driven.do(commands.DeleteRuns((2,)))
    assert told_last(driven).left == ()
    driven.do(commands.RestoreRuns((2,)))
    assert [run.origin.line for run in told_last(driven).left] == [2]
    driven.do(commands.DeleteRuns((2,)))
    assert add(driven, beside).added == (2,)
    driven.do(commands.DeleteRuns((2,)), commands.Reset(), commands.Step())  # gone for good
    assert add(driven, beside).added == (4,)
    assert content(beside) == before


# -- saved with the others ---------------------------------------------------------------------


def test_it_is_saved_with_the_others_and_its_folder_is_not_touched(
    config: RunConfig, beside: Path, tmp_path: Path
) -> None:
    before = content(beside)
    wanted = losses(opened(beside).do(commands.Start()))
    driven = Driven(config, tmp_path / "autosaves")
    driven.do(commands.Step())
    add(driven, beside)
    driven.do(commands.Step(), commands.Save(tmp_path / "session"))
    driven.do(commands.DeleteRuns((2,)), commands.Save(tmp_path / "other"), commands.Close())
    assert content(beside) == before
    (autosave,) = (tmp_path / "autosaves").iterdir()
    shutil.rmtree(beside)
    assert summarise(tmp_path / "other").branches == 0
    assert summarise(autosave).branches == 0
    again = opened(tmp_path / "session")
    (run,) = only(again.events, events.Prepared)[-1].left
    assert (run.origin.line, run.origin.name, run.steps) == (2, "my-run", 15)
    told = again.do(commands.GoOnWith(2))
    assert only(told, events.Opened)[0].left_out == ()
    assert losses(again.do(commands.Start())) == wanted


def test_it_is_autosaved(config: RunConfig, beside: Path, tmp_path: Path) -> None:
    driven = Driven(config, tmp_path / "autosaves")
    driven.do(commands.Step())
    add(driven, beside)
    driven.do(commands.Close())
    (autosave,) = (tmp_path / "autosaves").iterdir()
    (file,) = branch_files(autosave).values()
    assert file.read_bytes() == (beside / RUN_FILE).read_bytes()
    # No second name of the user's file, which another program may write into.
    assert not file.samefile(beside / RUN_FILE)


def test_a_tree_whose_file_was_copied_is_whole_wherever_it_goes(
    config: RunConfig, tmp_path: Path
) -> None:
    """The copy of a run file names runs beside it, which lie beside it no longer."""
    there = grown(config)
    there.do(commands.Save(tmp_path / "tree"))
    wanted = futures(there, [1, 2, 3])
    driven = Driven(config)
    driven.do(commands.Step())
    add(driven, tmp_path / "tree")
    driven.do(commands.Save(tmp_path / "session"))
    shutil.rmtree(tmp_path / "tree")
    again = opened(tmp_path / "session")
    assert list(futures(again, [2, 3, 4]).values()) == list(wanted.values())
    assert [event.left_out for event in only(again.events, events.Opened)] == [()] * 4
    alone = opened(branch_files(tmp_path / "session")[3])
    assert only(alone.events, events.Opened)[-1].left_out == ()


def test_saved_over_the_folder_it_came_from_it_is_kept(config: RunConfig, beside: Path) -> None:
    wanted = losses(opened(beside).do(commands.Start()))
    driven = Driven(config)
    driven.do(commands.Step())
    add(driven, beside)
    driven.do(commands.Save(beside))
    for each in (driven, opened(beside)):
        each.do(commands.GoOnWith(2))
        assert losses(each.do(commands.Start())) == wanted


def test_it_does_not_take_the_place_of_a_run_that_was_left(
    config: RunConfig, beside: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(left_runs, "MOST", 1)
    driven = Driven(config)
    driven.do(commands.Step(), commands.Reset(), commands.Step())
    assert [run.origin.line for run in add(driven, beside).left] == [1, 3]


# -- what cannot be added ----------------------------------------------------------------------


def refused_both_ways(driven: Driven, path: Path) -> tuple[str, str]:
    """What is said where it is opened, and where it is added."""
    (to_open,) = only(driven.do(commands.Open(path)), events.Refused)
    (to_add,) = only(driven.do(commands.AddSavedRuns((path,))), events.Refused)
    assert to_add.hint == to_open.hint
    return to_open.message, to_add.message


@pytest.mark.parametrize("harm", ["nothing", "no folder", "garbage", "later format", "by hand"])
def test_what_cannot_be_opened_is_refused_with_the_same_sentence(
    config: RunConfig, beside: Path, harm: str
) -> None:
    file = beside / RUN_FILE
    if harm in ("nothing", "no folder"):
        file.unlink()
    elif harm == "garbage":
        file.write_bytes(b"x")
    elif harm == "later format":
        file.write_bytes(file.read_bytes().replace(rb"\"format\": 1", rb"\"format\": 9"))
    else:
        rewrite(beside, lambda record, _: record.update({"step": -1}))
    if harm == "no folder":
        shutil.rmtree(beside)
    driven = Driven(config)
    driven.do(commands.Step())
    to_open, to_add = refused_both_ways(driven, beside)
    assert to_open == to_add
    driven.do(commands.Start())
    assert (driven.state, driven.step) == (State.FINISHED, LAST)


def test_a_file_that_was_cut_off_is_refused(config: RunConfig, beside: Path) -> None:
    file = beside / RUN_FILE
    file.write_bytes(file.read_bytes()[:-1])
    driven = Driven(config)
    driven.do(commands.Step())
    to_open, to_add = refused_both_ways(driven, beside)
    assert to_open.split("(")[0] == to_add.split("(")[0] == f"{file} is broken or no saved run "


def test_an_untrained_run_is_not_added(config: RunConfig, tmp_path: Path) -> None:
    Driven(config).do(commands.Save(tmp_path / "new"))
    driven = Driven(config)
    (refused,) = only(driven.do(commands.AddSavedRuns((tmp_path / "new",))), events.Refused)
    assert refused.message == f"The run in {tmp_path / 'new'} was not trained yet."
    there = grown(config)
    there.do(commands.Reset(), commands.Save(tmp_path / "tree"))
    assert len(add(driven, tmp_path / "tree").left) == 3


def test_of_several_those_that_can_be_are_added(
    config: RunConfig, beside: Path, tmp_path: Path
) -> None:
    (tmp_path / "empty").mkdir()
    there = grown(config)
    there.do(commands.Save(tmp_path / "tree"))
    branch_files(tmp_path / "tree")[1].unlink()
    driven = Driven(config)
    driven.do(commands.Step())
    told = add(driven, tmp_path / "empty", beside, tmp_path / "tree")
    assert [run.steps for run in told.left] == [15, 25, 31]
    assert told.left_out[0] == f"There is no saved run in {tmp_path / 'empty'}."
    assert told.left_out[1].startswith("Run 1 is left out: ")
    gone = (tmp_path / "empty", tmp_path / "gone")
    (refused,) = only(driven.do(commands.AddSavedRuns(gone)), events.Refused)
    assert refused.message.splitlines() == [f"There is no saved run in {each}." for each in gone]


def test_before_the_first_run_there_is_none_to_lay_it_beside(beside: Path) -> None:
    (refused,) = only(Driven().do(commands.AddSavedRuns((beside,))), events.Refused)
    assert refused.message == "There is no run yet."


def test_a_file_that_goes_is_missed_when_it_is_wanted(
    config: RunConfig, beside: Path, tmp_path: Path
) -> None:
    driven = Driven(config)
    driven.do(commands.Step())
    add(driven, beside)
    shutil.rmtree(beside)
    (refused,) = only(driven.do(commands.GoOnWith(2)), events.Refused)
    assert "is gone" in refused.message
    (event,) = only(driven.do(commands.Save(tmp_path / "session")), events.Saved)
    assert event.left_out[0].startswith("Run 2 is left out: ")
    assert not (tmp_path / "session" / FOLDER).exists()


def test_the_python_file_of_its_network_is_run_only_if_the_user_agrees(
    config: RunConfig, tmp_path: Path
) -> None:
    file = tmp_path / "net.py"
    file.write_text(
        "from torch import nn\n\n"
        "def Net():\n    return nn.Sequential(nn.Flatten(), nn.Linear(784, 10))\n"
    )
    saved(config.with_changes({"model": f"{file}:Net"}), tmp_path / "own")
    file.write_text(file.read_text() + "\n# another line\n")
    driven = Driven(config)
    driven.do(commands.Step())
    add(driven, tmp_path / "own")
    (refused,) = only(driven.do(commands.GoOnWith(2)), events.Refused)
    assert refused.consent == commands.GoOnWith(2, trust_model=True)
    driven.do(refused.consent)
    assert driven.step == 15


def told_of(run: LeftRun) -> tuple[Any, ...]:
    return run.config, run.steps, run.measurements, run.losses.tolist(), run.ledger


def test_a_run_of_before_there_was_a_tree_is_added(config: RunConfig, beside: Path) -> None:
    driven = Driven(config)
    driven.do(commands.Step())
    (whole,) = add(driven, beside).left

    def forget(record: dict[str, Any], _: object) -> None:
        for key in ("origin", "origins", "branches", "failed"):
            del record[key]

    rewrite(beside, forget)
    again = Driven(config)
    again.do(commands.Step())
    (run,) = add(again, beside).left
    assert told_of(run) == told_of(whole)
    assert run.origin == whole.origin
