"""States along the way on the disk of a session: any step is reached from them as from memory."""

import errno
import gc
import os
from pathlib import Path
from typing import Any, BinaryIO

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from netviz.engine.options.run_config import RunConfig
from netviz.engine.protocol import commands, events
from netviz.engine.protocol.commands import KeepStates
from netviz.engine.protocol.run_state import State
from netviz.engine.protocol.state_budget import MB, StateBudget
from netviz.engine.storage import state_folder
from netviz.engine.storage.run_file import unpack
from netviz.engine.storage.tensor_parts import write_parts
from tests.engine.session.driving import fail_after
from tests.engine.session.first_runs import FirstRun, assert_no_difference, reached, run_of
from tests.engine.session.test_going_back import MIXED, NETWORKS, Keeping, keeping
from tests.support import Driven, Loss, only

__all__ = ["keeping"]
pytestmark = pytest.mark.usefixtures("few_digits", "every_batch_told")

COUNT = int(os.environ.get("NETVIZ_RANDOM_RUNS", "5"))
STEPS_OF_EACH = 10
ON_DISK = KeepStates(StateBudget(0, 1000 * MB))
"""No memory for any but the newest."""


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """Folder of the states of all processes."""
    return tmp_path / "states"


def files(root: Path) -> list[Path]:
    return sorted(root.glob("*/*.state"))


def size_of(found: list[Path]) -> int:
    return sum(file.stat().st_size for file in found)


def on_disk(driven: Driven) -> list[int]:
    """Steps of the run at hand whose states are in files."""
    return [state.step for state in run_of(driven).states if state.files]


def session(config: RunConfig, root: Path, budget: KeepStates = ON_DISK) -> Driven:
    driven = Driven(states=root)
    driven.do(budget, commands.Prepare(config))
    return driven


# -- what is reached -----------------------------------------------------------------------------


