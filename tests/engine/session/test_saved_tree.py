"""The runs that were left are saved with the one at hand, and each goes on bit for bit.

That they do after any commands, and any number of sessions, is held by `test_transitions`.
"""

import shutil
from pathlib import Path
from typing import Any

import pytest
import torch
from PIL import Image

from netviz.engine.options.run_config import RunConfig
from netviz.engine.protocol import commands, events
from netviz.engine.protocol.run_state import State
from netviz.engine.session import left_runs
from netviz.engine.storage.run_file import unpack
from netviz.engine.storage.run_summary import RUN_FILE, summarise
from tests.engine.session.driving import fail_after
from tests.engine.session.trees import (
    branch_files,
    family,
    futures,
    grown,
    left,
    left_out,
    opened,
)
from tests.engine.storage.run_files import rewrite
from tests.support import Driven, Loss, losses, only, when_step

pytestmark = pytest.mark.usefixtures("few_digits", "every_batch_told", "snapshots_at_every_batch")

SETTINGS: dict[str, dict[str, Any]] = {
    "adam": {},
    "dropout": {"model": "layers", "layers": ("flatten", "linear 16", "relu", "dropout 0.5")},
    "augmented": {"augment_shift": 0.1, "augment_noise": 0.1, "optimizer": "sgd", "momentum": 0.9},
    "accumulated": {"accumulate": 3, "schedule": "plateau", "patience": 0},
}


@pytest.fixture
def own_pictures(tmp_path: Path) -> Path:
    """A folder with twenty pictures of two kinds."""
    folder = tmp_path / "pictures"
    for kind in ("dark", "light"):
        (folder / kind).mkdir(parents=True)
        for number in range(10):
            grey = number + 200 * (kind == "light")
            Image.new("L", (8, 8), grey).save(folder / kind / f"{number}.png")
    return folder


TREE = [(1, 0, 0), (2, 1, 12), (3, 2, 20)]


@pytest.mark.parametrize("values", SETTINGS.values(), ids=SETTINGS)
def test_each_run_goes_on_as_in_a_session_that_was_never_closed(
    config: RunConfig, tmp_path: Path, values: dict[str, Any]
) -> None:
    driven = grown(config.with_changes(values))
    driven.do(commands.Save(tmp_path / "run"))
    wanted = futures(driven, [1, 2, 3])
    torch.manual_seed(99)
    again = opened(tmp_path / "run")
    assert family(again) == TREE
    assert (left_out(again), again.step) == ((), 31)
    assert futures(again, [2, 1, 3]) == wanted


def test_what_is_told_of_each_is_what_was_told(config: RunConfig, tmp_path: Path) -> None:
    driven = grown(config)
    driven.do(commands.Save(tmp_path / "run"))
    assert left(opened(tmp_path / "run")) == left(driven)


def test_a_run_that_was_left_for_a_reset_keeps_its_random_numbers(
    config: RunConfig, tmp_path: Path
) -> None:
    driven = Driven(config.with_changes(SETTINGS["dropout"]))
    driven.do(commands.Start(), answer=when_step(13, commands.Pause()))
    driven.do(commands.Reset({"seed": 3}), commands.Step())
    driven.do(commands.Save(tmp_path / "run"))
    wanted = futures(driven, [1])
    assert futures(opened(tmp_path / "run"), [1]) == wanted


def test_an_untrained_run_is_saved_with_those_that_were_left(
    config: RunConfig, tmp_path: Path
) -> None:
    driven = grown(config)
    driven.do(commands.Reset(), commands.Save(tmp_path / "run"))
    again = opened(tmp_path / "run")
    assert (again.step, family(again)) == (0, [*TREE, (4, 0, 0)])


def test_new_runs_get_new_numbers_and_know_their_parents(config: RunConfig, tmp_path: Path) -> None:
    grown(config).do(commands.Save(tmp_path / "run"))
    again = opened(tmp_path / "run")
    again.do(commands.GoBack(5))  # which the three have in common: it is a step of the first
    assert family(again) == [*TREE, (4, 1, 5)]
    again.do(commands.Step(), commands.GoOnWith(2), commands.GoBack(15))
    assert family(again)[-1] == (5, 2, 15)


