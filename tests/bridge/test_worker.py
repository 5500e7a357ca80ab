"""The training thread: serves from its start to `close`, and tells of its own death."""

import sys
from collections.abc import Iterator
from typing import Any

import pytest
from pytestqt.qtbot import QtBot

from netviz.bridge.worker import SWITCH_INTERVAL_S, TrainingThread
from netviz.engine.options.run_config import RunConfig
from netviz.engine.protocol import commands, events
from netviz.engine.session.session import TrainingSession

CONFIG = RunConfig(hidden=(8,), epochs=10_000, device="cpu", threads=1)


@pytest.fixture
def thread(qtbot: QtBot) -> Iterator[TrainingThread]:
    thread = TrainingThread()
    yield thread
    assert thread.close()


def wait_for(qtbot: QtBot, thread: TrainingThread, kind: type[Any]) -> Any:
    """Collect until an event of `kind` is there, and return it."""
    found: list[Any] = []

    def arrived() -> bool:
        found.extend(event for event in thread.mailbox.collect() if isinstance(event, kind))
        return bool(found)

    qtbot.waitUntil(arrived, timeout=30_000)
    return found[0]


def test_what_is_asked_before_the_start_is_answered_after_it(
    qtbot: QtBot, thread: TrainingThread
) -> None:
    thread.submit(commands.Prepare(CONFIG))
    assert thread.mailbox.collect() == []
    thread.start()
    assert wait_for(qtbot, thread, events.Prepared).config == CONFIG


def test_arrival_is_told_once_for_all_that_can_wait(qtbot: QtBot, thread: TrainingThread) -> None:
    told: list[bool] = []
    thread.events_arrived.connect(lambda: told.append(thread.mailbox.is_urgent))
    thread.submit(commands.Prepare(CONFIG.with_changes({"epochs": 10_000})))
    thread.start()
    wait_for(qtbot, thread, events.Prepared)
    thread.submit(commands.Start())
    wait_for(qtbot, thread, events.StateChanged)
    qtbot.waitUntil(lambda: not thread.mailbox.collect())
    told.clear()
    qtbot.waitUntil(
        lambda: sum(map(is_epoch, thread.mailbox.waiting)) > 2 and bool(told), timeout=30_000
    )
    assert told == [False]
    with qtbot.waitSignal(thread.events_arrived, check_params_cb=lambda: thread.mailbox.is_urgent):
        thread.submit(commands.Pause())


def is_epoch(event: object) -> bool:
    return isinstance(event, events.EpochFinished)


def test_the_training_waits_for_the_window_no_longer_than_a_batch_takes(
    qtbot: QtBot, thread: TrainingThread
) -> None:
    usual = sys.getswitchinterval()
    try:
        thread.start()
        assert thread.close()
        assert sys.getswitchinterval() == pytest.approx(SWITCH_INTERVAL_S)
    finally:
        sys.setswitchinterval(usual)


def test_it_closes_in_the_middle_of_training(qtbot: QtBot, thread: TrainingThread) -> None:
    thread.submit(commands.Prepare(CONFIG))
    thread.submit(commands.Start())
    thread.start()
    wait_for(qtbot, thread, events.Progress)
    assert thread.isRunning()
    assert thread.close()
    assert thread.isFinished()


def test_it_closes_while_it_waits(qtbot: QtBot, thread: TrainingThread) -> None:
    thread.start()
    assert thread.close()
    assert thread.isFinished()


def test_it_closes_where_it_never_began(thread: TrainingThread) -> None:
    assert thread.close()
    assert not thread.isFinished()


def test_its_own_death_is_told(
    qtbot: QtBot, thread: TrainingThread, monkeypatch: pytest.MonkeyPatch
) -> None:
    def die(_: TrainingSession) -> None:
        raise MemoryError("no room")

    monkeypatch.setattr(TrainingSession, "serve", die)
    with qtbot.waitSignals([thread.events_arrived, thread.finished]):
        thread.start()
    (failed,) = thread.mailbox.collect()
    assert isinstance(failed, events.Failed)
    assert (failed.run, failed.step, failed.rewind_step) == (0, 0, None)
    assert failed.message == "The training thread ended: MemoryError: no room."
    assert failed.hint
    assert "Traceback" in failed.details