@settings(
    max_examples=COUNT, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(
    network=st.sampled_from(NETWORKS),
    optimizer=st.sampled_from(("sgd", "adam", "rmsprop", "adamw", "nadam", "radam")),
    momentum=st.sampled_from((0.0, 0.9)),
    every=st.sampled_from((1, 7)),
    parts=st.lists(st.floats(0, 0.999), min_size=STEPS_OF_EACH, max_size=STEPS_OF_EACH),
)
def test_any_step_is_reached_from_the_disk_and_what_follows_is_the_same(
    network: dict[str, Any],
    optimizer: str,
    momentum: float,
    every: int,
    parts: list[float],
    config: RunConfig,
    keeping: Keeping,
    root: Path,
) -> None:
    keeping.every = every
    config = config.with_changes({**network, "optimizer": optimizer, "momentum": momentum})
    run = FirstRun(config, MIXED, ON_DISK, states=root)
    assert on_disk(run.driven) == list(run_of(run.driven).states.steps[:-1])
    for part in parts:
        run.go_back(int(part * run.last))
        run.go_on()
    run.driven.do(commands.Close())
    assert list(root.iterdir()) == []


def test_a_look_at_a_step_on_the_disk_shows_it_and_leaves_the_present_as_it_is(
    config: RunConfig, root: Path
) -> None:
    driven = session(config, root)
    driven.do(commands.Start())
    run = run_of(driven)
    before = reached(run)
    steps = on_disk(driven)
    for step in steps:
        told = driven.do(commands.LookBack(step, run.number, 1))
        assert [each.step for each in only(told, events.LookedBack)] == [step]
    assert len(steps) > 3
    assert on_disk(driven) == steps
    assert_no_difference(reached(run), before)


def test_a_run_that_failed_goes_back_to_its_last_good_state_on_the_disk(
    config: RunConfig, loss: Loss, root: Path, tmp_path: Path
) -> None:
    driven = session(config, root)
    driven.do(commands.Start(), answer=fail_after(33, loss))
    loss.error = None
    assert driven.state is State.FAILED
    good = run_of(driven).good_step
    driven.do(commands.Save(tmp_path / "run"))
    assert unpack(tmp_path / "run").snapshot.step == good
    driven.do(commands.Rewind())
    assert driven.step == good
    driven.do(commands.Start())
    assert driven.state is State.FINISHED


def test_the_runs_of_a_race_have_each_a_part_of_memory_and_disk(
    config: RunConfig, root: Path
) -> None:
    driven = session(config, root, KeepStates(StateBudget(0, 3 * MB)))
    rates = ({"learning_rate": 0.01}, {"learning_rate": 0.02}, {"learning_rate": 0.03})
    driven.do(commands.Race(rates), commands.Start())
    assert size_of(files(root)) <= 3 * MB
    for line in (2, 3, 1):
        driven.do(commands.ShowLane(line))
        assert run_of(driven).states.disk_size <= MB
        assert on_disk(driven)
        driven.do(commands.GoBack(23)) if line == 1 else None
    assert driven.step == 23


# -- how much ------------------------------------------------------------------------------------


def test_without_a_disk_nothing_is_ever_written(config: RunConfig, root: Path) -> None:
    driven = session(config, root, KeepStates(StateBudget(0, 0)))
    for wish in (commands.Start(), commands.GoBack(20), commands.Start(), commands.Close()):
        driven.do(wish)
    assert not root.exists()


def test_without_a_folder_nothing_is_written(config: RunConfig) -> None:
    driven = Driven(config)
    driven.do(ON_DISK, commands.Start())
    assert on_disk(driven) == []
    assert len(run_of(driven).states.steps) <= 3


def test_another_budget_holds_at_once_for_the_run_at_hand(config: RunConfig, root: Path) -> None:
    driven = session(config, root, KeepStates(StateBudget()))
    driven.do(commands.Start())
    run, steps = run_of(driven), run_of(driven).states.steps
    before = reached(run)
    assert (on_disk(driven), files(root)) == ([], [])
    driven.do(ON_DISK)
    assert on_disk(driven) == list(steps[:-1])
    assert run.states.disk_size == size_of(files(root))
    driven.do(KeepStates(StateBudget(0, MB // 2)))
    assert 0 < size_of(files(root)) <= MB // 2
    driven.do(KeepStates(StateBudget(0, 0)))
    assert files(root) == []
    assert (run.states.steps[0], run.states.steps[-1]) == (0, steps[-1])
    assert_no_difference(reached(run), before)
    driven.do(commands.GoBack(11))
    assert driven.step == 11


def test_the_files_of_all_runs_together_stay_within_the_budget(
    config: RunConfig, root: Path
) -> None:
    driven = session(config, root, KeepStates(StateBudget(0, 2 * MB)))
    driven.do(commands.Start())
    first = run_of(driven)
    assert on_disk(driven)
    for step in (50, 31, 17, 12, 3):
        driven.do(commands.GoBack(step))
        driven.do(commands.Start())
        assert size_of(files(root)) <= 2 * MB
        assert len(on_disk(driven)) > 3
    # Those that were left made room; each step of theirs can still be reached.
    assert len(first.states.steps) < len(run_of(driven).states.steps)
    driven.do(commands.GoOnWith(1), commands.GoBack(29))
    assert driven.step == 29


def test_the_files_of_a_run_go_with_it(config: RunConfig, root: Path) -> None:
    driven = session(config, root)
    driven.do(commands.Start())
    left = files(root)
    assert left
    driven.do(commands.Reset())
    driven.do(commands.Step())
    assert set(left) <= set(files(root))
    driven.do(commands.DeleteRuns((1,)), commands.Reset())
    gc.collect()
    assert not set(left) & set(files(root))


def test_a_run_and_its_branch_share_the_files_of_their_past(config: RunConfig, root: Path) -> None:
    driven = session(config, root)
    driven.do(commands.Start())
    before = files(root)
    driven.do(commands.GoBack(40))
    assert set(files(root)) == set(before)
    assert set(on_disk(driven)) == {step for step in on_disk(driven) if step <= 40}


# -- where there is no room ----------------------------------------------------------------------


def test_a_disk_that_is_full_is_no_error_and_said_once(
    config: RunConfig, root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(value: Any, stream: BinaryIO, like: Any = None) -> Any:
        stream.write(b"half of it")
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(state_folder, "write_parts", full)
    run = FirstRun(config, {}, KeepStates(StateBudget(MB, MB)), states=root)
    (told,) = only(run.driven.events, events.StatesNotWritten)
    assert told.message.endswith("No space left on device.")
    assert "memory only" in told.hint
    assert files(root) == []
    assert run.driven.state is State.FINISHED
    assert len(run.run.states.steps) > 3
    run.go_back(37)
    run.go_on()
    assert len(only(run.driven.events, events.StatesNotWritten)) == 1
    monkeypatch.setattr(state_folder, "write_parts", write_parts)
    run.driven.do(ON_DISK)  # tried again
    assert on_disk(run.driven)


def test_where_the_files_are_taken_away_the_steps_are_reached_from_what_is_left(
    config: RunConfig, root: Path
) -> None:
    run = FirstRun(config, {}, KeepStates(StateBudget(MB, 1000 * MB)), states=root)
    assert on_disk(run.driven)
    for file in files(root):
        file.unlink()
    for step in (50, 23, 1):
        run.go_back(step)
        run.go_on()