def test_a_parent_that_is_not_kept_any_more_is_known(
    config: RunConfig, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(left_runs, "MOST", 1)
    grown(config).do(commands.Save(tmp_path / "run"))
    again = opened(tmp_path / "run")
    assert family(again) == TREE[1:]
    again.do(commands.GoBack(5))
    assert family(again)[-1] == (4, 1, 5)


def test_a_run_that_failed_goes_on_where_it_was_good(
    config: RunConfig, loss: Loss, tmp_path: Path
) -> None:
    driven = Driven(config)
    driven.do(commands.Start(), answer=fail_after(30, loss))
    loss.error = None
    run = driven.session.run
    assert run is not None
    good = run.good_step
    assert good
    driven.do(commands.Reset(), commands.Step())
    driven.do(commands.Save(tmp_path / "run"))
    again = opened(tmp_path / "run")
    (failed,) = left(again).values()
    assert (failed.has_failed, failed.steps) == (True, good)
    again.do(commands.GoOnWith(1))
    assert (again.state, again.step) == (State.PAUSED, good)


def test_a_run_that_diverged_is_kept_as_it_was(config: RunConfig, tmp_path: Path) -> None:
    values = {"optimizer": "sgd", "learning_rate": 30.0, "epochs": 6}
    driven = Driven(config.with_changes(values))
    driven.do(commands.Start())
    run = driven.session.run
    assert run is not None
    assert run.divergence
    step = driven.step
    driven.do(commands.Reset({"learning_rate": 0.01}), commands.Step())
    driven.do(commands.Save(tmp_path / "run"))
    assert left(opened(tmp_path / "run"))[1].steps == step


# -- into which files --------------------------------------------------------------------------


def test_a_run_of_before_there_was_a_tree_opens(config: RunConfig, tmp_path: Path) -> None:
    grown(config).do(commands.Save(tmp_path))

    def forget(record: dict[str, Any], _: object) -> None:
        for key in ("origin", "origins", "branches", "failed"):
            del record[key]

    rewrite(tmp_path, forget)
    again = opened(tmp_path)
    assert (family(again), again.step, left_out(again)) == ([(1, 0, 0)], 31, ())


def test_a_branch_file_is_a_run_that_opens_by_itself(config: RunConfig, tmp_path: Path) -> None:
    driven = grown(config)
    driven.do(commands.Save(tmp_path))
    again = opened(branch_files(tmp_path)[1])
    assert (family(again), again.step) == ([(1, 0, 0)], 40)
    told = again.do(commands.Start())
    assert losses(told) == futures(driven, [1])[1]


def test_saved_twice_nothing_is_written_again_but_what_changed(
    config: RunConfig, tmp_path: Path
) -> None:
    driven = grown(config)
    driven.do(commands.Save(tmp_path))
    before = {file.name: file.stat().st_mtime_ns for file in branch_files(tmp_path).values()}
    driven.do(commands.Step(), commands.Save(tmp_path))
    after = {file.name: file.stat().st_mtime_ns for file in branch_files(tmp_path).values()}
    assert before == after
    driven.do(commands.GoOnWith(1), commands.Step(), commands.Save(tmp_path))
    first, *others = branch_files(tmp_path).items()
    assert (first[0], [line for line, _ in others]) == (2, [3])
    assert first[1].name in before
    assert others[0][1].name not in before


def test_an_opened_tree_is_saved_elsewhere_as_it_is(config: RunConfig, tmp_path: Path) -> None:
    driven = grown(config)
    driven.do(commands.Save(tmp_path / "one"))
    again = opened(tmp_path / "one")
    again.do(commands.Save(tmp_path / "two"))
    for line, file in branch_files(tmp_path / "one").items():
        assert branch_files(tmp_path / "two")[line].read_bytes() == file.read_bytes()
    shutil.rmtree(tmp_path / "one")
    wanted = futures(driven, [1, 2, 3])
    assert futures(opened(tmp_path / "two"), [1, 2, 3]) == wanted
    assert futures(again, [1, 2, 3]) == wanted  # which knows the other folder, too


def test_a_folder_can_be_renamed_while_its_run_is_open(config: RunConfig, tmp_path: Path) -> None:
    driven = grown(config)
    driven.do(commands.Save(tmp_path / "run"))
    again = opened(tmp_path / "run", Driven(None, tmp_path / "autosaves"))
    again.do(commands.Step())
    again.do(commands.Close())  # which waits for the autosave
    (tmp_path / "run").rename(tmp_path / "moved")
    (kept,) = (tmp_path / "autosaves").iterdir()
    wanted = futures(driven, [1, 2])
    assert futures(opened(tmp_path / "moved"), [1, 2]) == wanted
    assert futures(opened(kept), [1, 2]) == wanted


def test_what_is_not_kept_any_more_goes_with_the_next_save(
    config: RunConfig, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    driven = grown(config)
    driven.do(commands.Save(tmp_path))
    mine = tmp_path / "branches" / "notes.txt"
    mine.write_text("mine", encoding="utf-8")
    monkeypatch.setattr(left_runs, "MOST", 1)
    driven.do(commands.Reset(), commands.Save(tmp_path))
    assert summarise(tmp_path).branches == 1
    assert {file.name for file in (tmp_path / "branches").iterdir()} == {
        mine.name,
        *(name for name in unpack(tmp_path).tree.branches.values()),
    }


def test_another_run_saved_in_the_folder_takes_the_place_of_the_whole_tree(
    config: RunConfig, tmp_path: Path
) -> None:
    grown(config).do(commands.Save(tmp_path))
    Driven(config).do(commands.Step(), commands.Save(tmp_path))
    assert not (tmp_path / "branches").exists()
    assert family(opened(tmp_path)) == [(1, 0, 0)]


# -- what can be missing -----------------------------------------------------------------------


@pytest.mark.parametrize("harm", ["gone", "cut off", "garbage", "later format"])
def test_a_branch_that_cannot_be_read_is_told_and_the_rest_opens(
    config: RunConfig, tmp_path: Path, harm: str
) -> None:
    driven = grown(config)
    driven.do(commands.Save(tmp_path))
    file = branch_files(tmp_path)[1]
    content = file.read_bytes()
    if harm == "gone":
        file.unlink()
    else:
        later = content.replace(rb"\"format\": 1", rb"\"format\": 9")
        file.write_bytes({"cut off": content[:-1], "garbage": b"x"}.get(harm, later))
    again = opened(tmp_path)
    (sentence,) = left_out(again)
    assert sentence.startswith("Run 1 is left out: ")
    assert str(file) in sentence
    assert family(again) == TREE[1:]
    assert futures(again, [2]) == futures(driven, [2])
    # It stays for whoever can read it, and its number is not given away.
    again.do(commands.Save(tmp_path), commands.GoBack(5))
    assert file.exists() == (harm != "gone")
    assert left_out(opened(tmp_path)) == ()
    assert family(again)[-1] == (4, 1, 5)


def test_a_branch_that_goes_while_the_run_is_open_harms_nothing(
    config: RunConfig, tmp_path: Path
) -> None:
    grown(config).do(commands.Save(tmp_path / "run"))
    again = opened(tmp_path / "run")
    shutil.rmtree(tmp_path / "run" / "branches")

    def ask(event: events.Event) -> commands.Command | None:
        return commands.GoOnWith(1) if getattr(event, "step", 0) == 33 else None

    told = again.do(commands.Start(), answer=ask)
    assert only(told, events.Refused)[0].message.startswith("The file of run 1 is gone: ")
    assert again.state is State.FINISHED
    (saved,) = only(again.do(commands.Save(tmp_path / "other")), events.Saved)
    assert [sentence.split(":")[0] for sentence in saved.left_out] == [
        "Run 1 is left out",
        "Run 2 is left out",
    ]
    assert left_out(opened(tmp_path / "other")) == ()


def test_what_does_not_fit_is_refused_when_it_is_gone_on_with(
    config: RunConfig, tmp_path: Path
) -> None:
    grown(config).do(commands.Save(tmp_path))
    file = branch_files(tmp_path)[1]
    (tmp_path / "other").mkdir()
    file.rename(tmp_path / "other" / RUN_FILE)

    def harm(_: object, tensors: dict[str, torch.Tensor]) -> None:
        tensors["model/1.weight"] = torch.zeros(3, 3)

    rewrite(tmp_path / "other", harm)
    (tmp_path / "other" / RUN_FILE).rename(file)
    again = opened(tmp_path)
    assert left_out(again) == ()
    (refused,) = only(again.do(commands.GoOnWith(1)), events.Refused)
    assert "does not fit" in refused.message
    again.do(commands.Start())
    assert (again.state, sorted(left(again))) == (State.FINISHED, [1, 2])


@pytest.mark.parametrize("key", ["origin", "origins", "branches", "failed"])
def test_a_tree_that_was_changed_by_hand_is_refused(
    config: RunConfig, tmp_path: Path, key: str
) -> None:
    grown(config).do(commands.Save(tmp_path))
    harmed = {
        "origin": [{"line": 2, "parent": 3, "step": 5}, {"line": 99, "parent": 0, "step": 0}, 7],
        "origins": [[], [{"line": 1, "parent": 0, "step": 0}] * 3, {}],
        "branches": [[{"line": 1, "file": "../../run-1-0123456789ab.safetensors"}], ["x"]],
        "failed": ["maybe"],
    }
    for value in harmed[key]:
        shutil.copytree(tmp_path, tmp_path / "copy")
        rewrite(tmp_path / "copy", lambda record, _, value=value: record.update({key: value}))
        (refused,) = only(Driven().do(commands.Open(tmp_path / "copy")), events.Refused)
        assert "is broken" in refused.message
        shutil.rmtree(tmp_path / "copy")


# -- beside other runs -------------------------------------------------------------------------


def test_a_tree_opened_beside_other_runs_is_numbered_after_them(
    config: RunConfig, tmp_path: Path
) -> None:
    driven = grown(config)
    driven.do(commands.Save(tmp_path))
    wanted = futures(driven, [1, 2])
    other = Driven(config)
    other.do(commands.Step(), commands.Reset({"seed": 5}), commands.Step())
    opened(tmp_path, other)
    assert family(other) == [(1, 0, 0), (2, 0, 0), (3, 0, 0), (4, 3, 12), (5, 4, 20)]
    assert futures(other, [3, 4]) == {3: wanted[1], 4: wanted[2]}


def test_what_is_here_already_does_not_come_twice(config: RunConfig, tmp_path: Path) -> None:
    driven = grown(config)
    driven.do(commands.Save(tmp_path), commands.Step())
    opened(tmp_path, driven)
    assert family(driven) == [*TREE, (4, 2, 20)]
    opened(tmp_path, driven)
    assert family(driven) == [*TREE, (4, 2, 20), (5, 2, 20)]


def test_going_on_with_a_saved_run_can_be_taken_back(config: RunConfig, tmp_path: Path) -> None:
    grown(config).do(commands.Save(tmp_path))
    again = opened(tmp_path)
    (refused,) = only(again.do(commands.BringBack()), events.Refused)
    assert refused.message == "There is no run to bring back."
    (prepared,) = only(again.do(commands.GoOnWith(1)), events.Prepared)
    assert (prepared.origin.line, prepared.step, prepared.replaced_step) == (1, 40, 31)
    (back,) = only(again.do(commands.BringBack()), events.Prepared)
    assert (back.origin.line, back.step, back.is_back) == (3, 31, True)
    assert sorted(left(again)) == [1, 2]


def test_a_run_on_other_data_is_loaded_when_it_is_gone_on_with(
    config: RunConfig, tmp_path: Path, own_pictures: Path
) -> None:
    driven = Driven(config)
    driven.do(commands.Start(), answer=when_step(15, commands.Pause()))
    driven.do(commands.Reset({"model": "cnn", "dataset": f"folder:{own_pictures}"}))
    driven.do(commands.Step())
    driven.do(commands.Save(tmp_path / "run"))
    wanted = futures(driven, [1, 2])
    assert futures(opened(tmp_path / "run"), [1, 2]) == wanted


def test_the_python_file_of_a_run_that_was_left_is_run_only_if_the_user_agrees(
    config: RunConfig, tmp_path: Path
) -> None:
    file = tmp_path / "net.py"
    file.write_text(
        "from torch import nn\n\n"
        "def Net():\n    return nn.Sequential(nn.Flatten(), nn.Linear(784, 10))\n"
    )
    driven = Driven(config.with_changes({"model": f"{file}:Net"}))
    driven.do(commands.Start(), answer=when_step(15, commands.Pause()))
    driven.do(commands.Reset({"model": "mlp"}), commands.Step())
    driven.do(commands.Save(tmp_path / "run"))
    file.write_text(file.read_text() + "\n# another line\n")
    again = opened(tmp_path / "run")
    (refused,) = only(again.do(commands.GoOnWith(1)), events.Refused)
    assert refused.consent == commands.GoOnWith(1, trust_model=True)
    again.do(commands.Step())
    assert again.step == 2
    told = again.do(refused.consent, commands.Start())
    assert (again.state, again.step) == (State.FINISHED, 60)
    assert only(told, events.Prepared)[0].origin.line == 1


def test_a_deleted_run_keeps_its_file_as_long_as_it_can_be_restored(
    config: RunConfig, tmp_path: Path
) -> None:
    driven = grown(config)
    driven.do(commands.Save(tmp_path))
    again = opened(tmp_path)
    again.do(commands.DeleteRuns((1,)), commands.Save(tmp_path))
    assert summarise(tmp_path).branches == 1
    again.do(commands.RestoreRuns((1,)), commands.Save(tmp_path))
    assert futures(opened(tmp_path), [1]) == futures(driven, [1])
    again.do(commands.DeleteRuns((1,)), commands.Save(tmp_path))
    again.do(commands.GoBack(25))  # after which it is gone for good
    again.do(commands.Save(tmp_path))
    assert sorted(branch_files(tmp_path)) == [2, 3]


def test_names_come_back(config: RunConfig, tmp_path: Path) -> None:
    driven = grown(config)
    driven.do(commands.RenameRun(1, "the first"), commands.RenameRun(3, "mine"))
    driven.do(commands.Save(tmp_path))
    again = opened(tmp_path)
    assert (left(again)[1].origin.name, left(again)[2].origin.name) == ("the first", "")
    assert only(again.events, events.Prepared)[-1].origin.name == "mine"
    again.do(commands.RenameRun(1, "another"), commands.Save(tmp_path))
    assert left(opened(tmp_path))[1].origin.name == "another"
