"""The plateau schedule remembers every epoch, wherever a run is taken up again."""

from pathlib import Path

import pytest

from netviz.engine.options.run_config import RunConfig
from netviz.engine.protocol import commands, events
from netviz.engine.protocol.commands import Command
from netviz.engine.protocol.events import Event
from tests.engine.session.driving import EPOCH
from tests.support import Answer, Driven, learning_rates, losses, only, when_step

pytestmark = pytest.mark.usefixtures("few_digits", "every_batch_told", "snapshots_at_every_batch")


@pytest.fixture
def plateau(config: RunConfig) -> RunConfig:
    """The rate falls after every epoch but the first, since the loss never falls by enough."""
    changes = {"schedule": "plateau", "patience": 0, "gamma": 0.5, "learning_rate": 1e-6}
    return config.with_changes({**changes, "optimizer": "sgd", "epochs": 4})


def undisturbed(config: RunConfig) -> Driven:
    driven = Driven(config)
    driven.do(commands.Start())
    return driven


@pytest.mark.parametrize("step", range(EPOCH, EPOCH + 3))
@pytest.mark.parametrize("epoch", [0, 1])
def test_a_rewind_around_an_epochs_end_remembers_it(
    plateau: RunConfig, step: int, epoch: int
) -> None:
    whole = undisturbed(plateau)
    assert len(set(learning_rates(whole.events).values())) == 3
    driven = Driven(plateau)
    driven.do(commands.Start(), answer=when_step(epoch * EPOCH + step, commands.Rewind()))
    driven.do(commands.Start())
    assert learning_rates(driven.events) == learning_rates(whole.events)
    assert losses(driven.events) == losses(whole.events)
    measured = only(driven.events, events.EpochFinished)
    assert [each.measurement.epoch for each in measured][-1] == plateau.epochs


def at_the_epochs_last_report(command: Command) -> Answer:
    """Answer the report of an epoch's last step, before its measurement, with `command`."""
    waiting = [command]

    def answer(event: Event) -> Command | None:
        is_last = isinstance(event, events.Progress) and event.step == 2 * EPOCH
        return waiting.pop() if is_last and waiting else None

    return answer


@pytest.mark.parametrize("pauses", [True, False])
def test_a_run_saved_between_an_epoch_and_its_measurement_goes_on_exactly(
    plateau: RunConfig, tmp_path: Path, pauses: bool
) -> None:
    whole = undisturbed(plateau)
    driven = Driven(plateau)
    wish = commands.Pause() if pauses else commands.Save(tmp_path)
    driven.do(commands.Start(), answer=at_the_epochs_last_report(wish))
    if pauses:
        driven.do(commands.Save(tmp_path))
    opened = Driven()
    told = opened.do(commands.Open(tmp_path), commands.Start())
    assert learning_rates(told).items() <= learning_rates(whole.events).items()
    assert losses(told).items() <= losses(whole.events).items()
    last = [only(each, events.EpochFinished)[-1].measurement for each in (told, whole.events)]
    assert last[0].test_loss == last[1].test_loss
