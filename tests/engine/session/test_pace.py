"""A pace slows training down, and nothing else."""

from queue import SimpleQueue
from typing import Any

import pytest

from netviz.engine.options.run_config import RunConfig
from netviz.engine.protocol import commands, events
from netviz.engine.protocol.commands import Command
from netviz.engine.protocol.events import Event
from netviz.engine.protocol.run_state import State
from netviz.engine.session.session import TrainingSession
from tests.engine.session.driving import EPOCH
from tests.support import Driven, only, when_step

pytestmark = pytest.mark.usefixtures("few_digits", "every_batch_told")


class FakeClock:
    """Time that passes only while somebody waits, and a thousandth of a second at each look."""

    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        self.now += 1e-3
        return self.now


class FakeInbox(SimpleQueue):  # type: ignore[type-arg]
    """Waits by the fake clock, and is closed when it is empty.

    Hands out `late`, if there is one, in the middle of the first wait for the pace.
    """

    def __init__(self, clock: FakeClock, late: Command | None = None) -> None:
        super().__init__()
        self.clock, self.late = clock, [late] if late else []

    def get(self, block: bool = True, timeout: float | None = None) -> Any:
        if timeout is None:
            return super().get() if not self.empty() else commands.Close()
        if self.late:
            self.clock.now += timeout / 2
            return self.late.pop()
        self.clock.now += timeout
        return super().get_nowait()


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> FakeClock:
    clock = FakeClock()
    for module in ("session", "training_loop", "batch_meter"):
        monkeypatch.setattr(f"netviz.engine.session.{module}.perf_counter", clock)
    # What is measured of the network takes no training time: it has to go by the same clock.
    monkeypatch.setattr("netviz.engine.observatory.probe_runner.perf_counter", clock)
    return clock


def serve(inbox: FakeInbox, *wishes: Command) -> list[Event]:
    told: list[Event] = []
    session = TrainingSession(told.append, inbox)
    for wish in wishes:
        session.submit(wish)
    session.serve()
    return told


def test_the_pace_holds_the_run_back(config: RunConfig, clock: FakeClock) -> None:
    wishes = commands.Prepare(config), commands.SetPace(1), commands.RunEpoch()
    serve(FakeInbox(clock), *wishes)
    assert clock.now > EPOCH - 1


def test_the_pace_holds_no_reset_back(config: RunConfig) -> None:
    driven = Driven(config)
    # Were it waited for, the next batch would be an hour away.
    driven.do(commands.SetPace(1 / 3600), commands.Start(), answer=when_step(1, commands.Reset()))
    assert (driven.state, driven.step) == (State.IDLE, 0)


@pytest.mark.parametrize("faster", [None, 1e6])
def test_a_faster_pace_holds_at_once(config: RunConfig, faster: float | None) -> None:
    driven = Driven(config)
    # Were the old one waited for, the next batch would be an hour away.
    slow, fast = commands.SetPace(1 / 3600), commands.SetPace(faster)
    driven.do(slow, commands.Start(), answer=when_step(1, fast))
    assert driven.state is State.FINISHED


@pytest.mark.parametrize(
    "command",
    [
        commands.Step(),
        commands.RunEpoch(),
        commands.Change({"learning_rate": 0.1}),
    ],
)
def test_the_speed_is_correct_after_a_command_during_the_wait_for_the_pace(
    command: Command, config: RunConfig, clock: FakeClock
) -> None:
    wishes = commands.Prepare(config), commands.SetPace(1), commands.Start()
    told = serve(FakeInbox(clock, late=command), *wishes)
    speeds = [progress.samples_per_second for progress in only(told, events.Progress)]
    assert len(speeds) > 1
    assert max(speeds) <= 10 / 1e-3
