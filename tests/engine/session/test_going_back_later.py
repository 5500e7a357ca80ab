"""Going back in runs that were opened, brought back or failed, and with networks of one's own."""

from pathlib import Path

import pytest
import torch

from netviz.engine.options.run_config import RunConfig
from netviz.engine.protocol import commands, events
from netviz.engine.protocol.commands import ExportKind
from netviz.engine.protocol.run_state import State
from netviz.engine.training.losses import LOSSES
from tests.engine.session.driving import failed
from tests.engine.session.first_runs import (
    Changes,
    FirstRun,
    assert_no_difference,
    reached,
    run_of,
)
from tests.engine.session.own_networks import EXACT, written
from tests.support import Driven, Loss, only, when_step

pytestmark = pytest.mark.usefixtures("few_digits", "every_batch_told")

CHANGES: Changes = {
    6: {"learning_rate": 0.003, "optimizer": "sgd", "momentum": 0.9},
    14: {"accumulate": 3, "augment_noise": 0.1, "schedule": "plateau", "patience": 0},
    33: {"batch_size": 20, "frozen": ("1",), "loss": "mse"},
}
LAYERS = ("flatten", "linear 12", "batchnorm", "relu", "dropout 0.3")
SAVED = 35


@pytest.fixture
def own_layers(config: RunConfig) -> RunConfig:
    return config.with_changes({"model": "layers", "layers": LAYERS})


def saved(config: RunConfig, folder: Path, *before: commands.Command) -> Path:
    """Train to step `SAVED` with the changes on the way, and save it there."""
    driven = Driven(config)
    driven.do(*before)
    changes = dict(CHANGES)

    def answer(event: events.Event) -> commands.Command | None:
        if isinstance(event, events.Progress) and event.step in changes:
            return commands.Change(changes.pop(event.step))
        return (
            commands.Pause() if isinstance(event, events.Progress) and event.step == SAVED else None
        )

    driven.do(commands.Start(), answer=answer)
    assert driven.step == SAVED
    driven.do(commands.Save(folder))
    return folder


# -- opened --------------------------------------------------------------------------------------


@pytest.mark.parametrize("step", [0, 1, 6, 14, 20, 33, 34])
def test_an_opened_run_goes_back_to_before_it_was_saved(
    own_layers: RunConfig, tmp_path: Path, step: int
) -> None:
    first = FirstRun(own_layers, CHANGES)
    opened = Driven()
    opened.do(commands.Open(saved(own_layers, tmp_path / "run")))
    first.go_back(step, opened)
    first.go_on(opened)


def test_an_opened_run_that_was_trained_on_goes_back_to_either_side(
    own_layers: RunConfig, tmp_path: Path
) -> None:
    first = FirstRun(own_layers, CHANGES)
    opened = Driven()
    opened.do(commands.Open(saved(own_layers, tmp_path / "run")))
    first.go_on(opened)
    for step in (SAVED + 4, SAVED, SAVED - 4, 3):
        first.go_back(step, opened)
    first.go_on(opened)


def test_a_run_that_went_back_is_saved_and_opened_as_what_it_is(
    own_layers: RunConfig, tmp_path: Path
) -> None:
    first = FirstRun(own_layers, CHANGES)
    first.go_back(17)
    first.driven.do(commands.Save(tmp_path / "run"))
    opened = Driven()
    opened.do(commands.Open(tmp_path / "run"))
    assert_no_difference(reached(run_of(opened)), first.was_at(17))
    opened.do(commands.GoBack(9))
    assert_no_difference(reached(run_of(opened)), first.was_at(9))
    first.go_on(opened)


@pytest.mark.parametrize("step", [0, 5, 20, 30])
def test_weights_of_a_file_are_where_the_run_began(
    own_layers: RunConfig, tmp_path: Path, step: int
) -> None:
    other = Driven(own_layers.with_changes({"seed": 9}))
    weights = tmp_path / "weights.safetensors"
    other.do(commands.Step(), commands.Export(ExportKind.WEIGHTS, weights))
    loaded = commands.LoadWeights(weights)
    first = FirstRun(own_layers, CHANGES, loaded)
    folder = saved(own_layers, tmp_path / "run", loaded)
    opened = Driven()
    opened.do(commands.Open(folder))
    first.go_back(step, opened)
    first.go_on(opened)
    first.go_back(step)
    first.go_on()


