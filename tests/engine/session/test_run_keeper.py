"""When a run is autosaved, and when not: by a clock and into a folder of the test's own."""

import threading
from collections.abc import Callable
from itertools import pairwise
from pathlib import Path

import pytest

from netviz.engine.errors import StorageError
from netviz.engine.options.run_config import RunConfig
from netviz.engine.protocol import commands, events
from netviz.engine.protocol.events import Event
from netviz.engine.protocol.run_state import Measurement
from netviz.engine.run.run import Run
from netviz.engine.session import run_keeper
from netviz.engine.session.run_keeper import RunKeeper
from netviz.engine.storage.autosave import ChosenFolder
from netviz.engine.storage.branch_files import NO_BRANCHES, Branches
from netviz.engine.training.trainer import DeviceData, Trainer
from tests.engine.conftest import CPU
from tests.support import only, wait_for_autosave

UNTRAINED = Measurement(0, 0, 2.3, 0.1, 2.3, 0.1, 0.0, 0.0)


class Clock:
    """Time that passes only when it is told to."""

    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now


class Folder(ChosenFolder):
    """Counts what is written into it."""

    def __init__(self, path: Path) -> None:
        super().__init__(path)
        self.written = 0
        self.is_ended = False
        self.before_writing: Callable[[], object] = lambda: None

    def write(self, content: bytes, branches: Branches = NO_BRANCHES) -> None:
        self.before_writing()
        assert content
        self.written += 1

    def end(self) -> None:
        self.is_ended = True


class Kept:
    """A run and its keeper, with all that the keeper does."""

    def __init__(self, config: RunConfig, digits: DeviceData, path: Path, clock: Clock) -> None:
        self.clock = clock
        self.run = Run(1, Trainer(config, digits, CPU), UNTRAINED)
        self.folder = Folder(path)
        self.told: list[Event] = []
        self.keeper = RunKeeper(self.told.append, self.folder)

    def train(self, seconds: float = 0.0) -> None:
        self.run.trainer.train_batch()
        self.clock.now += seconds

    def moments(self, seconds: float, step_s: float = 0.25) -> list[float]:
        """Train so long, and return when the run was autosaved meanwhile."""
        found: list[float] = []
        end = self.clock.now + seconds
        while self.clock.now < end:
            self.train(step_s)
            at, before = self.clock.now, self.folder.written
            took = self.keeper.autosave_if_due(self.run)
            assert took == self.clock.now - at
            wait_for_autosave()
            found += [at] * (self.folder.written - before)
        return found


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    clock = Clock()
    monkeypatch.setattr(run_keeper, "perf_counter", clock)
    return clock


@pytest.fixture
def kept(config: RunConfig, digits: DeviceData, tmp_path: Path, clock: Clock) -> Kept:
    return Kept(config, digits, tmp_path / "run", clock)


def test_a_young_run_is_kept_soon_and_each_interval_is_twice_the_one_before(kept: Kept) -> None:
    assert kept.moments(20) == [1, 3, 7, 12, 17]


@pytest.mark.parametrize(("cost_s", "interval_s"), [(0.02, 5), (0.0625, 6.25), (0.5, 9)])
def test_what_takes_long_to_copy_is_kept_less_often_but_often_enough(
    kept: Kept, cost_s: float, interval_s: float, monkeypatch: pytest.MonkeyPatch
) -> None:
    kept.moments(12)

    def slowly(_: object) -> bytes:
        kept.clock.now += cost_s
        return b"packed"

    monkeypatch.setattr(run_keeper, "pack", slowly)
    _, *moments = kept.moments(40)
    gaps = [later - earlier for earlier, later in pairwise(moments)]
    assert gaps
    assert all(interval_s <= gap <= interval_s + 0.25 + cost_s for gap in gaps)


def test_nothing_is_kept_twice_nor_of_an_untrained_run(kept: Kept) -> None:
    kept.keeper.autosave(kept.run)
    kept.clock.now += 100
    kept.keeper.autosave_if_due(kept.run)
    wait_for_autosave()
    assert kept.folder.written == 0
    kept.train()
    for _ in range(3):
        kept.clock.now += 100
        kept.keeper.autosave_if_due(kept.run)
        kept.keeper.autosave(kept.run)
    wait_for_autosave()
    assert kept.folder.written == 1


def test_training_does_not_wait_for_an_autosave_that_is_being_written(kept: Kept) -> None:
    may_go_on = threading.Event()
    kept.folder.before_writing = may_go_on.wait
    for _ in range(3):
        kept.train(100)
        kept.keeper.autosave_if_due(kept.run)
    may_go_on.set()
    wait_for_autosave()
    assert kept.folder.written == 1
    assert kept.moments(0.5) == [pytest.approx(kept.clock.now, abs=0.5)]


def test_a_run_that_is_held_is_kept_after_what_is_being_written(
    kept: Kept, monkeypatch: pytest.MonkeyPatch
) -> None:
    may_go_on, inside, most = threading.Event(), [0], [0]

    class Writer(threading.Thread):
        def join(self, timeout: float | None = None) -> None:
            may_go_on.set()
            super().join(timeout)

    def enter() -> None:
        inside[0] += 1
        most[0] = max(most[0], inside[0])
        may_go_on.wait()
        inside[0] -= 1

    monkeypatch.setattr(run_keeper, "Thread", Writer)
    kept.folder.before_writing = enter
    for _ in range(2):
        kept.train(100)
        kept.keeper.autosave(kept.run)
    may_go_on.set()
    wait_for_autosave()
    assert (kept.folder.written, most) == (2, [1])


def test_what_goes_wrong_is_told_once_until_it_goes_well_again(kept: Kept) -> None:
    def fail() -> None:
        raise StorageError("The disk is full.", "Make room.")

    for is_full in (True, False, True):
        kept.folder.before_writing = fail if is_full else lambda: None
        kept.moments(30)
    assert kept.told == [events.AutosaveFailed(1, "The disk is full.", "Make room.")] * 2


@pytest.mark.parametrize("is_sound", [True, False])
def test_the_last_autosave_is_whole_before_the_folder_is_left(kept: Kept, is_sound: bool) -> None:
    seen: list[bool] = []
    kept.folder.before_writing = lambda: seen.append(kept.folder.is_ended)
    kept.train()
    kept.keeper.close(kept.run, is_sound=is_sound)
    assert kept.folder.is_ended
    assert kept.folder.written == is_sound
    assert not any(seen)


@pytest.mark.parametrize("place", ["run", "elsewhere"])
def test_a_run_that_was_saved_into_the_folder_is_not_autosaved_again(
    kept: Kept, tmp_path: Path, place: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    kept.train()
    kept.keeper.save(kept.run, commands.Save(Path(place)), is_sound=True)
    kept.keeper.autosave(kept.run)
    wait_for_autosave()
    assert kept.folder.written == (place == "elsewhere")
    assert only(kept.told, events.Saved) == [events.Saved(1, Path(place))]
