"""The number of threads: changed in mid-run, and by the watch over their speed."""

import pytest
import torch

from netviz.engine.options.run_config import RunConfig
from netviz.engine.protocol import commands, events
from netviz.engine.session import thread_watch
from netviz.engine.session.preparation import value_of
from netviz.engine.session.session import TrainingSession
from netviz.engine.session.thread_watch import FIRST_WAIT_S, WINDOW_S, ThreadWatch
from netviz.engine.training import devices
from netviz.engine.training.trainer import DeviceData, Trainer
from tests.engine.conftest import CPU
from tests.support import Driven, losses, only


@pytest.fixture
def speeds(monkeypatch: pytest.MonkeyPatch) -> dict[int, float]:
    """How fast a machine is with one thread and with two; tests may change it."""
    speeds = {1: 1.0, 2: 1.5}
    monkeypatch.setattr(
        thread_watch, "passes_per_second", lambda _: speeds[torch.get_num_threads()]
    )
    return speeds


def watched(digits: DeviceData, **values: object) -> tuple[Trainer, ThreadWatch]:
    trainer = Trainer(RunConfig.parse({"hidden": (8,), **values}), digits, CPU)
    trainer.usual_threads = 2
    trainer.use_threads()
    return trainer, ThreadWatch(trainer)


@pytest.mark.usefixtures("speeds")
def test_threads_are_compared_when_training_begins_and_when_it_becomes_slow(
    digits: DeviceData,
) -> None:
    _, watch = watched(digits)
    watch.note(100, WINDOW_S / 2)
    assert not watch.is_due()
    watch.note(100, WINDOW_S / 2)
    assert watch.is_due()
    assert value_of(watch.compare()) is None
    for samples, due in ((200, False), (150, False), (100, True)):
        watch.note(samples * 100, 100 * WINDOW_S)
        assert watch.is_due() is due, samples


@pytest.mark.usefixtures("speeds")
def test_comparing_in_vain_is_tried_ever_more_rarely(digits: DeviceData) -> None:
    _, watch = watched(digits)
    watch.note(10_000, WINDOW_S)
    assert watch.is_due()
    waits = []
    for _ in range(6):
        value_of(watch.compare())
        waited = 0.0
        while not watch.is_due():
            watch.note(1, WINDOW_S)
            waited += WINDOW_S
        waits.append(waited)
    assert waits == [2 * FIRST_WAIT_S, *(FIRST_WAIT_S * 2**n for n in (2, 3, 4)), 160, 160]


def test_one_thread_is_taken_where_it_is_faster_and_given_back(
    digits: DeviceData, speeds: dict[int, float]
) -> None:
    speeds[2] = 0.5
    trainer, watch = watched(digits)
    assert value_of(watch.compare()) == 1
    trainer.apply(trainer.config.with_changes({"threads": 1}))
    watch.note(100, FIRST_WAIT_S)
    assert watch.is_due()
    assert value_of(watch.compare()) is None
    speeds[2] = 1.5
    assert value_of(watch.compare()) == 0


@pytest.mark.parametrize("two", [0.9, 1.1])
def test_a_small_difference_changes_nothing(
    two: float, digits: DeviceData, speeds: dict[int, float]
) -> None:
    speeds[2] = two
    _, watch = watched(digits)
    assert value_of(watch.compare()) is None


def test_a_number_that_the_user_chose_stays(digits: DeviceData, speeds: dict[int, float]) -> None:
    speeds[2] = 0.1
    _, watch = watched(digits, threads=2)
    watch.note(1, WINDOW_S)
    assert not watch.is_due()
    trainer, watch = watched(digits)
    assert value_of(watch.compare()) == 1
    for threads in (2, 1):  # the user's own one thread is not raised either
        trainer.apply(trainer.config.with_changes({"threads": threads}))
        watch.note(1, 1000 * WINDOW_S)
        assert not watch.is_due()


def test_comparing_leaves_the_run_as_it_was(digits: DeviceData) -> None:
    """The bits of what follows are those of a run beside which nothing was compared."""
    values = {
        "model": "layers",
        "layers": ("flatten", "linear 16", "batchnorm", "dropout 0.5"),
        "threads": 0,
    }
    told = []
    for is_watched in (False, True):
        trainer = Trainer(RunConfig.parse(values), digits, CPU)
        trainer.usual_threads = 2
        trainer.use_threads()
        for _ in range(3):
            trainer.train_batch()
        if is_watched:
            value_of(ThreadWatch(trainer).compare())
        assert torch.get_num_threads() == 2
        told.append([float(trainer.train_batch().loss) for _ in range(5)])
    assert told[0] == told[1]


@pytest.fixture
def two_cores(monkeypatch: pytest.MonkeyPatch) -> None:
    """Make every network large enough for two cores."""
    monkeypatch.setattr(devices, "SMALL_WORK", 0)
    monkeypatch.setattr(devices.os, "cpu_count", lambda: 2)


CONFIG = RunConfig(hidden=(16,), epochs=2, device="cpu")


@pytest.mark.usefixtures("two_cores")
def test_a_change_holds_from_the_next_batch_and_goes_back_with_the_run() -> None:
    driven = Driven(CONFIG)
    driven.do(commands.Step(), commands.Change({"threads": 1}))
    assert only(driven.events, events.Prepared)[-1].threads == 2
    assert only(driven.events, events.Changed)[-1].threads == 1
    assert torch.get_num_threads() == 2
    driven.do(commands.Step())
    assert torch.get_num_threads() == 1
    driven.do(commands.Rewind())
    assert only(driven.events, events.Prepared)[-1].threads == torch.get_num_threads() == 2


class Lowered:
    """A session on a machine where one thread is faster, trained until that is found."""

    def __init__(self) -> None:
        self.told: list[events.Event] = []
        self.session = TrainingSession(self.take, may_lower_threads=True)
        self.session.submit(commands.Prepare(CONFIG.with_changes({"epochs": 10_000})))
        self.session.submit(commands.Start())
        self.session.serve()

    def take(self, event: events.Event) -> None:
        self.told.append(event)
        if isinstance(event, events.Changed):
            self.session.submit(commands.RunEpoch())
        elif isinstance(event, events.EpochFinished) and only(self.told, events.Changed):
            self.session.submit(commands.Close())


@pytest.mark.usefixtures("two_cores", "digits")
def test_one_thread_is_a_change_that_the_record_names(
    monkeypatch: pytest.MonkeyPatch, speeds: dict[int, float]
) -> None:
    monkeypatch.setattr(thread_watch, "WINDOW_S", 0.1)
    speeds[2] = 0.1
    told = Lowered().told
    change = only(told, events.Changed)[0]
    (entry,) = change.entries
    assert (entry.option, entry.old, entry.new) == ("threads", 0, 1)
    assert (change.threads, bool(change.reason)) == (1, True)

    again = Driven(CONFIG.with_changes({"epochs": 10_000}))
    again.do(commands.Step(), answer=None)
    for _ in range(entry.step - 1):
        again.do(commands.Step())
    again.do(commands.Change({"threads": 1}), *[commands.Step()] * 20)
    first, second = losses(told), losses(again.events)
    steps = [step for step in second if step in first]
    assert len(steps) > entry.step
    assert [first[step] for step in steps] == [second[step] for step in steps]