def test_threads_are_those_of_each_step(config: RunConfig) -> None:
    first = FirstRun(
        config.with_changes({"hidden": (64,)}), {8: {"threads": 2}, 25: {"threads": 1}}
    )
    assert torch.get_num_threads() == 1
    for step, threads in ((24, 2), (9, 2), (3, 1)):
        first.go_back(step)
        assert torch.get_num_threads() == threads
        first.go_on()
        assert torch.get_num_threads() == 1


@pytest.mark.parametrize("network", EXACT)
def test_a_network_of_a_python_file(config: RunConfig, tmp_path: Path, network: str) -> None:
    values = {"model": written(tmp_path, [network]), "learning_rate": 0.005, "epochs": 2}
    first = FirstRun(config.with_changes(values), {7: {"accumulate": 3}, 12: {"optimizer": "sgd"}})
    first.driven.do(commands.Save(tmp_path / "run"))
    for step in (23, 10, 0):
        first.go_back(step)
        first.driven.do(commands.Step(), commands.Step())  # so that its last batch is no evaluation
        first.go_back(step)
        first.go_on()
    opened = Driven()
    opened.do(commands.Open(tmp_path / "run"), commands.GoBack(21))
    assert not only(opened.events, events.Refused)
    assert_no_difference(reached(run_of(opened)), first.was_at(21))
    first.go_on(opened)


# -- brought back --------------------------------------------------------------------------------


def test_what_was_left_is_brought_back_and_so_is_the_other(own_layers: RunConfig) -> None:
    first = FirstRun(own_layers, CHANGES)
    end = reached(first.run)
    first.go_back(18)
    first.driven.do(commands.Change({"learning_rate": 0.1}), commands.Step())
    other = reached(run_of(first.driven))
    for _ in range(3):
        told = first.driven.do(commands.BringBack())
        (back,) = only(told, events.Prepared)
        assert (back.is_back, back.replaced_step) == (True, 0)
        assert (first.driven.state, first.driven.step) == (State.FINISHED, first.last)
        assert_no_difference(reached(run_of(first.driven)), end)
        first.driven.do(commands.BringBack())
        assert (first.driven.state, first.driven.step) == (State.PAUSED, 19)
        assert_no_difference(reached(run_of(first.driven)), other)


def test_what_is_brought_back_can_go_back_again(own_layers: RunConfig) -> None:
    first = FirstRun(own_layers, CHANGES)
    first.go_back(18)
    first.driven.do(commands.Change({"learning_rate": 0.1}), commands.Start())
    first.driven.do(commands.BringBack())
    for step in (25, 7):
        first.go_back(step)
        first.go_on()


# -- failed --------------------------------------------------------------------------------------


def test_a_run_that_failed_goes_back(config: RunConfig, loss: Loss) -> None:
    first = FirstRun(config, {})
    driven = failed(config, loss)
    assert (driven.state, driven.step) == (State.FAILED, 5)
    driven.do(commands.GoBack(3))
    assert (driven.state, driven.step) == (State.PAUSED, 3)
    assert_no_difference(reached(run_of(driven)), first.was_at(3))
    first.go_on(driven)


def test_a_run_whose_loss_became_infinite_goes_back_to_before_that(
    config: RunConfig, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(LOSSES, "mse", lambda logits, _: logits.sum() * torch.inf)
    first = FirstRun(config, {})
    driven = Driven(config)
    driven.do(commands.Start(), answer=when_step(24, commands.Change({"loss": "mse"})))
    assert driven.state is State.FAILED
    assert run_of(driven).history.last_step == 24
    told = driven.do(commands.GoBack(24))
    assert not only(told, events.Refused)
    assert_no_difference(reached(run_of(driven)), first.was_at(24))
    first.go_on(driven)
