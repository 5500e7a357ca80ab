"""How many batches are trained at a time, whatever the time between two reports is."""

import pytest

from netviz.engine.options.run_config import RunConfig
from netviz.engine.protocol import commands, events
from netviz.engine.protocol.run_state import State
from netviz.engine.session import batch_meter
from tests.engine.session.driving import EPOCH, LAST, reference
from tests.support import Driven, Loss, losses, only

pytestmark = pytest.mark.usefixtures("few_digits")

INTERVALS = pytest.mark.parametrize("interval_s", [0.0, 1e9])


@pytest.fixture(autouse=True)
def reports(monkeypatch: pytest.MonkeyPatch, interval_s: float) -> None:
    monkeypatch.setattr(batch_meter, "REPORT_INTERVAL_S", interval_s)


def reported(told: list[events.Event]) -> list[int]:
    """How many batches each report is of."""
    return [len(progress.steps) for progress in only(told, events.Progress)]


@INTERVALS
def test_one_batch_is_one_batch_and_one_epoch_one_epoch(config: RunConfig) -> None:
    driven = Driven(config)
    driven.do(commands.Step())
    assert (driven.state, driven.step) == (State.PAUSED, 1)
    driven.do(commands.RunEpoch())
    assert (driven.state, driven.step) == (State.PAUSED, EPOCH)
    driven.do(commands.Step(), commands.Step())
    assert (driven.state, driven.step) == (State.PAUSED, EPOCH + 2)
    driven.do(commands.Start())
    assert (driven.state, driven.step) == (State.FINISHED, LAST)
    assert losses(driven.events) == reference(config)


@INTERVALS
@pytest.mark.parametrize("wish", [commands.Pause(), commands.Stop(), commands.Reset()])
def test_a_command_is_obeyed_after_the_batch_in_which_it_came(
    config: RunConfig, loss: Loss, wish: commands.Command
) -> None:
    driven = Driven(config)
    trained: list[int] = []

    def ask_in_the_seventh() -> None:
        trained.append(len(trained) + 1)
        if trained[-1] == 7:
            driven.session.submit(wish)

    loss.on_training = ask_in_the_seventh
    told = driven.do(commands.Start())
    assert trained == list(losses(told)) == [1, 2, 3, 4, 5, 6, 7]


@pytest.mark.parametrize("interval_s", [1e9])
@pytest.mark.parametrize(("wish", "more"), [(commands.Step(), 1), (commands.RunEpoch(), EPOCH - 7)])
def test_what_was_trained_before_another_goal_is_reported_before_it(
    config: RunConfig, loss: Loss, wish: commands.Command, more: int
) -> None:
    driven = Driven(config)
    trained: list[commands.Command | None] = [None] * 6 + [wish] + [None] * LAST
    loss.on_training = lambda: (wish := trained.pop(0)) and driven.session.submit(wish)
    assert reported(driven.do(commands.Start())) == [7, more]


@INTERVALS
def test_at_full_speed_an_epoch_is_reported_when_it_is_time_and_at_its_end(
    config: RunConfig, interval_s: float
) -> None:
    told = Driven(config).do(commands.Start())
    assert reported(told) == ([EPOCH] * 3 if interval_s else [1] * LAST)


@INTERVALS
def test_slowed_down_each_batch_is_reported_at_once_and_no_longer_at_full_speed(
    config: RunConfig, interval_s: float
) -> None:
    driven = Driven(config)
    told = driven.do(commands.SetPace(1e6), commands.RunEpoch())
    assert reported(told) == [1] * EPOCH
    told = driven.do(commands.SetPace(None), commands.RunEpoch())
    assert reported(told) == ([EPOCH] if interval_s else [1] * EPOCH)
    assert losses(driven.events).items() <= reference(config).items()


@pytest.mark.parametrize("interval_s", [1e9])
def test_what_a_way_back_gives_up_is_not_reported_after_it(config: RunConfig, loss: Loss) -> None:
    """The batches since the last report have steps that come again."""
    driven = Driven(config)
    trained: list[int] = []

    def go_back_in_the_seventh() -> None:
        trained.append(len(trained) + 1)
        if trained[-1] == 7:
            driven.session.submit(commands.Rewind())

    loss.on_training = go_back_in_the_seventh
    driven.do(commands.Start())
    assert (driven.state, driven.step) == (State.IDLE, 0)
    told = driven.do(commands.Step())
    assert losses(told) == {1: reference(config)[1]}
    assert reported(told) == [1]
